"""The five endpoints of the ivonescimab trial on twelve patients, each of whom exercises one rule of the record.

Enrollment 2025-01-06 is day 1; scans on days 43, 85 and 127; data cutoff 2026-06-30.
"""

from datetime import date

import pytest

from protorun.analyze import analyze
from protorun.study.study import Origin, Study

BASELINE = (
    "If a participant does not have a complete baseline disease assessment, "
    "PFS is censored at the date of randomization"
)
LAST = "PFS is censored at the date of the last adequate tumor assessment"
CR_PR = "a best response of complete response (CR) or partial response (PR)"
SD4 = "stable disease (SD) lasting 4 weeks or longer"
WEEKS = "Up to approximately 12 weeks"
CUTOFF = date(2026, 6, 30)
PFS = {
    "P01": ("event", 85, "progression", "first evidence of disease progression"),
    "P02": ("event", 95, "death", "death from any cause"),
    "P03": ("censored", 1, "no_complete_baseline", BASELINE),  # progression was seen
    "P04": ("censored", 1, "no_complete_baseline", BASELINE),  # death was seen
    "P05": ("censored", 127, "no_event_by_cutoff", LAST),
    "P06": ("censored", 85, "no_event_by_cutoff", LAST),  # the scan of day 127 was not evaluable
    "P07": ("censored", 127, "no_event_by_cutoff", LAST),  # progression after the cutoff
    "P08": ("censored", 43, "no_event_by_cutoff", LAST),  # death after the cutoff
    "P09": (
        "event",
        85,
        "progression",
        "first evidence of disease progression",
    ),  # the record does not censor new therapy
    "P10": ("censored", 1, "no_event_by_cutoff", LAST),  # never scanned again
    "P11": ("censored", 127, "no_event_by_cutoff", LAST),
    "P12": ("undetermined", None, "no_complete_baseline: unknown", ""),  # nobody recorded the baseline
}
OS = {
    "P01": ("censored", 541, "no_event_by_cutoff"),
    "P02": ("event", 95, "death"),
    "P04": ("event", 95, "death"),
    "P08": ("censored", 541, "no_event_by_cutoff"),  # died after the cutoff: known alive at it
    "P09": ("event", 239, "death"),
    "P10": ("censored", 25, "no_event_by_cutoff"),
    "P12": ("event", 69, "death"),
}
ORR = {
    "P01": ("censored", "SD", "did not respond", CR_PR),
    "P03": ("censored", "PD", "did not respond", CR_PR),
    "P05": ("event", "PR", "responded", CR_PR),
    "P10": ("censored", "MISSING", "no assessment", ""),
    "P11": ("censored", "SD", "after the time frame", WEEKS),
}
CBR = {
    "P01": ("event", "SD", "responded", SD4),
    "P03": ("censored", "PD", "did not respond", SD4),
    "P05": ("event", "PR", "responded", SD4),
    "P11": ("event", "SD", "responded", SD4),
    "P12": ("censored", "MISSING", "no assessment", ""),
}


@pytest.fixture
def results(endpoints, twelve):
    study = Study(
        key="ivonescimab",
        origin=Origin(name="x", format="x", digest="0"),
        endpoints=tuple(endpoints.values()),
    )
    return analyze(study, twelve, cutoff=CUTOFF)


def row(results, patient: str, endpoint: str) -> dict:
    return next(r for r in results.explain(patient) if r["endpoint"] == endpoint)


@pytest.mark.parametrize("patient", PFS)
def test_pfs_of_each_patient_with_the_sentence_that_decided(results, patient):
    found = row(results, patient, "PFS")
    assert (found["status"], found["days"], found["rule"], found["words"]) == PFS[patient]


@pytest.mark.parametrize("patient", OS)
def test_os_of_each_patient(results, patient):
    found = row(results, patient, "OS")
    assert (found["status"], found["days"], found["rule"]) == OS[patient]


@pytest.mark.parametrize("patient", ORR)
def test_cns_orr_of_each_patient(results, patient):
    found = row(results, patient, "CNS_ORR")
    assert (found["status"], found["best_response"], found["rule"], found["words"]) == ORR[patient]


@pytest.mark.parametrize("patient", CBR)
def test_cns_cbr_of_each_patient(results, patient):
    found = row(results, patient, "CNS_CBR")
    assert (found["status"], found["best_response"], found["rule"], found["words"]) == CBR[patient]


def test_estimates_count_everybody_and_say_who_is_undetermined(results):
    pfs = results.endpoint("PFS").arms[0]
    assert (pfs.n, pfs.events, pfs.undetermined) == (11, 3, 1)
    assert sum(pfs.reasons.values()) == 12
    orr = results.endpoint("CNS_ORR").arms[0]
    assert (orr.n, orr.events) == (12, 1)
    assert orr.lower == pytest.approx(0.0021, abs=5e-5)


def test_what_the_record_does_not_state_is_named(results):
    named = "\n".join(results.assumptions)
    assert "PFS: nobody was randomized; the day of enrollment stands in" in named
    assert "OS: censoring is not stated: the last day known alive" in named
    assert "CNS_ORR: confirmation of responses is not stated" in named
    assert "rano_bm: policy rano_bm_2015" in named


