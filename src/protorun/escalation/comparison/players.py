"""The designs that are compared: named, bound to the same levels, compiled where they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protorun.errors import UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._for_study import Executable, Levels, as_design, names_of
from protorun.escalation._from_rule import design_named
from protorun.escalation.engine.tabulate import Automaton, tabulate
from protorun.escalation.engine.walk import Firing, TooManyStates


@dataclass(frozen=True)
class Player:
    """A design with its name in a comparison and its table; None where it has too many states for one."""

    name: str
    design: Design
    automaton: Automaton | None
    firing: Firing

    @property
    def target(self) -> float | None:
        """The DLT rate the design aims at; None where it aims at none."""
        if not isinstance(self.design, Composed):
            return None
        found = getattr(self.design.rule, "target", None)
        return None if found is None else float(found)


def players_of(
    designs: Sequence[Executable | str],
    names: Sequence[str] | None,
    levels: Levels,
    *,
    firing: Firing,
    most_rows: int,
) -> list[Player]:
    """The designs, ready. Raises UsageError for none, for other levels than the rest, or for two of one name."""
    if not designs:
        raise UsageError("no design to look at; name one, as in: boin target=.25")
    made = [
        design_named(d, names_of(levels)) if isinstance(d, str) else as_design(d, levels=levels)
        for d in designs
    ]
    if len({d.labels for d in made}) > 1:
        raise UsageError("designs are compared over the same levels")
    called = _names(designs, made) if names is None else list(names)
    if len(set(called)) < len(made) or len(called) != len(made):
        raise UsageError("each design needs a name of its own")
    return [Player(n, d, _table(d, firing, most_rows), firing) for n, d in zip(called, made, strict=True)]


def _names(designs: Sequence[Executable | str], made: list[Design]) -> list[str]:
    """What was typed, or the design's name; numbered where two are the same."""
    plain = [
        d if isinstance(d, str) else (m.name if m.variant == m.name else f"{m.name} {m.variant}")
        for d, m in zip(designs, made, strict=True)
    ]
    return [n if plain.count(n) == 1 else f"{n} ({plain[: i + 1].count(n)})" for i, n in enumerate(plain)]


def _table(design: Design, firing: Firing, most_rows: int) -> Automaton | None:
    try:
        return tabulate(design, firing=firing, most_rows=most_rows)
    except TooManyStates:
        return None
