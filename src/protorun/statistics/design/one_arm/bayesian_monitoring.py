"""Bayesian boundaries for one arm: posterior (Thall & Simon 1994, doi:10.2307/2533377) and predictive probability (Lee &
Liu 2008, doi:10.1177/1740774508089279)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincc, betaincinv, betaln, gammaln

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.binomial_tables import FloatArray, IntArray
from protorun.statistics.design.one_arm.monitoring import Boundary

Kind = Literal["futility", "superiority"]
Beta = tuple[float, float]
"""The two parameters of a beta distribution."""

_NODES = 400  # of the integral over the standard rate; 1e-10 against adaptive quadrature


def posterior_probability(
    y: ArrayLike, n: ArrayLike, prior: Beta, standard: Beta | float, delta: float = 0.0
) -> FloatArray:
    """P(rate > standard rate + `delta`) after y of n events, for any shapes; the standard is a beta distribution or fixed.

    Thall & Simon 1994, doi:10.2307/2533377."""
    events, size = np.broadcast_arrays(np.asarray(y, np.float64), np.asarray(n, np.float64))
    if np.any((events < 0) | (events > size)):
        raise UsageError("the events lie between 0 and the number of patients")
    a, b = _checked(prior)[0] + events, prior[1] + size - events
    if isinstance(standard, (int, float)):
        if not 0 < standard + delta < 1:
            raise UsageError(f"the standard rate lies between 0 and 1; {standard + delta:g} does not")
        found: FloatArray = np.asarray(betaincc(a, b, standard + delta))
        return found
    at, weight = _rule()
    rates = np.clip(betaincinv(*_checked(standard), at) + delta, 0, 1)
    whole: FloatArray = np.asarray(betaincc(a[..., None], b[..., None], rates) @ weight)
    return whole


def predictive_probability(
    y: ArrayLike, n: ArrayLike, nmax: int, prior: Beta, *, p_s: float, theta_t: float
) -> FloatArray:
    """Chance that all `nmax` patients will show P(rate > p_s) > theta_t, given y of n so far, for any shapes.

    Lee & Liu 2008; their example is 16 of 23, nmax 40, prior (.6, .4), p_s .6, theta_t .9: 0.5656."""
    events, size = np.broadcast_arrays(np.asarray(y, np.int64), np.asarray(n, np.int64))
    if np.any((events < 0) | (events > size) | (size > nmax)):
        raise UsageError(f"the events lie between 0 and the patients, and the patients are at most {nmax}")
    total = np.arange(nmax + 1)
    good = posterior_probability(total, nmax, prior, p_s) > theta_t
    left = nmax - size
    more = np.arange(nmax + 1)
    a, b = prior[0] + events, prior[1] + size - events
    kept = more <= left[..., None]
    further = np.minimum(more, left[..., None])
    log = gammaln(left + 1)[..., None] - gammaln(further + 1) - gammaln(left[..., None] - further + 1)
    log = (
        log
        + betaln(a[..., None] + further, b[..., None] + left[..., None] - further)
        - betaln(a, b)[..., None]
    )
    weight = np.where(kept & good[events[..., None] + further], np.exp(log), 0.0)
    found: FloatArray = weight.sum(axis=-1)
    return found


def posterior_boundary(
    nmax: int, theta: float, kind: Kind, *, prior: Beta, standard: Beta | float, delta: float = 0.0
) -> IntArray:
    """For 1 to `nmax` patients, the bound on events by posterior probability.

    futility: the most events with P(rate > standard + delta) < theta, -1 where none; superiority: the fewest events with
    P(rate > standard + delta) > theta, n + 1 where none. A fixed standard rate and "superiority" give the usual rule for
    toxicity: stop when P(rate > limit) > theta. Thall & Simon 1994."""
    n, y = _grid(nmax)
    return _bound(posterior_probability(np.minimum(y, n), n, prior, standard, delta), theta, kind)


def predictive_boundary(
    nmax: int, theta: float, kind: Kind, *, prior: Beta, p_s: float, theta_t: float
) -> IntArray:
    """For 1 to `nmax` patients, the bound on events by predictive probability: futility the most events with less than
    theta, -1 where none; superiority the fewest with more than theta, n + 1 where none. Lee & Liu 2008."""
    n, y = _grid(nmax)
    return _bound(
        predictive_probability(np.minimum(y, n), n, nmax, prior, p_s=p_s, theta_t=theta_t), theta, kind
    )


def at_looks(
    looks: Sequence[int], *, futility: IntArray | None = None, superiority: IntArray | None = None
) -> Boundary:
    """A boundary at these looks out of bounds for every number of patients from 1 on."""
    sizes = tuple(int(n) for n in looks)
    longest = [len(bounds) for bounds in (futility, superiority) if bounds is not None]
    if any(n < 1 or n > most for n in sizes for most in longest):
        raise UsageError(f"the bounds are for 1 to {min(longest)} patients; the looks are {sizes}")
    low = tuple(-1 if futility is None else int(futility[n - 1]) for n in sizes)
    high = tuple(n + 1 if superiority is None else int(superiority[n - 1]) for n in sizes)
    return Boundary(sizes, low, high)


def _grid(nmax: int) -> tuple[IntArray, IntArray]:
    if nmax < 1:
        raise UsageError(f"at least one patient is wanted, not {nmax}")
    return np.arange(1, nmax + 1)[:, None], np.arange(nmax + 1)


def _bound(probability: FloatArray, theta: float, kind: Kind) -> IntArray:
    """Probabilities rise with the events."""
    if not 0 < theta < 1:
        raise UsageError(f"a cutoff lies between 0 and 1; {theta:g} does not")
    n, y = _grid(len(probability))
    below = (probability < theta) if kind == "futility" else (probability <= theta)
    count: IntArray = (below & (y <= n)).sum(axis=1)
    return count - 1 if kind == "futility" else count


@lru_cache(maxsize=1)
def _rule() -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on (0, 1), drawn together at both ends, where quantiles of a beta distribution are steep."""
    u, w = np.polynomial.legendre.leggauss(_NODES)
    u, w = (u + 1) / 2, w / 2
    return u**3 * (10 - 15 * u + 6 * u * u), w * 30 * u**2 * (1 - u) ** 2


def _checked(parameters: Beta) -> Beta:
    if min(parameters) <= 0:
        raise UsageError(f"the parameters of a beta distribution are above 0, not {parameters}")
    return parameters
