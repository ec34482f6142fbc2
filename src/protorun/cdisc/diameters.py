"""Diameters of TR before they are used: millimeters, from 0 up, finite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protorun.errors import PatientDataError

if TYPE_CHECKING:
    import polars as pl

TESTS = ("LDIAM", "LPERP", "DIAMETER")
_MOST_MM = 10_000.0


def check_diameters(tr: pl.DataFrame) -> pl.DataFrame:
    """TR with NaN diameters as missing ones. Raises PatientDataError for a diameter that is negative or longer than a
    patient, and for one in another unit than mm (TRSTRESU; an empty unit is taken as mm)."""
    import polars as pl

    tr = tr.with_columns(TRSTRESN=pl.col("TRSTRESN").cast(pl.Float64).fill_nan(None))
    size, measured = tr["TRSTRESN"], tr["TRTESTCD"].is_in(TESTS) & tr["TRSTRESN"].is_not_null()
    odd = (measured & ~size.is_between(0, _MOST_MM)).fill_null(False).arg_true()
    if len(odd):
        at = int(odd[0])
        raise PatientDataError(
            f"{size[at]:g} is no diameter",
            where=f"TR.TRSTRESN, row {at + 1}",
            hint="give millimeters, or nothing",
        )
    if "TRSTRESU" not in tr.columns:
        return tr
    unit = tr["TRSTRESU"].str.strip_chars().str.to_lowercase().replace("", None)
    other = (measured & (unit != "mm")).fill_null(False).arg_true()
    if len(other):
        at = int(other[0])
        raise PatientDataError(
            f"the unit is {unit[at]!r}", where=f"TR.TRSTRESU, row {at + 1}", hint="convert diameters to mm"
        )
    return tr
