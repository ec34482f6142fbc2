"""protorun schedule and protorun calendar at the command line."""

import csv
import io
import json
from pathlib import Path

import pytest
from icalendar import Calendar

from protorun.cli import run

RECORDS = Path(__file__).resolve().parents[2] / "src" / "protorun" / "demo" / "records"
SG = str(RECORDS / "NCT06462092.txt")
RT = str(RECORDS / "NCT05305885.txt")
TDXD = str(RECORDS / "NCT07134153.txt")
START = ("--start", "2024-06-17", "--weight", "60")


@pytest.fixture
def said(capfd):
    def call(*words):
        code = run(list(words))
        out, err = capfd.readouterr()
        return code, out, err

    return call


def test_with_defaults_every_dose_has_a_date_and_every_assumption_is_printed(said):
    code, out, err = said("calendar", SG, *START, "--assume-defaults", "--format", "csv")
    rows = [r for r in csv.DictReader(io.StringIO(out)) if r["kind"] == "dose"]
    assert code == 0
    assert [(r["on"], r["amount"]) for r in rows][:3] == [
        ("2024-06-17", "600.0"),
        ("2024-06-18", "15.0"),
        ("2024-06-21", "15.0"),
    ]
    assert "assumed: blocks[pemetrexed_maintenance].every_days = 28" in err
    assert "assumed: the weight at the start counts" in err
    assert "6 cycles" in err


def test_without_defaults_what_is_not_stated_is_named_and_the_exit_code_is_3(said):
    code, out, err = said("calendar", SG, *START, "--format", "json")
    assert code == 3
    assert "blocks[pemetrexed_induction].week_days" in err
    undated = [line for line in json.loads(out) if line["on"] is None and line["kind"] == "dose"]
    assert {line["amount"] for line in undated} == {None}


def test_a_trial_of_several_arms_asks_for_the_arm(said):
    code, _, err = said("calendar", RT, *START)
    assert code == 2
    assert "concomitant_therapy, intrathecal_pemetrexed_alone" in err


def test_a_delay_a_stop_and_a_holiday_file(said, tmp_path):
    closed = tmp_path / "closed.txt"
    closed.write_text("# our site\n2024-07-15 # founders' day\n", encoding="utf-8")
    code, out, err = said(
        "calendar", SG, *START, "--assume-defaults", "--cycles", "3", "--delay", "C2=2024-07-08",
        "--progression", "2024-07-29", "--weekends", "next_weekday", "--holidays", str(closed), "--format", "json",
    )  # fmt: skip
    assert code == 0
    sg = [x["on"] for x in json.loads(out) if x["block"] == "sacituzumab_govitecan"]
    assert sg == ["2024-06-17", "2024-06-24", "2024-07-08", "2024-07-16"]
    assert "does not say that progression ends pemetrexed_induction, pemetrexed_consolidation" in err


def test_the_calendar_file_is_rfc_5545_and_moved_events_rise_in_sequence(said, tmp_path):
    _, first, _ = said("calendar", SG, *START, "--assume-defaults", "--format", "ics", "--patient", "007")
    assert first.count("\r\n") == first.count("\n")
    before = tmp_path / "before.ics"
    before.write_bytes(first.encode())
    _, second, _ = said(
        "calendar", SG, *START, "--assume-defaults", "--format", "ics", "--patient", "007",
        "--delay", "C2=2024-07-11", "--previous", str(before),
    )  # fmt: skip
    events = {str(e["uid"]): e for e in Calendar.from_ical(second).walk("VEVENT")}
    moved = events["007/NCT06462092/single/sacituzumab_govitecan/c2d1@protorun"]
    assert (int(moved["sequence"]), str(moved["dtstart"].dt)) == (1, "2024-07-11")


def test_a_blocked_arm_is_laid_out_once_the_rp2d_is_handed_over(said):
    words = ("calendar", TDXD, *START, "--arm", "phase_1_arm_b", "--assume-defaults", "--cycles", "2")
    code, _, err = said(*words)
    assert code == 3
    assert "blocked by: RP2D of Phase I/Arm A" in err
    _, out, _ = said(*words, "--result", "RP2D=7 mg", "--format", "json")
    lines = [x for x in json.loads(out) if x["kind"] == "dose"]
    assert [(x["label"], x["amount"]) for x in lines] == [("C1D1", 324.0), ("C2D1", 7.0), ("C2D1", 324.0)]


