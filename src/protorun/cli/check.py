"""protorun check"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say


def check(
    study: Path | None = None,
    *,
    record: Path | None = None,
    schema: Annotated[bool, Parameter(negative=())] = False,
    format: Format = "table",
) -> int:
    """Check a study file (or a record): errors with file and line, open questions, doubts.

    Exit code 0 when there is nothing to look at, 3 when there are findings.

    Parameters
    ----------
    study
        A study file (.yaml), or a record, which is read first.
    record
        The record the study was read from: every quote is compared with its characters.
    schema
        Print the JSON Schema of the study file for editors, and nothing else.
    format
        How to print the findings.
    """
    from protorun.errors import StudyFileError, UsageError

    if schema:
        from protorun.study_file.schema import schema_text

        sys.stdout.write(schema_text())
        return 0
    if study is None:
        raise UsageError("name a study file to check, or ask for --schema")
    try:
        rows = _rows(study, record)
    except StudyFileError as error:
        rows = [
            {
                "where": f"{error.file}:{line}",
                "kind": "error",
                "code": "STUDY_FILE",
                "path": path,
                "says": says,
            }
            for line, path, says in error.findings
        ]
    if not rows:
        say(f"{study}: nothing to look at")
        return 0
    emit(rows, format)
    say(f"{study}: {', '.join(_counts(rows))}")
    return 3


def _rows(study: Path, record: Path | None) -> list[dict[str, str]]:
    from protorun.study_file import SUFFIXES, loads, text_of
    from protorun.study_file.checks import against_record
    from protorun.study_file.checks import check as check_study
    from protorun.study_file.lines import line_of
    from protorun.study_file.nodes import parse

    if study.suffix.lower() not in SUFFIXES:
        from protorun.read import load

        return [_row(str(study), f) for f in check_study(load(study))]
    text = text_of(study)
    loaded, root = loads(text, str(study)), parse(text, str(study))
    found = check_study(loaded)
    if record is not None:
        found = (*against_record(loaded, _same_record(record, loaded.origin.digest)), *found)
    return [_row(f"{study}:{line_of(root, f.at or f.path)}", f) for f in found]


def _same_record(path: Path, digest: str) -> Any:
    """The record of that digest in a file, else the first one, so that the difference is reported."""
    from protorun.records import open_records

    records = open_records(path)
    return next((r for r in records if r.digest == digest), records[0])


def _row(where: str, finding: Any) -> dict[str, str]:
    return {
        "where": where,
        "kind": finding.kind,
        "code": finding.code,
        "path": finding.path,
        "says": finding.says,
    }


def _counts(rows: list[dict[str, str]]) -> list[str]:
    kinds = [row["kind"] for row in rows]
    words = {"error": "errors", "open": "open questions", "review": "to review"}
    return [f"{word}: {kinds.count(kind)}" for kind, word in words.items() if kind in kinds]
