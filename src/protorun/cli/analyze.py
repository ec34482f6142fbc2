"""protorun analyze"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protorun.analyze import Results
    from protorun.study.study import Study


def analyze(
    study: Path,
    *,
    data: Path,
    cutoff: Annotated[str, Parameter(name=["--cutoff", "--cut-off"])] = "",
    policy: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    landmark: Annotated[tuple[float, ...], Parameter(negative="", validator=Number(gt=0))] = (),
    explain: str = "",
    assume_defaults: bool = False,
    output: Path | None = None,
    format: Format = "table",
) -> int:
    """Derive and analyze the endpoints of a recorded trial.

    Exit code 0 when every endpoint was analyzed, 3 when some could not be or there is none; each is listed with the reason.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    data
        A folder of CSV tables: patients.csv, and lesions.csv, assessments.csv, events.csv where kept.
    cutoff
        The day up to which information counts, YYYY-MM-DD; without it everything recorded counts.
    policy
        Named policies of response criteria, such as rano_bm=immunotherapy.
    explain
        One patient: every endpoint with the rule and the sentence that decided.
    landmark
        Months at which survival is estimated, such as --landmark 6 --landmark 12.
    assume_defaults
        Take the first proposal for what the record leaves open; each one is printed.
    output
        A folder for every figure (SVG) and table (HTML, RTF), each with the data behind it as CSV.
    format
        How to print.
    """
    from protorun.analyze import analyze as run
    from protorun.errors import UsageError
    from protorun.patients.recorded import load_recorded
    from protorun.read import load
    from protorun.study.assume import take_defaults

    known = load(study)
    if assume_defaults:
        known = take_defaults(known)
    levels = [level.label for level in known.dose_rule.levels] if known.dose_rule else []
    recorded = load_recorded(data, levels=levels, arms=[a.id for a in known.arms])
    results = run(known, recorded, cutoff=_date(cutoff), policies=_pairs(policy), landmarks=landmark)
    if explain and explain not in results.tables.patients.names:
        raise UsageError(f"no patient {explain!r} in {data}")
    if output is not None:
        _write(known, results, output)
    _print(results, explain, known.title, format)
    _tell(results, recorded.unused)
    if not known.endpoints:
        say("the record states no endpoint; there is nothing to analyze")
    return 3 if results.skipped or not known.endpoints else 0


def _write(known: Study, results: Results, folder: Path) -> None:
    from protorun.report.exhibits import exhibits, write

    for path in write(exhibits(known, results), folder):
        say(f"written: {path}")


def _print(results: Results, explain: str, title: str, format: Format) -> None:
    if explain:
        emit(results.explain(explain), format, title=title)
    elif format == "table":
        emit(_short(results.table), format, title=title)
        emit(_rules(results.table), format, title="which rule decided")
    else:
        emit(results.table, format)


def _tell(results: Results, unused: Sequence[str]) -> None:
    """What was not used, assumed, doubted and left out."""
    for column in unused:
        say(f"not used: {column}")
    for note in results.assumptions:
        say(f"assumed: {note}")
    for warning in results.warnings:
        say(f"check: {warning}")
    for lack in results.skipped:
        say(f"not analyzed: {lack.id}: {lack.why}")


def _short(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The estimates without their rules, and without columns that say nothing; what is measured goes to stderr."""
    for measure in dict.fromkeys(row["measure"] for row in rows):
        say(f"{', '.join(dict.fromkeys(r['endpoint'] for r in rows if r['measure'] == measure))}: {measure}")
    told = [name for name in _columns(rows) if any(row.get(name) not in (None, "") for row in rows)]
    return [{name: row.get(name) for name in told} for row in rows]


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if name not in ("measure", "rows_by_rule")]


def _rules(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each rule that decided patients."""
    return [
        {"endpoint": row["endpoint"], "arm": row["arm"], "patients": count, "rule": rule}
        for row in rows
        for count, _, rule in (text.partition(" ") for text in row["rows_by_rule"])
    ]


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    from protorun.errors import UsageError

    pairs = [text.partition("=") for text in given]
    if not all(name and value for name, _, value in pairs):
        raise UsageError("write --policy criteria=policy, such as rano_bm=immunotherapy")
    return {name: value for name, _, value in pairs}


def _date(text: str) -> date | None:
    from protorun.errors import UsageError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--cutoff {text!r} is no date; write YYYY-MM-DD") from None
