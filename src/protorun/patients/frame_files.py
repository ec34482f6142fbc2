"""A recorded trial as data-frame files: one parquet or CSV file per table, in the columns of `trial.from_frames`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from protorun.errors import PatientDataError, UsageError
from protorun.trial.from_frames import tables_from
from protorun.trial.tables import Tables
from protorun.trial.to_frames import frames_of

if TYPE_CHECKING:
    import polars as pl

TABLES = ("patients", "lesions", "visits", "responses")
_KINDS = (".parquet", ".csv")


def load_frames(folder: Path) -> Tables:
    """The tables in a folder of `patients.parquet` (or .csv) and, where kept, lesions, visits and responses.

    Raises PatientDataError for a folder without patients, for a file that cannot be read, and for wrong cells.
    """
    if not folder.is_dir():
        raise PatientDataError("there is no such folder", where=str(folder))
    found = {name: path for name in TABLES if (path := _file(folder, name))}
    if "patients" not in found:
        raise PatientDataError("there is no patients.parquet or patients.csv", where=str(folder))
    frames = {name: read_frame(path) for name, path in found.items()}
    return tables_from(frames.pop("patients"), **frames)


def write_frames(
    tables: Tables, folder: Path, *, kind: Literal["parquet", "csv"] = "parquet", calendar: bool = True
) -> list[Path]:
    """Writes every table that is there into the folder, which is made; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, frame in frames_of(tables, calendar=calendar).items():
        path = folder / f"{name}.{kind}"
        write_frame(frame, path)
        written.append(path)
    return written


def read_frame(path: Path) -> pl.DataFrame:
    """One parquet or CSV file, by its ending; CSV cells stay texts. Raises PatientDataError, UsageError."""
    import polars as pl

    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".csv":
            return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise PatientDataError(f"it cannot be read: {error}", where=str(path)) from None
    raise UsageError(f"{path.name} is no table; write {' or '.join(_KINDS)}")


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    """One table as parquet or CSV, by its ending. Raises UsageError for another ending."""
    if path.suffix not in _KINDS:
        raise UsageError(f"{path.name} is no table; write {' or '.join(_KINDS)}")
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_csv(path)


def _file(folder: Path, name: str) -> Path | None:
    return next((p for kind in _KINDS if (p := folder / f"{name}{kind}").is_file()), None)
