"""Lists of numbers as they are typed, and rows of numbers as people read them."""

from __future__ import annotations

from typing import Any

from protorun.errors import UsageError


def numbers(text: str, option: str, *, count: int | None = None) -> tuple[float, ...]:
    """The numbers of a list such as .5,.75,1. Raises UsageError, with the option they were typed after."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        found = tuple(float(part) for part in parts)
    except ValueError:
        raise UsageError(f"{option} wants numbers separated by commas, not {text!r}") from None
    if count is not None and len(found) != count:
        raise UsageError(f"{option} wants {count} numbers separated by commas, not {text!r}")
    return found


def parameter(text: str, option: str) -> float | tuple[float, ...] | None:
    """One number, several, or none."""
    found = numbers(text, option)
    return None if not found else found[0] if len(found) == 1 else found


def shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without empty columns, numbers to five digits."""
    kept = [name for name in rows[0] if any(row.get(name) is not None for row in rows)] if rows else []
    return [
        {k: f"{row[k]:.5g}" if isinstance(row.get(k), float) else row.get(k) for k in kept} for row in rows
    ]
