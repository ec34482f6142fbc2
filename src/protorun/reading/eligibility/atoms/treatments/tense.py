"""When a treatment without a time window was given: it goes on, it was given at any time, or nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Callable

from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Expr, Treated, Unparsed
from protorun.terms.treatments import has_half_life, wider

_NOW = re.compile(
    r"\b(?:using|taking|takes?|receiv(?:ing|es)|requir(?:e|es|ing)|undergoing|concomitant|concurrent(?:ly)?|current(?:ly)?|ongoing|dependent on|simultaneous(?:ly)?|"
    r"(?:being|are|is) treated with|maintained on)\b"
)
_USE = re.compile(
    r"\b(?:use|uses|receive|need(?:s|ing)?|on|under|undergo|dependence on|chronic|regular|daily|maintenance|intake of|administration of|long-term|continuous)\b"
)
_EVER = re.compile(
    r"\b(?:prior|previous(?:ly)?|histor(?:y|ies)|past|received|had|has been|have been|has|undergone|underwent|ever|pre-?treated|treated|exposed|exposure|after|"
    r"following|failed|failure|given|used|taken|first|lines?|last|since|post|naive|no|not|never|without|progress\w+|refractory|resistant|toxicit\w+|recovered|before|receipt|complet\w+|finished)\b"
)
_TREATMENT = frozenset(
    {"treatment", "medication", "infusion", "infusions", "therapy", "therapies", "treatments", "medications"}
)


_NO_CONDITION = frozenset("qg,;.:|&(eX")
"""What stands before `treated with` where that is said of a person and not of an illness."""
_GOING = re.compile(r"\b(?:current(?:ly)?|being|are|is|actively|concomitantly|concurrently|presently|now) $")
_USED = re.compile(r" (?:use|usage|intake)\b")


def used(line: Line, start: int, end: int) -> bool:
    """`steroid use`, `ciclosporin intake`."""
    return _USED.search(line.text, start, end) is not None or _USED.match(line.text, end) is not None


def lead(before: list[Chunk], line: Line) -> tuple[bool, int | None]:
    """Takes `treatment with` and `previous or current` off the chunks before a treatment; True where it says `at any
    time`, and where the words begin that were taken."""
    start = None
    if before and before[-1].kind in "az" and line.text[before[-1].start : before[-1].end] in _TREATMENT:
        follows = re.compile(r" (?:with|using|by|of)\b").match(line.text, before[-1].end)
        if not follows:
            return False, None
        start = before.pop().start
    treated = bool(before) and before[-1].kind == "q" and before[-1].value == "treated"
    if (
        treated
        and line.text.startswith((" with ", " by "), before[-1].end)
        and (len(before) < 2 or before[-2].kind in _NO_CONDITION)
    ):
        start = before.pop().start
        if not _GOING.search(line.text, max(0, start - 24), start):
            return True, start  # not "currently treated with"
    if len(before) < 3 or before[-2].kind not in "|&/":
        return False, start
    both = (before[-3], before[-1])
    if {c.kind for c in both} != {"b", "q"} or any(
        c.kind == "q" and c.value not in ("current", "active", "") for c in both
    ):
        return False, start
    start = before[-3].start
    del before[-3:]
    return True, start


def now(line: Line, begin: int) -> bool | None:
    """What the words before a treatment without a time say: it goes on (True), it was given at any time (False)."""
    start = max(0, begin - 160, *(line.text.rfind(c, 0, begin) + 1 for c in ";.:("))
    before = line.text[start:begin]
    if line.text.startswith(
        (
            "prior",
            "previous",
            "current",
            "ongoing",
            "concurrent",
            "treatment",
            "chronic",
            "regular",
            "daily",
            "maintenance",
        ),
        begin,
    ):
        before += line.text[begin : begin + 12]
    if "history" in before:
        return False
    ever, going = _last(_EVER, before), _last(_NOW, before)
    if ever < 0 and going < 0:
        return True if _USE.search(before) else None
    return going > ever


_PROCEDURE = re.compile(
    r"surger|radiat|transplant|implant|vaccin|scopy|resect|operation|ectomy|plasty|biops|radiotherap"
)


def lasts(name: str) -> bool:
    """A treatment that goes on for a while; an operation or an irradiation is over when it is done."""
    return has_half_life(name) and not _PROCEDURE.search(name)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((m.start() for m in pattern.finditer(text)), default=-1)


def by_default(expr: Expr, line: Line, start: int, end: int) -> Expr:
    """A treatment that is the whole of a criterion: against the disease of the trial it counts whenever it was given,
    a drug for something else counts while it is taken. The other reading is kept."""
    going = _map(expr, lambda t: t.model_copy(update={"ongoing": True}))
    treatments = expr.parts if isinstance(expr, Any) else (expr,)
    disease = any(
        "anticancer_therapy" in wider(c) for t in treatments if isinstance(t, Treated) for c in t.classes
    )
    chosen, other = (expr, going) if disease else (going, expr)
    says = "only while it goes on" if disease else "at any time, also ended"
    line.doubt("TENSE", f"{line.quote(start, end)!r} has no time; the other reading: {says}")
    line.readings.append((f"{line.quote(start, end)!r}: {says}", chosen, other))
    return chosen


def timeless(expr: Expr, line: Line, start: int, end: int) -> Expr:
    """A treatment without any time beside other words: given now it counts; given once, nobody can tell."""
    line.doubt("NO_TIME", f"{line.quote(start, end)!r}: given now, or ever? an ended treatment stays open")
    open_ = Unparsed.model_construct(text=line.quote(start, end), source=line.cite(start, end))
    going = _map(expr, lambda t: t.model_copy(update={"ongoing": True}))
    return Any.model_construct(parts=(going, All.model_construct(parts=(expr, open_))))


def still_open(doubt: str, expr: Expr) -> bool:
    """True for a doubt about a time, unless the treatment has got its time from other words since."""
    if not doubt.startswith("NO_TIME"):
        return True
    return any(isinstance(x, Unparsed) and doubt.startswith(f"NO_TIME: {x.text!r}") for x in leaves(expr))


def untimed(expr: Expr) -> Expr | None:
    """The treatment of which `timeless` was said."""
    if not isinstance(expr, Any) or len(expr.parts) != 2 or not isinstance(expr.parts[1], All):
        return None
    given, open_ = expr.parts[1].parts[0], expr.parts[1].parts[-1]
    return (
        given
        if isinstance(given, Treated) and isinstance(open_, Unparsed) and len(expr.parts[1].parts) == 2
        else None
    )


def _map(expr: Expr, change: Callable[[Treated], Treated]) -> Expr:
    if isinstance(expr, Treated):
        return change(expr)
    if isinstance(expr, Any):
        return Any.model_construct(parts=tuple(_map(p, change) for p in expr.parts))
    return expr
