"""A recorded trial replays as it happened, and conduct cannot tell it from a virtual one."""

from datetime import date, timedelta

import numpy as np
import pytest

from protorun.conduct import conduct, plan
from protorun.conduct.status import status
from protorun.conduct.terms import Terms
from protorun.errors import PatientDataError
from protorun.patients.recorded import load_recorded, parse_recorded
from protorun.trial.events import Kind
from trials import LEVELS, dose_patients, dose_study, scenario, told

PATIENTS = """patient,arm,level,enrolled_on,eligible
P1,single,15 mg,2025-01-01,yes
P2,single,15 mg,2025-01-08,yes
P3,single,15 mg,2025-01-15,yes
P4,single,10 mg,2025-02-20,yes
"""
EVENTS = """patient,date,kind,grade,known_on,note
P1,2025-01-10,dlt,3,2025-01-12,thrombocytopenia
P2,2025-02-10,dlt,4,,radiculitis
P3,2025-02-26,visit,,,
P4,2025-03-01,visit,,,
"""


def replay(patients=PATIENTS, events=EVENTS, *, cutoff=None, doses=""):
    texts = {"patients": patients, "events": events, "doses": doses}
    found = parse_recorded(texts, levels=LEVELS, arms=("single",))
    terms = Terms(cut_off=found.day(date.fromisoformat(cutoff)) if cutoff else None, explain=True)
    trial = conduct(dose_study(), found, terms=terms)
    return trial, status(trial, plan(dose_study()))


class TestReplay:
    def test_each_patient_stands_where_the_tables_say(self):
        _, stands = replay()
        assert [(p["patient"], p["level"], p["state"]) for p in stands.patients] == [
            ("P1", "15 mg", "DLT"),
            ("P2", "15 mg", "DLT"),
            ("P3", "15 mg", "no DLT"),
            ("P4", "10 mg", "under observation"),
        ]
        assert stands.patients[3]["until"] == "2025-04-02"

    def test_two_dlts_at_15_mg_recommend_10_mg_with_the_reason(self):
        _, stands = replay()
        assert stands.recommendation["level"] == "10 mg"
        assert stands.recommendation["pending"] == ["P4"]
        assert stands.recommendation["why"].startswith("0 of 0 with DLT at 10 mg, 1 pending")
        assert stands.recommendation["level_since"] == "2025-02-10"
        assert (
            stands.recommendation["level_because"]
            == "2 of 2 with DLT at 15 mg, 1 pending: limit 2, reduce to 10 mg"
        )
        by_level = {c["level"]: c for c in stands.counts}
        assert (by_level["15 mg"]["evaluable"], by_level["15 mg"]["dlt"]) == (3, 2)
        assert (by_level["10 mg"]["evaluable"], by_level["10 mg"]["under_observation"]) == (0, 1)

    def test_the_recommendation_counts_everything_known_on_the_day(self):
        _, stands = replay(cutoff="2025-01-20")
        assert stands.recommendation["action"] == "enroll"
        assert stands.recommendation["why"].startswith("1 of 1 with DLT at 15 mg, 2 pending: 3 more patients")

    def test_a_dlt_is_not_known_before_it_was_reported(self):
        _, before = replay(cutoff="2025-01-11")
        _, after = replay(cutoff="2025-01-12")
        assert before.patients[0]["state"] == "under observation"
        assert after.patients[0]["state"] == "DLT"

    def test_patients_enrolled_after_the_cut_off_are_not_there(self):
        _, stands = replay(cutoff="2025-01-14")
        assert [p["patient"] for p in stands.patients] == ["P1", "P2"]

    def test_the_replay_on_a_day_is_the_full_replay_cut_on_that_day(self):
        whole, _ = replay()
        early, _ = replay(cutoff="2025-02-10")
        cut = whole.cut(early.cut_on)
        kinds = [k for k in Kind if k is not Kind.DECISION]
        assert told(cut, *kinds) == told(early, *kinds)

    def test_silence_is_not_completion(self):
        _, stands = replay(events="patient,date,kind\nP1,2025-01-20,visit\n")
        assert {p["state"] for p in stands.patients} == {"under observation"}

    def test_the_window_starts_with_the_first_dose_where_doses_are_recorded(self):
        doses = "patient,date,drug,amount,unit\nP1,2025-01-05,pemetrexed,15,mg\n"
        events = "patient,date,kind\nP1,2025-02-12,dlt\nP2,2025-04-01,visit\n"
        _, stands = replay(events=events, doses=doses)
        # 2025-02-12 is day 43 after enrollment and day 39 after the first dose.
        assert stands.patients[0]["state"] == "DLT"
        # P2 was never treated: a visit long after enrollment completes nothing.
        assert stands.patients[1]["state"] == "under observation"


