"""protorun plan monitoring"""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say
from protorun.cli.plans._numbers import numbers, shown


def monitoring(
    *,
    p_lo: float,
    p_hi: float,
    looks: str,
    cp0: Annotated[float, Parameter(name="--cp0")] = 0.1,
    cp1: Annotated[float, Parameter(name="--cp1")] = 0.9,
    delta: float = 0.0,
    priority: Literal["null", "alt"] = "null",
    rates: str = "",
    plot: Annotated[Path | None, Parameter(name="--plot")] = None,
    format: Format = "table",
) -> int:
    """Boundaries that stop a single-arm trial for toxicity: at each look, the fewest events that stop it.

    Two neighboring boundaries are told: `lo` is crossed at least as often as wanted, `hi` less often. Bayesian boundaries
    are in Python: see the page on monitoring.

    Parameters
    ----------
    p_lo
        An event rate that is acceptable.
    p_hi
        An event rate that is too high.
    looks
        Patients at the looks, such as 20,40,60,75.
    cp0
        Wanted chance to cross under the acceptable rate.
    cp1
        Wanted chance to cross under the rate that is too high; used with --priority alt.
    delta
        Shape: 0 Pocock, 0.5 O'Brien-Fleming.
    priority
        Which of the two chances fixes the boundary: null (cp0) or alt (cp1).
    rates
        True event rates such as .2,.35: prints the exact characteristics at each, instead of the boundaries.
    plot
        Draw the chance to cross over the true rate into this .svg or .png file.
    format
        How to print the rows.
    """
    from protorun.cli.plans._response import curves
    from protorun.plan import plan
    from protorun.statistics.design.one_arm.monitoring import monitoring_rates

    settings = {"cP0": cp0, "cP1": cp1, "delta": delta, "priority": priority}
    found = plan.monitoring(p_lo, p_hi, _sizes(looks), **settings)
    both = {"lo": found.lo, "hi": found.hi}
    told = monitoring_rates(found.hi, [p_lo, p_hi])
    say(
        f"the hi boundary is crossed with probability {told.crosses_high[0]:.4f} under {p_lo:g}, "
        f"{told.crosses_high[1]:.4f} under {p_hi:g}"
    )
    if rates:
        rows = [row for name, one in both.items() for row in _characteristics(name, one, rates)]
    else:
        rows = [
            {"patients": n, "stop_lo": lo, "stop_hi": hi}
            for n, lo, hi in zip(found.lo.looks, found.lo.high, found.hi.high, strict=True)
        ]
    emit(shown(rows) if format == "table" else rows, format, title="Toxicity boundaries")
    if plot:
        chance = {
            name: lambda p, one=one: monitoring_rates(one, p).crosses_high for name, one in both.items()
        }
        curves(chance, p_lo, p_hi, plot, says=("True event rate", "P(boundary crossed)"))
    return 0


def _sizes(text: str) -> tuple[int, ...]:
    """Whole numbers of patients. Raises UsageError for anything else."""
    from protorun.errors import UsageError

    given = numbers(text, "--looks")
    if not given or any(not (1 <= n < inf) or n != int(n) for n in given):
        raise UsageError(f"--looks wants numbers of patients separated by commas, not {text!r}")
    return tuple(int(n) for n in given)


def _characteristics(name: str, boundary: Any, rates: str) -> list[dict[str, Any]]:
    from protorun.statistics.design.one_arm.monitoring import monitoring_rates

    told = monitoring_rates(boundary, numbers(rates, "--rates"))
    columns = zip(told.p, told.crosses_high, told.early, told.patients, strict=True)
    return [
        {
            "boundary": name,
            "p": float(p),
            "crosses": float(crosses),
            "early": float(early),
            "patients": float(n),
        }
        for p, crosses, early, n in columns
    ]
