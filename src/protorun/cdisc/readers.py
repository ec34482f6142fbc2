"""Whose reading of the scans: the investigator's, or that of one independent radiologist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protorun.errors import UsageError

if TYPE_CHECKING:
    import polars as pl


def of_reader(frame: pl.DataFrame, domain: str, reader: str) -> pl.DataFrame:
    """Rows of RS, TU or TR (`domain`) by one reader: xxEVALID when it names the reader, else xxEVAL.

    Raises UsageError, which lists who reads there.
    """
    import polars as pl

    columns = [c for c in (f"{domain}EVALID", f"{domain}EVAL") if c in frame.columns]
    for column in columns:
        mine = frame.filter(pl.col(column) == reader)
        if len(mine):
            return mine
    there = sorted({str(v) for c in columns for v in frame[c].drop_nulls().unique().to_list()})
    if not there or not len(frame):
        return frame.clear() if columns else frame
    raise UsageError(f"no reader {reader!r} in {domain}; there are: {', '.join(there)}")


def spoken(reader: str) -> str:
    """The reader as PARAM texts print it: `INVESTIGATOR` -> `Investigator`."""
    return reader.title() if reader.isupper() else reader
