"""protorun boundaries"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from protorun.cli._designs import Asked, Named
from protorun.cli._sheets import Table, deliver, print_rows, print_tables, short
from protorun.cli.output import say

Sheet = Literal["table", "json", "csv", "html"]
_FIRINGS: tuple[tuple[str, Literal["cohort", "immediate"]], ...] = (
    ("each patient", "immediate"),
    ("each cohort", "cohort"),
)


def boundaries(
    study: Path | None = None,
    *,
    design: list[str] | None = None,
    levels: str = "",
    target: float | None = None,
    n: int = 18,
    letters: bool = False,
    rates: str = "",
    reading: str | None = None,
    output: Path | None = None,
    format: Sheet = "table",
) -> int:
    """Print dose rules as decision tables, with their exact operating characteristics when DLT rates are given.

    Parameters
    ----------
    study
        A study file (.yaml) or a record; not needed when designs and levels are named.
    design
        A design with its settings, such as "boin target=.25 cohortsize=3"; several stand side by side. `record` is the
        study's own rule, in each reading. Without a design it is that rule alone.
    levels
        How many dose levels, or their names, lowest dose first: 5, or "10 mg,15 mg". Without it the study's.
    target
        The DLT rate aimed at, for designs whose own text does not say.
    n
        For designs that look at the current level alone: the most patients at a level.
    letters
        For those designs: every (patients, DLTs) with its letter E, S, D or DU and the reason.
    rates
        True DLT rates in the order of the level numbers, the starting level of a stated rule first: .2,.1; or by
        name: "15 mg=.2,10 mg=.1".
    reading
        Only this reading of the study's rule; without it every reading is printed.
    output
        A file for the result instead of standard output.
    format
        How to print: tables for people, rows with a `table` column (`decision`, `characteristics`), or a page.
    """
    from protorun.cli._designs import designs_of, say_levels, study_of

    known = study_of(study)
    named = designs_of(known, Asked(design or (), levels, target, reading))
    key = "design" if design else "reading"
    local = [d for d in named if d.design.local]
    decisions = [{key: d.name, **row} for d in named for row in _decisions(d, n, letters)]
    found = (
        [{key: d.name, **row} for d in named for row in _characteristics(d.design, rates)] if rates else []
    )
    say_levels(named)
    _say_notes(named)
    if len(local) > 1:
        _say_differences(local, n)
    if format in ("json", "csv"):
        print_rows(_marked("decision", decisions) + _marked("characteristics", found), format, output)
        return 0
    tables = _tables(named, decisions, (key, letters)) + (
        [("Operating characteristics, exact", short(found))] if found else []
    )
    if format == "html":
        deliver(_page(known, tables, [(d.name, _letters(d, n)) for d in local]), output)
    else:
        print_tables(tables, output)
    return 0


def _say_notes(named: list[Named]) -> None:
    """Settings taken by default, and states in which one more DLT would raise the dose."""
    from protorun.escalation import notes

    for one in named:
        for note in notes(one.design):
            say(f"{one.name}: {note}")


def _decisions(named: Named, n: int, letters: bool) -> list[dict[str, Any]]:
    from protorun.escalation import boundaries as table_of
    from protorun.escalation import letters as letters_of

    if letters and named.design.local:
        return letters_of(named.design, n)
    rows = table_of(named.design, n=n)
    return [
        {
            k: " ".join(v) if isinstance(v, tuple) else v
            for k, v in row.items()
            if k != "letters" or row["letters"]
        }
        for row in rows
    ]


def _tables(named: list[Named], decisions: list[dict[str, Any]], how: tuple[str, bool]) -> list[Table]:
    """The local designs side by side, one row for each number of patients; each other design with what it reaches."""
    key, letters = how
    local = [d.name for d in named if d.design.local]
    tables: list[Table] = []
    if local and letters:
        tables.append(("Decision table", short([row for row in decisions if row[key] in local])))
    elif local:
        tables.append(("Decisions by the patients and DLTs at the current level", _beside(decisions, local)))
    others = [row for row in decisions if row[key] not in local]
    if others:
        tables.append(("Decision table", short(others)))
    return tables


_HEADS = {
    "escalate_if_le": "E if <=",
    "stay": "S if",
    "deescalate_if_ge": "D if >=",
    "eliminate_if_ge": "DU if >=",
    "stop_at_lowest_if_ge": "lowest level: stop if >=",
}


def _beside(decisions: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """One row for each number of patients, with the limits of every design."""
    found: dict[int, dict[str, Any]] = {}
    for name in names:
        rows = [row for row in decisions if name in (row.get("design"), row.get("reading"))]
        same = all(row["eliminate_if_ge"] == row["stop_at_lowest_if_ge"] for row in rows)
        heads = {k: v for k, v in _HEADS.items() if not (same and k == "stop_at_lowest_if_ge")}
        for row in rows:
            limits = {
                head if len(names) == 1 else f"{name}: {head}": "" if row[k] is None else str(row[k])
                for k, head in heads.items()
            }
            found.setdefault(row["n"], {"n": str(row["n"])}).update(limits)
    return list(found.values())


def _letters(named: Named, n: int) -> list[tuple[str, ...]]:
    """The letters for 1 to n patients; empty where an uploaded table says nothing."""
    from protorun.escalation import boundaries as table_of

    known = {row["n"]: row["letters"] for row in table_of(named.design, n=n)}
    return [known.get(size, ("",) * (size + 1)) for size in range(1, n + 1)]


def _say_differences(local: list[Named], n: int) -> None:
    """In how many cells the designs decide otherwise than the first."""
    first, *rest = [(d.name, _letters(d, n)) for d in local]
    cells = sum(len(row) for row in first[1])
    for name, letters in rest:
        pairs = zip(first[1], letters, strict=True)
        other = sum(a != b for row, same in pairs for a, b in zip(row, same, strict=True))
        say(f"{name} decides otherwise than {first[0]} in {other} of {cells} cells")


def _page(study: Any, tables: list[Table], grids: list[tuple[str, list[tuple[str, ...]]]]) -> str:
    from importlib.metadata import version

    from protorun.escalation.engine.local_table import LETTERS
    from protorun.report.sheet import Grid, Part, sheet

    parts = [Part(title, tables=[("", rows)]) for title, rows in tables]
    if grids:
        parts.insert(0, Part("Letters", grids=[Grid(name, letters, LETTERS) for name, letters in grids]))
    facts = [("study", study.nct or study.key)] if study is not None else []
    return sheet("Decision tables", parts, [*facts, ("protorun", version("protorun"))])


def _marked(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"table": table, **row} for row in rows]


def _characteristics(design: Any, rates: str) -> list[dict[str, Any]]:
    """Rows by level when the rule decides after each patient, and when it decides after whole cohorts."""
    from protorun.cli._rates import rates_of
    from protorun.escalation import exact

    truth = rates_of(design, rates)
    return [
        {"decides_after": after, **row}
        for after, firing in _FIRINGS
        for row in exact(design, truth, firing=firing).table()
    ]
