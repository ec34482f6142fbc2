"""From a file to studies: records are recognized and understood, study files are loaded."""

from __future__ import annotations

from pathlib import Path

from protorun.errors import UsageError
from protorun.reading import understand
from protorun.records import open_records, recognize
from protorun.study.record import Record
from protorun.study.study import Study
from protorun.study_file import SUFFIXES, load_study


def read(path: Path | str) -> tuple[Study, ...]:
    """Every study described by the records of a file (page, JSON, XML or CSV export), in file order.

    Raises RecordError, naming the place, when the file is no record or is damaged.
    """
    return tuple(understand(record) for record in open_records(Path(path)))


def read_bytes(data: bytes, name: str = "") -> tuple[Study, ...]:
    """Every study in these bytes; `name` is what messages call them. Raises RecordError as `read` does."""
    return tuple(understand(record) for record in recognize(data, name))


def load(path: Path | str) -> Study:
    """The one study of a study file (.yaml) or of a record; `FILE#KEY` picks one of several records.

    Raises StudyFileError or RecordError for a file that cannot be used, UsageError when there are several studies.
    """
    return load_with_record(path)[0]


def load_with_record(path: Path | str) -> tuple[Study, Record | None]:
    """Like `load`, with the record the study was read from when the file is one."""
    file, key = _parts(path)
    if file.suffix.lower() in SUFFIXES:
        return load_study(file), None
    record = _chosen(open_records(file), key, file)
    return understand(record), record


def _parts(path: Path | str) -> tuple[Path, str]:
    whole = Path(path)
    if whole.exists() or "#" not in str(path):
        return whole, ""
    name, _, key = str(path).rpartition("#")
    return Path(name), key


def _chosen(records: tuple[Record, ...], key: str, file: Path) -> Record:
    keys = [p.text if (p := r.first("identifier.nct")) else r.name for r in records]
    if key:
        found = [r for r, k in zip(records, keys, strict=True) if k == key]
    else:
        found = list(records) if len(records) == 1 else []
    if len(found) != 1:
        some = ", ".join(keys[:5]) + (" ..." if len(keys) > 5 else "")
        raise UsageError(f"{file} holds {len(records)} records; name one as {file}#KEY, there are: {some}")
    return found[0]
