"""The two-parameter logistic model of the BLRM with a bivariate normal prior, on nodes cut at the interval limits.

Neuenschwander, Branson & Gsponer 2008, doi:10.1002/sim.3230. A grid whose cells are counted wholly inside or outside an
interval does not converge; here every threshold of every level is the edge of a piece, so indicators are exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit

from protorun.errors import UsageError

FloatArray = NDArray[np.float64]
_CELLS = 1 << 20  # most numbers in one array of (row, node)
_INFORMATION = 8.0  # sum of n p (1 - p) that the first nodes are made for: never exceeded by 32 patients
_LEAST_STEPS = 1.5  # the posterior standard deviation of b, in steps of its nodes
_MOST_NODES = 120_000  # no finer nodes than the first so many: reached at about 500 patients, or under priors that say nothing


@dataclass(frozen=True, order=True)
class Nodes:
    """How fine: `slopes` trapezoid nodes for b and, for each, `pieces` equal pieces of alpha, cut again at the thresholds;
    both reach `reach` prior standard deviations. A piece has Gauss-Legendre nodes for its length in posterior standard
    deviations, so many that `information` = sum of n p (1 - p) does no harm."""

    slopes: int = 61
    pieces: int = 12
    reach: float = 6.0
    information: float = _INFORMATION

    @property
    def step(self) -> float:
        """From one node of b to the next, in prior standard deviations."""
        return 2 * self.reach / (self.slopes - 1)

    def finer(self) -> Nodes:
        """Nodes for four times the information, half as far from one another."""
        return replace(self, slopes=2 * self.slopes - 1, information=4 * self.information)


FINE = Nodes()


@dataclass(frozen=True)
class Posterior:
    """By row and level: mean DLT rate, P(rate in the target interval), P(rate at its upper limit or above)."""

    mean: FloatArray
    target: FloatArray
    overdose: FloatArray


@dataclass(frozen=True)
class TwoParameter:
    """logit p(dose) = alpha + exp(b) log(dose / ref_dose); (alpha, b) is normal with `mean` and covariance `cov` (row after
    row: four numbers). `interval`: lower and upper limit of the target interval."""

    doses: tuple[float, ...]
    ref_dose: float
    mean: tuple[float, float]
    cov: tuple[float, float, float, float]
    interval: tuple[float, float] = (0.20, 0.35)
    nodes: Nodes = FINE

    def __post_init__(self) -> None:
        doses = np.asarray(self.doses)
        given = (*self.doses, self.ref_dose, *self.mean, *self.cov, *self.interval)
        if not np.isfinite(np.asarray(given, np.float64)).all():
            raise UsageError("doses, prior and target interval of the model are finite numbers")
        if not len(doses) or (doses <= 0).any() or (np.diff(doses) <= 0).any() or self.ref_dose <= 0:
            raise UsageError(
                "the model wants doses above 0 that rise from level to level, and a reference dose above 0"
            )
        if not 0 < self.interval[0] < self.interval[1] < 1:
            raise UsageError(f"a target interval rises between 0 and 1, unlike {self.interval}")
        if len(self.mean) != 2 or len(self.cov) != 4:
            raise UsageError("the prior wants two means and a covariance of four numbers, row after row")
        first, off, same, second = self.cov
        if off != same or first <= 0 or second <= 0 or first * second - off**2 <= 1e-12 * first * second:
            raise UsageError(f"a covariance is symmetric and positive definite, unlike {self.cov}")

    @cached_property
    def log_doses(self) -> FloatArray:
        """log(dose / ref_dose) by level."""
        return np.log(np.asarray(self.doses, np.float64) / self.ref_dose)

    @cached_property
    def _tables(self) -> dict[Nodes, Table]:
        return {}

    def table(self, nodes: Nodes) -> Table:
        """The nodes with what is known of each before any data."""
        if nodes not in self._tables:
            self._tables[nodes] = _table(self, nodes)
        return self._tables[nodes]

    def fit(self, n: NDArray[np.integer], dlt: NDArray[np.integer]) -> Posterior:
        """What is known of each level after these counts, shaped (row, level). Rows with equal counts are computed once;
        rows whose posterior is too narrow for the nodes are computed again on finer ones."""
        rows, where = _distinct(np.column_stack([n, dlt]).astype(np.int64))
        levels = len(self.doses)
        found = np.empty((len(rows), 3 * levels))
        todo = {self.nodes: np.arange(len(rows))}
        while todo:
            nodes, asked = todo.popitem()
            found[asked], deviation = self._expect(nodes, rows[asked])
            narrow = _narrow(nodes, rows[asked, :levels], found[asked, :levels], deviation)
            if narrow.any() and len(self.table(nodes).log_prior) < _MOST_NODES:
                todo[nodes.finer()] = asked[narrow]
        mean, below, under = np.split(found[where], 3, axis=1)
        return Posterior(mean, np.maximum(under - below, 0), np.clip(1 - under, 0, 1))

    def _expect(self, nodes: Nodes, counts: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """Expectations of each row, and the posterior standard deviation of b in prior ones."""
        table, levels = self.table(nodes), len(self.doses)
        found = np.empty((len(counts), 3 * levels + 2))
        for part in _parts(len(counts), len(table.log_prior)):
            found[part] = table.expect(counts[part, :levels], counts[part, levels:])
        first, second = found[:, -2], found[:, -1]
        return found[:, :-2], np.sqrt(np.maximum(second - first**2, 0))


def _narrow(nodes: Nodes, n: NDArray[np.int64], p: FloatArray, deviation: FloatArray) -> NDArray[np.bool_]:
    """The rows that need finer nodes."""
    information = (n * p * (1 - p)).sum(axis=1)
    found: NDArray[np.bool_] = (information > nodes.information) | (deviation < _LEAST_STEPS * nodes.step)
    return found


@dataclass(frozen=True)
class Table:
    """Nodes with their prior weight and, by level: log p, log(1 - p), and the values to be averaged (p, whether it is
    below the interval, whether below its upper limit; then b and its square)."""

    log_prior: FloatArray
    log_p: FloatArray
    log_q: FloatArray
    values: FloatArray

    def expect(self, n: NDArray[np.integer], dlt: NDArray[np.integer]) -> FloatArray:
        """Posterior expectations of `values`, one row for each row of counts."""
        counts = np.column_stack([dlt, n - dlt]).astype(np.float64)
        weight = counts @ np.concatenate([self.log_p, self.log_q])
        weight += self.log_prior
        weight -= weight.max(axis=1, keepdims=True)
        np.exp(weight, out=weight)
        found = weight @ self.values
        return np.asarray(found[:, :-1] / found[:, -1:])


def _table(model: TwoParameter, nodes: Nodes) -> Table:
    z, alpha, log_prior = _placed(model, nodes)
    slope = np.exp(model.mean[1] + np.sqrt(model.cov[3]) * z)
    linear = alpha[:, None] + slope[:, None] * model.log_doses
    low, high = (linear < logit(limit) for limit in model.interval)
    values = np.column_stack([expit(linear), low, high, z, z**2, np.ones(len(z))])
    return Table(log_prior, log_expit(linear).T.copy(), log_expit(-linear).T.copy(), values)


def _placed(model: TwoParameter, nodes: Nodes) -> tuple[FloatArray, FloatArray, FloatArray]:
    """b in prior standard deviations from its mean, alpha, and log prior weight of every node."""
    v_alpha, v_both, _, v_b = model.cov
    z = np.linspace(-nodes.reach, nodes.reach, nodes.slopes)
    b = model.mean[1] + np.sqrt(v_b) * z
    center = model.mean[0] + v_both / v_b * (b - model.mean[1])
    spread = float(np.sqrt(v_alpha - v_both**2 / v_b))
    thresholds = logit(np.asarray(model.interval))[:, None] - np.exp(b)[:, None, None] * model.log_doses
    cuts = (thresholds.reshape(len(b), -1) - center[:, None]) / spread
    row, u, log_weight = _pieces(cuts, nodes, float(np.hypot(1, spread * np.sqrt(nodes.information))))
    log_prior = log_weight - 0.5 * (u**2 + z[row] ** 2)
    kept = log_prior > log_prior.max() - 0.5 * nodes.reach**2 - 6
    row, u = row[kept], u[kept]
    return z[row], center[row] + spread * u, log_prior[kept]


def _pieces(
    cuts: FloatArray, nodes: Nodes, sharpness: float
) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    """Row, place and log weight of the Gauss-Legendre nodes between equal edges and the cuts of each row; a piece that is
    `s` posterior standard deviations long has about 1.2 s + 3 of them."""
    equal = np.linspace(-nodes.reach, nodes.reach, nodes.pieces + 1)
    inside = np.clip(cuts, -nodes.reach, nodes.reach)
    edges = np.sort(np.column_stack([np.broadcast_to(equal, (len(cuts), len(equal))), inside]), axis=1)
    half = np.diff(edges, axis=1) / 2
    points = np.where(half > 1e-12, np.ceil(2.5 + 2.4 * half * sharpness), 0).astype(np.int64)
    rows, places, weights = [], [], []
    for order in np.unique(points[points > 0]):
        row, piece = np.nonzero(points == order)
        x, w = leggauss(int(order))
        width = half[row, piece][:, None]
        rows.append(np.repeat(row, order))
        places.append((edges[row, piece][:, None] + width * (1 + x)).ravel())
        weights.append(np.log(width * w).ravel())
    return np.concatenate(rows), np.concatenate(places), np.concatenate(weights)


def _distinct(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Different rows, and where each row went."""
    bases = counts.max(axis=0, initial=0) + 1
    if np.log2(bases.astype(np.float64)).sum() >= 62:
        rows, where = np.unique(counts, axis=0, return_inverse=True)
        return rows, where.ravel()
    key = counts @ np.concatenate([np.cumprod(bases[::-1])[::-1][1:], [1]])
    _, first, where = np.unique(key, return_index=True, return_inverse=True)
    return counts[first], where.ravel()


def _parts(rows: int, nodes: int) -> Iterator[slice]:
    """The rows in parts that keep (row, node) arrays small."""
    step = max(1, _CELLS // nodes)
    for at in range(0, rows, step):
        yield slice(at, at + step)
