"""Questionnaires as data: which items make which scale, by which rule. One file each in `questionnaires/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from protorun.errors import PluginNotFound

Rule = Literal["eortc", "facit"]
Better = Literal["high", "low"]


@dataclass(frozen=True)
class Scale:
    """One scale: its items by name, and those that are turned round before they are added (FACIT)."""

    name: str
    says: str
    items: tuple[str, ...]
    kind: Literal["functioning", "symptom", "global", "well-being"]
    better: Better
    reverse: tuple[str, ...] = ()


@dataclass(frozen=True)
class Total:
    """A score made of scales: the `mean` (of `turned` ones, 100 minus the score) or the `sum`.

    Every scale must have a score, and more than `share_of_items` of all their items an answer.
    """

    name: str
    says: str
    rule: Literal["mean", "sum"]
    of: tuple[str, ...]
    turned: tuple[str, ...] = ()
    share_of_items: float = 0.0
    better: Better = "high"


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire: items with the lowest and highest answer, scales, totals, and where the rule is printed."""

    key: str
    title: str
    source: str
    rule: Rule
    ranges: Mapping[str, tuple[int, int]]
    scales: tuple[Scale, ...]
    totals: tuple[Total, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The names of the items in order."""
        return tuple(self.ranges)

    @property
    def scores(self) -> tuple[Scale | Total, ...]:
        """Everything that gets a score: the scales, then the totals."""
        return (*self.scales, *self.totals)


def questionnaires() -> tuple[str, ...]:
    """The keys of the questionnaires that can be scored."""
    folder = files("protorun.quality_of_life").joinpath("questionnaires")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def questionnaire(key: str) -> Questionnaire:
    """The questionnaire of that key. Raises PluginNotFound, which lists what there is."""
    if key not in questionnaires():
        raise PluginNotFound("questionnaire", key, questionnaires())
    file = files("protorun.quality_of_life").joinpath("questionnaires", f"{key}.toml")
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    scales = tuple(_scale(name, entry, table) for name, entry in table["scales"].items())
    return Questionnaire(
        key,
        table["title"],
        table["source"],
        table["rule"],
        _ranges(table, scales),
        scales,
        tuple(_total(name, entry) for name, entry in table.get("totals", {}).items()),
    )


def _scale(name: str, entry: dict[str, Any], table: dict[str, Any]) -> Scale:
    prefix = table.get("items", {}).get("prefix", "")
    kind = entry.get("kind", "well-being")
    better = entry.get("better", "low" if kind == "symptom" else "high")
    items = tuple(f"{prefix}{item}" for item in entry["items"])
    return Scale(name, entry["says"], items, kind, better, tuple(entry.get("reverse", ())))


def _total(name: str, entry: dict[str, Any]) -> Total:
    turned, share = tuple(entry.get("turned", ())), entry.get("share_of_items", 0.0)
    return Total(name, entry["says"], entry["rule"], tuple(entry["of"]), turned, share)


def _ranges(table: dict[str, Any], scales: tuple[Scale, ...]) -> dict[str, tuple[int, int]]:
    """The answers each item allows; items are listed by number (EORTC), or are those of the scales (FACIT)."""
    numbers = table.get("items")
    names = (
        [f"{numbers['prefix']}{n}" for n in range(numbers["first"], numbers["last"] + 1)]
        if numbers
        else [item for scale in scales for item in scale.items]
    )
    own = table.get("ranges", {})
    return {name: tuple(own.get(name, table["range"])) for name in names}
