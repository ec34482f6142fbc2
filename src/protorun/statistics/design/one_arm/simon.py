"""Simon's two-stage designs of single-arm trials. Simon 1989, doi:10.1016/0197-2456(89)90015-9."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.binomial_tables import (
    FloatArray,
    IntArray,
    above,
    beyond,
    checked,
    likely_patients,
    limited,
    mass,
)

MOST_PATIENTS = 2000  # the search gives up here; p0 and p1 are then too close for a single-arm trial
GUARD = 1e-12  # an error equal to its limit is within it, whatever the last digit says
_STEP = 8  # total sizes looked at together
_NOTHING = 1e-15


@dataclass(frozen=True)
class TwoStage:
    """Stop after `n1` patients with at most `r1` responses; after all `n`, the drug is rejected with at most `r`."""

    r1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        if not (0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n):
            raise UsageError(
                f"a two-stage design has 0 <= r1 < n1 < n and r1 <= r < n, not "
                f"r1 = {self.r1}, n1 = {self.n1}, r = {self.r}, n = {self.n}"
            )


@dataclass(frozen=True)
class TwoStageRates:
    """For each true response rate: chance of stopping early, chance that the drug is accepted, mean number of patients."""

    p: FloatArray
    early: FloatArray
    accept: FloatArray
    patients: FloatArray


@dataclass(frozen=True)
class SimonDesign(TwoStage):
    """A two-stage design with its error rates; `early` and `patients` hold under p0 (PET and EN of Simon 1989).

    `q_from`, `q_to`: the design has the least q n + (1 - q) EN for q between them (Jung et al. 2004)."""

    alpha: float
    power: float
    early: float
    patients: float
    q_from: float = 0.0
    q_to: float = 1.0


@dataclass(frozen=True)
class Simon:
    """The designs for one pair of rates and errors. `admissible` begins with `minimax` and ends with `optimal`."""

    p0: float
    p1: float
    alpha: float
    beta: float
    admissible: tuple[SimonDesign, ...]

    @property
    def minimax(self) -> SimonDesign:
        """The fewest patients in all; among those, the fewest on average under p0."""
        return self.admissible[0]

    @property
    def optimal(self) -> SimonDesign:
        """The fewest patients on average under p0."""
        return self.admissible[-1]

    def table(self) -> list[dict[str, float | int | str]]:
        """One row for each admissible design, the minimax one first."""
        return [{"design": self.named(one), **asdict(one)} for one in self.admissible]

    def named(self, design: SimonDesign) -> str:
        """minimax, optimal, both, or admissible."""
        names = [name for name in ("minimax", "optimal") if getattr(self, name) == design]
        return " and ".join(names) or "admissible"


def two_stage_rates(design: TwoStage, p: ArrayLike) -> TwoStageRates:
    """Exact operating characteristics of a two-stage design for response rates of any shape. Simon 1989."""
    rate = np.asarray(p, np.float64)
    if not np.all((rate >= 0) & (rate <= 1)):
        raise UsageError("a response rate lies between 0 and 1")
    x = np.arange(design.r1 + 1, design.n1 + 1)
    first = beyond(x - 1, design.n1, rate[..., None]) - beyond(x, design.n1, rate[..., None])
    accept = (first * beyond(design.r - x, design.n - design.n1, rate[..., None])).sum(axis=-1)
    early = 1 - beyond(design.r1, design.n1, rate)
    return TwoStageRates(rate, early, accept, design.n1 + (1 - early) * (design.n - design.n1))


def simon(p0: float, p1: float, *, alpha: float = 0.05, beta: float = 0.2, nmax: int | None = None) -> Simon:
    """Simon's optimal, minimax and admissible two-stage designs.

    `p0` is a response rate of no interest, `p1` one of interest; the drug is accepted with at most probability `alpha`
    under p0 and at least 1 - `beta` under p1. `nmax` limits the patients; without it the search goes on until no larger
    trial can have fewer patients on average. Admissible designs are those of Jung et al. 2004 (doi:10.1002/sim.1600): the
    lower convex hull of (n, EN). Raises UsageError for rates or errors that do not fit, and where no design is found.
    """
    checked(p0, p1, alpha, beta)
    limited(nmax, MOST_PATIENTS)
    found, tables = _fewest(_Search(p0, p1, alpha, beta), nmax)
    if not found:
        most = MOST_PATIENTS if nmax is None else nmax
        hint = "allow more, or" if most < MOST_PATIENTS else "take"
        raise UsageError(
            f"no two-stage design of at most {most} patients keeps both errors; {hint} rates further apart"
        )
    return Simon(p0, p1, alpha, beta, _admissible(found, tables, alpha))


@dataclass(frozen=True)
class _Search:
    """What is looked for."""

    p0: float
    p1: float
    alpha: float
    beta: float

    def guess(self) -> int:
        """Patients that will usually do: the normal approximation of one stage, and half as many again."""
        return ceil(1.5 * likely_patients(self.p0, self.p1, self.alpha, self.beta)) + 20


Best = tuple[int, int, int, float]
"""n, n1, r1 and EN of the design with the least EN among those of its size."""


def _fewest(search: _Search, nmax: int | None) -> tuple[list[Best], _Tables]:
    """The best design of each size that has a smaller EN than every smaller one, by size."""
    limit = MOST_PATIENTS if nmax is None else nmax
    most = min(limit, search.guess())
    while True:
        tables = _Tables.of(search, most)
        found, done = _up_to(tables, search)
        if done or (most >= limit and (nmax is not None or not found)):
            return found, tables
        if most >= limit:
            raise UsageError(
                f"beyond {limit} patients the search is not finished; say with nmax where to stop"
            )
        most = min(limit, 2 * most)


@dataclass(frozen=True)
class _Tables:
    """P(x of n) and P(more than x of n), shaped [under p0 or p1, n, x]; `r1_most[n1]` is the largest r1 that leaves enough
    power; what is below `x_least[n1]` responses has no weight under p1; `sizes` are the n that are not hopeless."""

    mass: FloatArray
    above: FloatArray
    r1_most: IntArray
    x_least: IntArray
    sizes: IntArray

    @classmethod
    def of(cls, search: _Search, most: int) -> _Tables:
        masses = mass(most, [search.p0, search.p1])
        tails = above(masses)
        r1_most = (tails[1] >= 1 - search.beta - GUARD).sum(axis=1) - 1
        x_least = (tails[1] > 1 - _NOTHING).sum(axis=1)
        return cls(masses, tails, r1_most, x_least, _hopeful(masses, tails, r1_most, search))

    @property
    def most(self) -> int:
        return len(self.r1_most) - 1


def _hopeful(masses: FloatArray, tails: FloatArray, r_most: IntArray, search: _Search) -> IntArray:
    """Sizes at which the best test of all, which may decide by lot, keeps both errors. Neyman & Pearson 1933."""
    n = np.flatnonzero(r_most >= 0)
    at = r_most[n] + 1
    lot = (1 - search.beta - tails[1, n, at]) / np.maximum(masses[1, n, at], _NOTHING)
    found: IntArray = n[tails[0, n, at] + lot * masses[0, n, at] <= search.alpha + GUARD]
    return found


def _up_to(tables: _Tables, search: _Search) -> tuple[list[Best], bool]:
    """The best designs of at most so many patients, and whether a larger trial could not have a smaller EN."""
    found: list[Best] = []
    best = np.inf
    n1 = np.flatnonzero(tables.r1_most >= 0)
    goes_on = tables.above[0, n1, tables.r1_most[n1]]
    for i in range(0, len(tables.sizes), _STEP):
        sizes = tables.sizes[i : i + _STEP]
        promising = n1 + goes_on * np.maximum(sizes[0] - n1, 0) < best
        if not promising.any():
            return found, True
        for one in _of_sizes(tables, search, sizes, n1[promising & (n1 < sizes[-1])]):
            if one[3] < best - GUARD:
                found.append(one)
                best = one[3]
    return found, False


def _of_sizes(tables: _Tables, search: _Search, sizes: IntArray, n1: IntArray) -> list[Best]:
    """For each n, the first stage with the least EN that keeps both errors; sizes without one are left out.

    For one n, n1 and r, the largest r1 that keeps the power is the best: it stops most often, and takes most from the type
    I error. From the r that one stage could have, r goes down until r1 is as large as the first stage allows."""
    least = np.full((len(sizes), len(n1)), np.inf)
    chosen = np.full(least.shape, -1)
    live = n1 < sizes[:, None]
    r = tables.r1_most[sizes]
    while live.any():
        r1, kept = _largest_r1(tables, search, (sizes, n1, r))
        patients = n1 + tables.above[0, n1, np.maximum(r1, 0)] * (sizes[:, None] - n1)
        better = live & kept & (patients < least)
        least[better], chosen[better] = patients[better], r1[better]
        r = r - 1
        live &= (r1 < np.minimum(tables.r1_most[n1], r[:, None])) & (r >= 0)[:, None]
    place = least.argmin(axis=1) if len(n1) else np.zeros(0, np.int64)
    return [
        (int(n), int(n1[at]), int(chosen[i, at]), float(least[i, at]))
        for i, (n, at) in enumerate(zip(sizes, place, strict=False))
        if np.isfinite(least[i, at])
    ]


def _largest_r1(
    tables: _Tables, search: _Search, stages: tuple[IntArray, IntArray, IntArray]
) -> tuple[IntArray, NDArray[np.bool_]]:
    """For each n with its r, and each n1: the largest r1 that keeps the power (-1 = none), and whether the type I error is
    then kept too. What a first stage takes from either is added up over its results x."""
    sizes, n1, r = stages
    top = tables.r1_most[n1]
    x = top[:, None] + np.arange(-int((top - tables.x_least[n1]).max()), 1)
    first = np.where(x >= 0, tables.mass[:, n1[:, None], np.maximum(x, 0)], 0.0)[:, None]
    later = np.maximum(sizes[:, None, None] - n1[:, None], 0)
    wanted = r[:, None, None] - x
    lost = first * np.where(wanted < 0, 1.0, tables.above[:, later, np.maximum(wanted, 0)])
    np.cumsum(lost, axis=-1, out=lost)
    spare = tables.above[1, sizes, np.maximum(r, 0)] - (1 - search.beta) + GUARD
    last = ((lost[1] <= spare[:, None, None]) & (wanted > 0)).sum(axis=-1) - 1
    taken = np.take_along_axis(lost[0], np.maximum(last, 0)[..., None], axis=-1)[..., 0]
    error = tables.above[0, sizes, np.maximum(r, 0)][:, None] - taken
    r1 = np.where(last >= 0, x[np.arange(len(n1)), np.maximum(last, 0)], -1)
    return r1, (r1 >= 0) & (error <= search.alpha + GUARD)


def _admissible(found: list[Best], tables: _Tables, alpha: float) -> tuple[SimonDesign, ...]:
    """The lower convex hull of (n, EN), smallest n first, with the weights q at which each holds."""
    hull: list[Best] = []
    for one in found:
        while len(hull) > 1 and _tie(hull[-2], hull[-1]) <= _tie(hull[-1], one):
            hull.pop()
        hull.append(one)
    cuts = [1.0, *(_tie(a, b) for a, b in pairwise(hull)), 0.0]
    return tuple(_detailed(one, tables, alpha, (cuts[i + 1], cuts[i])) for i, one in enumerate(hull))


def _tie(smaller: Best, larger: Best) -> float:
    """The weight q at which q n + (1 - q) EN is the same for both."""
    saved = smaller[3] - larger[3]
    return saved / (saved + larger[0] - smaller[0])


def _detailed(one: Best, tables: _Tables, alpha: float, q: tuple[float, float]) -> SimonDesign:
    """With the smallest r that keeps the type I error, which has the greatest power."""
    n, n1, r1, patients = one
    r = np.arange(r1 + 1, n)
    x = np.arange(r1 + 1, n1 + 1)[:, None]
    later = np.where(r < x, 1.0, tables.above[:, n - n1, np.maximum(r - x, 0)])
    accepts = (tables.mass[:, n1, x] * later).sum(axis=1)
    at = int(np.argmax(accepts[0] <= alpha + GUARD))
    return SimonDesign(
        *(r1, n1, int(r[at]), n),
        alpha=float(accepts[0, at]),
        power=float(accepts[1, at]),
        early=1 - float(tables.above[0, n1, r1]),
        patients=patients,
        q_from=q[0],
        q_to=q[1],
    )
