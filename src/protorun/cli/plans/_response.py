"""What single-arm plans share: what the record states, the rates it does not, and curves over the true rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from protorun.cli.output import say


def rates_for(
    study: Path | None, endpoint: str | None, p0: float | None, p1: float | None
) -> tuple[float, float, int | None]:
    """p0, p1, and the patients the record states. What it states is said; it never lends a response rate.

    Raises NotStated, or UsageError without a study, where p0 or p1 was not given."""
    from protorun.errors import NotStated, UsageError
    from protorun.plan.response import response_frame
    from protorun.read import load

    patients = None
    looked_in = ""
    if study is not None:
        known = load(study)
        frame = response_frame(known, endpoint)
        patients, looked_in = frame.patients, known.title
        for line in frame.words():
            say(f"the record: {line}")
    missing = [words for words, value in ((_P0, p0), (_P1, p1)) if value is None]
    if p0 is None or p1 is None:
        if study is None:
            raise UsageError(f"wanted: {'; '.join(missing)}")
        raise NotStated(f"what the trial is to tell apart; give {'; '.join(missing)}", looked_in=looked_in)
    return p0, p1, patients


_P0 = "--p0, a response rate of no interest"
_P1 = "--p1, a response rate of interest"


def say_fit(sizes: Mapping[str, int], patients: int | None) -> None:
    """Which designs the stated number of patients is enough for."""
    if patients is None:
        return
    fits = [name for name, n in sizes.items() if n <= patients]
    say(f"the {patients} patients of the record are enough for: {', '.join(fits) or 'none of these designs'}")


def curves(
    accepts: Mapping[str, Callable[[Any], Any]], p0: float, p1: float, file: Path, *, says: tuple[str, str]
) -> None:
    """Draw P(...) over the true rate for each design."""
    import numpy as np

    from protorun.report.figures.response_curves import draw_curves

    rates = np.linspace(max(0.0, p0 - (p1 - p0)), min(1.0, p1 + (p1 - p0)), 121)
    found = {name: (rates.tolist(), chance(rates).tolist()) for name, chance in accepts.items()}
    draw_curves(found, {"p0": p0, "p1": p1}, file, says=says)
