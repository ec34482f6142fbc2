"""Partial dates: the precision printed is kept, and a partial date means exactly the days it covers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.terms.dates import first_day, last_day, parse_printed

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@given(DAYS)
def test_a_full_date_is_its_own_first_and_last_day(day: date) -> None:
    assert first_day(day.isoformat()) == last_day(day.isoformat()) == day


@given(DAYS)
def test_a_month_covers_its_days_and_no_others(day: date) -> None:
    month = day.isoformat()[:7]
    assert first_day(month).day == 1
    assert (last_day(month) + timedelta(1)).day == 1
    assert first_day(month) <= day <= last_day(month)
    assert (last_day(month) - first_day(month)).days in (27, 28, 29, 30)


@given(DAYS)
def test_less_precision_never_covers_fewer_days(day: date) -> None:
    full, month, year = day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]
    assert first_day(year) <= first_day(month) <= first_day(full)
    assert last_day(full) <= last_day(month) <= last_day(year)


@given(DAYS, st.sampled_from(["%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%Y-%m-%d"]))
def test_a_printed_day_is_read_with_its_day(day: date, form: str) -> None:
    assert parse_printed(day.strftime(form)) == day.isoformat()


@given(DAYS, st.sampled_from(["%B %Y", "%b %Y", "%Y-%m"]))
def test_a_printed_month_stays_a_month(day: date, form: str) -> None:
    assert parse_printed(day.strftime(form)) == day.isoformat()[:7]


@given(st.text(max_size=20))
def test_other_text_is_no_date_and_no_crash(text: str) -> None:
    found = parse_printed(text)
    assert found is None or first_day(found) <= last_day(found)


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2024-13", "2024-00", "2024-6", "24-06-01", "0000", "２０２４", "2024-06-31", ""]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        first_day(text)


def test_a_leap_day_exists_in_leap_years() -> None:
    assert last_day("2024-02") == date(2024, 2, 29)
    assert last_day("2100-02") == date(2100, 2, 28)
