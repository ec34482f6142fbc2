"""Dates as SQL: constants computed here, or columns of the table `screening`, never arithmetic in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from protorun.screening.dates import AHEAD, EPOCH, birth_edge, edge
from protorun.study.criterion import Window
from protorun.trial.facts import DayArray

NOWHERE = "CAST(NULL AS DATE)"


@dataclass(frozen=True)
class Edge:
    """A date that lies a window before an anchor; for `birth`, the last birth date of that age."""

    window: Window
    birth: bool = False

    def of(self, anchor: DayArray) -> DayArray:
        """The edge of each anchor date."""
        return birth_edge(self.window, anchor) if self.birth else edge(self.window, anchor)


@dataclass(frozen=True)
class Days:
    """The dates a statement asks for. With `as_of` everybody is screened on that day and all dates are constants; else
    they are columns `index_on`, `on_<anchor>` and `edge_<n>` of the table `screening`, in the order of `edges`, each
    with its day number from 1970-01-01 as `..._day`."""

    as_of: date | None
    edges: list[Edge] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)

    @property
    def join(self) -> str:
        """What a fact table `f` is joined with."""
        return "" if self.as_of else " JOIN screening AS s ON s.person_id = f.person_id"

    def index(self) -> str:
        """The screening date."""
        return _literal(self.as_of) if self.as_of else "s.index_on"

    def anchor(self, name: str) -> str:
        """The date a window counts from."""
        if self.as_of:
            return _literal(self.as_of) if name in AHEAD else NOWHERE
        if name not in self.anchors:
            self.anchors.append(name)
        return f"s.on_{name}"

    def anchor_day(self, name: str) -> str:
        """The same as a day number."""
        if self.as_of:
            return str((self.as_of - EPOCH).days) if name in AHEAD else "CAST(NULL AS INTEGER)"
        return f"{self.anchor(name)}_day"

    def edge(self, window: Window, *, birth: bool = False) -> str:
        """The first day inside a window, or the last birth date of an age."""
        if self.as_of:
            day = self._edge_day(window, birth)
            return NOWHERE if day is None else _literal(EPOCH + timedelta(days=day))
        return f"s.edge_{self._place(Edge(window, birth))}"

    def edge_day(self, window: Window) -> str:
        """The same as a day number."""
        if self.as_of:
            day = self._edge_day(window, False)
            return "CAST(NULL AS INTEGER)" if day is None else str(day)
        return f"s.edge_{self._place(Edge(window))}_day"

    def _edge_day(self, window: Window, birth: bool) -> int | None:
        if self.as_of is None or window.anchor not in AHEAD:
            return None
        day = int(Edge(window, birth).of(np.array([(self.as_of - EPOCH).days], np.int32))[0])
        return max(day, (date.min - EPOCH).days)

    def _place(self, asked: Edge) -> int:
        self.anchor(asked.window.anchor)
        if asked not in self.edges:
            self.edges.append(asked)
        return self.edges.index(asked)


def _literal(day: date) -> str:
    return f"DATE '{day.isoformat()}'"
