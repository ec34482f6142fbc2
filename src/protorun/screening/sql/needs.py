"""What a statement needs from the fact tables, collected while its trees are written; equal features are shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from protorun.screening.sql.days import Days
from protorun.study.criterion import Window
from protorun.terms.codes import values

_T = TypeVar("_T")


@dataclass(frozen=True)
class Needs:
    """`results` are columns over the latest result of each variable, `conditions` over the yes-or-no facts, `courses`
    over treatment rows, `facts` the truths per patient that the trees are made of; each list is in the order of its
    column numbers. `codebook` holds the values that a coded variable takes in the data, besides those of the dictionary;
    `stated` the facts that conditions and assertions are about there, `given` what treatments are called there
    (nothing = any)."""

    days: Days
    documented: bool
    codebook: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stated: frozenset[str] | None = None
    given: frozenset[str] | None = None
    results: list[tuple[str, str, int]] = field(default_factory=list)
    conditions: list[tuple[str, str, int]] = field(default_factory=list)
    courses: list[str] = field(default_factory=list)
    variables: dict[str, list[Window | None]] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)

    def result(self, variable: str, code: str, base: int = 4, window: Window | None = None) -> str:
        """The column that holds `code` (from 1, below `base`) of the latest result of the variable, 0 or NULL without
        one. With a window, a result that surely lies before it must decide no more than the absence of a result."""
        _place(self.variables.setdefault(variable, []), window)
        return f"r{_place(self.results, (variable, code, base))}"

    def condition(self, concept: str, code: str) -> str:
        """The column that holds `code` (1 to 3) of what is known of a yes-or-no fact, 0 or NULL where nothing is."""
        return f"c{_place(self.conditions, (concept, code, 4))}"

    def occurs(self, concept: str) -> bool:
        """Whether some row may be about the fact."""
        return self.stated is None or concept in self.stated

    def listed(self, names: Iterable[str]) -> list[str]:
        """Those of the names that some treatment may have as its drug or kind."""
        return [n for n in names if self.given is None or n in self.given]

    def course(self, truth: str) -> str:
        """The column that holds the highest truth over a patient's treatment rows."""
        return f"t{_place(self.courses, truth)}"

    def of_courses(self) -> list[tuple[str, str, int]]:
        """What is asked of the courses, each for itself."""
        return [(f"t{i}", f"t{i}", 4) for i in range(len(self.courses))]

    def fact(self, truth: str) -> str:
        """The name under which the trees know a truth per patient, so that it is written once."""
        return f"k{_place(self.facts, truth)}"

    def values(self, variable: str) -> tuple[str, ...]:
        """Every value the variable is known to take."""
        return tuple(dict.fromkeys((*values(variable), *self.codebook.get(variable, ()))))


def _place(listed: list[_T], wanted: _T) -> int:
    if wanted not in listed:
        listed.append(wanted)
    return listed.index(wanted)
