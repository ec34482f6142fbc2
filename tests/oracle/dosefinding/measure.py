"""How far a result lies from its reference: as a number beside the tolerance it is held to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Measure:
    """`n` values of one kind, the largest difference between ours and theirs, and what that difference may be.

    `scale` says what the difference counts: absolute, relative, standard errors, or how many values differ."""

    what: str
    n: int
    largest: float
    tolerance: float
    scale: str

    @property
    def holds(self) -> bool:
        return self.n > 0 and self.largest <= self.tolerance


def absolute(what: str, ours: Any, theirs: Any, tolerance: float) -> Measure:
    """Numbers of the same shape, apart by at most `tolerance`; what is not defined must be so on both sides."""
    a, b, defined = _pair(ours, theirs)
    return Measure(what, b.size, _largest(np.abs(a[defined] - b[defined]), a, b), tolerance, "absolute")


def relative(what: str, ours: Any, theirs: Any, tolerance: float) -> Measure:
    """As `absolute`, as a share of the reference, which is not 0."""
    a, b, defined = _pair(ours, theirs)
    gaps = np.abs(a[defined] - b[defined]) / np.abs(b[defined])
    return Measure(what, b.size, _largest(gaps, a, b), tolerance, "relative")


def errors(what: str, ours: Any, theirs: Any, error: Any, most: float = 4.0) -> Measure:
    """Simulated values, apart by fewer than `most` standard errors; an error of 0 wants equality."""
    a, b, defined = _pair(ours, theirs)
    spread = np.broadcast_to(np.asarray(error, float), b.shape)[defined]
    apart = np.abs(a[defined] - b[defined])
    gaps = np.where(apart < 1e-9, 0, apart / np.maximum(spread, 1e-12))
    return Measure(what, b.size, _largest(gaps, a, b), most, "standard errors")


def equal(what: str, ours: Iterable[Any], theirs: Iterable[Any]) -> Measure:
    """Decisions and whole numbers: how many differ."""
    a, b = list(ours), list(theirs)
    differ = sum(x != y for x, y in zip(a, b, strict=False)) + abs(len(a) - len(b))
    return Measure(what, len(b), float(differ), 0.0, "values that differ")


def merged(measures: Iterable[Measure]) -> Iterator[Measure]:
    """One measure of each kind: values together, the largest difference."""
    kinds: dict[str, Measure] = {}
    for one in measures:
        seen = kinds.get(one.what)
        if seen is None:
            kinds[one.what] = one
            continue
        if (seen.tolerance, seen.scale) != (one.tolerance, one.scale):
            raise ValueError(f"two tolerances for {one.what}")
        both = (
            seen.largest + one.largest
            if one.scale == "values that differ"
            else max(seen.largest, one.largest)
        )
        kinds[one.what] = Measure(one.what, seen.n + one.n, both, one.tolerance, one.scale)
    yield from kinds.values()


def _pair(ours: Any, theirs: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a, b = (np.asarray(x, float) for x in (ours, theirs))
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} values beside {b.shape}")
    return a, b, ~np.isnan(b) & (a != b)


def _largest(gaps: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """Not a number on one side only is infinitely far away."""
    if (np.isnan(a) != np.isnan(b)).any():
        return float("inf")
    return float(gaps.max(initial=0.0))
