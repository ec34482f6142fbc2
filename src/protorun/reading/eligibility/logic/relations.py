"""What one criterion says about another: `with brain metastases only` answers for the line that asks for LM."""

from __future__ import annotations

import re

from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.guards import Choices
from protorun.study.criterion import All, Alternative, Any, Criterion, Expr, Flag, If, Not
from protorun.terms.concepts import concepts

_ONLY = Choices(r"\bonly\b(?!\))", r"\balone\b", r"\bisolated\b", r"\bsolely\b")
"""Not the `only` of `(cohort 8 only)`, which says whom a line is about."""
_NEEDS = re.compile(r"\bmust\b|\bshould\b|\bneed|\brequire|\bhave\b", re.IGNORECASE)


def related(listed: list[Criterion]) -> list[Criterion]:
    """The criteria with the relations between them made part of their trees."""
    for index, criterion in enumerate(listed):
        found = _population_only(criterion, listed)
        if found is None:
            continue
        other, site, needs = found
        population = All(parts=(site, Not(part=listed[other].expr)))
        conditional = If(condition=population, then=needs)
        listed[index] = criterion.model_copy(
            update={"expr": conditional, "klass": "computable", "residual": ()}
        )
        listed[other] = _alternative_population(listed[other], site, criterion.id)
    return listed


def _population_only(criterion: Criterion, listed: list[Criterion]) -> tuple[int, Expr, Expr] | None:
    """`Subjects with active X only must have Y`, where an earlier line asks for another site of the same family."""
    if (
        criterion.polarity != "inclusion"
        or not _ONLY.search(criterion.text.lower())
        or not _NEEDS.search(criterion.text)
    ):
        return None
    atoms = leaves(criterion.expr)
    sites = [a for a in atoms if isinstance(a, Flag) and _family(a)]
    others = [a for a in atoms if not isinstance(a, Flag) and a.atom in ("number", "code")]
    if len(sites) != 1 or len(others) != 1 or not _is_only(sites[0], criterion.text):
        return None
    for index, earlier in enumerate(listed):
        expr = earlier.expr
        if (
            earlier.polarity == "inclusion"
            and isinstance(expr, Flag)
            and expr is not sites[0]
            and _family(expr) == _family(sites[0])
        ):
            return index, sites[0], others[0]
    return None


def _is_only(site: Flag, text: str) -> bool:
    """The word `only` stands beside the site, not somewhere else (`cohort 8 only`)."""
    quote = site.source.quote if site.source is not None else ""
    at = text.find(quote)
    behind = re.match(r"\W{1,3}(?:only|alone|solely)\b", text[at + len(quote) :], re.IGNORECASE)
    before = re.search(r"\b(?:only|isolated|solely)(?: have| has)? $", text[: max(at, 0)], re.IGNORECASE)
    return bool(quote) and at >= 0 and (behind is not None or before is not None)


def _family(flag: Flag) -> str:
    """The family of a site; a stage of the disease is no site."""
    known = concepts().get(flag.variable)
    return known.family if known and known.family != "stage" else ""


def _alternative_population(criterion: Criterion, site: Expr, other: str) -> Criterion:
    """`X, or Y without X` is `X or Y`; said that way, the answer does not wait for X where Y is known."""
    return criterion.model_copy(
        update={
            "expr": Any(parts=(criterion.expr, site)),
            "doubts": (
                *criterion.doubts,
                f"ALTERNATIVE_LINES: {criterion.id} and {other} stand as separate lines but name alternative populations; "
                "either one satisfies",
            ),
            "alternatives": (
                *criterion.alternatives,
                Alternative(
                    says=f"{criterion.id} is required of everyone, also of the patients of {other}",
                    expr=criterion.expr,
                ),
            ),
        }
    )
