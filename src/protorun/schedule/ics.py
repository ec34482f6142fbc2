"""The calendar as iCalendar (RFC 5545): all-day events with uids that stay, and sequence numbers that rise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from protorun.errors import PatientDataError
from protorun.trial.planned import Planned


def to_ics(
    lines: Iterable[Planned], *, stamped: datetime, name: str = "", patient: str = "", before: bytes = b""
) -> bytes:
    """The dated lines as an .ics file. Blocked and undated lines have no place in a calendar and are left out.

    `before` is the file given out earlier: an event that moved gets the next SEQUENCE (RFC 5545 3.8.7.4), and one that
    is gone is kept as cancelled. Raises PatientDataError when `before` is no calendar.
    """
    earlier = _events(before)
    calendar = Calendar()
    calendar.add("prodid", "-//protorun//calendar//EN")
    calendar.add("version", "2.0")
    if name:
        calendar.add("x-wr-calname", name)
    kept = set()
    for line in lines:
        if line.on is not None:
            event = _event(line, stamped, patient)
            kept.add(str(event["uid"]))
            calendar.add_component(_sequenced(event, earlier.get(str(event["uid"]))))
    for uid, event in earlier.items():
        if uid not in kept:
            calendar.add_component(_cancelled(event, stamped))
    return bytes(calendar.to_ical())


def _events(text: bytes) -> dict[str, Event]:
    if not text:
        return {}
    try:
        return {str(e["uid"]): e for e in Calendar.from_ical(text).walk("VEVENT") if isinstance(e, Event)}
    except (ValueError, KeyError, IndexError) as error:
        raise PatientDataError("the earlier calendar cannot be read", hint=str(error)) from error


def _event(line: Planned, stamped: datetime, patient: str) -> Event:
    event = Event()
    event.add("uid", f"{patient + '/' if patient else ''}{line.uid}@protorun")
    event.add("dtstamp", stamped)
    event.add("dtstart", line.on)
    event.add("dtend", (line.on or date.min) + timedelta(days=1))
    event.add("summary", summary(line))
    event.add("description", _description(line))
    event.add("transp", "TRANSPARENT")
    if line.condition:
        event.add("status", "TENTATIVE")
    return event


def summary(line: Planned) -> str:
    """`pemetrexed 15 mg intraventricular (induction 2/4)`; says so when the dose is not stated."""
    amount = f"{line.amount:g} {line.unit}" if line.amount is not None else ""
    if line.kind != "activity" and not amount:
        amount = "dose not stated"
    label = f"({line.label})" if line.label else ""
    return " ".join(part for part in (line.what, amount, line.route, label) if part)


def _description(line: Planned) -> str:
    parts = {
        "Study day": str(line.day),
        "Dose as stated": line.as_stated,
        "Window": f"-{line.window_before}/+{line.window_after} days" if line.window_after else "",
        "Only when": line.condition,
        "Not stated": line.missing,
        "Note": line.note,
    }
    return "\n".join(f"{name}: {text}" for name, text in parts.items() if text)


def _sequenced(event: Event, before: Event | None) -> Event:
    sequence = 0
    if before is not None:
        sequence = int(before.get("sequence", 0))
        sequence += any(
            _plain(event, name) != _plain(before, name) for name in ("dtstart", "summary", "status")
        )
    event.add("sequence", sequence)
    return event


def _plain(event: Event, name: str) -> str:
    value = event.get(name)
    return "" if value is None else str(getattr(value, "dt", value))


def _cancelled(event: Event, stamped: datetime) -> Event:
    if str(event.get("status", "")) == "CANCELLED":
        return event
    sequence = int(event.get("sequence", 0)) + 1
    for name in ("sequence", "status", "dtstamp"):
        event.pop(name, None)
    event.add("sequence", sequence)
    event.add("status", "CANCELLED")
    event.add("dtstamp", stamped)
    return event
