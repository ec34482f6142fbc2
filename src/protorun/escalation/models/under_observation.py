"""Posteriors of a one-parameter model when some patients are still under observation.

A pending patient of weight w at a level with DLT rate p has the likelihood 1 - w p. Known outcomes are counted by level;
only the pending patients cost a term of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated
from protorun.escalation.models.one_parameter import FloatArray, OneParameter, normalized, share_below
from protorun.trial.outcomes import Patients

_CHUNK = 256  # rows whose nodes stay in cache
_NEGLIGIBLE = -45.0  # log of a weight beside the largest one of its row: 3e-20
_COARSE, _FINE = 201, 801  # nodes .1 and .025 apart
_LEAST_SD, _LEAST_SD_FINE = 0.12, 0.03  # below these the nodes are too far apart: errors of 1e-8 there


@dataclass(frozen=True)
class Pending:
    """The pending patients of all rows one after another: their row (ascending), level and weight."""

    row: NDArray[np.intp]
    level: NDArray[np.intp]
    weight: FloatArray

    def of(self, rows: NDArray[np.intp]) -> Pending:
        """Those of some rows (ascending), which count from 0 again."""
        keep = np.isin(self.row, rows)
        return Pending(np.searchsorted(rows, self.row[keep]), self.level[keep], self.weight[keep])


def pending_of(patients: Patients | None, *, adaptive: bool = False) -> Pending:
    """The pending patients with their weights: the share of the window that has passed, or adapted to the times at which
    the DLTs came. Cheung & Chappell 2000, doi:10.1111/j.0006-341X.2000.01177.x."""
    if patients is None:
        nobody = np.zeros(0, np.intp)
        return Pending(nobody, nobody, np.zeros(0))
    row, who = np.nonzero((patients.level >= 0) & ~patients.dlt & (patients.followed < 1))
    weight = patients.followed[row, who]
    if adaptive:
        weight = _adapted(weight, row, patients)
    return Pending(row, patients.level[row, who].astype(np.intp), weight)


def _adapted(passed: FloatArray, row: NDArray[np.intp], patients: Patients) -> FloatArray:
    """Weights that rise by the same step from each DLT time to the next. Raises NotStated without those times."""
    if patients.dlt_at is None and patients.dlt.any():
        raise NotStated("when the DLTs came, which adaptive weights want to know", path="patients.dlt_at")
    came = np.inf if patients.dlt_at is None else patients.dlt_at
    times = np.sort(np.where(patients.dlt, came, np.inf), axis=1)[row]
    known = np.isfinite(times).sum(axis=1)
    before = (times <= passed[:, None]).sum(axis=1)
    edges = np.concatenate([np.zeros((len(times), 1)), times, np.full((len(times), 1), np.inf)], axis=1)
    edges = np.minimum(edges, 1.0)
    at = np.arange(len(times))
    low, high = edges[at, before], edges[at, before + 1]
    share = np.divide(passed - low, high - low, out=np.ones_like(passed), where=high > low)
    found: FloatArray = np.minimum((before + share) / (known + 1), 1.0)
    return found


@dataclass(frozen=True)
class Moments:
    """The parameter's posterior mean and standard deviation, and the posterior mass `below` a value, by row."""

    mean: FloatArray
    sd: FloatArray
    below: FloatArray

    def of(self, rows: NDArray[np.intp]) -> Moments:
        """Those of some rows."""
        return Moments(self.mean[rows], self.sd[rows], self.below[rows])

    def put(self, rows: NDArray[np.intp], better: Moments) -> None:
        """Better values for some rows."""
        self.mean[rows], self.sd[rows], self.below[rows] = better.mean, better.sd, better.below


def moments(
    curve: OneParameter,
    n: NDArray[np.integer],
    dlt: NDArray[np.integer],
    pending: Pending,
    *,
    below: float = -np.inf,
) -> Moments:
    """Posterior moments after known outcomes counted by level, shaped (row, level), and the pending patients."""
    seen = _Seen(n, dlt, pending)
    found = _over(_nodes(curve, _COARSE), seen, below, np.arange(len(n)))
    narrow = np.flatnonzero(found.sd < _LEAST_SD)
    if len(narrow):
        fine, start = seen.of(narrow), found.of(narrow)
        found.put(narrow, _over(_nodes(curve, _FINE), fine, below, np.argsort(start.mean)))
        very = narrow[found.sd[narrow] < _LEAST_SD_FINE]
        if len(very):
            found.put(very, _narrow(curve, seen.of(very), found.of(very), below))
    return found


