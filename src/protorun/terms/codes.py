"""Coded variables of patients: which values they take, and how people write them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def coded() -> dict[str, dict[str, str]]:
    """Variable -> printed form (lower case) -> value, from `codes.toml`."""
    table = tomllib.loads(files("protorun.terms").joinpath("codes.toml").read_text(encoding="utf-8"))
    return {
        name: {form: value for value, others in values.items() for form in (value, *others)}
        for name, values in table.items()
    }


def values(variable: str) -> tuple[str, ...]:
    """The values of a coded variable; empty for one that is in no table."""
    return tuple(dict.fromkeys(coded().get(variable, {}).values()))


def read_code(variable: str, text: str) -> str | None:
    """The value a cell says: one, `a|b` (one of them) or `a;b` (both), each with an optional mark (`x:cured`)."""
    forms = coded().get(variable)
    if forms is None:
        return text.strip().lower()
    options = []
    for option in text.lower().split("|"):
        parts = []
        for part in option.split(";"):
            plain, colon, mark = part.strip().partition(":")
            if plain.strip() not in forms:
                return None
            parts.append(forms[plain.strip()] + colon + mark.strip())
        options.append(";".join(parts))
    return "|".join(options)
