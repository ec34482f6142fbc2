"""protorun plan simon"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say
from protorun.cli.plans._numbers import numbers, shown

if TYPE_CHECKING:
    from protorun.statistics.design.one_arm.simon import Simon

_MANY = 600  # patients; from there on the search takes a quarter of a minute and more


def simon(
    study: Path | None = None,
    *,
    p0: Annotated[float | None, Parameter(name="--p0")] = None,
    p1: Annotated[float | None, Parameter(name="--p1")] = None,
    alpha: float = 0.05,
    beta: float = 0.2,
    nmax: int | None = None,
    endpoint: str | None = None,
    rates: str = "",
    responses: int | None = None,
    after: Literal["optimal", "minimax"] = "optimal",
    plot: Annotated[Path | None, Parameter(name="--plot")] = None,
    format: Format = "table",
) -> int:
    """Simon's two-stage designs: stop after n1 patients with at most r1 responses; after all n, reject with at most r.

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
    nmax
        The most patients; without it the search goes on until no larger trial can be better.
    endpoint
        The response endpoint of the study, by its id; the primary one when left out.
    rates
        True response rates such as .1,.2,.3: prints the exact characteristics at each, instead of the designs.
    responses
        Responses seen at the end of the trial: prints estimate, p value and limits, instead of the designs.
    after
        The design those responses were seen in.
    plot
        Draw the chance to accept over the true response rate into this .svg or .png file.
    format
        How to print the rows.
    """
    from protorun.cli.plans._response import curves, rates_for, say_fit
    from protorun.plan import plan
    from protorun.statistics.design.one_arm.binomial_tables import likely_patients

    low, high, patients = rates_for(study, endpoint, p0, p1)
    if nmax is None and likely_patients(low, high, alpha, beta) > _MANY:
        say("rates this close make for a search of minutes; --nmax, or rates further apart, make it shorter")
    found: Simon = plan.simon(low, high, alpha=alpha, beta=beta, nmax=nmax)
    say(f"p0 = {low:g}, p1 = {high:g}, alpha = {alpha:g}, beta = {beta:g}; early and patients hold under p0")
    say_fit({_name(found, one): one.n for one in found.admissible}, patients)
    if responses is not None:
        rows = [_inference(found, responses, after)]
    else:
        rows = _characteristics(found, numbers(rates, "--rates")) if rates else found.table()
    emit(shown(rows) if format == "table" else rows, format, title="Two-stage designs")
    if plot:
        from protorun.statistics.design.one_arm.simon import two_stage_rates

        accepts = {
            _name(found, one): lambda p, one=one: two_stage_rates(one, p).accept for one in found.admissible
        }
        curves(accepts, low, high, plot, says=("True response rate", "P(drug accepted)"))
    return 0


def _name(found: Simon, design: Any) -> str:
    return f"{found.named(design)} {design.r1}/{design.n1} {design.r}/{design.n}"


def _characteristics(found: Simon, rates: tuple[float, ...]) -> list[dict[str, Any]]:
    from protorun.statistics.design.one_arm.simon import two_stage_rates

    rows = []
    for one in found.admissible:
        told = two_stage_rates(one, rates)
        rows += [
            {"design": _name(found, one), "p": p, "early": early, "accept": accept, "patients": patients}
            for p, early, accept, patients in zip(
                rates, told.early.tolist(), told.accept.tolist(), told.patients.tolist(), strict=True
            )
        ]
    return rows


def _inference(found: Simon, responses: int, after: Literal["optimal", "minimax"]) -> dict[str, Any]:
    from dataclasses import asdict

    from protorun.statistics.design.one_arm.simon_inference import two_stage_inference

    one = found.optimal if after == "optimal" else found.minimax
    told = two_stage_inference(responses, one.r1, one.n1, one.n, found.p0, alpha=found.alpha)
    return {"design": _name(found, one), "responses": responses, **asdict(told)}
