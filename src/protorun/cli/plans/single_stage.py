"""protorun plan single-stage"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say
from protorun.cli.plans._numbers import shown


def single_stage(
    study: Path | None = None,
    *,
    p0: Annotated[float | None, Parameter(name="--p0")] = None,
    p1: Annotated[float | None, Parameter(name="--p1")] = None,
    alpha: float = 0.05,
    beta: float = 0.2,
    nsoln: int = 5,
    nmax: int | None = None,
    endpoint: str | None = None,
    plot: Annotated[Path | None, Parameter(name="--plot")] = None,
    format: Format = "table",
) -> int:
    """Exact single-stage designs: reject the drug with at most r responses of n. The smallest sizes that keep both errors.

    A study tells its response endpoint and its size; response rates are for you to give, no record lends them.

    Parameters
    ----------
    study
        A study file (.yaml) or a record; may be left out.
    p0
        A response rate of no interest.
    p1
        A response rate of interest.
    alpha
        Chance to accept the drug under p0, at most.
    beta
        Chance to reject it under p1, at most.
    nsoln
        How many sizes to list.
    nmax
        The most patients.
    endpoint
        The response endpoint of the study, by its id; the primary one when left out.
    plot
        Draw the chance to accept over the true response rate into this .svg or .png file.
    format
        How to print the rows.
    """
    from dataclasses import asdict

    from protorun.cli.plans._response import curves, rates_for, say_fit
    from protorun.plan import plan
    from protorun.statistics.design.one_arm.binomial_tables import beyond

    low, high, patients = rates_for(study, endpoint, p0, p1)
    found = plan.single_stage(low, high, alpha=alpha, beta=beta, nsoln=nsoln, nmax=nmax)
    say(f"p0 = {low:g}, p1 = {high:g}, alpha = {alpha:g}, beta = {beta:g}")
    say_fit({f"{one.r}/{one.n}": one.n for one in found}, patients)
    rows: list[dict[str, Any]] = [asdict(one) for one in found]
    emit(shown(rows) if format == "table" else rows, format, title="Single-stage designs")
    if plot:
        accepts = {f"{one.r}/{one.n}": lambda p, one=one: beyond(one.r, one.n, p) for one in found}
        curves(accepts, low, high, plot, says=("True response rate", "P(drug accepted)"))
    return 0