class TestDeviations:
    def test_a_patient_at_another_level_than_the_rule_gave(self):
        _, stands = replay(PATIENTS.replace("P4,single,10 mg", "P4,single,15 mg"))
        (found,) = stands.deviations
        assert (found["patient"], found["on"]) == ("P4", "2025-02-20")
        assert found["deviation"] == "treated at 15 mg; the rule gave 10 mg"

    def test_a_patient_enrolled_while_outcomes_were_pending(self):
        rows = "".join(f"Q{i},single,15 mg,2025-01-{i + 1:02d},yes\n" for i in range(7))
        _, stands = replay("patient,arm,level,enrolled_on,eligible\n" + rows, "")
        (found,) = stands.deviations
        assert found["patient"] == "Q6"
        assert "outcomes were pending" in found["deviation"]

    def test_a_patient_not_known_to_be_eligible(self):
        _, stands = replay(PATIENTS.replace("2025-01-08,yes", "2025-01-08,no"))
        assert [d["patient"] for d in stands.deviations] == ["P2"]

    def test_patients_after_the_trial_has_stopped_are_shown_and_named(self):
        rows = "".join(
            f"Q{i},single,{level},{on},yes\n"
            for i, (level, on) in enumerate(
                [
                    ("15 mg", "2025-01-01"),
                    ("15 mg", "2025-01-02"),
                    ("10 mg", "2025-02-01"),
                    ("10 mg", "2025-02-02"),
                    ("10 mg", "2025-05-01"),
                ]
            )
        )
        toxic = "patient,date,kind\n" + "".join(f"Q{i},2025-0{1 + i // 2}-10,dlt\n" for i in range(4))
        trial, stands = replay("patient,arm,level,enrolled_on,eligible\n" + rows, toxic)
        assert trial.status == "stopped"
        assert stands.recommendation["action"] == "stop"
        assert [d["patient"] for d in stands.deviations] == ["Q4"]
        assert "the trial had ended" in stands.deviations[0]["deviation"]


class TestScreening:
    def test_a_screened_patient_who_was_not_enrolled_is_no_patient_of_the_rule(self):
        patients = "patient,level,enrolled_on,screened_on,eligible\nS1,,,2025-01-01,no\nP1,15 mg,2025-01-03,2025-01-02,yes\n"
        trial, stands = replay(patients, "")
        assert told(trial, Kind.SCREENED) == [("SCREENED", 0, 1, -1)]
        assert [p["state"] for p in stands.patients] == ["screened, not enrolled", "under observation"]
        assert trial.day_one == date(2025, 1, 1)


class TestOneLoop:
    @pytest.mark.parametrize("copy", [0, 3, 5])
    def test_a_virtual_trial_written_down_and_replayed_ends_the_same_way(self, copy):
        truth = scenario(dlt=[0.2, 0.35], courses={"any": {"os_median_months": 6}}, timing={"delay_days": 3})
        virtual = conduct(dose_study(), dose_patients(truth), copies=1, first_copy=copy)
        patients, events = _written(virtual)
        again, stands = replay(patients, events)
        for kinds in ((Kind.FINISHED, Kind.STOPPED), (Kind.DLT_COUNTED,), (Kind.INEVALUABLE,)):
            shift = _first_day(virtual) - 1
            expected = [(k, d - shift, level) for k, _, d, level in told(virtual, *kinds)]
            assert [(k, d, level) for k, _, d, level in told(again, *kinds)] == expected
        assert stands.deviations == ()


