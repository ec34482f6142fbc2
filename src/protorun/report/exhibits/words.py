"""How numbers are printed in exhibits."""

from __future__ import annotations

import re

from protorun.analyze import ArmResult, EndpointResult

MONTH = 30.4375


def slug(text: str) -> str:
    """A text as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:60] or "endpoint"


def months(arm: ArmResult) -> str:
    """The median with its limits in months."""
    if arm.n == 0:
        return "nobody"
    return f"{_month(arm.estimate)} ({_month(arm.lower)} to {_month(arm.upper)})"


def _month(days: float | None) -> str:
    return "NR" if days is None else f"{days / MONTH:.1f}"


def share(count: int, of: int) -> str:
    """A count with its percentage."""
    return f"{count} ({count / of:.1%})".replace("%)", " %)") if of else f"{count}"


def patients(endpoint: EndpointResult) -> str:
    """Who is in the exhibit."""
    total = len(endpoint.rows)
    lost = sum(arm.undetermined for arm in endpoint.arms)
    left = f", {lost} of them undetermined and left out" if lost else ""
    return f"Patients who entered the trial: N = {total}{left}"
