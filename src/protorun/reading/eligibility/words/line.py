"""One item of a criteria list while it is being read: its words, where they stand, and what is doubtful about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from protorun.study.criterion import Expr
from protorun.study.source import Source

Polarity = Literal["inclusion", "exclusion"]


@dataclass
class Line:
    """`text` is normalized and lower case; `cite(start, end)` gives the source of a stretch of it in the record."""

    text: str
    polarity: Polarity
    cite: Callable[[int, int], Source]
    quote: Callable[[int, int], str]
    doubts: list[str] = field(default_factory=list)
    readings: list[tuple[str, Expr, Expr]] = field(default_factory=list)
    """Other readings: what they say, the part of the tree they concern, and what would stand there instead."""
    suggested: list[tuple[int, int, Expr]] = field(default_factory=list)
    """What an unread stretch may have said: where it begins and ends, and the atom it would be."""

    def doubt(self, code: str, says: str) -> None:
        """Note a doubt once."""
        text = f"{code}: {says}"
        if text not in self.doubts:
            self.doubts.append(text)

    def changed(self, before: Expr, after: Expr, change: Callable[[Expr], Expr]) -> None:
        """A node became another one: the other readings of it change as well."""
        if self.readings:
            self.readings = [
                (says, after, change(other)) if node == before else (says, node, other)
                for says, node, other in self.readings
            ]
