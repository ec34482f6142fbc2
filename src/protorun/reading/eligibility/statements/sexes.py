"""Lines that are nothing but a sex: `Female patients`, `Men and women`."""

from __future__ import annotations

import re

from protorun.study.criterion import Code, Criterion, Unparsed
from protorun.study.source import Source

_MALE, _FEMALE = r"(?:males?|men|man|boys?)", r"(?:females?|women|woman|girls?)"
_PERSONS = r"(?: (?:patients?|subjects?|participants?|individuals?|volunteers?|gender|sex))?"
_ONE = re.compile(
    rf"(?:(?:sex|gender) ?[:=] ?)?(?:(?P<male>{_MALE})|(?P<female>{_FEMALE})){_PERSONS}(?: only)?[ .;,]*"
)
_BOTH = re.compile(
    rf"(?:(?:sex|gender) ?[:=] ?)?(?:both |either )?(?:{_MALE}{_PERSONS} ?(?:or|and|and/or|&|/) ?{_FEMALE}|{_FEMALE}{_PERSONS} ?(?:or|and|and/or|&|/) ?{_MALE})"
    rf"{_PERSONS}(?: of any (?:ethnic group|race|ethnicity))?(?: (?:are|is) eligible)?[ .;,]*"
)


def only_sex(text: str, source: Source) -> Code | None:
    """The sex a line asks for, where it says nothing else."""
    if len(text) > 80:
        return None
    if _BOTH.fullmatch(text):
        return Code.model_construct(variable="sex", values=("female", "male"), source=source)
    if (one := _ONE.fullmatch(text)) is None:
        return None
    return Code.model_construct(variable="sex", values=("male" if one["male"] else "female",), source=source)


def without_split_sexes(listed: list[Criterion]) -> list[Criterion]:
    """`Male` and `Female` as two entries of one list ask for neither: it is not known what they are about."""
    bare = [c for c in listed if _is_bare(c)]
    told = {(c.polarity, value) for c in bare for value in getattr(c.expr, "values", ())}
    split = {p for p in ("inclusion", "exclusion") if {(p, "male"), (p, "female")} <= told}
    if not split:
        return listed
    return [_unread(c) if c.polarity in split and _is_bare(c) else c for c in listed]


def _is_bare(criterion: Criterion) -> bool:
    expr = criterion.expr
    return isinstance(expr, Code) and expr.variable == "sex" and len(expr.values) == 1


def _unread(criterion: Criterion) -> Criterion:
    source = criterion.sources[0]
    unread = Unparsed.model_construct(text=criterion.text, source=source)
    return criterion.model_copy(update={"expr": unread, "klass": "unparsed", "residual": (source,)})
