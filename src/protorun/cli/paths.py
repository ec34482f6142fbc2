"""protorun paths"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from protorun.cli._designs import Asked, Named
from protorun.cli._sheets import deliver, print_rows, print_tables, short

Sheet = Literal["table", "json", "csv", "svg", "html"]


def paths(
    study: Path | None = None,
    *,
    design: list[str] | None = None,
    levels: str = "",
    target: float | None = None,
    cohorts: int = 2,
    after: str = "",
    reading: str | None = None,
    output: Path | None = None,
    format: Sheet = "table",
) -> int:
    """Show every way the next cohorts can go, with the decision after each: dose-transition pathways.

    Parameters
    ----------
    study
        A study file (.yaml) or a record; not needed when designs and levels are named.
    design
        A design with its settings, such as "boin target=.25"; several one after another. `record` is the study's own
        rule, in each reading. Without a design it is that rule alone.
    levels
        How many dose levels, or their names, lowest dose first. Without it the study's.
    target
        The DLT rate aimed at, for designs whose own text does not say.
    cohorts
        How many cohorts to look ahead.
    after
        Outcomes so far, such as "1NNN 2NT"; the ways go on from there.
    reading
        Only this reading of the study's rule.
    output
        A file for the result instead of standard output.
    format
        How to print: tables for people, rows, a drawing of one design (svg), or a page with drawings and tables.
    """
    from protorun.cli._designs import designs_of, say_levels, study_of

    known = study_of(study)
    named = designs_of(known, Asked(design or (), levels, target, reading))
    key = "design" if design else "reading"
    found = [(d, _rows(d, cohorts, after)) for d in named]
    say_levels(named)
    if format in ("json", "csv"):
        rows = [{key: d.name, **row} for d, ways in found for row in ways]
        print_rows(rows, format, output)
    elif format == "svg":
        deliver(_drawing(found), output)
    elif format == "html":
        deliver(_page(known, found), output)
    else:
        print_tables(
            [(d.name, short(ways, without=("reason", "number", "given"))) for d, ways in found], output
        )
    return 0


def _rows(named: Named, cohorts: int, after: str) -> list[dict[str, Any]]:
    from protorun.escalation import paths as ways
    from protorun.escalation.notation import outcomes_of

    seen = outcomes_of(after, named.design) if after else None
    return ways(named.design, cohorts=cohorts, after=seen)


def _drawing(found: list[tuple[Named, list[dict[str, Any]]]]) -> str:
    from protorun.errors import UsageError
    from protorun.report.figures.pathways import pathways

    if len(found) > 1:
        names = ", ".join(named.name for named, _ in found)
        raise UsageError(f"a drawing shows one design, not {names}; choose one with --design or --reading")
    [(named, ways)] = found
    return str(pathways(ways, named.design.labels, title=named.name))


def _page(study: Any, found: list[tuple[Named, list[dict[str, Any]]]]) -> str:
    from importlib.metadata import version

    from protorun.report.figures.pathways import pathways
    from protorun.report.sheet import Part, sheet

    parts = []
    for number, (named, ways) in enumerate(found):
        drawing = pathways(ways, named.design.labels, title=named.name, name=f"paths{number}")
        rows = short(ways, without=("reason", "number", "given"))
        parts.append(Part(named.name, drawings=[drawing], tables=[("", rows)]))
    facts = [("study", study.nct or study.key)] if study is not None else []
    return sheet("Dose-transition pathways", parts, [*facts, ("protorun", version("protorun"))])
