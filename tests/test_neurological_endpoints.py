"""Neurological PFS, PFS by compartment, iPFS and response endpoints, from the CSV tables to the analyzed rows."""

from datetime import date, timedelta

import pytest

from protorun.analyze import analyze
from protorun.errors import NotStated, UsageError
from protorun.patients.recorded import parse_recorded
from protorun.study.endpoint import Censoring, Endpoint, EndpointEvent
from protorun.study.source import assumed
from protorun.study.study import Origin, Study

FIRST = date(2024, 1, 1)


def answer(value):
    return assumed(value, "for this test")


def on(day: int | None) -> str:
    """Day 0 is baseline."""
    return "" if day is None else (FIRST + timedelta(days=day)).isoformat()


def people(**died: tuple[int | None, str]) -> str:
    """`name=(day of death, neurological)`; everybody entered on day 0."""
    rows = ["patient,enrolled_on,first_dose_on,died_on,neurological_death,baseline_complete"]
    rows += [f"{name},{on(0)},{on(0)},{on(day)},{cause},yes" for name, (day, cause) in died.items()]
    return "\n".join(rows)


def exams(**levels: list[int]) -> str:
    """Levels of gait every 42 days; CSF positive and MRI unchanged throughout."""
    rows = ["patient,visit,date,input,item,value"]
    for name, course in levels.items():
        for visit, level in enumerate(course):
            start = f"{name},{visit},{on(42 * visit)}"
            found = "present" if visit == 0 else "unchanged"
            rows += [
                f"{start},exam,gait,{level}",
                f"{start},csf,lumbar,positive",
                f"{start},mri,brain nodules,{found}",
            ]
            rows += [f"{start},steroids,,0"]
    return "\n".join(rows)


def lesions(**sizes: dict[str, list[float]]) -> str:
    """`name={"cns": [20, 14], "extracranial": [30, 40]}`: one target each, every 42 days."""
    rows = ["patient,visit,date,lesion,role,compartment,diameter_mm"]
    rows += [
        f"{name},{visit},{on(42 * visit)},{where[0]},target,{where},{size}"
        for name, sides in sizes.items()
        for where, course in sides.items()
        for visit, size in enumerate(course)
    ]
    return "\n".join(rows)


def analyzed(endpoint: Endpoint, policies=None, **texts: str):
    study = Study(key="one", origin=Origin(name="x", format="x", digest="0"), endpoints=(endpoint,))
    results = analyze(study, parse_recorded(texts), policies=policies or {}, censoring="treatment_policy")
    return results


def rows(results) -> dict[str, tuple[str, int | None]]:
    """Status and days by patient."""
    names = results.tables.patients.names
    return {name: (row["status"], row["days"]) for name in names for row in results.explain(name)}


def timed(*events: EndpointEvent, criteria: str, **more) -> Endpoint:
    return Endpoint(
        id="T", name=answer("T"), kind="time_to_event", origin=answer("enrollment"), events=events,
        criteria=answer(criteria), **more,
    )  # fmt: skip


NEUROLOGICAL = EndpointEvent(kind="neurological_progression", criteria="rano_lm")
DEATH = EndpointEvent(kind="death")
FIVE = {
    "patients": people(A=(None, ""), B=(None, ""), C=(100, "yes"), D=(100, "no"), E=(100, "")),
    "exams": exams(A=[0, 2, 2], B=[1, 1, 1], C=[0, 0, 0], D=[0, 0, 0], E=[0, 0, 0]),
}


def test_neurological_pfs_is_progression_by_the_composite_or_death():
    found = rows(analyzed(timed(NEUROLOGICAL, DEATH, criteria="rano_lm"), **FIVE))
    assert found == {
        "A": ("event", 43), "B": ("censored", 85), "C": ("event", 101), "D": ("event", 101), "E": ("event", 101),
    }  # fmt: skip


