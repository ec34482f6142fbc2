"""What simulated two-arm trials have come to: one number for each trial, and their summary with Monte Carlo errors."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.statistics._order import FloatArray


@dataclass(frozen=True)
class Mean:
    """A mean over the trials with its Monte Carlo standard error."""

    value: float
    standard_error: float


@dataclass(frozen=True)
class Simulated:
    """One entry for each trial. `look` counts from 0; `duration` and `look_time` (trial, look) are calendar times from
    the opening of the trial, in the unit of the hazards; `events` and `enrolled` are those at the look that stopped it.
    """

    planned_events: tuple[int, ...]
    patients: int
    seed: int
    look: NDArray[np.int64]
    rejected: NDArray[np.bool_]
    z: FloatArray
    events: NDArray[np.int64]
    enrolled: NDArray[np.int64]
    duration: FloatArray
    look_time: FloatArray

    @property
    def trials(self) -> int:
        """How many trials were simulated."""
        return len(self.look)

    @property
    def power(self) -> Mean:
        """Share of trials that reject: the type I error when the arms do not differ."""
        return _share(self.rejected)

    @property
    def short_of_events(self) -> Mean:
        """Share of trials that stopped at a look with fewer events than planned, for want of patients at risk."""
        return _share(self.events < np.array(self.planned_events)[self.look])

    @property
    def mean_events(self) -> Mean:
        """Events when the trial stops."""
        return _mean(self.events)

    @property
    def mean_enrolled(self) -> Mean:
        """Patients enrolled when the trial stops."""
        return _mean(self.enrolled)

    @property
    def mean_duration(self) -> Mean:
        """Calendar time when the trial stops."""
        return _mean(self.duration)

    def stopped_at(self, look: int) -> tuple[Mean, Mean]:
        """Shares of trials that stop at a look (from 0) and reject, and that stop there without rejecting."""
        here = self.look == look
        return _share(here & self.rejected), _share(here & ~self.rejected)

    def rejected_by(self, look: int) -> Mean:
        """Share of trials that have rejected by a look (from 0)."""
        return _share(self.rejected & (self.look <= look))

    def time_of(self, look: int) -> Mean:
        """Calendar time of a look (from 0), also of trials that stopped before."""
        return _mean(self.look_time[:, look])

    def table(self) -> list[dict[str, Any]]:
        """A row for each look: planned events, mean time of the look, chances to stop there; a last row for the trial.

        The columns `..._se` hold Monte Carlo standard errors."""
        rows = []
        for k, planned in enumerate(self.planned_events):
            reject, stop = self.stopped_at(k)
            time = self.time_of(k)
            rows.append(
                {
                    "look": k + 1,
                    "events": planned,
                    "time": time.value,
                    "time_se": time.standard_error,
                    "reject": reject.value,
                    "reject_se": reject.standard_error,
                    "stop_without_rejecting": stop.value,
                    "enrolled": float(self.enrolled[self.look == k].mean())
                    if (self.look == k).any()
                    else None,
                }
            )
        return [*rows, self._whole()]

    def _whole(self) -> dict[str, Any]:
        return {
            "look": "trial",
            "events": self.mean_events.value,
            "time": self.mean_duration.value,
            "time_se": self.mean_duration.standard_error,
            "reject": self.power.value,
            "reject_se": self.power.standard_error,
            "stop_without_rejecting": 1 - self.power.value,
            "enrolled": self.mean_enrolled.value,
        }


def _share(which: NDArray[np.bool_]) -> Mean:
    p = float(which.mean())
    return Mean(p, sqrt(p * (1 - p) / len(which)))


def _mean(values: NDArray[Any]) -> Mean:
    spread = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    return Mean(float(values.mean()), spread / sqrt(len(values)))
