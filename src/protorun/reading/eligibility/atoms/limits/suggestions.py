"""What a limit without a comparator may have said. It is never read that way; a person sees it beside the line."""

from __future__ import annotations

from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import Quantity
from protorun.study.criterion import Expr, Number, Unparsed
from protorun.terms.variables import variables

_MORE_IS_BETTER = frozenset(
    {
        "platelets",
        "neutrophils",
        "leukocytes",
        "lymphocytes",
        "hemoglobin",
        "albumin",
        "lvef",
        "creatinine_clearance",
        "egfr_rate",
        "karnofsky",
        "lansky",
        "life_expectancy",
    }
)
_LESS_IS_BETTER = frozenset(
    {
        "ast",
        "alt",
        "alp",
        "ggt",
        "bilirubin",
        "direct_bilirubin",
        "creatinine",
        "inr",
        "aptt",
        "pt",
        "ecog",
        "urea",
        "ldh",
    }
)


def suggest(names: str, number: Chunk, line: Line) -> None:
    """Note the limit that a trial usually sets on these values."""
    value = number.value
    for name in names.split("+"):
        if isinstance(value, Quantity) and name in variables() and (side := _side(name, value, line)):
            source = line.cite(number.start, number.end)
            low, high = (
                bound(value.value, value.times, inclusive=side[1]) if side[0] == w else None
                for w in ("low", "high")
            )
            limit = Number.model_construct(variable=name, low=low, high=high, unit=value.unit, source=source)
            line.suggested.append((number.start, number.end, limit))


def _side(name: str, value: Quantity, line: Line) -> tuple[str, bool] | None:
    less = name in _LESS_IS_BETTER or value.times == "uln"
    if not less and name not in _MORE_IS_BETTER and value.times != "lln":
        return None
    asked = line.polarity == "inclusion"
    return ("high" if less == asked else "low"), asked


def suggested_readings(leaves: list[Expr], line: Line) -> None:
    """Each suggestion as another reading of the unread stretch it stands in."""
    for start, end, limit in line.suggested:
        where = line.cite(start, end)
        for leaf in leaves:
            held = leaf.source if isinstance(leaf, Unparsed) else None
            if held and held.start <= where.start and where.end <= held.end:
                says = f"a comparator is missing before {where.quote!r}; it may have been meant as a limit on the safe side"
                line.readings.append((says, leaf, limit))
                break
