"""Adverse events become DLTs by the study's own definition, in `conduct` and in `analyze`."""

import pytest

from protorun.analyze import analyze
from protorun.conduct import conduct, plan
from protorun.conduct.status import status
from protorun.errors import PatientDataError
from protorun.patients.recorded import parse_recorded
from protorun.study.endpoint import Endpoint
from protorun.trial.events import Kind
from trials import LEVELS, dose_study, given

# The proposal for NCT06462092 in the words of the reading chapter; the window has 42 days.
DEFINITION = (
    "CTCAE v5 neurotoxicity of grade 3 or more (arachnoiditis, radiculitis), hematological toxicity of grade 4, "
    "hepatic toxicity of grade 3 or more, any toxicity of grade 5"
)
PATIENTS = """patient,arm,level,enrolled_on,withdrawn_on,last_alive_on
P1,single,15 mg,2025-01-01,,2025-03-20
P2,single,15 mg,2025-01-08,,2025-03-20
P3,single,15 mg,2025-01-15,2025-01-30,2025-01-30
P4,single,15 mg,2025-01-16,,2025-03-20
"""
EVENTS = """patient,date,term,grade,related,end_date
P1,2025-01-10,Radiculitis,3,yes,
P1,2025-01-20,Radiculitis,3,yes,
P2,2025-01-12,Platelet count decreased,3,yes,
P2,2025-03-01,Platelet count decreased,4,yes,
P3,2025-01-20,Nausea,2,yes,
P4,2025-01-30,Platelet count decreased,4,no,
"""
DLT = Endpoint(id="dlt", name=given("Dose-limiting toxicity (DLT) rate"), kind="safety")


def study(definition=DEFINITION, *endpoints):
    base = dose_study()
    rule = base.dose_rule.model_copy(update={"dlt_definition": given(definition)})
    return base.model_copy(update={"dose_rule": rule, "endpoints": endpoints})


def recorded(adverse=EVENTS, events="", patients=PATIENTS):
    texts = {"patients": patients, "adverse_events": adverse, "events": events}
    return parse_recorded({n: t for n, t in texts.items() if t}, levels=LEVELS, arms=("single",))


class TestConduct:
    def test_the_definition_makes_the_dlts_nobody_wrote_down(self):
        trial = conduct(study(), recorded())
        states = {p["patient"]: p["state"] for p in status(trial, plan(study())).patients}
        # P2: grade 3 is none, and grade 4 came on day 53 of 42; P3 left; P4's was judged not related.
        assert states == {"P1": "DLT", "P2": "no DLT", "P3": "not evaluable", "P4": "no DLT"}
        called = trial.events.of(Kind.DLT)
        assert (called.day.tolist(), called.value.tolist()) == ([10], [3.0])
        assert "Radiculitis" in called.text[0]

    def test_the_notes_say_that_and_by_which_clause(self):
        notes = " | ".join(conduct(study(), recorded()).notes)
        assert "events.csv records no DLT" in notes
        assert "patient P1: Radiculitis grade 3 of 2025-01-10 is a DLT: CTCAE v5 neurotoxicity" in notes

    def test_a_clause_that_asks_for_a_week_is_known_after_the_week(self):
        lasting = "grade 4 neutropenia lasting >= 7 days"
        adverse = "patient,date,term,grade,related,end_date\nP1,2025-01-10,Neutrophil count decreased,4,yes,2025-01-18\n"
        called = conduct(study(lasting), recorded(adverse)).events.of(Kind.DLT)
        assert (called.day[0], called.known_on[0]) == (10, 17)

    def test_recorded_dlts_count_and_every_disagreement_names_patient_and_event(self):
        called = "patient,date,kind,grade\nP2,2025-01-12,dlt,3\n"
        trial = conduct(study(), recorded(events=called))
        assert trial.events.of(Kind.DLT).patient.tolist() == [1]
        checks = [note for note in trial.notes if note.startswith("check: ")]
        assert checks == [
            "check: patient P1: Radiculitis grade 3 of 2025-01-10 is a DLT by the definition (CTCAE v5 neurotoxicity of "
            "grade 3 or more (arachnoiditis, radiculitis)); none is recorded",
            "check: patient P2: a DLT is recorded on 2025-01-12; by the definition Platelet count decreased grade 3 of "
            "2025-01-12 is none (no clause of the definition fits)",
        ]

    def test_a_definition_nobody_understands_is_named_and_makes_no_dlt(self):
        trial = conduct(study("whatever the committee calls one"), recorded())
        assert not len(trial.events.of(Kind.DLT))
        assert any(note.startswith("no DLT is read from adverse_events.csv") for note in trial.notes)

    def test_an_event_nobody_graded_is_asked_after(self):
        adverse = "patient,date,term,grade,related\nP1,2025-01-10,Radiculitis,,yes\n"
        notes = conduct(study(), recorded(adverse)).notes
        assert any(
            "patient P1: whether Radiculitis, not graded, of 2025-01-10 is a DLT is not known" in n
            for n in notes
        )


