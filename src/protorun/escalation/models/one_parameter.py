"""The one-parameter model of the CRM, empiric or logistic, with a normal prior on fixed nodes.

O'Quigley, Pepe & Fisher 1990, doi:10.2307/2531628; Cheung 2011. 201 nodes on -10 to 10 agree with adaptive quadrature to
1e-7; Gauss-Hermite nodes on the prior do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit, ndtri, sici

from protorun.errors import UsageError
from protorun.escalation.models.skeleton import Model

FloatArray = NDArray[np.float64]
_END, _NODES, _CHUNK = 10.0, 201, 4096
_NARROW_CHUNK = 512
_LEAST_SD = 0.12  # below it the nodes, .1 apart, are too far from one another


@dataclass(frozen=True)
class Fit:
    """The parameter and the DLT rates it stands for, one row per trial: posterior mean (or maximum), standard deviation, and
    the rates at that value by level."""

    estimate: FloatArray
    sd: FloatArray
    ptox: FloatArray


@dataclass(frozen=True)
class OneParameter:
    """p(level) = skeleton ** exp(a), or logit p = intcpt + exp(a) x; a is normal with mean 0 and standard deviation `scale`."""

    skeleton: tuple[float, ...]
    model: Model = "empiric"
    scale: float = 1.34**0.5
    intcpt: float = 3.0

    def __post_init__(self) -> None:
        s = np.asarray(self.skeleton)
        if not ((s > 0) & (s < 1)).all() or (np.diff(s) <= 0).any():
            raise UsageError(
                f"a skeleton rises strictly between 0 and 1, unlike {', '.join(f'{x:g}' for x in s)}"
            )
        if self.model not in ("empiric", "logistic"):
            raise UsageError(f"no model called {self.model!r}; there are: empiric, logistic")
        if not (0 < self.scale < np.inf and np.isfinite(self.intcpt)):
            raise UsageError("the prior standard deviation (scale) is a number above 0, and intcpt a number")

    def log_rates(self, a: FloatArray) -> tuple[FloatArray, FloatArray]:
        """log p and log(1 - p) for each value of the parameter, shaped (..., level)."""
        slope = np.exp(a)[..., None]
        if self.model == "empiric":
            log_p = slope * np.log(self.skeleton)
            return log_p, np.log(-np.expm1(np.minimum(log_p, -1e-300)))
        linear = self.intcpt + slope * (logit(np.asarray(self.skeleton)) - self.intcpt)
        return np.asarray(log_expit(linear)), np.asarray(log_expit(-linear))

    def rates(self, a: FloatArray) -> FloatArray:
        """DLT rates by level for each value of the parameter."""
        if self.model == "empiric":
            return np.asarray(np.exp(np.exp(a)[..., None] * np.log(self.skeleton)))
        x = logit(np.asarray(self.skeleton)) - self.intcpt
        return np.asarray(expit(self.intcpt + np.exp(a)[..., None] * x))

    @cached_property
    def nodes(self) -> FloatArray:
        """The values of the parameter at which the posterior is known."""
        return np.linspace(-_END, _END, _NODES)

    @cached_property
    def grid(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """log p and log(1 - p) at the nodes, shaped (level, node), and the log of the prior there."""
        log_p, log_q = self.log_rates(self.nodes)
        return log_p.T.copy(), log_q.T.copy(), -0.5 * (self.nodes / self.scale) ** 2

    def posterior(self, n: NDArray[np.integer], dlt: NDArray[np.integer]) -> FloatArray:
        """Weights of the nodes after these counts, shaped (row, node); each row sums to 1."""
        log_p, log_q, prior = self.grid
        return normalized(dlt @ log_p + (n - dlt) @ log_q + prior)

    def fit(self, n: NDArray[np.integer], dlt: NDArray[np.integer]) -> Fit:
        """The posterior mean of the parameter and the rates there, for counts shaped (row, level)."""
        mean, sd = np.empty(len(n)), np.empty(len(n))
        for at in range(0, len(n), _CHUNK):
            part = slice(at, at + _CHUNK)
            mean[part], sd[part] = self.moments(self.posterior(n[part], dlt[part]))
        narrow = np.flatnonzero(sd < _LEAST_SD)
        for part, own, weight in self._narrow(n[narrow], dlt[narrow], mean[narrow], sd[narrow]):
            mean[narrow[part]] = center = (weight * own).sum(axis=1)
            sd[narrow[part]] = np.sqrt((weight * (own - center[:, None]) ** 2).sum(axis=1))
        return Fit(mean, sd, self.rates(mean))

    def moments(self, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the parameter under weights of the nodes."""
        mean = weight @ self.nodes
        return mean, np.sqrt(np.maximum(weight @ self.nodes**2 - mean**2, 0))

    def _narrow(
        self, n: NDArray[np.integer], dlt: NDArray[np.integer], mean: FloatArray, sd: FloatArray
    ) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
        """For posteriors too narrow for the common nodes, part by part: rows, nodes of each row's own, and their weights."""
        for at in range(0, len(n), _NARROW_CHUNK):
            part = slice(at, at + _NARROW_CHUNK)
            center, width = mean[part], sd[part]
            for least in (0.05, 1e-4):  # the common nodes, .1 apart, only say where to look
                own = center[:, None] + np.maximum(width, least)[:, None] * np.linspace(-9, 9, 181)
                log_p, log_q = self.log_rates(own)
                log_weight = np.einsum("rl,ral->ra", dlt[part].astype(np.float64), log_p)
                log_weight += np.einsum("rl,ral->ra", (n - dlt)[part].astype(np.float64), log_q)
                weight = normalized(log_weight - 0.5 * (own / self.scale) ** 2)
                center = (weight * own).sum(axis=1)
                width = np.sqrt((weight * (own - center[:, None]) ** 2).sum(axis=1))
            yield part, own, weight

    def edges(self, rate: float) -> FloatArray:
        """By level, the value of the parameter below which its DLT rate is above `rate`; infinite where it always or never
        is."""
        x, at = np.log(self.skeleton), np.log(rate)
        if self.model == "logistic":
            x, at = logit(np.asarray(self.skeleton)) - self.intcpt, logit(rate) - self.intcpt
        if at >= 0:
            raise UsageError(
                f"the model holds rates below {expit(self.intcpt):.3g} only; {rate:g} is not one"
            )
        return np.asarray(np.log(at / np.where(x < 0, x, -0.0)))

    def above(self, n: NDArray[np.integer], dlt: NDArray[np.integer], rate: float) -> FloatArray:
        """P(DLT rate > `rate`) after these counts, by row and level."""
        edges = self.edges(rate)
        share = share_below(edges[:, None] - self.nodes, self.nodes[1] - self.nodes[0]).T
        found, mean, sd = np.empty(n.shape), np.empty(len(n)), np.empty(len(n))
        for at in range(0, len(n), _CHUNK):
            part = slice(at, at + _CHUNK)
            weight = self.posterior(n[part], dlt[part])
            found[part] = weight @ share
            mean[part], sd[part] = self.moments(weight)
        narrow = np.flatnonzero(sd < _LEAST_SD)
        for part, own, weight in self._narrow(n[narrow], dlt[narrow], mean[narrow], sd[narrow]):
            beside = share_below(edges[:, None] - own[:, None, :], (own[:, 1] - own[:, 0])[:, None, None])
            found[narrow[part]] = np.einsum("ra,rla->rl", weight, beside)
        return np.clip(found, 0, 1)

    def limits(self, fit: Fit, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
        """Credible limits of the rates: the rates at the mean -+ z standard deviations of the parameter."""
        z = float(ndtri((1 + level) / 2))
        ends = self.rates(fit.estimate + z * fit.sd), self.rates(fit.estimate - z * fit.sd)
        return np.minimum(*ends), np.maximum(*ends)

    def maximum(self, n: NDArray[np.integer], dlt: NDArray[np.integer]) -> Fit:
        """The maximum-likelihood value on -10 to 10; raises UsageError unless a DLT and a patient without were seen."""
        if ((dlt.sum(axis=1) == 0) | (dlt.sum(axis=1) == n.sum(axis=1))).any():
            raise UsageError("maximum likelihood needs at least one DLT and one patient without")
        low, high = np.full(len(n), -_END), np.full(len(n), _END)
        for _ in range(12):  # a grid of 21 values, each time around the best: 1e-9 in the end
            values = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, 21)
            log_p, log_q = self.log_rates(values)
            height = np.einsum("rl,ral->ra", dlt.astype(np.float64), log_p)
            height += np.einsum("rl,ral->ra", (n - dlt).astype(np.float64), log_q)
            best = height.argmax(axis=1)
            row = np.arange(len(n))
            low, high = values[row, np.maximum(best - 1, 0)], values[row, np.minimum(best + 1, 20)]
        estimate = (low + high) / 2
        return Fit(estimate, np.full(len(n), np.nan), self.rates(estimate))


def share_below(distance: FloatArray, step: FloatArray | float) -> FloatArray:
    """How much of a node's posterior weight lies below a limit at this distance above it, for nodes one `step` apart.

    The integral of the band-limited curve through the nodes: as exact as the nodes are, where cutting the node's cell in
    proportion is off by up to .02."""
    found: FloatArray = 0.5 + sici(np.pi * distance / step)[0] / np.pi
    return found


def normalized(log_weight: FloatArray) -> FloatArray:
    """Weights that sum to 1 by row."""
    weight = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    found: FloatArray = weight / weight.sum(axis=-1, keepdims=True)
    return found
