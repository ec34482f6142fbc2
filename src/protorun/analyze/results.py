"""What an analysis hands back: an estimate with its interval per endpoint and arm, and how every row came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.analyze.derivation import OfOneTrial
from protorun.endpoints import Derived

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class CurvePoints:
    """A Kaplan-Meier curve at its distinct times (days), with pointwise 95 % limits; NaN where a limit does not exist."""

    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    survival: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True)
class Landmark:
    """Survival at a number of months with 95 % limits; None beyond the last observed time."""

    months: float
    estimate: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class ArmResult:
    """One arm of one endpoint. `n` counts patients with a decided row; `undetermined` those without, never dropped
    silently. `reasons` counts the rows by the rule that decided them. `estimate` is a rate or a median in days, None
    where it is not reached."""

    arm: str
    n: int
    events: int
    undetermined: int
    reasons: Mapping[str, int]
    estimate: float | None
    lower: float | None
    upper: float | None
    follow_up_days: float | None = None
    curve: CurvePoints | None = None
    landmarks: tuple[Landmark, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The log-rank test between the arms; between two, also the hazard ratio of `arm` against `reference` (Cox, Efron)
    with 95 % limits, None where there is no finite estimate."""

    chisq: float | None
    df: int
    p: float | None
    arm: str = ""
    reference: str = ""
    hazard_ratio: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def in_words(self) -> str:
        """The hazard ratio with its limits and what is compared; empty without one."""
        if self.hazard_ratio is None:
            return ""
        limits = f"95 % {self.lower:.2f} to {self.upper:.2f}" if self.lower is not None else "no limits"
        return f"{self.hazard_ratio:.2f} ({limits}), {self.arm} against {self.reference}"


@dataclass(frozen=True)
class EndpointResult:
    """One endpoint: what was estimated, per arm, with the derived rows and everything that had to be assumed."""

    id: str
    name: str
    kind: str
    measure: str
    arms: tuple[ArmResult, ...]
    rows: Derived
    assumptions: tuple[str, ...] = ()
    comparison: Comparison | None = None


class Results(OfOneTrial[EndpointResult]):
    """The analysis of one trial."""

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row per endpoint and arm."""
        return [_row(endpoint, arm) for endpoint in self.endpoints for arm in endpoint.arms]

    def endpoint(self, id: str) -> EndpointResult:
        """The result of that endpoint."""
        return next(e for e in self.endpoints if e.id == id)

    def explain(self, patient: str) -> list[dict[str, Any]]:
        """Every endpoint of one patient: what came out, by which rule, and the sentence of the record."""
        return [
            {"patient": patient, **self.dated(endpoint.rows.explain(at))}
            for endpoint in self.endpoints
            for at, row in enumerate(endpoint.rows.row)
            if self.tables.patients.name(int(row)) == patient
        ]


def _row(endpoint: EndpointResult, arm: ArmResult) -> dict[str, Any]:
    test = endpoint.comparison
    return {
        "endpoint": endpoint.id,
        "arm": arm.arm,
        "measure": endpoint.measure,
        "n": arm.n,
        "events": arm.events,
        "estimate": _round(arm.estimate),
        "lower": _round(arm.lower),
        "upper": _round(arm.upper),
        "follow_up_days": _round(arm.follow_up_days),
        **{f"at_{m.months:g}_months": _printed(m) for m in arm.landmarks},
        "undetermined": arm.undetermined,
        "rows_by_rule": [f"{count} {says}" for says, count in arm.reasons.items()],
        "logrank_p": _round(test.p) if test else None,
        "hazard_ratio": test.in_words if test else "",
    }


def _printed(mark: Landmark) -> str:
    if mark.estimate is None:
        return "not observed"
    limits = "no limits" if mark.lower is None else f"{mark.lower:.3f} to {mark.upper:.3f}"
    return f"{mark.estimate:.3f} ({limits})"


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
