"""Estimate, p value and limits after a two-stage trial. Jung & Kim 2004, doi:10.1002/sim.1653."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.binomial_tables import FloatArray, IntArray, beyond


@dataclass(frozen=True)
class TwoStageInference:
    """`estimate` is the unbiased one of least variance (UMVUE), `p_value` one-sided against p0, `lower` and `upper` are the
    limits of a two-sided interval of level `level`."""

    estimate: float
    p_value: float
    lower: float
    upper: float
    level: float


def two_stage_inference(
    x: int, r1: int, n1: int, n: int, p0: float, *, alpha: float = 0.05
) -> TwoStageInference:
    """Inference after `x` responses in all, in a trial that stopped with at most `r1` of `n1` and else went on to `n`.

    Results are ordered by the number of responses, along the design. The limits leave `alpha` at each side: the lower one
    solves P(x or more) = alpha, the upper one P(x or fewer) = alpha. R's clinfun 1.1.5 solves P(x or more) = 1 - alpha for
    the upper limit, which is the limit of the result with one response less. Raises UsageError for a result that the design
    cannot give."""
    _check((x, r1, n1, n), p0, alpha)
    at_least = tail(r1, n1, n)
    return TwoStageInference(
        estimate=_umvue(x, r1, n1, n),
        p_value=float(at_least(x, p0)),
        lower=0.0 if x == 0 else _root(lambda p: at_least(x, p) - alpha),
        upper=1.0 if x == n else _root(lambda p: at_least(x + 1, p) - (1 - alpha)),
        level=1 - 2 * alpha,
    )


def tail(r1: int, n1: int, n: int) -> Callable[[int, float], float]:
    """P(x responses or more | p) along the design, as a function of x and p."""

    def at_least(x: int, p: float) -> float:
        if x <= r1 + 1:
            return float(beyond(x - 1, n1, p))
        k = np.arange(r1 + 1, n1 + 1)
        first = beyond(k - 1, n1, p) - beyond(k, n1, p)
        return float(first @ beyond(x - 1 - k, n - n1, p))

    return at_least


def _umvue(x: int, r1: int, n1: int, n: int) -> float:
    if x <= r1:
        return x / n1
    k = np.arange(max(r1 + 1, x - (n - n1)), min(x, n1) + 1)
    ways = _log_choose(n1, k) + _log_choose(n - n1, x - k)
    weight = np.exp(ways - ways.max())
    return float(weight @ (k / n1) / weight.sum())


def _log_choose(n: int, k: IntArray) -> FloatArray:
    found: FloatArray = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return found


def _root(function: Callable[[float], float]) -> float:
    return float(brentq(function, 0.0, 1.0, xtol=1e-13, rtol=1e-13))


def _check(result: tuple[int, int, int, int], p0: float, alpha: float) -> None:
    x, r1, n1, n = result
    if not 0 <= r1 < n1 < n:
        raise UsageError(f"a two-stage design has 0 <= r1 < n1 < n, not r1 = {r1}, n1 = {n1}, n = {n}")
    if not 0 <= x <= n:
        raise UsageError(f"{x} responses of {n} patients cannot be")
    if not 0 < p0 < 1:
        raise UsageError(f"p0 lies between 0 and 1; {p0:g} does not")
    if not 0 < alpha < 0.5:
        raise UsageError(f"alpha lies between 0 and 0.5; {alpha:g} does not")
