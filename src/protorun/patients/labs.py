"""Laboratory results of a file -> a table for grading: CSV with text cells, or parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protorun.errors import PatientDataError

if TYPE_CHECKING:
    import polars as pl

_LARGEST_BYTES = 2_000_000_000


def read_labs(path: Path) -> pl.DataFrame:
    """The table of a CSV or parquet file as it stands: a CSV keeps its cells as text, so that nothing is guessed.

    Raises PatientDataError when the file is not there, is too large, or is no table."""
    import polars as pl

    if not path.is_file():
        says = "this is a folder, no table" if path.is_dir() else "there is no such file"
        raise PatientDataError(says, where=str(path))
    if path.stat().st_size > _LARGEST_BYTES:
        raise PatientDataError("the file is larger than 2 GB", where=str(path), hint="split it by patient")
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise PatientDataError(f"this is no table: {first}", where=str(path), hint=_apart(path)) from error
    return frame.rename({name: name.strip().lstrip("\ufeff") for name in frame.columns})


def _apart(path: Path) -> str:
    """What to do about a line with more cells than the header: another separator, or a comma inside a number."""
    header = path.read_bytes()[:4096].splitlines()[:1]
    if header and b";" in header[0] and b"," not in header[0]:
        return "columns are separated by commas, not by ';'"
    return "numbers have a decimal point; a cell with a comma stands in quotes"
