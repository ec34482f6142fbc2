"""protorun analyze"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli._recorded import as_date, censoring_of, given, one_patient, pairs, tell
from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    from protorun.analyze import Results
    from protorun.study.study import Study


def analyze(
    study: Path,
    *,
    data: Path,
    cutoff: Annotated[str, Parameter(name=["--cutoff", "--cut-off"])] = "",
    policy: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    censoring: str = "",
    interval_days: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    window_days: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
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
        Named policies of response criteria, such as rano_bm=immunotherapy; or one switch, such as rano_bm.partial_pd=false.
    censoring
        fda_2007_a or treatment_policy: fills the censoring rules that the record leaves silent; without it
        treatment_policy is assumed.
    interval_days
        Days between assessments, for a policy that counts missed ones.
    window_days
        Days of tolerance around an assessment; none unless given.
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

    chosen = censoring_of(censoring, interval_days, window_days)
    known, recorded = given(study, data, assume_defaults)
    results = run(
        known,
        recorded,
        cutoff=as_date(cutoff),
        policies=pairs(policy),
        landmarks=landmark,
        censoring=chosen,
    )
    one_patient(explain, results.tables.patients.names, data)
    if output is not None:
        _write(known, results, output)
    _print(results, explain, known.title, format)
    tell(results, recorded.unused)
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
