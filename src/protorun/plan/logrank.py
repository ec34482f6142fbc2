"""Plans of two-arm trials with a time to event: events, patients, calendar times and power, scenario by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from protorun.errors import UsageError
from protorun.plan._assumptions import Assumption, Gathering, allocation, patients, periods
from protorun.plan._scenario import METHODS, Asked, Entry, Test, rows_of, settled, test_named
from protorun.plan._simulation import Chance, with_simulation
from protorun.statistics.design.sequential.group_sequential import (
    TEST_TYPES,
    GroupSequential,
    group_sequential,
)
from protorun.statistics.design.survival.piecewise import (
    Piecewise,
    hazard_of_median,
    hazard_of_probability,
    piecewise,
)
from protorun.study.study import Study


@dataclass(frozen=True)
class LogrankPlan:
    """Rows by scenario, test and look; `assumptions` lists everything they rest on."""

    rows: tuple[dict[str, Any], ...]
    assumptions: tuple[Assumption, ...]

    def table(self) -> list[dict[str, Any]]:
        """One row for each scenario, test and look; times in months, nothing rounded."""
        return [dict(row) for row in self.rows]


def logrank(
    study: Study | None = None,
    *,
    median_control: float | Sequence[float] | None = None,
    hazard_control: Sequence[float] = (),
    hazard_from: Sequence[float] = (),
    hr: float | Sequence[float] | None = None,
    hr_from: Sequence[float] = (),
    accrual: float | None = None,
    accrual_rate: Sequence[float] = (),
    accrual_from: Sequence[float] = (),
    patients_per_month: float | None = None,
    followup: float | None = None,
    eta: float | None = None,
    dropout: float | None = None,
    dropout_time: float = 12.0,
    ratio: float | None = None,
    control: str = "",
    n: float | None = None,
    method: str = "",
    test: str | Sequence[str] = "logrank",
    tau: float | None = None,
    simulate: int = 0,
    seed: int = 1,
    **looks: Any,
) -> LogrankPlan:
    """A design table for the log-rank test (or its relatives) under stated assumptions; times in months.

    With a study, allocation ratio, patients and accrual are taken from it where it states them; what it does not state
    and is not given raises NotStated with the whole list. With patients (`n`) the rows tell the power, without the size.

    `median_control` and `hr`: one or several scenarios; with `hr_from` the ratios hold from those months on (a delayed
    effect), with `hazard_from` the `hazard_control` likewise. `accrual_rate`: relative patients a month from
    `accrual_from` on (even when empty); `patients_per_month` instead of `accrual` finds the months the size takes.
    `eta`: hazard of dropout, or `dropout`: the share lost by `dropout_time`. `ratio`: experimental / control. `method`:
    schoenfeld, lachin_foulkes or score. `test`: logrank, fh(rho,gamma), rmst, milestone (both by `tau`), max_combo.
    `simulate`: this many trials, patient by patient, beside the formula (logrank and fh): power and type I error by each
    look, events and months with their Monte Carlo errors. `looks`: alpha (one-sided), beta, k, test_type, timing, sfu ...
    as in `group_sequential`, but one look when left out.
    """
    gathering = Gathering(study)
    share = allocation(gathering, ratio, control)
    size = patients(gathering, n)
    months = periods(gathering, accrual, followup, patients_per_month, size)
    leaving = _dropout(gathering, eta, dropout, dropout_time)
    controls = _controls(gathering, median_control, hazard_control, hazard_from)
    effects = _effects(gathering, hr, hr_from)
    tests = tuple(test_named(name, tau) for name in ([test] if isinstance(test, str) else test))
    chosen = _method(gathering, method, bool(hr_from), tests)
    bounds = _looks(gathering, looks)
    chance = _chance(gathering, simulate, seed)
    assumptions = gathering.complete()
    pattern = Entry(months[0], tuple(accrual_rate) or (1.0,), tuple(accrual_from), patients_per_month)
    rows: list[dict[str, Any]] = []
    for (said, hazard), (words, effect), wanted in product(controls, effects, tests):
        asked = Asked(hazard, effect, leaving, pattern, share, months[1], size, bounds, chosen, wanted)
        rows += [{**said, "hr": words, "test": wanted.name, **row} for row in _rows(asked, chance)]
    return LogrankPlan(tuple(rows), assumptions)


def _chance(gathering: Gathering, trials: int, seed: int) -> Chance:
    if trials < 0:
        raise UsageError(f"simulate is a number of trials, not {trials}")
    if trials:
        gathering.take("simulated", f"{trials:,} trials, seed {seed}, permuted blocks")
    return Chance(trials, seed)


def _rows(asked: Asked, chance: Chance) -> list[dict[str, Any]]:
    """One scenario by the formula, and simulated where that is asked for."""
    whole = settled(asked)
    return with_simulation(whole, rows_of(whole), chance)


def _looks(gathering: Gathering, asked: dict[str, Any]) -> GroupSequential:
    """The bounds of the looks; without a word, one look."""
    bounds = group_sequential(**{"k": 1, "test_type": 1, "sfu": "LDOF", **asked})
    count = len(bounds.upper)
    gathering.take("alpha, one-sided", bounds.alpha, "given" if "alpha" in asked else "default")
    gathering.take("power wanted", 1 - bounds.beta, "given" if "beta" in asked else "default")
    words = (
        "one, at the end"
        if count == 1
        else f"{count}, {TEST_TYPES[bounds.test_type]}, {bounds.upper_function[0]}"
    )
    gathering.take("looks", words, "given" if "k" in asked else "default")
    return bounds


def _dropout(gathering: Gathering, eta: float | None, share: float | None, by: float) -> Piecewise:
    if eta is not None and share is not None:
        raise UsageError("dropout is a hazard (eta) or a share by a time (dropout), not both")
    if share is not None:
        gathering.take("dropout", f"{share:g} by {by:g} months, exponential, both arms")
        return piecewise(hazard_of_probability(share, by))
    if eta is not None:
        return piecewise(gathering.take("dropout, hazard per month, both arms", eta))
    return piecewise(gathering.take("dropout", 0.0, "default", "nobody leaves"))


Said = tuple[dict[str, Any], Piecewise]


def _controls(
    gathering: Gathering,
    median: float | Sequence[float] | None,
    hazards: Sequence[float],
    starts: Sequence[float],
) -> list[Said]:
    """The control arm of each scenario: exponential by its median, or one with piecewise hazards."""
    if median is not None and len(hazards):
        raise UsageError("the control arm has a median or piecewise hazards, not both")
    if len(hazards):
        gathering.take("control arm, hazards per month", f"{_list(hazards)} from {_list(starts or (0,))}")
        return [({"median_control": None}, piecewise(hazards, starts))]
    if median is None:
        gathering.need("how the control arm does", "give median_control in months, or hazard_control")
        return []
    medians = _several(median)
    gathering.take("control arm, exponential, median months", _list(medians))
    return [({"median_control": m}, piecewise(hazard_of_median(m))) for m in medians]


def _effects(
    gathering: Gathering, hr: float | Sequence[float] | None, starts: Sequence[float]
) -> list[tuple[float | str, Piecewise]]:
    """The hazard ratio of each scenario, experimental / control."""
    if hr is None:
        gathering.need("the hazard ratio to find", "give hr, experimental / control")
        return []
    ratios = _several(hr)
    if any(not r > 0 for r in ratios):
        raise UsageError(f"hazard ratios must be positive, not {_list(ratios)}")
    if len(starts):
        words = f"{_list(ratios)} from {_list(starts)}"
        gathering.take("hazard ratio, by months on study", words)
        return [(words, piecewise(ratios, starts))]
    gathering.take("hazard ratio, proportional hazards", _list(ratios))
    return [(r, piecewise(r)) for r in ratios]


def _method(gathering: Gathering, method: str, delayed: bool, tests: tuple[Test, ...]) -> str:
    """The formula for the log-rank test: as asked, else Schoenfeld's, or the expected score when hazards cross over time."""
    chosen = method.replace("-", "_") or ("score" if delayed else "schoenfeld")
    if chosen not in METHODS:
        raise UsageError(f"no method {method!r}; there are: {', '.join(METHODS)}")
    if delayed and chosen != "score":
        raise UsageError(f"{chosen} holds for one hazard ratio all along; take the method score")
    if any(test.kind == "logrank" for test in tests):
        gathering.take("method for the log-rank test", METHODS[chosen], "given" if method else "default")
    return chosen


def _several(numbers: float | Sequence[float]) -> tuple[float, ...]:
    return (float(numbers),) if isinstance(numbers, (int, float)) else tuple(float(x) for x in numbers)


def _list(numbers: Sequence[float]) -> str:
    return ", ".join(f"{x:g}" for x in numbers)
