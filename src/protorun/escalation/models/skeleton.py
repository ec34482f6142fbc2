"""Prior guesses of the DLT rates (the skeleton) from an indifference interval, and the prior that says least."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit, ndtr

from protorun.errors import UsageError

Model = Literal["empiric", "logistic"]


def skeleton(
    *, halfwidth: float, target: float, nu: int, nlevel: int, model: Model = "empiric", intcpt: float = 3.0
) -> NDArray[np.float64]:
    """Prior DLT rates of `nlevel` levels, with level `nu` (1 = lowest) at the target and rates off by at most `halfwidth`
    not told apart. Lee & Cheung 2009, doi:10.1177/1740774509105076; arguments as in dfcrm's `getprior`.

    Raises UsageError for an interval that leaves 0 to 1, or `nu` that is no level."""
    if not (target - halfwidth > 0 and target + halfwidth < 1 and halfwidth > 0):
        raise UsageError(f"target {target:g} -+ halfwidth {halfwidth:g} must lie between 0 and 1")
    if not 1 <= nu <= nlevel:
        raise UsageError(f"nu={nu} is none of the {nlevel} levels")
    low, middle, high = _scale(np.array([target - halfwidth, target, target + halfwidth]), model, intcpt)
    steps = np.arange(1, nlevel + 1) - nu
    return _unscale(middle * (high / low) ** steps, model, intcpt)


def _scale(p: NDArray[np.float64], model: Model, intcpt: float) -> NDArray[np.float64]:
    return np.log(p) if model == "empiric" else np.asarray(logit(p) - intcpt)


def _unscale(x: NDArray[np.float64], model: Model, intcpt: float) -> NDArray[np.float64]:
    return np.exp(x) if model == "empiric" else np.asarray(expit(x + intcpt))


def least_informative_scale(
    prior: NDArray[np.float64], target: float, *, model: Model = "empiric", intcpt: float = 3.0
) -> float:
    """The prior standard deviation under which every level is about as likely to be the MTD. Lee & Cheung 2011,
    doi:10.1002/sim.4139 (criterion from memory; the paper was not at hand)."""
    edges = _edges(np.asarray(prior, np.float64), target, model, intcpt)

    def unevenness(log_sd: float) -> float:
        share = np.diff(ndtr(np.concatenate([[-np.inf], edges, [np.inf]]) / np.exp(log_sd)))
        return float(share.var())

    return float(np.exp(minimize_scalar(unevenness, bounds=(-4, 3), method="bounded").x))


def _edges(prior: NDArray[np.float64], target: float, model: Model, intcpt: float) -> NDArray[np.float64]:
    """The values of the parameter at which two neighboring levels are equally far from the target, ascending."""
    from scipy.optimize import brentq

    scaled = _scale(prior, model, intcpt)

    def gap(a: float, level: int) -> float:
        rates = _unscale(np.exp(a) * scaled[level : level + 2], model, intcpt)
        return float(rates.sum() - 2 * target)

    return np.array([brentq(gap, -12, 12, args=(level,)) for level in range(len(prior) - 1)])
