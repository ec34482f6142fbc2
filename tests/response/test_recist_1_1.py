"""RECIST 1.1, rule by rule (section numbers of Eisenhauer 2009)."""

import pytest

from protorun.errors import PatientDataError
from protorun.patients.tables import parse_lesions
from protorun.response import assess
from protorun.trial.response import Response


def test_165_63_65_mm_stays_pr_for_the_eortc_and_would_be_pr_by_the_table_too(recist, words):
    sums = "0 A target 165\n1 A target 63\n2 A target 65"
    assert words(recist(sums, "eortc")) == ["PR", "PR"]


def test_shrinkage_back_under_30_percent_is_pr_or_sd_as_the_policy_says(recist, words):
    sums = "0 A target 100\n1 A target 68\n2 A target 72"
    assert words(recist(sums, "eortc")) == ["PR", "PR"]
    assert words(recist(sums, "strict_table")) == ["PR", "SD"]


def test_shrinkage_back_under_30_percent_after_complete_nodes_stays_a_response_for_the_eortc(recist, words):
    nodes = "0 N target 15 lymph node\n1 N target 9 lymph node\n2 N target 10.7 lymph node"
    assert words(recist(nodes, "eortc")) == ["CR", "PR"]
    assert words(recist(nodes, "strict_table")) == ["CR", "SD"]


def test_pyrecist_sums_30_24_21_25_2_26(recist, words):
    sums = "0 A target 30\n1 A target 24\n2 A target 21\n3 A target 25.2\n4 A target 26"
    points = recist(sums, "eortc")
    assert words(points) == ["SD", "PR", "PR", "PD"]
    assert points.nadir.tolist() == [3000, 2400, 2100, 2100]


def test_exactly_30_percent_is_pr_and_exactly_20_percent_with_5_mm_is_pd(recist, words):
    assert words(recist("0 A target 33.3\n1 A target 23.31")) == ["PR"]
    assert words(recist("0 A target 33.3\n1 A target 23.32")) == ["SD"]
    assert words(recist("0 A target 25\n1 A target 30")) == ["PD"]
    assert words(recist("0 A target 25\n1 A target 29.99")) == ["SD"]


def test_20_percent_without_5_mm_is_no_progression(recist, words):
    assert words(recist("0 A target 12\n1 A target 15.9")) == ["SD"]


def test_progression_is_judged_before_response_since_both_can_hold(recist, words):
    assert words(recist("0 A target 100\n1 A target 20\n2 A target 60")) == ["PR", "PD"]


def test_nodes_under_10_mm_and_all_else_gone_is_cr_although_the_sum_is_9_mm(recist, words):
    points = recist("0 A target 20\n0 N target 18 lymph node\n1 A target 0\n1 N target 9 lymph node")
    assert words(points) == ["CR"]
    assert points.sum.tolist() == [900]


def test_too_small_to_measure_counts_5_mm(recist):
    assert recist("0 A target 20\n1 A target too_small").sum.tolist() == [500]


def test_a_target_nobody_assessed_is_ne_and_named(recist, words):
    points = recist("0 A target 20\n0 B target 20\n1 A target 10\n2 A target 10\n2 B target 8")
    assert words(points) == ["NE", "PR"]
    assert "lesion B was not assessed" in points.why(0)
    assert points.sum.tolist() == [-1, 1800]


def test_an_incomplete_sum_never_sets_the_nadir(recist):
    points = recist("0 A target 20\n0 B target 20\n1 A target 2\n2 A target 20\n2 B target 20")
    assert points.nadir.tolist() == [4000, 4000]


def test_an_incomplete_sum_that_already_grew_is_pd(recist, words):
    assert words(recist("0 A target 20\n0 B target 20\n1 A target 50")) == ["PD"]


def test_a_baseline_diameter_that_is_missing_is_named(recist, words):
    points = recist("0 A target not_assessed\n1 A target 10")
    assert words(points) == ["NE"]
    assert "baseline diameter of target lesion A" in points.why(0)


