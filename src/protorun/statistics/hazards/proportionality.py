"""Is the hazard ratio the same at all times: the score test of a coefficient that changes with time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.hazards._likelihood import Partial
from protorun.statistics.hazards.cox import Cox
from protorun.statistics.hazards.cox_regression import Data, HowTied, data
from protorun.statistics.survival.kaplan_meier import kaplan_meier

_NOTHING = 1e-10  # of the information: less is rounding
Clock = Literal["km", "identity", "log", "rank"]


@dataclass(frozen=True)
class Proportionality:
    """Chi-square of each covariate (1 degree of freedom) and of all together (`overall`, `df` degrees)."""

    chisq: FloatArray
    p: FloatArray
    overall: float
    df: int
    overall_p: float


def proportionality(
    fit: Cox,
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    ties: HowTied = "efron",
    clock: Clock = "km",
) -> Proportionality:
    """Test of proportional hazards of a Cox model, given with the data it was fitted to, as `cox.zph` of R survival 3.5.

    The alternative is a coefficient that is linear in g(t): 1 - S(t-) of all patients together ("km"), the time, its
    logarithm, or the mean rank among all times. Grambsch & Therneau 1994, doi:10.1093/biomet/81.3.515, in the form of a
    score test. Raises UsageError for another clock, exact ties, a fit without a finite estimate, an event at time 0 by the
    logarithm, or events that cannot tell, such as those all on one day (R's answer to them is rounding).
    """
    if clock not in get_args(Clock):
        raise UsageError(f"no clock called {clock!r}; there are: {', '.join(get_args(Clock))}")
    if ties == "exact" or not np.isfinite(fit.coefficient).all():
        raise UsageError("proportional hazards are tested with efron or breslow ties and finite estimates")
    given = data(time, event, covariates, strata, ties)
    g = _checked(_CLOCKS[clock](given), given, clock)
    likelihood = given.likelihood()
    score, information = _moments(likelihood, fit.coefficient * given.scale, g)
    gg, gb, bb = information
    left = gg - gb @ np.linalg.solve(bb, gb.T)
    if np.linalg.eigvalsh(left)[0] <= _NOTHING * np.diag(gg).max():
        raise UsageError(
            "the events are too few to tell a coefficient that changes with time from a constant one"
        )
    chisq = score**2 / np.diag(left)
    overall = float(score @ np.linalg.solve(left, score))
    df = len(score)
    return Proportionality(chisq, chdtrc(1, chisq), overall, df, float(chdtrc(df, overall)))


def _checked(g: FloatArray, given: Data, clock: str) -> FloatArray:
    """The clock around its mean over the ties with events, as R centers it; refused where it stands still or is endless."""
    died = given.ties.deaths > 0
    if not np.isfinite(g[died]).all():
        raise UsageError(
            f"the clock {clock!r} has no value at time 0, where there is an event: take another one"
        )
    if np.ptp(g[died]) == 0:
        raise UsageError("all events lie at one time: nothing can be seen to change with time")
    centered: FloatArray = g - g[died].mean()
    return centered


def _moments(likelihood: Partial, b: FloatArray, g: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
    """Score of the time-dependent coefficients, and the information weighted by g^2, g and 1."""
    ties = likelihood.ties
    risk = np.exp(b @ ties.x)
    found = likelihood.factors(risk)
    g = g[found.at]
    dead = np.stack([ties.parts(ties.died * column)[0][found.at] for column in ties.x])
    score = (dead - found.mean) @ g
    information = []
    for power in (g * g, g, np.ones_like(g)):
        weight = likelihood.met(found, power) * risk
        information.append((ties.x * weight) @ ties.x.T - found.mean_squares(power))
    return score, information


def _pooled(given: Data) -> FloatArray:
    """1 - S(t-) of all patients, whatever their stratum, at the time of each tie."""
    ties = given.ties
    died = np.empty(len(ties.order), np.bool_)
    died[ties.order] = ties.died
    curve = kaplan_meier(given.times[given.here], died)
    before = np.concatenate([[1.0], curve.survival])
    found: FloatArray = 1 - before[np.searchsorted(curve.time, ties.time)]
    return found


def _rank(given: Data) -> FloatArray:
    times = np.sort(given.times[given.here])
    first, last = (np.searchsorted(times, given.ties.time, side=side) for side in ("left", "right"))
    ranks: FloatArray = (first + last + 1) / 2
    return ranks


def _log(given: Data) -> FloatArray:
    with np.errstate(divide="ignore"):
        logs: FloatArray = np.log(given.ties.time)
    return logs


_CLOCKS: dict[str, Callable[[Data], FloatArray]] = {
    "km": _pooled,
    "identity": lambda given: given.ties.time,
    "log": _log,
    "rank": _rank,
}
