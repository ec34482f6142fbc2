"""Nodes made without validation: their values come from closed tables, and a record has thousands of them."""

from __future__ import annotations

from typing import Any, cast

from protorun.study.criterion import Bound, Treated, Washout, Window
from protorun.study.source import Source


def window(amount: float, unit: str, anchor: str = "screening") -> Window:
    """A stretch of time before an anchor."""
    return Window.model_construct(amount=amount, unit=cast(Any, unit), anchor=cast(Any, anchor))


def bound(value: float, times: str = "", *, inclusive: bool = True) -> Bound:
    """One side of a limit."""
    return Bound.model_construct(value=value, inclusive=inclusive, times=cast(Any, times))


def treated(
    classes: tuple[str, ...], when: Window | None, source: Source, *, ongoing: bool = False
) -> Treated:
    """A treatment that was given."""
    return Treated.model_construct(classes=classes, window=when, ongoing=ongoing, source=source)


def washout(
    classes: tuple[str, ...],
    when: Window | None,
    source: Source,
    *,
    half_lives: float | None = None,
    which: str = "fixed",
) -> Washout:
    """Treatments that ended long enough ago."""
    return Washout.model_construct(
        classes=classes, window=when, half_lives=half_lives, which=cast(Any, which), source=source
    )