def test_death_of_another_cause_competes_and_a_death_of_unknown_cause_stays_open():
    only = EndpointEvent(kind="neurological_death")
    other = EndpointEvent(kind="death", competing=True)
    results = analyzed(timed(NEUROLOGICAL, only, other, criteria="rano_lm"), **FIVE)
    assert {name: status for name, (status, _) in rows(results).items()} == {
        "A": "event", "B": "censored", "C": "event", "D": "competing", "E": "undetermined",
    }  # fmt: skip
    assert "whether the death was neurological is not recorded" in results.explain("E")[0]["why"]
    assert rows(analyzed(timed(NEUROLOGICAL, only, criteria="rano_lm"), **FIVE))["E"][0] == "undetermined"


def test_a_row_of_neurological_pfs_names_the_domain_and_the_time_point():
    results = analyzed(timed(NEUROLOGICAL, DEATH, criteria="rano_lm"), **FIVE)
    assert results.explain("A")[0]["from"] == "timepoints rano lm cns, row 1"
    assert "gait" in results.tables.timepoints["rano_lm", "cns"].why(0)


BOTH = {
    "patients": people(A=(None, ""), B=(None, ""), C=(200, "")),
    "lesions": lesions(
        A={"cns": [20, 20, 20], "extracranial": [20, 30, 30]},
        B={"cns": [20, 30, 30], "extracranial": [20, 20, 30]},
        C={"cns": [20, 20, 20], "extracranial": [20, 20, 20]},
    ),
}
INSIDE = EndpointEvent(kind="intracranial_progression", criteria="recist_1_1")
OUTSIDE = EndpointEvent(kind="extracranial_progression", criteria="recist_1_1")


def test_pfs_inside_outside_and_of_both_compartments():
    inside = analyzed(timed(INSIDE, DEATH, criteria="recist_1_1"), **BOTH)
    assert rows(inside) == {"A": ("censored", 85), "B": ("event", 43), "C": ("event", 201)}
    assert any("extracranial progression is not mentioned" in note for note in inside.assumptions)
    outside = rows(analyzed(timed(OUTSIDE, DEATH, criteria="recist_1_1"), **BOTH))
    assert outside == {"A": ("event", 43), "B": ("event", 85), "C": ("event", 201)}
    both = rows(analyzed(timed(INSIDE, OUTSIDE, DEATH, criteria="recist_1_1"), **BOTH))
    assert both == {name: min(rows(inside)[name], outside[name], key=lambda r: r[1]) for name in both}


def test_progression_in_the_other_compartment_competes_or_censors_only_where_stated():
    competing = OUTSIDE.model_copy(update={"competing": True})
    events = (INSIDE, competing, DEATH)
    assert rows(analyzed(timed(*events, criteria="recist_1_1"), **BOTH))["A"] == ("competing", 43)
    rule = Censoring(when="extracranial_progression", at="last_adequate_assessment")
    found = analyzed(timed(*events, criteria="recist_1_1", censoring=(rule,)), **BOTH)
    assert rows(found) == {"A": ("censored", 43), "B": ("event", 43), "C": ("event", 201)}
    assert "progression outside the CNS came first" in found.explain("A")[0]["why"]
    lost = analyzed(timed(INSIDE, DEATH, criteria="recist_1_1", censoring=(rule,)), **BOTH)
    assert [lack.id for lack in lost.skipped] == ["T"]


def test_disease_outside_the_cns_is_never_read_by_rano_bm():
    outside = EndpointEvent(kind="extracranial_progression")
    lost = analyzed(timed(outside, DEATH, criteria="rano_bm"), **BOTH)
    assert "outside the CNS" in lost.skipped[0].why


IMMUNE = {
    "patients": people(A=(None, ""), B=(None, ""), C=(None, ""), D=(300, "")),
    "lesions": lesions(
        A={"extracranial": [50, 61, 67]},  # iUPD, iCPD
        B={"extracranial": [50, 61, 30, 30]},  # iUPD, iPR, iPR
        C={"extracranial": [50, 50, 61]},  # iSD, iUPD and nothing after it
        D={"extracranial": [50, 61, 50]},  # iUPD, iSD, death
    ),
}
PROGRESSION = EndpointEvent(kind="progression")


def test_ipfs_dates_a_confirmed_progression_to_its_first_iupd():
    found = rows(analyzed(timed(PROGRESSION, DEATH, criteria="irecist"), **IMMUNE))
    assert found == {"A": ("event", 43), "B": ("censored", 127), "C": ("censored", 85), "D": ("event", 301)}


