"""The tumor marker of RECIST 1.1, two compartments of a patient, and the rows a time point was read from."""

import pytest

from protorun.errors import NothingRecorded, PatientDataError
from protorun.patients._exams import parse_exams
from protorun.patients.tables import parse_lesions
from protorun.response import assess, settings_for, source_lines, source_rows, two_compartments
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response

LESIONS = (
    "patient,visit,date,lesion,role,diameter_mm,compartment\n"
    "P1,0,2024-01-01,A,target,20,cns\nP1,0,2024-01-01,L,target,30,extracranial\n"
    "P1,1,2024-02-01,A,target,0,cns\nP1,1,2024-02-01,L,target,0,extracranial\n"
    "P1,2,2024-03-01,A,target,9,cns\nP1,2,2024-03-01,L,target,0,extracranial"
)


@pytest.mark.parametrize(
    ("start", "later", "overall"),
    [
        ("yes", "yes", "CR"),
        ("no", "yes", "CR"),
        ("no", "no", "PR"),
        ("yes", "no", "PR"),
        ("no", "", "PR"),
        ("", "", "CR"),
    ],
)
def test_a_marker_above_its_limits_stands_in_the_way_of_cr(start, later, overall):
    """RECIST 1.1 section 4.3.3: non-target CR asks for normal markers; one above them at baseline must be measured."""
    visits = f"patient,visit,date,marker\nP1,0,2024-01-01,{start}\nP1,1,2024-02-01,{later}\nP1,2,2024-03-01,"
    lesions, seen, _ = parse_lesions(LESIONS, visits)
    points = assess("recist_1_1", lesions, seen)
    assert Response(int(points.overall[0])).text == overall
    if (start, later) == ("no", ""):
        assert "tumor marker, above its limits at baseline, was not measured" in points.why(0)


def test_without_targets_a_marker_alone_is_non_target_disease():
    lines = "patient,visit,date,lesion,role,finding,compartment\nP1,0,2024-01-01,N,non-target,present,cns\nP1,1,2024-02-01,N,non-target,absent,cns"
    visits = "patient,visit,date,marker\nP1,0,2024-01-01,no\nP1,1,2024-02-01,no"
    points = assess("recist_1_1", *parse_lesions(lines, visits)[:2])
    assert Response(int(points.overall[0])).text == "NON-CR/NON-PD"


def test_every_time_point_names_the_lines_it_was_read_from():
    lesions, _, _ = parse_lesions(LESIONS)
    points = assess("recist_1_1", lesions)
    assert source_lines(lesions, points, 0) == (4, 5)
    assert source_rows(lesions, points, 1).tolist() == [4, 5]


def test_progression_of_each_compartment_and_the_first_of_both():
    visits = "patient,visit,date,steroid_mg,clinical\n" + "\n".join(
        f"P1,{v},2024-0{v + 1}-01,0,stable" for v in range(3)
    )
    lesions, seen, _ = parse_lesions(LESIONS, visits)
    cns = assess("rano_bm", lesions, seen)
    body = assess("recist_1_1", lesions, seen, compartment="extracranial")
    both = two_compartments(cns, body, 1)
    assert both.cns_progression_on[0] == cns.day[1] == both.first_progression_on[0]
    assert both.extracranial_progression_on[0] == NO_DAY


def test_criteria_without_their_table_say_which_one_they_read():
    with pytest.raises(NothingRecorded, match="rano_lm reads exams"):
        assess("rano_lm", parse_lesions(LESIONS)[0])
    with pytest.raises(NothingRecorded, match="irecist reads lesions"):
        assess("irecist")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("P1,2024-01-01,exam,,1", "exam without its item"),
        ("P1,2024-01-01,steroids,gait,1", "steroids with an item"),
        ("P1,2024-01-01,csf,lumbar,cloudy", "'cloudy' is not known"),
        ("P1,2024-01-01,blood,x,1", "'blood' is not known"),
        ("P1,2024-01-01,exam,gait,1\nP1,2024-01-01,exam,Gait,2", "gait stands twice"),
    ],
)
def test_an_exam_that_cannot_be_read_is_refused_with_its_line(line, says):
    with pytest.raises(PatientDataError, match=says):
        parse_exams("patient,date,input,item,value\n" + line)


def test_a_level_beyond_the_scale_is_refused():
    text = "patient,date,input,item,value\nP1,2024-01-01,exam,gait,1\nP1,2024-02-01,exam,gait,3"
    exams, _ = parse_exams(text)
    assert len(assess("rano_lm", exams=exams)) == 1
    with pytest.raises(PatientDataError, match="a level of 3"):
        assess("rano_lm", exams=exams, settings=settings_for("rano_lm", "nano_lm"))


def test_an_incomplete_sum_that_has_grown_is_pd_or_ne_as_the_policy_says():
    text = LESIONS.replace("L,target,30", "L,target,10") + "\nP1,3,2024-04-01,A,target,40,cns"
    lesions, _, _ = parse_lesions(text)
    for policy, overall in (("strict_table", "PD"), ("complete_sums", "NE")):
        points = assess("recist_1_1", lesions, settings=settings_for("recist_1_1", policy))
        assert Response(int(points.target[2])).text == overall
