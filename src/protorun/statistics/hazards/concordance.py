"""How often the patient with the higher risk has the event first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError
from protorun.statistics._order import rows, strata_of

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Concordance:
    """`value` is the share of concordant pairs, those of equal risk counted half; the pairs behind it beside it.

    `standard_error` is the infinitesimal jackknife's, as in R survival 3.5.
    """

    value: float
    standard_error: float
    concordant: int
    discordant: int
    equal_risk: int


def concordance(
    time: ArrayLike, event: ArrayLike, risk: ArrayLike, *, strata: ArrayLike | None = None
) -> Concordance:
    """Harrell's C of a risk score, for one data set; NaN times are absent patients. doi:10.1001/jama.1982.03320430047030.

    A pair counts when one has the event and the other is known to live longer: a later time, or the same time and
    censored. Pairs are made inside strata. NaN without any pair. Raises UsageError on unequal shapes or unknown risks.
    """
    times, events = rows(time, event)
    risks = np.asarray(risk, np.float64)
    if times.ndim != 1 or risks.shape != times.shape:
        raise UsageError(f"times {times.shape} and risks {risks.shape} must be one of each for each patient")
    here = ~np.isnan(times)
    if np.isnan(risks[here]).any():
        raise UsageError("a risk is NaN: leave those patients out")
    stratum = np.zeros(len(times), np.int64) if strata is None else strata_of(strata, times)
    died = events[here]
    place = 2 * np.unique(times[here], return_inverse=True)[1] + ~died
    higher = np.unique(risks[here], return_inverse=True)[1]
    mine = _pairs(place.astype(np.int64), higher.astype(np.int64), stratum[here], died)
    concordant, discordant, equal = (int(side.sum()) // 2 for side in mine)
    pairs = concordant + discordant + equal
    if not pairs:
        return Concordance(np.nan, np.nan, 0, 0, 0)
    value = (concordant + equal / 2) / pairs
    change = (mine[0] + mine[2] / 2 - value * mine.sum(axis=0)) / pairs
    return Concordance(value, float(np.sqrt((change**2).sum())), concordant, discordant, equal)


def _pairs(place: IntArray, risk: IntArray, stratum: IntArray, died: NDArray[np.bool_]) -> IntArray:
    """Of each patient the pairs he is in: concordant, discordant, of equal risk.

    Two places differ first in some bit: at each bit the patients who share the bits above it are lined up by risk, and
    those with 0 (who die first) meet those with 1.
    """
    bits = int(place.max(initial=0)).bit_length()
    block = (stratum << bits) | place
    order = np.lexsort((risk, stratum))
    mine = np.zeros((3, len(place)), np.int64)
    for bit in reversed(range(bits)):
        here = block[order]
        later = (here >> bit) & 1 == 1
        groups = _Groups.of(here >> (bit + 1), risk[order])
        for chosen, others, sign in ((~later & died[order], later, 1), (later, ~later & died[order], -1)):
            less, equal, more = groups.count(others)
            won, lost = (less, more) if sign > 0 else (more, less)
            for row, number in zip(mine, (won, lost, equal), strict=True):
                row[order[chosen]] += number[chosen]
        order = order[groups.halves(later)]
    return mine


@dataclass(frozen=True)
class _Groups:
    """A line of patients in groups, by risk inside each: where the group and the ties of risk begin and end."""

    start: IntArray
    stop: IntArray
    tie_start: IntArray
    tie_stop: IntArray

    @classmethod
    def of(cls, group: IntArray, risk: IntArray) -> _Groups:
        new = np.diff(group, prepend=-1) != 0
        tie = new.copy()
        tie[1:] |= risk[1:] != risk[:-1]
        return cls(*_bounds(new), *_bounds(tie))

    def count(self, others: NDArray[np.bool_]) -> tuple[IntArray, IntArray, IntArray]:
        """How many of the others in the same group have less, equal and more risk."""
        sums = np.concatenate([[0], np.cumsum(others)])
        at, below, upto, end = (sums[i] for i in (self.start, self.tie_start, self.tie_stop, self.stop))
        return below - at, upto - below, end - upto

    def halves(self, later: NDArray[np.bool_]) -> IntArray:
        """The line with each group split in its two halves."""
        sums = np.concatenate([[0], np.cumsum(~later)])
        place = np.arange(len(later))
        early = self.start + sums[:-1] - sums[self.start]
        late = place + sums[self.stop] - sums[:-1]
        new = np.empty(len(later), np.int64)
        new[np.where(later, late, early)] = place
        return new


def _bounds(new: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Of each member of a run, where the run begins and ends."""
    first = np.flatnonzero(new)
    size = np.diff(first, append=len(new))
    return np.repeat(first, size), np.repeat(first + size, size)
