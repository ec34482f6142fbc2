"""Posterior probabilities of a DLT rate under a beta prior, from a table over the counts that occur."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from protorun.trial.outcomes import CountArray

GUARD = 1e-9
"""Rates equal to a boundary count as equal (6/30 <= .2)."""


def above(
    n: NDArray[np.int64] | CountArray,
    dlt: NDArray[np.int64] | CountArray,
    rate: float,
    prior: tuple[float, float] = (1.0, 1.0),
) -> NDArray[np.float64]:
    """P(DLT rate > `rate`) after `dlt` of `n`, under Beta(`prior`)."""
    a, b = prior[0] + dlt.astype(np.float64), prior[1] + n.astype(np.float64) - dlt
    found: NDArray[np.float64] = 1.0 - betainc(a, b, rate)
    return found


def exceeds(n: CountArray, dlt: CountArray, rate: float, cutoff: float) -> NDArray[np.bool_]:
    """Whether P(DLT rate > `rate`) exceeds `cutoff` under a uniform prior: a comparison of counts with a table."""
    most = int(n.max(initial=0))
    found: NDArray[np.bool_] = dlt >= smallest_excess(max(most, 32), rate, cutoff)[n]
    return found


@lru_cache(maxsize=256)
def _excess(most: int, rate: float, cutoff: float) -> NDArray[np.int32]:
    n = np.arange(most + 1)[:, None]
    dlt = np.arange(most + 2)[None, :]
    over = above(n, np.minimum(dlt, n), rate) > cutoff
    over[:, -1] = True
    first = np.where(over, dlt, most + 1).min(axis=1)
    found: NDArray[np.int32] = np.where(first > n[:, 0], 2**14, first).astype(np.int32)
    return found


def smallest_excess(most: int, rate: float, cutoff: float) -> NDArray[np.int32]:
    """For each n up to `most`, the fewest DLTs with P(DLT rate > `rate`) > `cutoff`; 16384 where none are enough."""
    return _excess(1 << (most - 1).bit_length(), rate, cutoff)[: most + 1]
