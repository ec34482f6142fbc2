"""Analyze: two arms, a conducted trial's events, what is skipped, and the promise that nothing is lost on the way."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from protorun.analyze import analyze, tables_of
from protorun.errors import PatientDataError, UsageError
from protorun.patients.recorded import parse_recorded
from protorun.patients.tables import parse_tables
from protorun.study.endpoint import Endpoint, EndpointEvent
from protorun.study.source import assumed
from protorun.study.study import Assumption, Origin, Study
from protorun.trial.events import Kind, joined, rows
from protorun.trial.response import Response
from protorun.trial.tables import Tables, patients
from protorun.trial.trial import Trial

CASES = Path(__file__).parent / "cases" / "endpoints" / "ivonescimab"


def answer(value):
    return assumed(value, "for this test")


def study(*endpoints: Endpoint, **more) -> Study:
    return Study(key="two arms", origin=Origin(name="x", format="x", digest="0"), endpoints=endpoints, **more)


OS = Endpoint(
    id="OS",
    name=answer("OS"),
    kind="time_to_event",
    origin=answer("enrollment"),
    events=(EndpointEvent(kind="death"),),
)
PFS = OS.model_copy(
    update={
        "id": "PFS",
        "criteria": answer("recist_1_1"),
        "events": (EndpointEvent(kind="progression"), EndpointEvent(kind="death")),
    }
)


def gehan() -> Tables:
    """Remission in weeks (Gehan 1965) as if it were survival: drug 21 patients with 9 events, placebo 21 with 21."""
    drug = [6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    weeks = np.array(drug + placebo)
    dead, alive = np.where(weeks > 0, weeks, -(2**31)), np.abs(weeks)
    return Tables(
        patients(
            np.zeros(42, int), np.arange(42), arm=np.repeat([0, 1], 21).astype(np.int16), arms=("drug", "placebo"),
            enrolled_on=np.ones(42, np.int32), death_on=dead.astype(np.int32), last_alive_on=alive.astype(np.int32),
        )
    )  # fmt: skip


def test_two_arms_are_estimated_apart_and_compared_by_log_rank():
    found = analyze(study(OS), gehan()).endpoint("OS")
    assert [(a.arm, a.n, a.events, a.estimate) for a in found.arms] == [
        ("drug", 21, 9, 23.0),
        ("placebo", 21, 21, 8.0),
    ]
    assert found.comparison.chisq == pytest.approx(16.7929, abs=1e-4)  # R survdiff
    assert found.comparison.df == 1


def test_curve_points_start_at_one_step_and_nobody_is_lost():
    arm = analyze(study(OS), gehan()).endpoint("OS").arms[0]
    assert arm.curve.survival[0] == pytest.approx(1 - 3 / 21)
    assert arm.curve.events.sum() + arm.curve.censored.sum() == 21


def test_endpoints_nobody_can_derive_are_listed_with_the_reason_and_the_path():
    safety = Endpoint(id="AE", name=answer("adverse events"), kind="safety")
    silent = Endpoint(id="X", name=answer("x"), kind="time_to_event", events=(EndpointEvent(kind="death"),))
    neuro = OS.model_copy(
        update={"id": "NPFS", "events": (EndpointEvent(kind="neurological_progression", criteria="rano_lm"),)}
    )
    found = {s.id: s for s in analyze(study(OS, safety, silent, neuro, PFS), gehan()).skipped}
    assert set(found) == {"AE", "X", "NPFS", "PFS"}
    assert found["X"].path == "endpoints[X].origin"
    assert "rano_lm" in found["NPFS"].why
    assert "no assessment by recist_1_1" in found["PFS"].why


def test_assumptions_of_the_study_are_part_of_the_results():
    given = study(
        OS, assumptions=(Assumption(path="endpoints[OS].origin", value="enrollment", reason="asked"),)
    )
    assert "endpoints[OS].origin = 'enrollment' (asked)" in analyze(given, gehan()).assumptions


def test_patients_who_never_entered_are_counted_and_left_out():
    tables = parse_tables("patient,enrolled_on,last_alive_on\nA,2025-01-01,2025-02-01\nB,,\n")
    found = analyze(study(OS), tables)
    assert found.endpoint("OS").arms[0].n == 1
    assert any("1 patients in the table never entered" in w for w in found.warnings)


def test_a_conducted_trial_is_analyzed_from_its_events():
    zero = np.zeros(3, int)
    who = np.arange(3)
    events = joined(
        [
            rows(Kind.ENROLLED, zero, who, np.array([1, 5, 9]), value=np.zeros(3)),
            rows(
                Kind.ASSESSMENT,
                0,
                np.array([0, 1, 1]),
                np.array([43, 47, 89]),
                level=1,
                value=np.array([3.0, 2.0, 2.0]),
            ),
            rows(Kind.PROGRESSION, 0, np.array([0]), np.array([85])),
            rows(Kind.DEATH, 0, np.array([2]), np.array([30])),
        ]
    )
    found = analyze(study(OS, PFS), Trial(study(OS), events), cutoff=100)
    assert found.endpoint("PFS").rows.days.tolist() == [85, 85, 22]
    assert found.endpoint("PFS").rows.event.tolist() == [True, False, True]
    assert found.endpoint("OS").rows.days.tolist() == [85, 85, 22]
    assert tables_of(Trial(study(), events)).timepoints["", "whole_body"].overall.tolist() == [
        Response.SD,
        Response.PD,
        Response.PR,
        Response.PR,
    ]


def test_a_conducted_trial_of_real_patients_does_not_claim_a_complete_baseline():
    from datetime import date

    events = rows(Kind.ENROLLED, 0, np.array([0]), np.array([1]), value=np.zeros(1))
    assert tables_of(Trial(study(), events)).patients.baseline_complete.tolist() == [2]
    assert tables_of(
        Trial(study(), events, day_one=date(2025, 1, 1))
    ).patients.baseline_complete.tolist() == [1]


def test_many_copies_are_for_simulate():
    tables = Tables(patients(np.arange(2), np.zeros(2, int), enrolled_on=np.ones(2, np.int32)))
    with pytest.raises(UsageError, match="simulate"):
        analyze(study(OS), tables)


def test_a_lesion_that_is_not_measurable_is_a_warning():
    tables = parse_tables(
        "patient,enrolled_on\nA,2025-01-01\n",
        "patient,date,lesion,role,compartment,diameter_mm\n"
        "A,2025-01-01,T1,target,extracranial,8\nA,2025-02-12,T1,target,extracranial,8\n",
    )
    assert "patient A, lesion T1: 8 mm at baseline" in analyze(study(PFS), tables).warnings[0]


def test_contradictory_tables_are_refused_and_not_skipped():
    tables = parse_tables(
        "patient,enrolled_on\nA,2025-01-01\n",
        "patient,visit,date,lesion,role,compartment,diameter_mm\nA,1,2025-02-12,T1,target,cns,8\nA,0,2025-01-01,T2,target,cns,9\n",
    )
    with pytest.raises(PatientDataError, match="no row at baseline"):
        analyze(study(PFS), tables)


def test_assess_prints_every_time_point_and_the_best_response(capsys):
    from protorun.cli import run

    lesions, visits = str(CASES / "lesions.csv"), str(CASES / "assessments.csv")
    code = run(
        ["assess", "--lesions", lesions, "--assessments", visits, "--criteria", "rano_bm", "--min-sd-days", "28",
         "--explain", "P05", "--format", "csv"]
    )  # fmt: skip
    out, err = capsys.readouterr()
    assert code == 0
    assert out.count("time point,P05") == 3
    assert "best,P05" in out
    assert "assumed: policy rano_bm_2015" in err


def test_assess_knows_its_criteria(capsys):
    from protorun.cli import run

    assert run(["assess", "--lesions", str(CASES / "lesions.csv"), "--criteria", "rano"]) == 2
    assert "there are: irecist, rano_bm, rano_lm, recist_1_1" in capsys.readouterr().err


def test_analyze_reads_the_record_and_explains_a_patient_by_its_sentence(capsys):
    from importlib.resources import files

    from protorun.cli import run

    record = str(files("protorun.demo").joinpath("records/IVONESCIMAB.txt"))
    code = run(
        [
            "analyze",
            record,
            "--data",
            str(CASES),
            "--cutoff",
            "2026-06-30",
            "--explain",
            "P04",
            "--format",
            "csv",
        ]
    )
    out, err = capsys.readouterr()
    assert code == 0
    assert "no complete baseline disease assessment: censored at day 1, even though an event was seen" in out
    assert "If a participant does not have a complete baseline disease assessment" in out
    assert "assumed: pfs: nobody was randomized" in err


def _as_analyzed(record: str, data: Path, *more: str) -> int:
    from importlib.resources import files

    from protorun.cli import run

    path = str(files("protorun.demo").joinpath(f"records/{record}.txt"))
    return run(["analyze", path, "--data", str(data), *more])


def test_analyze_lists_what_the_record_leaves_open_and_ends_with_findings(capsys, tmp_path):
    people = (CASES / "patients.csv").read_text().replace(",single,", ",concomitant_therapy,")
    (tmp_path / "patients.csv").write_text(people)
    assert _as_analyzed("NCT05305885", tmp_path) == 3
    err = capsys.readouterr().err
    assert "endpoints[overall_survival].origin" in err
    assert "not used: patients.csv: case" in err


def test_an_arm_the_study_does_not_have_never_becomes_a_third_curve(capsys):
    assert _as_analyzed("NCT05305885", CASES) == 1
    assert "patients.csv:2: the study has no arm 'single'" in capsys.readouterr().err


@pytest.mark.parametrize("policy", ["rano-bm=immunotherapy", "rano_bm=imunotherapy"])
def test_a_misspelled_policy_never_leaves_the_usual_one_in_force(policy, capsys):
    assert _as_analyzed("IVONESCIMAB", CASES, "--policy", policy) == 2
    assert "there are: " in capsys.readouterr().err


def test_a_study_without_endpoints_is_said_to_have_none(capsys):
    assert _as_analyzed("NCT06462092", CASES) == 3
    assert "the record states no endpoint" in capsys.readouterr().err


def test_what_became_known_after_the_cutoff_is_not_in_the_analysis():
    texts = {
        "patients": "patient,enrolled_on,last_alive_on\nA,2024-01-01,2024-02-01\nB,2024-01-01,2024-06-01",
        "events": "patient,date,kind,known_on\nA,2024-03-01,died,2024-05-01",
    }
    dead = [
        analyze(study(OS), parse_recorded(texts), cutoff=on).endpoint("OS").arms[0].events
        for on in (date(2024, 4, 30), date(2024, 5, 1))
    ]
    assert dead == [0, 1]


def test_nobody_is_no_patient_with_limits_of_0_and_1():
    tables = parse_tables("patient,enrolled_on\nA,2024-01-01", "", "patient,date,criteria,compartment,response\n"
                          "A,2024-02-01,rano_bm,cns,PR")  # fmt: skip
    found = analyze(study(_RATE), tables, cutoff=date(2023, 1, 1))
    arm = found.endpoint("ORR").arms[0]
    assert (arm.n, arm.estimate, arm.lower, arm.upper) == (0, None, None, None)
    assert "nobody had entered the trial by the cutoff" in found.warnings


def test_who_could_not_be_evaluated_is_counted_aloud():
    tables = parse_tables("patient,enrolled_on\nA,2024-01-01", "", "patient,date,criteria,compartment,response\n"
                          "A,2024-02-01,rano_bm,cns,NE")  # fmt: skip
    assert analyze(study(_RATE), tables).warnings == (
        "ORR: 1 of 1 patients could not be evaluated and count as not responding",
    )


_RATE = Endpoint(
    id="ORR", name=answer("ORR"), kind="response_rate", origin=answer("enrollment"), compartment="cns",
    criteria=answer("rano_bm"), responses=answer(("CR", "PR")), time_frame_days=answer(84),
)  # fmt: skip


def _orr(scans: str):
    """The reason of one patient enrolled on 2024-01-01 whose brain was scanned on these days: `42 PR, 126 PR`."""
    lines = ["patient,date,criteria,compartment,response"]
    for scan in scans.split(", "):
        day, response = scan.split()
        on = np.datetime64("2024-01-01") + int(day)
        lines.append(f"A,{on},rano_bm,cns,{response}")
    orr = _RATE.model_copy(update={"confirm_days": answer(28)})
    tables = parse_tables("patient,enrolled_on\nA,2024-01-01", "", "\n".join(lines))
    row = analyze(study(orr), tables).explain("A")[0]
    return row["status"], row["rule"]


def test_a_response_inside_the_frame_that_is_confirmed_after_it_is_called_that():
    assert _orr("42 PR, 70 PR") == ("event", "responded")
    assert _orr("42 PR, 126 PR") == ("censored", "confirmed too late")
    assert _orr("42 SD, 126 PR, 168 PR") == ("censored", "after the time frame")
    assert _orr("42 PR, 84 SD") == ("censored", "not confirmed")


def test_whoever_could_not_be_evaluated_is_not_said_to_have_not_responded():
    assert _orr("42 NE") == ("censored", "not evaluable")
    assert _orr("42 SD") == ("censored", "did not respond")


def test_what_a_record_says_twice_about_an_endpoint_is_shown_as_a_warning():
    """RANO-BM named and RECIST's words quoted; "randomization" in a single-arm trial (domain design, 1.5)."""
    from importlib.resources import files

    from protorun.patients.recorded import load_recorded
    from protorun.read import load

    found = load(str(files("protorun.demo").joinpath("records/IVONESCIMAB.txt")))
    warned = " | ".join(analyze(found, load_recorded(CASES)).warnings)
    assert "worded as in RECIST" in warned
    assert "counts from randomization, and the trial has a single arm" in warned
    assert "taken: the criteria named: rano_bm" in warned
