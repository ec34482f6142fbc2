"""One entry of a list of criteria."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from protorun.reading.eligibility.cutting.titles import Title
from protorun.terms.offsets import Mapped

_FOLLOWING = re.compile(r"\bfollowing\W*$")


@dataclass(frozen=True)
class Item:
    """One entry of a list. `text` is normalized and mapped to the original; `level` is its depth; `amends` marks a line
    without a marker that adds to the entry before it."""

    polarity: Literal["inclusion", "exclusion"]
    text: Mapped
    locator: str
    level: int = 0
    marker: str = ""
    scope: str = ""
    amends: bool = False
    children: tuple[Item, ...] = ()
    begins: int = -1
    """Original offset of its first word where the text leaves some out (`Part 2:`)."""
    ends: int = -1
    """Original end of its last word where the text leaves some out (`(Part 2 only)`)."""
    title: Title | None = None
    """What it says where it may be a title for the entries below it."""

    @property
    def leads(self) -> bool:
        """True when the entry announces those below it."""
        text = self.text.text
        return text.rstrip().endswith(":") or ("following" in text and _FOLLOWING.search(text) is not None)
