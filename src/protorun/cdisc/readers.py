"""Whose reading of the scans: the investigator's, or that of one independent radiologist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protorun.errors import UsageError

if TYPE_CHECKING:
    import polars as pl


def of_reader(frame: pl.DataFrame, domain: str, reader: str) -> pl.DataFrame:
    """Rows of RS, TU or TR (`domain`) by one reader: xxEVALID when it names the reader, else xxEVAL. Of several readers of
    one kind (two radiologists and INDEPENDENT ASSESSOR) the accepted rows count (xxACPTFL = Y).

    Raises UsageError, which lists who reads there: for a reader who does not, and for several of whom none is accepted.
    """
    import polars as pl

    columns = [c for c in (f"{domain}EVALID", f"{domain}EVAL") if c in frame.columns]
    if not columns or not len(frame):
        return frame
    for column in columns:
        mine = frame.filter(pl.col(column) == reader)
        if len(mine):
            return _one_of_them(mine, domain, reader)
    there = sorted({str(v) for c in columns for v in frame[c].drop_nulls().unique().to_list()} - {""})
    if not there:
        raise UsageError(f"{domain} names no reader in {' or '.join(columns)}: fill it in, or leave it out")
    raise UsageError(f"no reader {reader!r} in {domain}; there are: {', '.join(there)}")


def _one_of_them(mine: pl.DataFrame, domain: str, reader: str) -> pl.DataFrame:
    """The rows of one reader; of several the accepted ones."""
    import polars as pl

    name, accepted = f"{domain}EVALID", f"{domain}ACPTFL"
    several = sorted(mine[name].drop_nulls().unique().to_list()) if name in mine.columns else []
    if len(several) < 2:
        return mine
    kept = mine.filter(pl.col(accepted) == "Y") if accepted in mine.columns else mine.clear()
    if len(kept):
        return kept
    raise UsageError(f"several readers are {reader!r} in {domain}: name one of {', '.join(several)}")


def spoken(reader: str) -> str:
    """The reader as PARAM texts print it: `INVESTIGATOR` -> `Investigator`."""
    return reader.title() if reader.isupper() else reader
