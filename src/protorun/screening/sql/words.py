"""Small pieces of SQL: literals and three-valued cases, in the subset that DuckDB, PostgreSQL and SQLite share."""

from __future__ import annotations

from collections.abc import Iterable

NULL = "CAST(NULL AS BOOLEAN)"
TRUE, FALSE = "(1 = 1)", "(1 = 0)"


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def number(value: float) -> str:
    """A DOUBLE literal that gives back the very same double: `1.5E0`, since `1.5` alone is DECIMAL in some engines."""
    printed = repr(float(value))
    return printed if "e" in printed else f"{printed}E0"


def case(*pairs: tuple[str, str], otherwise: str = NULL) -> str:
    """`CASE WHEN ... END`; always with ELSE."""
    whens = " ".join(f"WHEN {when} THEN {then}" for when, then in pairs)
    return f"(CASE {whens} ELSE {otherwise} END)"


def kleene(true: str, false: str) -> str:
    """TRUE where one condition holds, FALSE where the other does, else unknown."""
    return case((true, TRUE), (false, FALSE))


def among(column: str, values: Iterable[str]) -> str:
    """The column is one of the values; FALSE for none. Never NOT IN, which a NULL makes unknown."""
    listed = ", ".join(text(v) for v in values)
    return f"{column} IN ({listed})" if listed else FALSE


def every(parts: Iterable[str]) -> str:
    """Conjunction."""
    return "(" + " AND ".join(parts) + ")"


def some(parts: Iterable[str]) -> str:
    """Disjunction."""
    return "(" + " OR ".join(parts) + ")"