class TestAnalyze:
    def test_the_share_is_of_patients_who_can_be_evaluated(self):
        result = analyze(study(DEFINITION, DLT), recorded()).endpoint("dlt")
        arm = result.arms[0]
        assert (arm.n, arm.events, arm.undetermined) == (3, 1, 1)
        assert arm.estimate == pytest.approx(1 / 3)
        assert "DLT-evaluable" in result.measure

    def test_each_patient_has_a_reason_and_the_event_it_was_read_from(self):
        found = analyze(study(DEFINITION, DLT), recorded())
        rows = {p: found.explain(p)[0] for p in ("P1", "P2", "P3")}
        assert rows["P1"]["from"] == "adverse events, row 1"
        assert rows["P1"]["days"] == 10
        assert rows["P2"]["why"] == "completed the window without a DLT"
        assert rows["P3"]["why"] == "left the window early without a DLT"

    def test_before_the_window_is_over_nobody_without_a_dlt_is_counted(self):
        from datetime import date

        arm = analyze(study(DEFINITION, DLT), recorded(), cutoff=date(2025, 1, 25)).endpoint("dlt").arms[0]
        assert (arm.n, arm.events, arm.undetermined) == (1, 1, 3)

    def test_dlts_the_trial_called_count_and_differences_are_warned_of(self):
        called = "patient,date,kind,grade\nP2,2025-01-12,dlt,3\n"
        found = analyze(study(DEFINITION, DLT), recorded(events=called))
        assert found.endpoint("dlt").arms[0].events == 1
        assert found.explain("P2")[0]["why"] == "a DLT in the window, as the trial called it"
        assert any(w.startswith("patient P1: Radiculitis grade 3") for w in found.warnings)

    def test_conduct_and_analyze_find_the_same_patients(self):
        trial = conduct(study(), recorded())
        by_trial = analyze(study(DEFINITION, DLT), trial).endpoint("dlt").arms[0]
        by_events = analyze(study(DEFINITION, DLT), recorded()).endpoint("dlt").arms[0]
        assert (by_trial.n, by_trial.events) == (by_events.n, by_events.events) == (3, 1)

    def test_adverse_event_endpoints_are_counted_beside_them(self):
        any_event = Endpoint(id="ae", name=given("adverse events of grade 3 or higher"), kind="safety")
        assert analyze(study(DEFINITION, any_event), recorded()).endpoint("ae").arms[0].events == 3


class TestTable:
    def test_features_that_a_clause_asks_are_columns(self):
        bleeding = "grade >= 3 thrombocytopenia with bleeding"
        adverse = (
            "patient,date,term,grade,related,bleeding\nP1,2025-01-10,Platelet count decreased,3,yes,yes\n"
            "P2,2025-01-12,Platelet count decreased,3,yes,no\n"
        )
        assert conduct(study(bleeding), recorded(adverse)).events.of(Kind.DLT).patient.tolist() == [0]
        assert recorded(adverse).unused == ()

    def test_an_end_before_the_beginning_is_refused_with_its_line(self):
        with pytest.raises(PatientDataError, match=r"adverse_events\.csv:2.*end_date lies before"):
            recorded("patient,date,term,end_date\nP1,2025-01-10,Nausea,2025-01-09\n")
