"""What a person answers beside what is computed: whether each such part is one question and nothing else.

`clinically significant`, `that would interfere with participation`, `planning to become pregnant` are. A part with a number,
a list, an exception, a condition or a known illness in it holds something that should stand in the tree by itself."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.islands.consequences import clause
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lex import lex
from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.personal import BY_WHOM
from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Attestation,
    Expr,
    Flag,
    If,
    Judgment,
    Not,
    Unless,
)


def one_question_each(expr: Expr) -> bool:
    """True when every judgment and statement in the tree is one question that stands where it belongs."""
    return _asked(expr, frozenset(), narrows=False)


def _asked(expr: Expr, beside: frozenset[str], *, narrows: bool) -> bool:
    if isinstance(expr, Judgment):
        return _judged(expr.text.lower(), beside, narrows=narrows)
    if isinstance(expr, Attestation):
        return _stated(expr.text.lower(), beside)
    if isinstance(expr, All):
        named = beside | {name for part in expr.parts for name in _names(part)}
        return all(_asked(part, named, narrows=True) for part in expr.parts)
    if isinstance(expr, Any) and _dated_behind(expr):
        return False
    return all(_asked(part, beside, narrows=False) for part in _inside(expr))


def _dated_behind(expr: Any) -> bool:
    """`significant trauma or surgery within 4 weeks`: the time of the last may go for what is judged before it."""
    judged = False
    for part in expr.parts:
        if judged and any(getattr(leaf, "window", None) for leaf in leaves(part)):
            return True
        judged = isinstance(part, Judgment)
    return False


def _inside(expr: Expr) -> tuple[Expr, ...]:
    if isinstance(expr, (All, Any, AtLeast)):
        return tuple(expr.parts)
    if isinstance(expr, Not):
        return (expr.part,)
    if isinstance(expr, If):
        return (expr.condition, expr.then, *((expr.otherwise,) if expr.otherwise else ()))
    return (expr.part, expr.exception) if isinstance(expr, Unless) else ()


def _names(expr: Expr) -> set[str]:
    """The conditions of a part: a judgment beside them may name them again."""
    if isinstance(expr, Flag):
        return {expr.variable}
    return {name for part in _inside(expr) for name in _names(part)}


_HARMS = re.compile(
    r"(?:and )?(?:(?:that|which|who) )?(?:is |are )?(?:(?:would|may|might|could|can|will|likely to|potentially|possibly|significantly|adversely|negatively|be|to) ){0,4}"
    r"(?:interfer|compromis|jeopardi|confound|preclud|limit|affect|impair|hinder|prevent|mak(?:e|ing)|put|plac(?:e|ing)|pos(?:e|ing)|increas|render|complicat|"
    r"(?:deemed|considered|judged)\b)[a-z]*\b"
)
"""What an illness would do to the trial or to the patient in it."""
_HEALTHY = re.compile(
    r"(?:must |should |who )?(?:be |are |is )?(?:(?:otherwise |generally )?healthy|(?:in )?(?:general )?good (?:general |physical )?health)\b"
)
_NO_LIMITS = re.compile(r"\b(?:adequate|sufficient|acceptable|normal|good)\b.{0,60}\bfunction")
_RATED = re.compile(
    r"(?:any |other |history of |evidence of |presence of |signs of ){0,3}(?:clinically |medically |physiologically )?"
    r"(?:significant|relevant|important|meaningful|inadequate|insufficient|unacceptable|inappropriate)\b"
)
_ADJECTIVE = re.compile(r"[a-z]{3}(?:al|ar|ac|ic|ary|ory|ine|ous)$")
"""`clinically significant cardiac` has its noun elsewhere."""
_UNFIT = re.compile(r"unsuitable|inappropriate|unacceptable")
_NOT_ONE = frozenset("ntrRcPvyfgeiCpGIDXB,;&|/:+(<")
"""Chunks of something that is counted, joined, denied, exempted, or known by a table."""


def _judged(text: str, beside: frozenset[str], *, narrows: bool) -> bool:
    """Words of judgment alone; what would become of the trial; by itself also what is judged."""
    rest = " ".join(_without_judges(text).replace("(", " ").replace(")", " ").split()).strip(" ,.;:")
    chunks = lex(rest)
    if _NO_LIMITS.search(rest):
        return False
    if (begin := clause(text)) is not None:
        head = text[:begin].strip(" ,")
        return not head or (not narrows and _plain(lex(head), beside))
    if all(_of_judgment(c, beside) for c in chunks):
        return narrows or bool(_UNFIT.search(rest))  # "clinically significant" alone does not say what
    if not _plain(chunks, beside):
        return False
    if _HARMS.match(rest) or _HEALTHY.fullmatch(rest):
        return True
    if narrows or _ADJECTIVE.search(rest):
        return False
    return bool(_RATED.match(rest) or _HARMS.search(rest))


def _plain(chunks: list[Chunk], beside: frozenset[str]) -> bool:
    return not any(c.kind in _NOT_ONE or (c.kind == "k" and c.value not in beside) for c in chunks)


def _without_judges(text: str) -> str:
    for found in reversed([m.span() for m in BY_WHOM.finditer(text)]):
        text = f"{text[: found[0]]} {text[found[1] :]}"
    return text


def _of_judgment(chunk: Chunk, beside: frozenset[str]) -> bool:
    return (chunk.kind == "k" and chunk.value in beside) or (chunk.kind == "z" and chunk.value in _own())


@cache
def _own() -> frozenset[str]:
    return frozenset(words()["persons"]["judgment"].split())


_PROMISED = re.compile(
    r"\b(?:within|for|until|up to|and|to|at least|≥|during|the|a|period|of|next|first|whole|from|first dose of study drug)? ?(?:at least |≥ ?|a minimum of |half an? )?"
    r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|twelve)?(?: \(\d{1,3}\))? ?(?:days?|weeks?|months?|years?)\b"
    r"(?: (?:after|before|following|of|from|prior to|post)\b[a-z0-9 -]{0,60})?"
)
"""How long somebody promises something or plans it for."""
_OF_FERTILITY = frozenset({"pregnant", "childbearing_potential", "reproductive_potential", "lactating"})
_WHO_ELSE = re.compile(
    r"^for\b|\bsexual|steril|\bfertile|infertil|menopaus|\bpartner|parent|guardian|child\b|children"
)


def _stated(text: str, beside: frozenset[str]) -> bool:
    """A promise, a plan or a refusal, with how long it is for, and of nobody else than the patient."""
    if beside & {"childbearing_potential", "reproductive_potential"}:
        text = re.sub(r"\bfertile\b", "", text)
    if _WHO_ELSE.search(text.replace("sexually active", "") if "sexually_active" in beside else text):
        return False
    chunks = lex(_PROMISED.sub(" ", text.replace("acceptable", "")))
    known = beside | _OF_FERTILITY
    return not any(c.kind in "ntrRcPvfeiCpID;:(" or (c.kind == "k" and c.value not in known) for c in chunks)
