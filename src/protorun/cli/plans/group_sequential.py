"""protorun plan group-sequential"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say
from protorun.cli.plans._numbers import numbers, shown
from protorun.cli.plans._options import Looks

if TYPE_CHECKING:
    from protorun.statistics.design.sequential.group_sequential import GroupSequential


def group_sequential(
    *,
    looks: Annotated[Looks, Parameter(name="*")] = Looks(),  # noqa: B008 - frozen
    n_fix: float | None = None,
    means: str = "",
    rates: str = "",
    hr: float | None = None,
    ratio: float = 1.0,
    seen: str = "",
    last: bool = False,
    plot: Path | None = None,
    format: Format = "table",
) -> int:
    """Bounds, sizes and error rates of a trial with interim looks.

    The size comes from --n-fix, --means, --rates or --hr; without any of them information is a multiple of that of the
    fixed design.

    Parameters
    ----------
    looks
        Number of looks, error rates and bounds.
    n_fix
        Information, patients or events of the fixed design.
    means
        Difference and standard deviation, such as .5,1: the size is in patients, both arms together.
    rates
        Rates of the two arms, such as .3,.5: the size is in patients, both arms together.
    hr
        Hazard ratio: the size is in events (Schoenfeld); for calendar time see `plan logrank`.
    ratio
        Patients of the second or experimental arm for each patient of the first.
    seen
        Information really seen at the looks so far, such as 61,118: prints the bounds that hold for it.
    last
        The last of --seen is the final look, which spends what is left.
    plot
        Draw the bounds over the information fraction into this .svg or .png file.
    format
        How to print the looks.
    """
    from protorun.plan import plan
    from protorun.statistics.design.sequential.monitoring import monitor

    size, unit = _size(n_fix, means, rates, hr, errors=(looks.alpha, looks.beta, ratio))
    design = plan.group_sequential(n_fix=size, **looks.asked)
    _say(design, size, unit)
    rows = monitor(design, numbers(seen, "--seen"), last=last).table() if seen else design.table()
    emit(shown(rows) if format == "table" else rows, format, title="Group-sequential design")
    if plot:
        from protorun.report.figures.bounds import draw_bounds

        draw_bounds(design, plot)
    return 0


def _size(
    n_fix: float | None, means: str, rates: str, hr: float | None, *, errors: tuple[float, float, float]
) -> tuple[float, str]:
    """The size of the fixed design and what it counts. Raises UsageError when more than one is given."""
    from protorun.errors import UsageError
    from protorun.statistics.design import sizes

    given = [v for v in (n_fix, means or None, rates or None, hr) if v is not None]
    if len(given) > 1:
        raise UsageError("the size comes from one of --n-fix, --means, --rates and --hr, not from several")
    alpha, beta, ratio = errors
    if means:
        delta, sd = numbers(means, "--means", count=2)
        return sizes.means_size(delta, sd, alpha=alpha, beta=beta, ratio=ratio), "patients"
    if rates:
        p1, p2 = numbers(rates, "--rates", count=2)
        return sizes.rates_size(p1, p2, alpha=alpha, beta=beta, ratio=ratio), "patients"
    if hr is not None:
        return sizes.schoenfeld_events(hr, alpha=alpha, beta=beta, ratio=ratio), "events"
    if n_fix is not None and not n_fix > 0:
        raise UsageError(f"--n-fix must be positive, not {n_fix}")
    return (1.0, "times the fixed design") if n_fix is None else (n_fix, "units of --n-fix")


def _say(design: GroupSequential, size: float, unit: str) -> None:
    from protorun.statistics.design.sequential.group_sequential import TEST_TYPES

    say(f"{TEST_TYPES[design.test_type]}; one-sided alpha {design.alpha:g}, power {1 - design.beta:g}")
    say(
        f"information counts {unit}: fixed design {size:.6g}, inflation {design.inflation:.6g}, "
        f"at most {design.information[-1]:.6g}, expected {design.expected[0]:.6g} under no effect and "
        f"{design.expected[1]:.6g} under the effect planned for"
    )