class TestRefusals:
    @pytest.mark.parametrize(
        ("patients", "events", "where", "says"),
        [
            (PATIENTS.replace("2025-01-08", "08.01.2025"), "", "patients.csv:3", "no date"),
            (
                PATIENTS.replace("10 mg", "12 mg"),
                "",
                "patients.csv:5",
                "no level '12 mg'; there are: 10 mg, 15 mg",
            ),
            (PATIENTS.replace("P2,single", "P2,double"), "", "patients.csv:3", "no arm 'double'"),
            (PATIENTS.replace("P2,", "P1,"), "", "patients.csv:3", "stands twice"),
            (PATIENTS.replace("2025-01-15", ""), "", "patients.csv:4", "neither enrolled_on nor screened_on"),
            (PATIENTS, EVENTS.replace("P2,", "P9,"), "events.csv:3", "not in patients.csv"),
            (PATIENTS, EVENTS.replace("dlt,4", "dtl,4"), "events.csv:3", "not known"),
            (PATIENTS, EVENTS.replace("2025-01-12", "2025-01-02"), "events.csv:2", "before the date"),
            (PATIENTS, EVENTS.replace("dlt,4", "dlt,nan"), "events.csv:3", "no number"),
            (PATIENTS, EVENTS.replace("P3,2025-02-26", "P3,"), "events.csv:4", "blank"),
            ("patient,level\n", "", "patients.csv", "no patients"),
        ],
    )
    def test_name_file_and_line(self, patients, events, where, says):
        with pytest.raises(PatientDataError) as error:
            replay(patients, events)
        assert error.value.where.startswith(where)
        assert says in str(error.value)

    def test_a_death_before_enrollment(self):
        with pytest.raises(PatientDataError, match=r"patients\.csv:2.*before"):
            replay("patient,level,enrolled_on,died_on\nP1,15 mg,2025-01-05,2025-01-01\n", "")

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(PatientDataError, match="no such folder"):
            load_recorded(tmp_path / "nothing")

    def test_a_patient_of_the_rule_without_a_level_is_refused(self):
        with pytest.raises(PatientDataError, match=r"patients\.csv:3.*no dose level"):
            replay(PATIENTS.replace("P2,single,15 mg", "P2,single,"))


def test_the_files_of_a_folder_are_read(tmp_path):
    (tmp_path / "patients.csv").write_text(PATIENTS, encoding="utf-8")
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    found = load_recorded(tmp_path, levels=LEVELS, arms=("single",))
    assert found.names == ("P1", "P2", "P3", "P4")
    assert len(found.events.of(Kind.DLT)) == 2


def _first_day(trial):
    return int(trial.events.of(Kind.ENROLLED).day.min())


def _written(trial):
    """The tables a site would have kept of this trial."""
    start = date(2025, 1, 1) - timedelta(days=_first_day(trial))
    on = {n: (start + timedelta(days=int(n))).isoformat() for n in np.unique(trial.events.day.clip(max=9999))}
    on |= {
        n: (start + timedelta(days=int(n))).isoformat()
        for n in np.unique(trial.events.known_on.clip(max=9999))
    }
    entered = trial.events.of(Kind.ENROLLED)
    patients = "patient,level,enrolled_on\n" + "".join(
        f"V{p},{LEVELS[level]},{on[d]}\n"
        for p, level, d in zip(entered.patient, entered.level, entered.day, strict=True)
    )
    words = {Kind.DLT: "dlt", Kind.DEATH: "died", Kind.VISIT: "visit"}
    told_ = trial.events.of(*words)
    events = "patient,date,kind,known_on\n" + "".join(
        f"V{p},{on[min(d, 9999)]},{words[Kind(int(k))]},{on[min(kn, 9999)]}\n"
        for p, d, k, kn in zip(told_.patient, told_.day, told_.kind, told_.known_on, strict=True)
    )
    return patients, events


