"""What a parent line says beside announcing its children: a treatment verb, a class of diseases, a qualifier, a time, a
judgment. It goes for every child."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from protorun.reading.eligibility.cutting.items import Item
from protorun.reading.eligibility.logic.classed.classes import classify
from protorun.reading.eligibility.logic.examples import timeless
from protorun.reading.eligibility.pieces import without_window
from protorun.reading.eligibility.trees.walks import INNER, leaves, mapped
from protorun.reading.eligibility.words.lexicon import words
from protorun.reading.eligibility.words.personal import JUDGMENT
from protorun.study.criterion import (
    All,
    Any,
    Code,
    Criterion,
    Expr,
    Flag,
    Judgment,
    Not,
    Number,
    Treated,
    Unparsed,
    Washout,
    Window,
)
from protorun.study.source import Source
from protorun.terms.concepts import concepts
from protorun.terms.offsets import Mapped
from protorun.terms.variables import variables

_TAKES_OUT = re.compile(
    r"(?:\bexcept(?:ions?)?(?: for| include| are)?(?: the)?(?: following)?(?: conditions| criteria| cases)?|\bother than(?: the following)?|\bwith the exceptions? of(?: the following)?|"
    r"\b(?:are|is|will be|may be|can be) (?:not excluded|(?:still )?(?:allowed|permitted|eligible|acceptable)|exempt(?:ed)?|not exclusionary)|\ballowed [a-z]{4,20} (?:are|include)(?: the following)?)\W*$"
)
_ENDING = re.compile(r"[ .;,:]+$")
_LIST = re.compile(
    r"\b(?:(?:any|one|either|at least one|1|any one)(?: \(?or more\)?)? of (?:the |these )?following|(?:the )?following)\b.*$"
)
_GRAMMAR = re.compile(r"\b(?:with|of|to|for|by|received|receiving|taking|undergoing|using|had|have|has)$")


def takes_out(item: Item) -> bool:
    """`..., with the following exceptions:`, `participants with any of the following are not excluded:`."""
    text = item.text.text.lower()[-160:]
    found = _TAKES_OUT.search(text)
    return found is not None and ("except" in found[0] or text.rstrip().endswith(":"))


def unended(text: Mapped) -> Mapped:
    """The text without the sign it ends with."""
    end = _ENDING.search(text.text)
    return text.cut(0, end.start()) if end else text


def lead_of(item: Item) -> Mapped | None:
    """`Treatment with any of the following:` -> `Treatment with`, where a child completes the sentence."""
    found = _LIST.search(item.text.text.lower())
    end = len(item.text.text[: found.start()].rstrip(" ,:")) if found else 0
    rest = _NOTHING.sub(" ", without_window(found[0])).split() if found else []
    if (
        found is None
        or not set(rest) <= _under_words("treatment")
        or not _GRAMMAR.search(item.text.text[:end].lower())
    ):
        return None
    return item.text.cut(0, end)


def within(criterion: Criterion, window: Window) -> Criterion:
    """The criterion in the time of its parent."""
    if any(d.startswith("TENSE") for d in criterion.doubts):  # neither of the readings without a time
        ever = mapped(
            criterion.expr, lambda e: e.model_copy(update={"ongoing": False}) if isinstance(e, Treated) else e
        )
        criterion = criterion.model_copy(update={"expr": ever, "alternatives": ()})
    expr = _in_time(criterion.expr, window)
    doubts = tuple(d for d in criterion.doubts if not d.startswith(("NO_TIME", "TENSE")))
    damaged = any(d.startswith(("NO_UNIT", "NO_COMPARATOR", "DIRECTION")) for d in doubts)
    resolved = doubts != criterion.doubts and not damaged
    klass = classify(expr, [(0, 0)] if criterion.residual else []) if resolved else criterion.klass
    return criterion.model_copy(update={"expr": expr, "doubts": doubts, "klass": klass})


def _in_time(expr: Expr, window: Window) -> Expr:
    """The tree in the time of its parent; whom a limit is about (`if liver metastases`) has no time of the test."""
    dated = _dated(expr, window)
    if dated is not expr:
        return dated
    update: dict[str, object] = {}
    for name in INNER.get(type(expr), ()):
        value = getattr(expr, name)
        if name == "parts":
            update[name] = tuple(_in_time(p, window) for p in value)
        elif name == "condition":
            update[name] = mapped(value, lambda e: _dated(e, window) if isinstance(e, Number) else e)
        elif value is not None:
            update[name] = _in_time(value, window)
    return expr.model_copy(update=update) if update else expr


def _dated(expr: Expr, window: Window) -> Expr:
    """`any of the following within 6 months`: the window of the parent, where a child has none of its own."""
    if (treated := timeless(expr)) is not None:
        return treated.model_copy(update={"window": treated.window or window, "ongoing": False})
    dated = isinstance(expr, (Flag, Treated)) or (isinstance(expr, Number) and is_lab(expr))
    return expr.model_copy(update={"window": window}) if dated and expr.window is None else expr  # type: ignore[union-attr]


def is_lab(limit: Number) -> bool:
    """True for a variable of the laboratory."""
    return limit.variable in variables() and variables()[limit.variable].kind == "lab"


def under(
    criterion: Criterion, parent: Item, source: Source, led: Callable[[], Criterion | None]
) -> Criterion:
    """A child with what its parent says. `led` reads both as one sentence, where they make one."""
    said = _said(parent)
    if not said or criterion.klass in ("judgment", "attestation"):
        return criterion
    if (named := _class_only(criterion, said)) is not None:
        return named
    whole = led()
    if whole is not None and whole.klass == "computable" and not _misfits(whole, said):
        return criterion.model_copy(update={"expr": whole.expr, "klass": whole.klass, "residual": ()})
    return criterion if criterion.klass == "unparsed" else _narrowed(criterion, source)


def _misfits(whole: Criterion, said: list[str]) -> bool:
    """`Treatment with` and a disease make no sentence; the disease stands at a wrong place of the list."""
    diseases = any(isinstance(a, Flag) and a.variable in concepts() for a in leaves(whole.expr))
    return diseases and not _under_words("treatment").isdisjoint(said)


_NOTHING = re.compile(
    r"\b(?:any|one|or|more|of|the|following|conditions?|criteria|history|have|has|had|with|patients?|subjects?|participants?|who|meets?|known|presence|evidence|a|an|as|defined|by|"
    r"diseases?|are|is|including|such|will|be|excluded|disorders?|these|and|in|their|not|eligible|ineligible|limited|but|to|below|listed|for|example)\b|\W"
)
_NEGATES = re.compile(
    r"\b(?:no|without|never|free|absence|unless|if|until)\b|\bnot\b(?! (?:limited|eligible|be eligible|be enrolled|be included))"
)


_REASON = re.compile(r"\bbecause (?:this|the|these|of) [^:]*")
_CONTROLLED = re.compile(
    r"(?:(?:that|which) (?:is|are) )?\b(?:not (?:well |adequately )?|poorly |inadequately )controlled\b"
)
_CODE = re.compile(r"\bof [a-z]{1,8}-?\d{2,8}[a-z]?\b")
_DEFINED = re.compile(r"\b(?:as )?(?:defined|evidenced|indicated|manifested) (?:as|by)\b")


def _said(parent: Item) -> list[str]:
    """The words of the parent that are no mere announcement."""
    text = _CONTROLLED.sub("uncontrolled", parent.text.text.lower())
    text = _CODE.sub("", _REASON.sub("", without_window(text)))
    if _NEGATES.search(text):
        return ["not"]
    if _DEFINED.search(text):
        text = " ".join(w for w in text.split() if w not in _under_words("defined"))
    return _NOTHING.sub(" ", text).split()


def only_class(text: str) -> bool:
    """Words that name a class of illnesses and say no more: `cardiac disease`."""
    said = _NOTHING.sub(" ", text).split()
    return not _NEGATES.search(text) and set(said) <= _under_words("classes")


@cache
def _under_words(section: str) -> frozenset[str]:
    return frozenset(words()["parents"][section].split())


def _class_only(criterion: Criterion, said: list[str]) -> Criterion | None:
    """A parent that only names the class its children belong to, or how active they are."""
    atoms = leaves(criterion.expr)
    if all(isinstance(a, (Treated, Washout, Unparsed)) for a in atoms) and set(said) <= _under_words(
        "treatment"
    ):
        return criterion if criterion.klass != "unparsed" else None
    if not all(isinstance(a, (Flag, Code, Number, Judgment)) for a in atoms):
        return None
    flags = [a for a in atoms if isinstance(a, Flag)]
    qualifiers = tuple(w for w in said if w in _under_words("qualifiers"))
    classes = set(said) - set(qualifiers)
    if not classes <= _under_words("any") and any(f.variable in _under_words("unspecific") for f in flags):
        return None
    if not classes <= _under_words("classes") | _under_words("any"):
        return None
    if not qualifiers or not any(_bare(f) for f in flags):
        return criterion
    if any(isinstance(p, Not) for p in _nodes(criterion.expr)):
        return None
    expr = mapped(criterion.expr, lambda e: _qualified(e, qualifiers))
    return criterion.model_copy(update={"expr": expr})


def _bare(flag: Flag) -> bool:
    """A condition that is only named: one with a time or a mark of its own says itself when it counts."""
    return not flag.qualifiers and flag.window is None


def _nodes(expr: Expr) -> list[Expr]:
    parts = getattr(expr, "parts", ()) or ([expr.part] if isinstance(expr, Not) else [])
    return [expr, *(n for p in parts for n in _nodes(p))]


def _qualified(expr: Expr, qualifiers: tuple[str, ...]) -> Expr:
    """`uncontrolled cardiovascular disorders: hypertension`: the qualifiers of the parent on a child that has none."""
    if not isinstance(expr, Flag) or not _bare(expr):
        return expr
    each = tuple(expr.model_copy(update={"qualifiers": (q,)}) for q in dict.fromkeys(qualifiers))
    return each[0] if len(each) == 1 else Any.model_construct(parts=each)


def _narrowed(criterion: Criterion, source: Source) -> Criterion:
    """What nobody understood of the parent, or what only the investigator can say of it, narrows the child."""
    if JUDGMENT.search(source.quote.lower()):
        judged = Judgment.model_construct(text=source.quote, variable="", source=source)
        return criterion.model_copy(
            update={"expr": All.model_construct(parts=(criterion.expr, judged)), "klass": "partial"}
        )
    said = Unparsed.model_construct(text=source.quote, source=source)
    return criterion.model_copy(
        update={
            "expr": All.model_construct(parts=(criterion.expr, said)),
            "klass": "partial",
            "residual": (*criterion.residual, source),
        }
    )