def test_an_origin_nobody_stated_stops_the_derivation_and_names_the_path(endpoints, twelve):
    from protorun.endpoints import derive
    from protorun.errors import NotStated
    from protorun.study.source import absent

    silent = endpoints["OS"].model_copy(update={"origin": absent()})
    with pytest.raises(NotStated, match=r"endpoints\[OS\]\.origin"):
        derive(silent, twelve)


def test_how_long_stable_disease_must_last_is_never_guessed(endpoints, twelve):
    from protorun.endpoints import derive
    from protorun.errors import NotStated
    from protorun.study.source import absent

    silent = endpoints["CNS_CBR"].model_copy(update={"min_sd_days": absent()})
    with pytest.raises(NotStated, match="min_sd_days"):
        derive(silent, twelve)


FROM = {
    "P01": "timepoints recist 1 1 whole body",  # the scan that shows progression
    "P02": "patients.death_on",
    "P03": "patients.enrolled_on",  # nobody was randomized
    "P05": "timepoints recist 1 1 whole body",  # the last adequate scan
    "P10": "patients.enrolled_on",  # never scanned again
    "P12": "",
}


@pytest.mark.parametrize("patient", FROM)
def test_the_table_that_decided_pfs_of_each_patient(results, patient):
    assert row(results, patient, "PFS")["from"].split(", row")[0] == FROM[patient]


def test_the_row_that_decided_is_the_scan_of_that_day(results, twelve):
    derived = results.endpoint("PFS").rows
    for at in range(len(derived)):
        table, place = derived.came_from(at)
        if table.startswith("timepoints"):
            points = results.tables.timepoints["recist_1_1", "whole_body"]
            assert points.patient[place] == derived.row[at]
            assert points.day[place] == derived.end_on[at]
        elif table:
            column = getattr(twelve.patients, table.removeprefix("patients."))
            assert column[place] == derived.end_on[at]


def test_what_the_record_leaves_silent_is_read_by_the_chosen_policy(endpoints, twelve):
    """New therapy on 2025-03-01 (P09) and scans every six weeks; what the record states itself stays as it is."""
    from protorun.endpoints import censoring_policy, derive

    fda = censoring_policy("fda_2007_a").stated(interval_days=42, window_days=7)
    cutoff = (CUTOFF - date(1970, 1, 1)).days
    study = Study(key="x", origin=Origin(name="x", format="x", digest="0"), endpoints=(endpoints["PFS"],))
    found = analyze(study, twelve, cutoff=CUTOFF, censoring=fda)
    assert (row(found, "P09", "PFS")["status"], row(found, "P09", "PFS")["days"]) == ("censored", 43)
    assert "new anticancer therapy" in row(found, "P09", "PFS")["why"]
    assert "FDA 2007" in row(found, "P09", "PFS")["words"]
    same = set(PFS) - {"P09"}
    assert {p: row(found, p, "PFS")["status"] for p in same} == {p: PFS[p][0] for p in same}
    assert "PFS: new_therapy = censor, policy fda_2007_a" in "\n".join(found.assumptions)
    from protorun.errors import PolicyRequired

    with pytest.raises(PolicyRequired, match="new therapy"):
        derive(endpoints["PFS"], found.tables, cutoff_day=cutoff)


def test_duration_of_cns_response_counts_the_responders_alone(endpoints, twelve):
    """A fifth endpoint, not in the record: from the first CNS response of P05 and P11 on."""
    from protorun.study.endpoint import Endpoint, EndpointEvent
    from protorun.study.source import assumed

    dor = Endpoint(
        id="CNS_DOR",
        name=assumed("CNS duration of response", "for this test"),
        kind="duration",
        criteria=endpoints["CNS_ORR"].criteria,
        compartment="cns",
        origin=assumed("first_response", "for this test"),
        events=(
            EndpointEvent(kind="intracranial_progression", criteria="rano_bm"),
            EndpointEvent(kind="death"),
        ),
    )
    study = Study(key="x", origin=Origin(name="x", format="x", digest="0"), endpoints=(dor,))
    found = analyze(study, twelve, cutoff=CUTOFF)
    names = [found.tables.patients.name(int(r)) for r in found.endpoint("CNS_DOR").rows.row]
    assert names == ["P05", "P11"]
    assert not found.endpoint("CNS_DOR").rows.event.any()


def test_the_scan_behind_each_best_response_is_traced(results):
    derived = results.endpoint("CNS_ORR").rows
    points = results.tables.timepoints["rano_bm", "cns"]
    traced = 0
    for at in range(len(derived)):
        table, place = derived.came_from(at)
        if table:
            traced += 1
            assert table == "timepoints rano bm cns"
            assert (points.patient[place], points.day[place]) == (derived.row[at], derived.end_on[at])
    assert traced == 10  # everybody but P10 and P12, who were never assessed
    assert row(results, "P10", "CNS_ORR")["from"] == ""
