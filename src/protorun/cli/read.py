"""`protorun read`: records into studies, with what they leave open and what was not understood."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

from cyclopts import Parameter

from protorun.cli.output import emit, say

if TYPE_CHECKING:
    from protorun.study.source import Sourced
    from protorun.study.study import Study


def read(
    *files: Annotated[str, Parameter(allow_leading_hyphen=True)],
    format: Literal["table", "json", "csv", "yaml"] = "table",
    output: Path | None = None,
) -> int:
    """Read records (pages, JSON, XML, CSV exports) into studies; what was not understood is listed.

    Parameters
    ----------
    files
        Files of records; `-` reads one from standard input.
    format
        `table` for people; `json` and `csv` for one row per study; `yaml` for study files to edit.
    output
        Write there instead of printing: a file, or for several studies as yaml a folder.
    """
    from protorun.errors import RecordError, UsageError

    if not files:
        raise UsageError("name at least one file of records, or - for standard input")
    if unknown := [f for f in files if f.startswith("--")]:
        raise UsageError(f"there is no option {unknown[0]}; write ./{unknown[0]} if it is a file")
    studies: list[Study] = []
    failed = 0
    for file in files:
        try:
            studies += _studies(file)
        except RecordError as error:
            failed += 1
            say(f"protorun: {error}")
    if format == "yaml":
        _study_files(studies, output)
    elif studies:
        _printed(studies, format, output)
    if studies:
        say(_closing(studies))
    return 1 if failed else 0


def _studies(file: str) -> tuple[Study, ...]:
    from protorun.read import read as read_file
    from protorun.read import read_bytes
    from protorun.records import MAX_BYTES

    if file == "-":
        return read_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
    return read_file(Path(file))


def _printed(studies: list[Study], format: Literal["table", "json", "csv"], output: Path | None) -> None:
    out = output.open("w", encoding="utf-8", newline="") if output else sys.stdout
    try:
        _emit_all(studies, format, out)
    finally:
        if output:
            out.close()


def _emit_all(studies: list[Study], format: Literal["table", "json", "csv"], out: TextIO) -> None:
    if format == "json":
        emit([_detail(s) for s in studies], "json", out=out)
    elif format == "csv" or len(studies) > 1:
        emit([_row(s) for s in studies], format, out=out)
    else:
        for title, rows in _tables(studies[0]).items():
            emit(rows, "table", title=title, out=out)


def _study_files(studies: list[Study], output: Path | None) -> None:
    """Study files on stdout (as YAML documents), in one file, or one per study in a folder."""
    from protorun.study_file import dumps, save_study

    if output is None:
        sys.stdout.write("---\n".join(dumps(s) for s in studies))
    elif len(studies) == 1 and not output.is_dir():
        save_study(studies[0], output)
    else:
        output.mkdir(parents=True, exist_ok=True)
        for study in studies:
            save_study(study, output / f"{study.key}.yaml")


def _row(study: Study) -> dict[str, Any]:
    return {
        "key": study.key,
        "format": study.origin.format,
        "title": study.title,
        "status": study.status.value,
        "phases": list(study.phases.value or ()),
        "arms": len(study.arms),
        "blocks": len(study.blocks),
        "criteria": len(study.eligibility),
        "endpoints": len(study.endpoints),
        "open_questions": len(study.open_questions),
        "conflicts": len(study.conflicts),
        "unread": len(study.unread),
    }


def _detail(study: Study) -> dict[str, Any]:
    return {
        **_row(study),
        "facts": _facts(study),
        "open_questions": [q.model_dump(mode="json") for q in study.open_questions],
        "conflicts": [c.model_dump(mode="json") for c in study.conflicts],
        "ambiguities": [a.model_dump(mode="json") for a in study.ambiguities],
        "unread": [u.model_dump(mode="json") for u in study.unread],
        "warnings": list(study.warnings),
    }


def _tables(study: Study) -> dict[str, list[dict[str, Any]]]:
    tables = {
        f"{study.key}: {study.title}": _facts(study),
        "Arms": [{"arm": a.label.value, "part": a.part, "blocks": list(a.blocks)} for a in study.arms],
        "Endpoints": [
            {"level": e.level, "endpoint": e.name.value, "kind": e.kind, "time_frame": e.time_frame.value}
            for e in study.endpoints
        ],
        "Conflicts": [{"says": c.says, "taken": c.taken} for c in study.conflicts],
        "Ambiguities": [{"says": a.says, "readings": list(a.readings)} for a in study.ambiguities],
        "Open questions": [
            {"asks": q.asks, "path": q.path, "on_offer": [f"{p.value}: {p.note}" for p in q.proposals[:1]]}
            for q in study.open_questions
        ],
        "Not understood": [{"text": " ".join(u.source.quote.split())} for u in study.unread],
        "Warnings": [{"says": w} for w in study.warnings],
    }
    return {title: rows for title, rows in tables.items() if rows}


def _facts(study: Study) -> list[dict[str, Any]]:
    """The facts at the head of a record, each with its basis: absent ones too, with the kind of absence."""
    facts: dict[str, Sourced[Any]] = {
        "status": study.status,
        "study type": study.study_type,
        "phase": study.phases,
        "start": study.dates.start,
        "completion": study.dates.completion,
        "sponsor": study.sponsor.lead,
        "allocation": study.design.allocation,
        "masking": study.design.masking,
        "multicenter": study.design.multicenter,
        "sample size": study.enrollment.size,
        "minimum age": study.enrollment.minimum_age,
        "maximum age": study.enrollment.maximum_age,
        "sex": study.enrollment.sex,
    }
    return [
        {"fact": name, "value": _shown(fact.value), "basis": fact.basis, "note": fact.note}
        for name, fact in facts.items()
    ]


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if hasattr(value, "amount"):
        return f"{value.amount:g} {value.unit}"
    return "" if value is None else str(value)


def _closing(studies: list[Study]) -> str:
    asked, unread = sum(len(s.open_questions) for s in studies), sum(len(s.unread) for s in studies)
    conflicts = sum(len(s.conflicts) for s in studies)
    count = f"{len(studies)} studies" if len(studies) != 1 else "1 study"
    return f"{count}; open questions: {asked}, conflicts: {conflicts}, sentences not understood: {unread}"
