"""Visits of a patient by number: as the table gives them, else by the order of the dates."""

from __future__ import annotations

from collections.abc import Sequence

from protorun.patients._csv_rows import CsvRow


def visit_numbers(rows: Sequence[CsvRow]) -> dict[tuple[str, int], int]:
    """Visit number by (patient, day): as given, else by the order of all dates of the patient."""
    given: dict[tuple[str, int], int] = {}
    for row in rows:
        visit = row.whole("visit")
        if visit is not None and given.setdefault((row.text("patient"), row.day("date")), visit) != visit:
            raise row.refuse(f"visit {visit} on a day that belongs to another visit")
    if given:
        for row in rows:
            if (row.text("patient"), row.day("date")) not in given:
                raise row.refuse("visit is blank and no other row of that day has one", "0 is baseline")
        return given
    days: dict[str, set[int]] = {}
    for row in rows:
        days.setdefault(row.text("patient"), set()).add(row.day("date"))
    return {(p, day): rank for p, all_days in days.items() for rank, day in enumerate(sorted(all_days))}
