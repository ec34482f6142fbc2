"""The calendar file: all-day events, escaped text, uids that stay and sequence numbers that rise."""

from datetime import UTC, date, datetime

import pytest
from hand_built import conquer, nct06462092, nct07134153
from icalendar import Calendar

from protorun.errors import PatientDataError
from protorun.schedule import lay_out, to_ics
from protorun.trial.planned import Planned

MONDAY = date(2024, 6, 17)
STAMP = datetime(2024, 6, 1, tzinfo=UTC)


def lines(**more):
    settings = {"start": MONDAY, "weight_kg": 60, "cycles": 2} | more
    return lay_out(nct06462092(), "single", **settings)


def events(text):
    return {str(e["uid"]): e for e in Calendar.from_ical(text).walk("VEVENT")}


def test_every_dated_line_is_one_all_day_event():
    found = events(to_ics(lines(), stamped=STAMP))
    assert len(found) == len(lines())
    event = found["NCT06462092/single/it_induction/2@protorun"]
    assert event["dtstart"].dt == date(2024, 6, 21)
    assert event["dtend"].dt == date(2024, 6, 22)
    assert str(event["summary"]).startswith("pemetrexed 15 mg")
    assert "Window: -1/+1 days" in str(event["description"])


def test_blocked_and_undated_lines_are_left_out():
    blocked = lay_out(nct07134153(with_defaults=True), "I/B", start=MONDAY, weight_kg=50, cycles=2)
    assert list(events(to_ics(blocked, stamped=STAMP))) == ["NCT07134153/I/B/b_iv_c1/c1d1@protorun"]
    assert events(to_ics(lay_out(conquer(), "systemic", start=MONDAY), stamped=STAMP)) == {}


def test_a_moved_event_keeps_its_uid_and_gets_the_next_sequence():
    first = to_ics(lines(), stamped=STAMP)
    second = to_ics(lines(actual={"C2": date(2024, 7, 11)}), stamped=STAMP, before=first)
    third = to_ics(lines(actual={"C2": date(2024, 7, 12)}), stamped=STAMP, before=second)
    cycle_2 = "NCT06462092/single/sg/c2d1@protorun"
    assert [int(events(t)[cycle_2]["sequence"]) for t in (first, second, third)] == [0, 1, 2]
    assert events(third)[cycle_2]["dtstart"].dt == date(2024, 7, 12)
    assert int(events(third)["NCT06462092/single/sg/c1d1@protorun"]["sequence"]) == 0


def test_an_event_that_is_gone_is_cancelled_once():
    first = to_ics(lines(), stamped=STAMP)
    shorter = lines(ended={"progression": date(2024, 7, 8)})
    second = events(to_ics(shorter, stamped=STAMP, before=first))["NCT06462092/single/sg/c2d1@protorun"]
    assert (str(second["status"]), int(second["sequence"])) == ("CANCELLED", 1)
    third = to_ics(shorter, stamped=STAMP, before=to_ics(shorter, stamped=STAMP, before=first))
    assert int(events(third)["NCT06462092/single/sg/c2d1@protorun"]["sequence"]) == 1


def test_two_patients_never_share_a_uid():
    one, two = (events(to_ics(lines(), stamped=STAMP, patient=p)) for p in ("01", "02"))
    assert not set(one) & set(two)


def test_text_with_commas_semicolons_and_line_breaks_survives():
    line = Planned("u", "dose", "a;b,c\\d", "b", 1, MONDAY, "C1D1", note="x\ny; z")
    (event,) = events(to_ics([line], stamped=STAMP)).values()
    assert str(event["summary"]).startswith("a;b,c\\d")
    assert "x\ny; z" in str(event["description"])
    assert b"a\\;b\\,c\\\\d" in to_ics([line], stamped=STAMP)


def test_an_earlier_file_that_is_no_calendar_is_refused():
    with pytest.raises(PatientDataError):
        to_ics(lines(), stamped=STAMP, before=b"\x00 no calendar")