def test_an_iupd_never_confirmed_counts_where_the_policy_says_so():
    choice = {"irecist": "irecist_pending"}
    found = rows(analyzed(timed(PROGRESSION, DEATH, criteria="irecist"), choice, **IMMUNE))
    assert found == {"A": ("event", 43), "B": ("censored", 127), "C": ("event", 85), "D": ("event", 301)}


def test_a_confirmation_later_than_eight_weeks_is_none_where_the_policy_has_the_window():
    late = IMMUNE | {"lesions": IMMUNE["lesions"].replace(f"A,2,{on(84)}", f"A,2,{on(142)}")}
    endpoint = timed(PROGRESSION, DEATH, criteria="irecist")
    assert rows(analyzed(endpoint, **late))["A"] == ("event", 43)
    assert rows(analyzed(endpoint, {"irecist": "irecist_window"}, **late))["A"] == ("censored", 143)


def test_best_responses_by_irecist_are_rates_of_irecist():
    rate = Endpoint(
        id="R", name=answer("iORR"), kind="response_rate", criteria=answer("irecist"), responses=answer(("CR", "PR")),
        origin=answer("enrollment"),
    )  # fmt: skip
    results = analyzed(rate, **IMMUNE)
    found = {n: (row["status"], row["best_response"]) for n in "ABCD" for row in results.explain(n)}
    assert found == {
        "A": ("censored", "iCPD"), "B": ("event", "iPR"), "C": ("censored", "iSD"), "D": ("censored", "iSD"),
    }  # fmt: skip


RESPONDERS = {
    "patients": people(A=(None, ""), B=(None, ""), C=(200, "")),
    "lesions": lesions(
        A={"extracranial": [50, 30, 30, 60]},
        B={"extracranial": [50, 50, 30, 30, 30]},
        C={"extracranial": [50, 50, 50]},
    ),
}


@pytest.mark.parametrize("confirm", [None, 28])
def test_time_to_response_and_its_duration_count_from_the_first_of_the_two_responses(confirm):
    stated = {} if confirm is None else {"confirm_days": answer(confirm)}
    response = EndpointEvent(kind="response")
    waited = rows(analyzed(timed(response, criteria="recist_1_1", **stated), **RESPONDERS))
    assert waited == {"A": ("event", 43), "B": ("event", 85), "C": ("censored", 85)}
    lasted = Endpoint(
        id="D", name=answer("DoR"), kind="duration", origin=answer("first_response"), events=(PROGRESSION, DEATH),
        criteria=answer("recist_1_1"), **stated,
    )  # fmt: skip
    assert rows(analyzed(lasted, **RESPONDERS)) == {"A": ("event", 85), "B": ("censored", 85)}


def test_a_censoring_policy_is_asked_for_where_the_record_is_silent():
    from protorun.endpoints import derive
    from protorun.errors import PolicyRequired

    tables = parse_recorded(BOTH).tables
    with pytest.raises(PolicyRequired, match="choose a policy"):
        derive(timed(PROGRESSION, DEATH, criteria="recist_1_1"), tables)
    assert issubclass(PolicyRequired, NotStated)


def test_a_run_lists_every_switch_and_marks_those_the_caller_set():
    endpoint = timed(PROGRESSION, DEATH, criteria="recist_1_1")
    usual = analyzed(endpoint, **BOTH)
    note = next(n for n in usual.assumptions if n.startswith("recist_1_1: policy eortc"))
    assert "sticky_response = true" in note
    assert "partial_pd = true" in note
    changed = analyzed(endpoint, {"recist_1_1": "strict_table", "recist_1_1.pd_abs_mode": "none"}, **BOTH)
    note = next(n for n in changed.assumptions if n.startswith("recist_1_1: chosen policy strict_table"))
    assert "pd_abs_mode = none (chosen)" in note
    with pytest.raises(UsageError, match="no switch 'stiky'"):
        analyzed(endpoint, {"recist_1_1.stiky": "false"}, **BOTH)
    with pytest.raises(UsageError, match="pd_abs_mode cannot be 'most'"):
        analyzed(endpoint, {"recist_1_1.pd_abs_mode": "most"}, **BOTH)
