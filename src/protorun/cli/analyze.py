"""protorun analyze"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say


def analyze(
    study: Path,
    *,
    data: Path,
    cutoff: Annotated[str, Parameter(name=["--cutoff", "--cut-off"])] = "",
    policy: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    explain: str = "",
    assume_defaults: bool = False,
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
    assume_defaults
        Take the first proposal for what the record leaves open; each one is printed.
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
    results = run(known, recorded, cutoff=_date(cutoff), policies=_pairs(policy))
    if explain and explain not in results.tables.patients.names:
        raise UsageError(f"no patient {explain!r} in {data}")
    emit(results.explain(explain) if explain else results.table, format, title=known.title)
    for column in recorded.unused:
        say(f"not used: {column}")
    for note in results.assumptions:
        say(f"assumed: {note}")
    for warning in results.warnings:
        say(f"check: {warning}")
    for lack in results.skipped:
        say(f"not analyzed: {lack.id}: {lack.why}")
    if not known.endpoints:
        say("the record states no endpoint; there is nothing to analyze")
    return 3 if results.skipped or not known.endpoints else 0


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
