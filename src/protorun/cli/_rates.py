"""True DLT rates as they are typed: in the order of the level numbers, or by name."""

from __future__ import annotations

from typing import Any


def rates_of(design: Any, text: str) -> list[float]:
    """One rate for each level, lowest dose first. Raises UsageError for anything that does not fit."""
    from protorun.errors import UsageError
    from protorun.escalation.notation import numbering

    parts = [part.strip() for part in text.split(",")]
    hint = f"write one for each level ({numbering(design)}), such as {','.join(['.2'] * len(design.order))}"
    if len(parts) != len(design.order) or design.levels != len(design.order):
        raise UsageError(f"{len(parts)} DLT rates for {len(design.order)} levels; {hint}")
    found: dict[str, float] = {}
    for part, level in zip(parts, design.order, strict=True):
        name, _, number = part.rpartition("=")
        try:
            found[name.strip() or design.labels[level]] = float(number)
        except ValueError:
            raise UsageError(f"{part!r} is no DLT rate; {hint}") from None
    if set(found) != set(design.labels):
        raise UsageError(
            f"DLT rates are wanted for {', '.join(design.labels)}, not {', '.join(found)}; {hint}"
        )
    return [found[label] for label in design.labels]