def test_no_baseline_visit_is_ne_unless_a_new_lesion_shows(recist, words):
    points = recist("1 X new present\n2 X new absent")
    assert words(points) == ["PD", "NE"]
    assert "no baseline assessment" in points.why(1)


@pytest.mark.parametrize(
    ("target", "other", "overall"),
    [
        ("0", "absent", "CR"),
        ("0", "present", "PR"),
        ("0", "not_assessed", "PR"),
        ("10", "absent", "PR"),
        ("10", "not_assessed", "PR"),
        ("20", "present", "SD"),
        ("20", "worse", "PD"),
        ("not_assessed", "present", "NE"),
        ("not_assessed", "worse", "PD"),
    ],
)
def test_table_1_time_point_response(recist, words, target, other, overall):
    lines = f"0 A target 20\n0 B non-target present\n1 A target {target}\n1 B non-target {other}"
    assert words(recist(lines)) == [overall]


@pytest.mark.parametrize(
    ("other", "overall"),
    [("absent", "CR"), ("present", "NON-CR/NON-PD"), ("not_assessed", "NE"), ("worse", "PD")],
)
def test_table_2_with_non_target_disease_only(recist, words, other, overall):
    assert words(recist(f"0 B non-target present\n1 B non-target {other}")) == [overall]


def test_any_new_lesion_is_pd_and_dated_to_its_first_scan_when_it_was_equivocal(recist, words):
    lines = """
        0 A target 20
        1 A target 20
        1 X new equivocal
        2 A target 20
        2 X new present
    """
    points = recist(lines)
    assert words(points) == ["SD", "PD"]
    assert points.progression_on[1] == points.day[0]


def test_a_lesion_back_after_complete_response_is_pd_and_else_it_is_back_in_the_sum(recist, words):
    assert words(recist("0 A target 20\n1 A target 0\n2 A target too_small")) == ["CR", "PD"]
    back = "0 A target 60\n0 B target 20\n1 A target 40\n1 B target 0\n2 A target 40\n2 B target too_small"
    assert words(recist(back)) == ["PR", "PR"]


def test_growth_of_a_small_node_after_complete_response_needs_20_percent_and_5_mm(recist, words):
    lines = "0 A target 20\n0 N target 18 lymph node\n1 A target 0\n1 N target 8 lymph node\n2 A target 0\n"
    assert words(recist(lines + "2 N target 11 lymph node")) == ["CR", "PR"]
    assert words(recist(lines + "2 N target 13 lymph node")) == ["CR", "PD"]


def test_growth_is_dated_to_the_visit_and_nothing_else_carries_a_day_of_progression(recist):
    points = recist("0 A target 20\n1 A target 20\n2 A target 30")
    assert points.progression_on.tolist()[1] == points.day[1]
    assert points.progression_on[0] < 0


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("0 A target 20\n1 B target 20", "no row at baseline"),
        ("0 A target 20\n0 A target 21", "twice"),
        ("0 A new present", "new lesion at baseline"),
    ],
)
def test_rows_that_contradict_one_another_are_refused_by_name(recist, lines, says):
    with pytest.raises(PatientDataError, match=says):
        recist(lines)


@pytest.mark.parametrize("finding", ["present", "too small", "worse"])
def test_a_lesion_that_is_there_has_no_diameter_of_0(finding):
    lines = "patient,date,lesion,role,compartment,diameter_mm,finding"
    lines += f"\nA,2024-01-01,T1,target,cns,20,\nA,2024-02-01,T1,target,cns,0,{finding}"
    lesions, _, _ = parse_lesions(lines)
    with pytest.raises(PatientDataError, match="a lesion that is there has the diameter 0"):
        assess("recist_1_1", lesions)


def test_codes_are_those_of_adam():
    assert [Response.CR, Response.PR, Response.SD, Response.PD, Response.NE] == [1, 2, 3, 5, 6]
