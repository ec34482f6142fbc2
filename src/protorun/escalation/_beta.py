"""Posterior probabilities of a DLT rate under a beta prior, from a table over the counts that occur."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Certainty:
    """P(DLT rate > `rate`) > `cutoff` under Beta(`prior`)."""

    rate: float
    cutoff: float
    prior: tuple[float, float] = (1.0, 1.0)


def exceeds(n: CountArray, dlt: CountArray, than: Certainty) -> NDArray[np.bool_]:
    """Whether the rate is that certainly too high: a comparison of counts with a table."""
    most = int(n.max(initial=0))
    found: NDArray[np.bool_] = dlt >= smallest_excess(max(most, 32), than)[n]
    return found


def smallest_excess(most: int, than: Certainty) -> NDArray[np.int32]:
    """For each n up to `most`, the fewest DLTs that make it certain; 16384 where none are enough."""
    return _excess(1 << (most - 1).bit_length(), than)[: most + 1]


@lru_cache(maxsize=256)
def _excess(most: int, than: Certainty) -> NDArray[np.int32]:
    n, dlt = np.arange(most + 1)[:, None], np.arange(most + 1)[None, :]
    over = (above(n, np.minimum(dlt, n), than.rate, than.prior) > than.cutoff) & (dlt <= n)
    found: NDArray[np.int32] = np.where(over, dlt, 2**14).min(axis=1).astype(np.int32)
    return found
