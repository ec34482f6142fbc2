"""What is true in a scenario: the DLT rate of each level, and which level a trial should find there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from protorun.errors import UsageError

TOO_TOXIC = 1.4
"""Times the target: a level with a higher true rate is not acceptable. BOIN's default for "too toxic", Liu & Yuan 2015,
doi:10.1111/rssc.12089; a convention, no more."""


@dataclass(frozen=True)
class Truth:
    """A scenario: its name and the true DLT rate of each level, lowest dose first."""

    name: str
    dlt: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.dlt or not all(0 <= rate <= 1 for rate in self.dlt):
            raise UsageError(f"{self.name}: a DLT rate lies between 0 and 1")


def truths(given: Any) -> tuple[Truth, ...]:
    """Scenarios from rates of one scenario, from rows of rates, or from mappings with `name` and `dlt`.

    Raises UsageError for rates outside 0 to 1, rows of different length, or two scenarios of one name."""
    if isinstance(given, Mapping):
        given = given.get("scenarios", [given])
    rows = list(given)
    if not rows:
        raise UsageError("at least one scenario is needed: a DLT rate for each level")
    if not isinstance(rows[0], (Mapping, Truth, Sequence, np.ndarray)):
        rows = [rows]
    found = tuple(_truth(row, number) for number, row in enumerate(rows, 1))
    if len({len(truth.dlt) for truth in found}) > 1:
        raise UsageError("the scenarios have different numbers of levels")
    names = [truth.name for truth in found]
    if len(set(names)) < len(names):
        raise UsageError(f"two scenarios are called {max(names, key=names.count)!r}")
    return found


def _truth(row: Any, number: int) -> Truth:
    if isinstance(row, Truth):
        return row
    name, rates = f"scenario {number}", row
    if isinstance(row, Mapping):
        name, rates = str(row.get("name", name)), row.get("dlt", ())
    try:
        dlt = tuple(float(rate) for rate in rates)
    except (TypeError, ValueError):
        raise UsageError(f"{name}: one DLT rate is wanted for each level, not {rates!r}") from None
    return Truth(name, dlt)


def right_level(truth: Truth, target: float | None) -> int | None:
    """The level a trial should hand on: the one whose true rate is closest to the target (the lower one of two); -1 when
    every level is too toxic (above `TOO_TOXIC` times the target). None without a target."""
    if target is None:
        return None
    rates = np.asarray(truth.dlt)
    if (rates > TOO_TOXIC * target + 1e-9).all():
        return -1
    # Rates as far from the target on either side differ in floating point alone.
    return int(np.argmin(np.round(np.abs(rates - target), 9)))


def right_words(truth: Truth, target: float | None, labels: Sequence[str]) -> str:
    """Which selection counts as correct, in words for a header."""
    right = right_level(truth, target)
    if right is None or target is None:
        return "no target rate is given, so no selection counts as correct"
    if right < 0:
        return (
            f"correct: none, as every true rate is above {TOO_TOXIC * target:.4g} ({TOO_TOXIC} x the target)"
        )
    return f"correct: {labels[right]}, whose true rate {truth.dlt[right]:.4g} is closest to the target {target:g}"
