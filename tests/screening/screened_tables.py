"""Small tables of patients for screening tests."""

from __future__ import annotations

from datetime import date

from protorun.patients.csv import parse_patients
from protorun.study.criterion import Criterion, Expr
from protorun.study.source import Source, stated
from protorun.study.study import Origin, Study
from protorun.trial.facts import Facts

AS_OF = date(2025, 1, 15)
HERE = Source(start=0, end=1, quote="x")


def facts(*rows: str, treatments: str | None = None, kinds: dict[str, str] | None = None) -> Facts:
    """`facts("platelets,alt", "80,", "79,12")`: one patient per row, named a, b, c ..."""
    header, *lines = rows
    text = "\n".join([f"patient,{header}", *(f"{chr(97 + i)},{line}" for i, line in enumerate(lines))])
    return parse_patients(text, as_of=AS_OF, treatments=treatments, kinds=kinds).facts


def study_of(*exprs: Expr | tuple[str, Expr], both_lists: bool = True) -> Study:
    """A study with these criteria; a pair names the list (`exclusion`)."""
    pairs = [e if isinstance(e, tuple) else ("inclusion", e) for e in exprs]
    criteria = tuple(
        Criterion(id=f"{p[0].upper()}{i}", polarity=p, text="x", expr=e, klass="computable")  # type: ignore[arg-type]
        for i, (p, e) in enumerate(pairs, 1)
    )
    lists = {"inclusion": stated(True, HERE)} | ({"exclusion": stated(True, HERE)} if both_lists else {})
    origin = Origin(name="x", format="x", digest="")
    return Study(key="x", origin=origin, eligibility=criteria, eligibility_sections=lists)  # type: ignore[arg-type]
