"""What time has to do with a dose-finding trial: arrivals, the DLT window, when DLTs come, and who leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError

FloatArray = NDArray[np.float64]
DAYS_IN_A_MONTH = 30.4375  # a year of 365.25 days in twelve parts


@dataclass(frozen=True)
class Accrual:
    """Candidates come `gap_days` apart, always or on average (exponential); `first_gap`: a gap passes before the first."""

    gap_days: float
    kind: Literal["exponential", "fixed"] = "exponential"
    first_gap: bool = True

    def __post_init__(self) -> None:
        if not self.gap_days > 0:
            raise UsageError("gap_days, the time between two candidates, must be above 0")
        if self.kind not in ("exponential", "fixed"):
            raise UsageError(f"no accrual called {self.kind!r}; there are: exponential, fixed")

    def gaps(self, u: FloatArray) -> FloatArray:
        """Days to the next candidate, from uniform numbers."""
        if self.kind == "fixed":
            return np.full(u.shape, self.gap_days)
        return np.asarray(-self.gap_days * np.log(u))


class Onset(Protocol):
    """When, within the DLT window, a DLT comes."""

    def share(self, u: FloatArray, rate: FloatArray) -> FloatArray:
        """The share of the window that passes before it, from uniform numbers and the level's DLT rate."""
        ...


@dataclass(frozen=True)
class Uniform:
    """Any day of the window is as likely."""

    def share(self, u: FloatArray, rate: FloatArray) -> FloatArray:
        """The number itself."""
        return u


@dataclass(frozen=True)
class WeibullLate:
    """A Weibull time with the DLT rate at the end of the window, and `late` of it in the window's second half."""

    late: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.late < 1:
            raise UsageError(f"late={self.late:g} is no share between 0 and 1")

    def share(self, u: FloatArray, rate: FloatArray) -> FloatArray:
        """By inversion, given that a DLT comes within the window."""
        p = np.clip(rate, 1e-12, 1 - 1e-12)
        whole = np.log1p(-p)
        shape = np.log2(whole / np.log1p(-p * (1 - self.late)))
        found: FloatArray = (np.log1p(-u * p) / whole) ** (1 / shape)
        return found


@dataclass(frozen=True)
class Piecewise:
    """The window in equal parts, each with its share of the DLTs; within a part any time is as likely."""

    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.shares or min(self.shares) < 0 or abs(sum(self.shares) - 1) > 1e-9:
            raise UsageError("the shares of the DLTs in the parts of the window add up to 1")

    def share(self, u: FloatArray, rate: FloatArray) -> FloatArray:
        """By inversion."""
        ends = np.concatenate([[0.0], np.cumsum(self.shares)])
        return np.asarray(np.interp(u, ends, np.linspace(0, 1, len(ends))))


@dataclass(frozen=True)
class Leaving:
    """Patients who die or withdraw before the end of the window without a DLT are not evaluable and are replaced.

    Both times are exponential, from the first dose on; None = never."""

    death_median_days: float | None = None
    dropout_median_days: float | None = None

    def __post_init__(self) -> None:
        for median in (self.death_median_days, self.dropout_median_days):
            if median is not None and not median > 0:
                raise UsageError("a median time to death or dropout must be above 0 days")

    @property
    def hazard(self) -> float:
        """Of leaving for either reason, per day."""
        medians = (self.death_median_days, self.dropout_median_days)
        return float(sum(np.log(2) / median for median in medians if median is not None))


@dataclass(frozen=True)
class Timing:
    """A trial's calendar. `while_suspended`: a candidate who comes while the rule waits is `lost`, or `waits` for the next
    outcome (one at a time; others are lost). `ends`: with the `last_outcome` the trial had to know, or as dfcrm counts,
    with the `last_arrival_and_window`."""

    window_days: float
    accrual: Accrual
    onset: Onset = field(default_factory=Uniform)
    leaving: Leaving = field(default_factory=Leaving)
    while_suspended: Literal["lost", "waits"] = "lost"
    ends: Literal["last_outcome", "last_arrival_and_window"] = "last_outcome"

    def __post_init__(self) -> None:
        if not self.window_days > 0:
            raise UsageError("the DLT window must be longer than 0 days")
        if self.while_suspended not in ("lost", "waits"):
            raise UsageError(f"no {self.while_suspended!r} while suspended; there are: lost, waits")
        if self.ends not in ("last_outcome", "last_arrival_and_window"):
            raise UsageError(f"no end called {self.ends!r}; there are: last_outcome, last_arrival_and_window")


def as_dfcrm(window_days: float, rate: float, accrual: Literal["poisson", "fixed"] = "poisson") -> Timing:
    """The calendar of dfcrm's `titesim`: `rate` patients expected in a window, uniform DLT times, the first gap counted,
    and a trial that lasts until a window after its last arrival."""
    kind: Literal["exponential", "fixed"] = "exponential" if accrual == "poisson" else "fixed"
    return Timing(window_days, Accrual(window_days / rate, kind), ends="last_arrival_and_window")
