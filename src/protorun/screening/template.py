"""The facts a study needs: one row per column of the patient table, with unit, values and the criteria that ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protorun.screening.atoms.derived import DEFINED_BY
from protorun.screening.atoms.flags import wider_columns
from protorun.screening.atoms.treatments import PREFIX
from protorun.screening.leaves import atoms_of, column_of
from protorun.screening.screening import registry_criteria
from protorun.study.criterion import Attestation, Code, Expr, Flag, Judgment, Number, Treated, Washout
from protorun.study.study import Study
from protorun.terms.variables import canonical_unit, factors


def template(study: Study) -> list[dict[str, Any]]:
    """Columns of the patient table in the order the criteria ask for them."""
    rows: dict[str, dict[str, Any]] = {"patient": _row("patient", "identifier", "", "any text, unique", "")}
    rows["screened_on"] = _row("screened_on", "date", "YYYY-MM-DD", "optional; --as-of gives one for all", "")
    for criterion in (*study.eligibility, *registry_criteria(study)):
        asked = (row for leaf, _ in atoms_of(criterion.expr) for row in _columns(leaf))
        for row in asked:
            known = rows.setdefault(row["column"], row)
            if criterion.id not in known["asked_by"].split(", "):
                known["asked_by"] = ", ".join(x for x in (known["asked_by"], criterion.id) if x)
    return list(rows.values())


def asked_facts(study: Study) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the numbers and codes, and of the yes-or-no facts, that can answer the study's criteria."""
    measured: dict[str, None] = {}
    stated: dict[str, None] = {}
    for criterion in (*study.eligibility, *registry_criteria(study)):
        for leaf, _ in atoms_of(criterion.expr):
            if isinstance(leaf, Number):
                measured |= dict.fromkeys((column_of(leaf), leaf.variable))
            elif isinstance(leaf, Code):
                measured |= dict.fromkeys((leaf.variable, *DEFINED_BY.get(leaf.variable, ())))
            elif isinstance(leaf, Flag):
                stated |= dict.fromkeys((leaf.column, *wider_columns(leaf)))
            elif isinstance(leaf, (Treated, Washout)):
                stated |= dict.fromkeys(PREFIX + kind for kind in leaf.classes)
            elif isinstance(leaf, (Attestation, Judgment)) and leaf.variable:
                stated |= {leaf.variable: None}
    return tuple(measured), tuple(stated)


def _columns(leaf: Expr) -> Iterator[dict[str, Any]]:
    name = column_of(leaf)
    if isinstance(leaf, Number):
        unit = canonical_unit(leaf.variable, leaf.unit)
        units = ", ".join(factors(leaf.variable)) or unit
        yield _row(
            name,
            "number",
            unit,
            f"a number with its unit ({units}), or <x, >x" if unit != "1" else "a number",
            "",
        )
        times = {b.times for b in (leaf.low, leaf.high) if b and b.times}
        for limit in sorted(times):
            yield _row(f"{name}_{limit}", "number", unit, f"the patient's own {limit.upper()}", "")
        if leaf.window:
            yield _row(f"{name}_on", "date", "YYYY-MM-DD", "a day, a month or a year", "")
    elif isinstance(leaf, Code):
        yield _row(name, "code", "", f"for example {', '.join(leaf.values)}; a|b where it is one of them", "")
        if leaf.window:
            yield _row(f"{name}_on", "date", "YYYY-MM-DD", "a day, a month or a year", "")
    elif isinstance(leaf, Flag):
        yield _row(name, "yes/no", "", "yes, no, or blank for unknown", "")
        if leaf.window:
            yield _row(f"{name}_on", "date", "YYYY-MM-DD", "a day, a month or a year", "")
    elif isinstance(leaf, (Treated, Washout)):
        for kind in leaf.classes:
            yield _row(f"prior_{kind}", "yes/no", "", "or a row of the treatment table", "")
            yield _row(f"prior_{kind}_on", "date", "YYYY-MM-DD", "the end of the last one", "")
    elif isinstance(leaf, (Attestation, Judgment)) and name:
        yield _row(
            name, "yes/no", "", "as stated by a person" if isinstance(leaf, Attestation) else "as judged", ""
        )


def _row(column: str, kind: str, unit: str, values: str, asked_by: str) -> dict[str, Any]:
    return {"column": column, "kind": kind, "unit": unit, "values": values, "asked_by": asked_by}