@dataclass(frozen=True)
class _Seen:
    n: NDArray[np.integer]
    dlt: NDArray[np.integer]
    pending: Pending

    def of(self, rows: NDArray[np.intp]) -> _Seen:
        return _Seen(self.n[rows], self.dlt[rows], self.pending.of(rows))


@dataclass(frozen=True)
class _Nodes:
    """Values of the parameter, with log p, log (1 - p) and the log of the prior there, one below the other."""

    at: FloatArray
    logs: FloatArray
    rates: FloatArray


@lru_cache(maxsize=64)
def _nodes(curve: OneParameter, count: int) -> _Nodes:
    at = np.linspace(curve.nodes[0], curve.nodes[-1], count)
    log_p, log_q = curve.log_rates(at)
    logs = np.concatenate([log_p.T, log_q.T, -0.5 * (at[None, :] / curve.scale) ** 2])
    return _Nodes(at, logs, np.exp(log_p.T))


def _over(nodes: _Nodes, seen: _Seen, below: float, order: NDArray[np.intp]) -> Moments:
    """Moments by sums over common nodes; rows are taken in this order, and neighbors share the nodes that matter."""
    share = share_below(below - nodes.at, nodes.at[1] - nodes.at[0])
    wanted = np.column_stack([np.ones_like(nodes.at), nodes.at, nodes.at**2, share])
    found = np.empty((len(seen.n), 4))
    each = np.bincount(seen.pending.row, minlength=len(seen.n)).astype(np.int16)
    begins = np.cumsum(each, dtype=np.intp) - each
    for at in range(0, len(order), _CHUNK):
        rows = order[at : at + _CHUNK]
        rows = rows[np.argsort(-each[rows], kind="stable")]
        weight, where = _known(nodes, seen.n[rows], seen.dlt[rows])
        _observe(weight, nodes.rates[:, where], seen.pending, (begins[rows], each[rows]))
        found[rows] = weight @ wanted[where]
    mean, square, mass = (found[:, i] / found[:, 0] for i in (1, 2, 3))
    return Moments(mean, np.sqrt(np.maximum(square - mean**2, 0)), np.clip(mass, 0, 1))


def _known(nodes: _Nodes, n: NDArray[np.integer], dlt: NDArray[np.integer]) -> tuple[FloatArray, slice]:
    """Posterior weights by the known outcomes, up to a factor in each row, and their nodes: those that matter in any row."""
    log_weight = np.concatenate([dlt, n - dlt, np.ones((len(n), 1))], axis=1) @ nodes.logs
    log_weight -= log_weight.max(axis=1, keepdims=True)
    matters = np.flatnonzero(log_weight.max(axis=0) > _NEGLIGIBLE)
    where = slice(int(matters[0]), int(matters[-1]) + 1)
    weight: FloatArray = np.exp(log_weight[:, where])
    return weight, where


def _observe(
    weight: FloatArray,
    rates: FloatArray,
    pending: Pending,
    places: tuple[NDArray[np.intp], NDArray[np.int16]],
) -> None:
    """The weights times 1 - w p for every pending patient. `places`: where those of each row begin, and how many they are,
    most first."""
    begins, each = places
    room = np.empty_like(weight)
    for k in range(int(each[0]) if len(each) else 0):
        who = begins[: np.count_nonzero(each > k)] + k
        term = np.take(rates, pending.level[who], axis=0, out=room[: len(who)], mode="clip")
        term *= -pending.weight[who, None]
        term += 1.0
        weight[: len(who)] *= term


def _narrow(curve: OneParameter, seen: _Seen, start: Moments, below: float) -> Moments:
    """Moments of posteriors too narrow for any common nodes, each on nodes of its own."""
    mean, sd, pending = start.mean, start.sd, seen.pending
    for least in (0.05, 1e-4):  # the common nodes only say where to look
        own = mean[:, None] + np.maximum(sd, least)[:, None] * np.linspace(-9, 9, 181)
        log_p, log_q = curve.log_rates(own)
        log_weight = np.einsum("rl,ral->ra", seen.dlt.astype(np.float64), log_p)
        log_weight += np.einsum("rl,ral->ra", (seen.n - seen.dlt).astype(np.float64), log_q)
        rate = np.exp(log_p[pending.row, :, pending.level])
        np.add.at(log_weight, pending.row, np.log1p(-pending.weight[:, None] * rate))
        weight = normalized(log_weight - 0.5 * (own / curve.scale) ** 2)
        mean = (weight * own).sum(axis=1)
        sd = np.sqrt((weight * (own - mean[:, None]) ** 2).sum(axis=1))
    share = share_below(below - own, (own[:, 1] - own[:, 0])[:, None])
    return Moments(mean, sd, np.clip((weight * share).sum(axis=1), 0, 1))