@pytest.mark.parametrize(
    "words",
    [
        ("--delay", "C2"),
        ("--delay", "C2=soon"),
        ("--delay", "cycle two=2024-07-01"),
        ("--weight", "-3"),
        ("--weight", "nan"),
        ("--level", "99 mg"),
        ("--arm", "nobody"),
        ("--weighed", "2024-07-01=heavy"),
        ("--result", "RP2D=much"),
        ("--holidays", "no such file"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(said, words):
    code, _, err = said("calendar", SG, "--start", "2024-06-17", *words)
    assert code == 2
    assert "Traceback" not in err


def test_the_schedule_of_one_arm(said):
    code, out, _ = said(
        "schedule", RT, "--arm", "concomitant_therapy", "--assume-defaults", "--format", "json"
    )
    assert code == 0
    rows = json.loads(out)
    assert [(r["activity"], r["dose"]) for r in rows][:3] == [
        ("pemetrexed", "10 mg"),
        ("pemetrexed", "10 mg"),
        ("involved-field radiation therapy", "2 Gy"),
    ]
    assert rows[2]["D15"] == "X"


def test_the_schedule_of_all_arms_says_what_is_blocked(said):
    code, out, _ = said("schedule", TDXD)
    assert code == 0
    assert "blocked by" in out


def test_a_file_of_holidays_that_is_no_text_is_named(said, tmp_path):
    (tmp_path / "holidays.txt").write_bytes(b"\xff\xfe2024-07-01")
    code, _, err = said("calendar", SG, *START, "--holidays", str(tmp_path / "holidays.txt"))
    assert code == 2
    assert "holidays.txt, byte 0: this is no text in UTF-8" in err


class TestAfterToxicity:
    """Sacituzumab govitecan, 10 mg/kg of 60 kg on days 1 and 8 of 21, by the rules `published` gives for it."""

    COURSE = "date,term,grade\n2024-06-20,neutropenia,4\n2024-06-30,neutropenia,1\n"

    def rows(self, said, tmp_path, course=COURSE, *more):
        table = tmp_path / "toxicities.csv"
        table.write_text(course, encoding="utf-8")
        words = ("calendar", SG, *START, "--assume-defaults", "--cycles", "3", "--format", "csv")
        code, out, err = said(*words, "--toxicities", str(table), *more)
        found = [r for r in csv.DictReader(io.StringIO(out)) if r["what"] == "sacituzumab govitecan"]
        return code, found, err

    def test_ten_days_of_grade_4_reduce_all_later_doses_by_a_quarter(self, said, tmp_path):
        code, rows, err = self.rows(said, tmp_path)
        assert code == 0
        assert [(r["on"], r["amount"]) for r in rows[:2]] == [
            ("2024-06-17", "600.0"),
            ("2024-06-30", "450.0"),
        ]
        assert rows[1]["note"].startswith("reduced: neutropenia grade 4: neutropenia grade 4 for 7 days")
        assert {r["amount"] for r in rows[1:]} == {"450.0"}
        assert "5 of" in err
        assert "assumed: published_modifications = ('sacituzumab govitecan',)" in err
        assert "[unverified]" in err

    def test_a_dose_whose_event_has_not_recovered_has_no_date(self, said, tmp_path):
        _, rows, _ = self.rows(said, tmp_path, "date,term,grade\n2024-06-20,febrile neutropenia,3\n")
        held = [r for r in rows if r["note"].startswith("held: febrile neutropenia grade 3")]
        assert len(held) == 5
        assert {(r["on"], r["amount"]) for r in held} == {("", "")}

    def test_an_event_that_no_rule_names_is_told(self, said, tmp_path):
        _, rows, err = self.rows(said, tmp_path, "date,term,grade\n2024-06-20,neutropenic,4\n")
        assert "no dose rule names neutropenic: no dose changes for it" in err
        assert {r["amount"] for r in rows} == {"600.0"}

    def test_intrathecal_doses_are_left_alone(self, said, tmp_path):
        table = tmp_path / "t.csv"
        table.write_text(self.COURSE, encoding="utf-8")
        words = ("calendar", SG, *START, "--assume-defaults", "--format", "csv")
        plain = [r for r in csv.DictReader(io.StringIO(said(*words)[1])) if r["what"] == "pemetrexed"]
        after = said(*words, "--toxicities", str(table))[1]
        assert plain
        assert [r for r in csv.DictReader(io.StringIO(after)) if r["what"] == "pemetrexed"] == plain

    def test_rows_of_other_patients_are_not_read(self, said, tmp_path):
        course = "patient,date,term,grade\nA,2024-06-20,neutropenia,4\nB,2024-06-20,nausea,1\n"
        assert "pick one with --patient" in self.rows(said, tmp_path, course)[2]
        _, rows, _ = self.rows(said, tmp_path, course, "--patient", "B")
        assert {r["amount"] for r in rows} == {"600.0"}

    def test_without_rules_the_record_is_asked_for_them(self, said, tmp_path):
        table = tmp_path / "t.csv"
        table.write_text(self.COURSE, encoding="utf-8")
        code, _, err = said("calendar", SG, *START, "--toxicities", str(table))
        assert code != 0
        assert "published_modifications" in err
