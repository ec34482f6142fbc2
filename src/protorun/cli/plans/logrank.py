"""protorun plan logrank"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say
from protorun.cli.plans._numbers import numbers, shown
from protorun.cli.plans._options import Course, OneLook

if TYPE_CHECKING:
    from protorun.plan._assumptions import Assumption


def logrank(
    study: Path | None = None,
    *,
    median_control: str = "",
    hazard_control: str = "",
    hazard_from: str = "",
    hr: str = "",
    hr_from: str = "",
    course: Annotated[Course, Parameter(name="*")] = Course(),  # noqa: B008 - frozen
    method: Literal["", "schoenfeld", "lachin_foulkes", "score"] = "",
    test: str = "logrank",
    tau: float | None = None,
    simulate: int = 0,
    seed: int = 1,
    looks: Annotated[OneLook, Parameter(name="*")] = OneLook(),  # noqa: B008 - frozen
    format: Format = "table",
) -> int:
    """Events, patients, calendar time and power of a two-arm trial with a time to event; times in months.

    With a study, allocation, patients and accrual are taken from it where it states them. What is neither stated nor
    given is asked for, all at once. Every assumption is printed on standard error.

    Parameters
    ----------
    study
        A study file (.yaml) or a record; may be left out.
    median_control
        Median of the control arm; several make several scenarios: 4,6.
    hazard_control
        Hazards of the control arm a month, by interval, instead of a median.
    hazard_from
        Months from which each of them holds: 0,6.
    hr
        Hazard ratio, experimental / control; several make several scenarios: .6,.7.
    hr_from
        Months from which each ratio holds (a delayed effect): --hr 1,.6 --hr-from 0,4 is one scenario.
    course
        Accrual, follow-up, dropout, allocation and number of patients.
    method
        Formula for the log-rank test: schoenfeld, lachin_foulkes, or score (hazards that are not proportional).
    test
        logrank, fh(rho,gamma), rmst, milestone, max_combo; several side by side: "logrank;fh(0,1);rmst".
    tau
        Months up to which rmst and milestone look.
    simulate
        Also simulate this many trials, patient by patient: power and type I error by each look, events, months.
    seed
        Seed of the simulation.
    looks
        Number of looks, error rates and bounds.
    format
        How to print the rows.
    """
    from protorun.plan import plan
    from protorun.read import load

    control = {"hazard_control": hazard_control, "hazard_from": hazard_from, "hr_from": hr_from}
    lists: dict[str, tuple[float, ...] | None] = {
        name: numbers(text, f"--{name.replace('_', '-')}") for name, text in control.items()
    }
    lists["median_control"] = numbers(median_control, "--median-control") or None
    lists["hr"] = numbers(hr, "--hr") or None
    known = load(study) if study else None
    how = {"method": method, "tau": tau, "simulate": simulate, "seed": seed}
    found = plan.logrank(known, test=test.split(";"), **how, **lists, **course.asked, **looks.given)
    _say(found.assumptions)
    _print(found.table(), format, simulated=simulate > 0)
    return 0


def _say(assumptions: tuple[Assumption, ...]) -> None:
    for line in assumptions:
        value = f"{line.value:g}" if isinstance(line.value, float) else line.value
        say(f"{line.name}: {value} [{line.basis}{': ' + line.source if line.source else ''}]")


def _print(rows: list[dict[str, Any]], format: Format, *, simulated: bool) -> None:
    if format != "table":
        emit(rows, format)
        return
    emit(shown(_part(rows, simulated=False)), title="Log-rank plan")
    if simulated:
        emit(shown(_part(rows, simulated=True)), title="Simulated")


_WHICH = ("median_control", "hr", "test", "look")


def _part(rows: list[dict[str, Any]], *, simulated: bool) -> list[dict[str, Any]]:
    """The planned columns, or the simulated ones beside what tells the rows apart."""
    return [
        {
            name.removeprefix("simulated_"): value
            for name, value in row.items()
            if name in _WHICH or name.startswith(("simulated_", "mean_")) == simulated
        }
        for row in rows
    ]
