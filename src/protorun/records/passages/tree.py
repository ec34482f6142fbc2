"""Leaves of a JSON or XML record become passages by a table: path -> canonical field."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from protorun.errors import RecordError
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.values import phases

MAX_LEAVES = 50_000
"""The largest trials, with a thousand sites, have about fifteen thousand."""

Leaf = tuple[tuple[str, ...], str, str]
"""Steps with `#` for every place in a list, locator, text."""


@dataclass(frozen=True)
class Row:
    """One line of a table: the field, and how many steps of the path name the thing a group stands for."""

    field: str
    group_steps: int = 0


@cache
def table(name: str) -> Mapping[tuple[str, ...], Row]:
    """The path table of a format. In a path `*` is the list whose members are the groups, `#` any other list."""
    paths = tomllib.loads((files("protorun.records") / f"{name}.toml").read_text(encoding="utf-8"))["paths"]
    found = {}
    for path, field in paths.items():
        steps = tuple(path.split("/"))
        group = steps.index("*") + 1 if "*" in steps else 0
        found[tuple("#" if step == "*" else step for step in steps)] = Row(field, group)
    return found


def read_leaves(ledger: Ledger, leaves: Iterable[Leaf], rows: Mapping[tuple[str, ...], Row]) -> None:
    """Every leaf becomes a passage, or a leftover that says that no canonical field takes it."""
    numbers: dict[str, int] = {}
    counts: dict[str, int] = {}
    for count, (steps, locator, text) in enumerate(leaves):
        if count >= MAX_LEAVES:
            raise RecordError(f"more than {MAX_LEAVES:,} values in one study", where=locator)
        ledger.texts[locator] = text
        row = rows.get(steps)
        if row is None:
            ledger.leave(0, len(text), "no canonical field takes it", at=locator)
            continue
        group = ""
        if row.group_steps:
            kind = row.field.partition(".")[0]
            thing = f"{kind}:{_head(locator, row.group_steps, steps)}"
            if thing not in numbers:
                numbers[thing] = counts.get(kind, 0)
                counts[kind] = numbers[thing] + 1
            group = f"{kind}/{numbers[thing]}"
        _claim(ledger, row.field, text, locator, group)


def _head(locator: str, group_steps: int, steps: tuple[str, ...]) -> str:
    """The part of a locator that names the member of the list: XPath keeps the number inside the step."""
    parts = locator.strip("/").split("/")
    if "[" in locator:
        return "/".join(parts[: 1 + group_steps - steps[:group_steps].count("#")])
    return "/".join(parts[: group_steps + len(parts) - len(steps)])


def _claim(ledger: Ledger, field: str, text: str, locator: str, group: str) -> None:
    spans = phases(text) if field == "phase" else ()
    for start, end in spans or ((0, len(text)),):
        ledger.value(field, start, end, group=group, at=locator)
    if spans:
        ledger.mark("label", 0, len(text), at=locator)
