"""A planned survival trial simulated: what its looks come to, beside what the formula says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isfinite
from typing import Any

from protorun.errors import UsageError
from protorun.plan._scenario import Asked
from protorun.statistics.design.survival.logrank_size import scaled
from protorun.statistics.design.survival.simulated import Simulated
from protorun.statistics.design.survival.simulation import simulate_two_arms, without_effect
from protorun.statistics.survival.weighted_logrank import FlemingHarrington

_GUARD = 1e-6  # a size that a formula puts a hair above a whole number is that number


@dataclass(frozen=True)
class Chance:
    """How many trials to simulate, and the seed."""

    trials: int
    seed: int = 1


def with_simulation(asked: Asked, rows: list[dict[str, Any]], chance: Chance) -> list[dict[str, Any]]:
    """The rows with what simulated trials come to at each look, under the planned effect and under none.

    Patients and events are the planned ones, rounded up. Raises UsageError for tests that are not simulated and for looks
    with the same number of events. With no trials asked for, the rows as they are.
    """
    if not chance.trials:
        return rows
    if asked.test.kind not in ("logrank", "fh"):
        raise UsageError(f"only logrank and fh(rho,gamma) are simulated, not {asked.test.name}")
    events = [ceil(row["events"] - _GUARD) for row in rows]
    if not all(a < b for a, b in pairwise(events)):
        raise UsageError(f"looks at {events} events cannot be told apart in a simulation")
    patients = ceil(asked.size or rows[-1]["patients_needed"] - _GUARD)
    trial = scaled(asked.trial, patients)
    effect, null = (
        simulate_two_arms(
            truth,
            events,
            upper=asked.looks.upper,
            lower=asked.looks.lower,
            trials=chance.trials,
            seed=chance.seed,
            patients=patients,
            weight=None if asked.test.kind == "logrank" else FlemingHarrington(*asked.test.weight),
        )
        for truth in (trial, without_effect(trial))
    )
    return [{**row, **_at(look, effect, null)} for look, row in enumerate(rows)]


def _at(look: int, effect: Simulated, null: Simulated) -> dict[str, Any]:
    """Chances by this look, mean time of the look; in the last row the trial as a whole."""
    power, alpha = effect.rejected_by(look), null.rejected_by(look)
    last = look == len(effect.planned_events) - 1
    return {
        "simulated_power": power.value,
        "simulated_power_se": power.standard_error,
        "simulated_alpha": alpha.value,
        "simulated_alpha_se": alpha.standard_error,
        "simulated_months": effect.time_of(look).value,
        "simulated_months_se": _known(effect.time_of(look).standard_error),
        "mean_events": effect.mean_events.value if last else None,
        "mean_patients": effect.mean_enrolled.value if last else None,
        "mean_months": effect.mean_duration.value if last else None,
        "mean_months_se": _known(effect.mean_duration.standard_error) if last else None,
    }


def _known(error: float) -> float | None:
    """The Monte Carlo error; None of a single trial, which has none."""
    return error if isfinite(error) else None
