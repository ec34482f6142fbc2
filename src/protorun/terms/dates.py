"""Calendar dates as published: a day, a month or a year, kept with the precision that was printed."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_LONG = re.compile(r"([A-Za-z]{3,9})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})")


def _check(text: str) -> str:
    first_day(text)
    return text


PartialDate = Annotated[str, AfterValidator(_check)]
"""`YYYY`, `YYYY-MM` or `YYYY-MM-DD`; the length is the precision."""


def first_day(partial: str) -> date:
    """First day a partial date can mean. Raises ValueError on anything that is no date."""
    return date(*_numbers(partial, last=False))


def last_day(partial: str) -> date:
    """Last day a partial date can mean. Raises ValueError on anything that is no date."""
    return date(*_numbers(partial, last=True))


def parse_printed(text: str) -> str | None:
    """`June 15, 2024`, `July 2024`, `15 Jun 2024`, `2024-06` as a partial date, or None when it is no date."""
    text = text.strip()
    if match := _LONG.fullmatch(text):
        return _iso(match[3], _MONTHS.get(match[1].lower()), match[2])
    if match := _DAY_FIRST.fullmatch(text):
        return _iso(match[3], _MONTHS.get(match[2].lower()), match[1])
    return text if _is_partial(text) else None


def _is_partial(text: str) -> bool:
    try:
        first_day(text)
    except ValueError:
        return False
    return True


def _iso(year: str, month: int | None, day: str | None) -> str | None:
    if month is None:
        return None
    text = f"{year}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return text if _is_partial(text) else None


def _numbers(partial: str, *, last: bool) -> tuple[int, int, int]:
    match = _PARTIAL.fullmatch(partial)
    if match is None or not partial.isascii():
        raise ValueError(f"{partial!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
    year = int(match[1])
    if not year >= 1:
        raise ValueError(f"{partial!r} has no such year")
    month = int(match[2]) if match[2] else (12 if last else 1)
    if not 1 <= month <= 12:
        raise ValueError(f"{partial!r} has no such month")
    day = int(match[3]) if match[3] else (calendar.monthrange(year, month)[1] if last else 1)
    return year, month, day