class TestTablesThatCannotBeTrue:
    def refused(self, says, **texts):
        with pytest.raises(PatientDataError, match=says):
            replay(**texts)

    def test_a_dlt_before_the_first_dose_is_never_left_uncounted(self):
        doses = "patient,date,drug,amount,unit,known_on\nP1,2025-01-11,SG,600,mg,\nP2,2025-01-08,SG,600,mg,\n"
        self.refused(
            r"events\.csv:2: dlt of patient P1 on 2025-01-10, and no dose was given by then", doses=doses
        )

    def test_a_dlt_of_a_patient_without_a_dose_is_never_left_uncounted(self):
        doses = "patient,date,drug,amount,unit,known_on\nP2,2025-01-08,SG,600,mg,\n"
        self.refused(r"events\.csv:2: dlt of patient P1 .* no dose was given", doses=doses)

    def test_a_dlt_before_the_day_of_entry(self):
        self.refused(
            r"events\.csv:2: dlt of patient P1 on 2024-12-31",
            events=EVENTS.replace("P1,2025-01-10", "P1,2024-12-31"),
        )

    def test_a_dose_before_the_day_of_entry(self):
        doses = "patient,date,drug,amount,unit,known_on\nP1,2024-12-11,SG,600,mg,\n"
        self.refused(
            r"doses\.csv:2: dose given of patient P1 on 2024-12-11, and the patient came later", doses=doses
        )

    def test_anything_after_death(self):
        died = EVENTS + "P3,2025-02-01,died,,,\n"
        self.refused(
            r"events\.csv:4: visit of patient P3 on 2025-02-26, after the death on 2025-02-01", events=died
        )

    def test_two_days_of_one_death(self):
        died = EVENTS + "P4,2025-03-02,died,,,\nP4,2025-03-05,died,,,\n"
        self.refused(r"events\.csv:7: patient P4 died on 2025-03-02 already", events=died)

    @pytest.mark.parametrize("grade", ["9", "2.5", "-1", "nan", "\uff13", "3_0", "0x3"])
    def test_a_grade_that_is_none(self, grade):
        self.refused(r"events\.csv:2: grade", events=EVENTS.replace(",3,", f",{grade},"))

    def test_a_null_byte(self):
        self.refused(r"patients\.csv:2: there is a null byte", patients=PATIENTS.replace("P1,", "P\0,"))


def test_a_dlt_after_the_window_is_named_and_not_counted():
    late = EVENTS.replace("P1,2025-01-10,dlt,3,2025-01-12", "P1,2025-02-12,dlt,3,2025-02-12")
    _, stands = replay(events=late)
    assert {c["level"]: c["dlt"] for c in stands.counts}["15 mg"] == 1
    told = [(d["patient"], d["on"]) for d in stands.deviations if "not counted" in d["deviation"]]
    assert told == [("P1", "2025-02-12")]


def test_nobody_without_a_recorded_dose_gets_a_day_on_which_the_window_ends():
    doses = "patient,date,drug,amount,unit,known_on\n" + "".join(
        f"P{n},2025-01-{day:02},SG,600,mg,\n" for n, day in ((1, 1), (2, 8), (3, 15))
    )
    _, stands = replay(doses=doses)
    assert (stands.patients[3]["state"], stands.patients[3]["until"]) == ("under observation", None)


def test_columns_nobody_reads_are_named():
    texts = {"patients": PATIENTS.replace("eligible", "eligble"), "events": EVENTS}
    assert parse_recorded(texts, levels=LEVELS, arms=("single",)).unused == ("patients.csv: eligble",)
