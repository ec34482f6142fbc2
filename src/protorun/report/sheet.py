"""A short page of tables and drawings, for a decision table or a comparison: one HTML file that asks nothing of anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from protorun.report.page import environment, style

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A heading with a sentence, tables (caption, rows), letter grids, drawings and lines of text."""

    title: str
    says: str = ""
    tables: Sequence[tuple[str, Sequence[Row]]] = ()
    grids: Sequence[Grid] = ()
    drawings: Sequence[Markup] = ()
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Grid:
    """A table of E, S, D and DU: `letters[n - 1][dlt]` for 1 patient and more; `meaning` explains each letter."""

    caption: str
    letters: Sequence[Sequence[str]]
    meaning: Mapping[str, str] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """The largest number of patients."""
        return len(self.letters)


def sheet(title: str, parts: Sequence[Part], provenance: Sequence[tuple[str, Any]] = ()) -> str:
    """The page; `provenance` stands at its foot, as on a report."""
    template = environment().get_template("sheet.html.j2")
    return template.render(title=title, parts=parts, provenance=provenance, css=style())
