"""A member of a list that is one noun phrase, named by all its words: `infection requiring intravenous antibiotics`.

The whole phrase is the name, so a known condition inside it is not asserted by itself: a risk of bleeding is no bleeding.
A phrase that says anything a name cannot hold (`[phrases] refuse` in `words.toml`) is left to the residual guard."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.atoms.conditions.kinds import is_condition
from protorun.reading.eligibility.atoms.conditions.open_conditions import GENERIC, is_noun, lends, open_flag
from protorun.reading.eligibility.islands.plans import AHEAD
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag, Treated, Window
from protorun.terms.concepts import concepts

_MOST_WORDS, _MOST_LETTERS = 14, 110
_ENDS = frozenset(",|&;.:gIehiCDMpG()/")
_BEFORE = frozenset(";.:eh")
_BEHIND = frozenset(";.eI)")
_JOINTS = frozenset(",|&/")
_INSIDE = frozenset("zAqkvfyalo-n")
_DONE_OR_TIMED = frozenset("AX-Wa")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:'s)?(?:[ -][a-z][a-z0-9]*(?:'s)?|-\d{1,3}(?![\d.]))*")
_OF_PERSONS = re.compile(
    r" (?:(?:patients?|subjects?|participants?) )?(?:with|who|that|having|suffering|affected|diagnosed)\b"
)
_BOTH = re.compile(
    r"signs?(?: and/or | or | and |/| / )symptoms?|symptoms?(?: and/or | or | and |/| / )signs?"
)
"""One thing under two words."""
_ABBREVIATION = re.compile(r"\([a-z][a-z0-9-]{1,7}\)")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """The words of a list of `[phrases]`, as they stand in a text; a `*` stands for any ending."""
    listed = (re.escape(w).replace(r"\*", "[a-z]*").replace(r"\ ", " ") for w in words()["phrases"][name])
    return re.compile(rf"\b(?:{'|'.join(listed)})(?![a-z])")


def mark_phrases(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every list member that is one noun phrase as one condition under its own words."""
    found: list[Chunk] = []
    at = depth = 0
    while at < len(chunks):
        kind = chunks[at].kind
        if kind in "()":
            depth = depth + 1 if kind == "(" else max(0, depth - 1)
        end = at if depth or kind in _ENDS else _member_end(chunks, at)
        made = _phrase(chunks, at, end, line) if end > at and _unfinished(chunks, at, end) else None
        if made is None:
            end = end if end > at else at + 1
            found += chunks[at:end]
        else:
            found += made
        at = end
    return found


def _member_end(chunks: list[Chunk], at: int) -> int:
    """Behind the last chunk of a member; an abbreviation in brackets belongs to it."""
    while at < len(chunks):
        kind = chunks[at].kind
        if kind == "(" and "".join([c.kind for c in chunks[at : at + 3]]) == "(z)":
            at += 3
        elif kind in _ENDS:
            break
        else:
            at += 1
    return at


def _unfinished(chunks: list[Chunk], at: int, end: int) -> bool:
    """Something in the member is not a finished atom, or two atoms stand side by side."""
    kinds = [c.kind for c in chunks[at:end] if c.kind != "q" or c.value]
    if all(k == "v" for k in kinds):
        return False
    return kinds.count("A") > 1 or any(k not in _DONE_OR_TIMED for k in kinds)


def _phrase(chunks: list[Chunk], at: int, end: int, line: Line) -> list[Chunk] | None:
    first, last, when = at, end, None
    if chunks[first].kind == "X":
        first += 1
        if first == end or not _OF_PERSONS.match(line.text, chunks[at].end):
            return None
    if last > first and chunks[last - 1].kind == "W":
        last, when = last - 1, chunks[last - 1].value
    if last <= first or not _stands_alone(chunks, at, end, line):
        return None
    inside = chunks[first:last]
    if not _can_be_named(inside, line):
        return None
    edge = chunks[last].start if last < len(chunks) else len(line.text)
    start = chunks[first - 1].end if first else 0
    made = _named(inside, start, edge, when, line)
    return None if made is None else [*chunks[at:first], made]


def _stands_alone(chunks: list[Chunk], at: int, end: int, line: Line) -> bool:
    """The phrase is no member of a list with others, whose first or last words it might lend or borrow."""
    before = next((c.kind for c in reversed(chunks[:at]) if c.kind not in "gq"), ";")
    behind = chunks[end] if end < len(chunks) else None
    if behind is not None and (
        behind.kind not in _BEHIND or line.text.startswith("other than", behind.start)
    ):
        return False
    return before in _BEFORE


def _can_be_named(inside: list[Chunk], line: Line) -> bool:
    for chunk in inside:
        if chunk.kind in "()":
            continue
        if chunk.kind not in _INSIDE or not _plain(chunk):
            return False
        if chunk.kind == "n" and not re.search(r"[a-z]-?$", line.text[: chunk.start][-2:]):
            return False
    return True


def _plain(chunk: Chunk) -> bool:
    """No atom with a time, a limit or an inner list."""
    value = chunk.value
    if chunk.kind != "A":
        return True
    return isinstance(value, (Flag, Treated)) and value.window is None and not getattr(value, "dose", None)


def _named(inside: list[Chunk], start: int, edge: int, when: Window | None, line: Line) -> Chunk | None:
    begin, at, qualifiers = _behind_lead(line.text, start, edge), 0, list[str]()
    while at < len(inside) - 1 and inside[at].kind == "q" and inside[at].start <= begin + 1:
        qualifiers += [str(inside[at].value)] if inside[at].value else []
        begin = max(begin, _behind_lead(line.text, inside[at].end, edge))
        at += 1
    text = plain_text(line.text[begin:edge])
    if when is not None and text and (_pattern("joints").search(text) is None or AHEAD.match(text)):
        return None  # a plain name with a time is an event; what is ahead has no time before the trial
    known = [c for c in inside[at:] if c.end > begin]
    if len(known) == 1 and known[0].kind == "A" and not qualifiers and known[0].start <= begin + 1:
        return Chunk("A", known[0].start, known[0].end, known[0].value, own=True) if when is None else None
    if (
        text is None
        or not _is_phrase(text)
        or _treats(inside, begin, text)
        or _known_head(known, text, begin)
    ):
        return None
    end = max(inside[-1].end, line.text.rfind(text.split(" ")[-1], begin, edge) + len(text.split(" ")[-1]))
    if not is_condition(text, inside[0].start, end, line):
        return None
    source = line.cite(inside[0].start, end)
    flag: Flag = open_flag(text, tuple(qualifiers), source)
    if when is not None:
        flag = flag.model_copy(update={"window": when})
    return Chunk("A", inside[0].start, end, flag)


def _known_head(known: list[Chunk], text: str, begin: int) -> bool:
    """`brain metastases from breast cancer`, `NSCLC with progression on A`, `KRAS-mutated colorectal cancer`: two things
    that are known each by itself."""
    joint = _pattern("joints").search(text)
    if any(c.own for c in known) and any(_of_tumor(c) for c in known):
        return True
    if joint is None:
        return False
    behind = text.startswith("progress", joint.end() + 1) or any(
        _of_tumor(c) for c in known if c.start >= begin + joint.end()
    )
    return behind and any(_of_tumor(c) for c in known if c.start < begin + joint.start())


def _of_tumor(chunk: Chunk) -> bool:
    """A tumor, its stage or spread, or a mark of it."""
    flags = [x for x in leaves(chunk.value) if isinstance(x, Flag)] if chunk.kind == "A" else []
    kinds = [concepts().get(flag.variable) for flag in flags]
    return any(
        k is not None and (k.domain in ("diagnosis", "stage", "finding") or k.family == "cns") for k in kinds
    )


def plain_text(raw: str) -> str | None:
    """The words of a phrase without brackets that only abbreviate; None where it holds other signs."""
    if "(" in raw:
        raw = _ABBREVIATION.sub("", raw)
    text = " ".join(_BOTH.sub("signs or symptoms", raw).strip(" ,;:.-").split())
    text = _trail().sub("", text)
    return text if _NAME.fullmatch(text) else None


def _behind_lead(text: str, start: int, edge: int) -> int:
    """Behind the words that lead to a phrase without being part of it."""
    found = _lead().match(text, start, edge)
    return found.end() if found else start


@cache
def _lead() -> re.Pattern[str]:
    listed = "|".join(re.escape(w) for w in sorted(words()["phrases"]["lead"], key=len, reverse=True))
    return re.compile(rf"\W*(?:(?:{listed})\b[ :,]*){{0,9}}")


@cache
def _trail() -> re.Pattern[str]:
    return re.compile(rf" (?:{'|'.join(words()['phrases']['trail'])})$")


def refused(text: str) -> bool:
    """Words that no name can hold: numbers, negations, judgments, times, references to another text."""
    whole, beginnings = _refused_words()
    return any(w in whole or w.startswith(beginnings) for w in _WORDS.findall(text))


_WORDS = re.compile(r"[a-z]+(?:'s)?")


@cache
def _refused_words() -> tuple[frozenset[str], tuple[str, ...]]:
    listed = words()["phrases"]["refuse"]
    return frozenset(w for w in listed if w[-1] != "*"), tuple(w[:-1] for w in listed if w[-1] == "*")


def first_joint(text: str) -> str:
    """The head of a phrase: what stands before its first joint."""
    joint = _pattern("joints").search(text)
    return text[: joint.start()].strip() if joint else text


def _is_phrase(text: str) -> bool:
    many = len(re.split(r"[ -]", text)) > _MOST_WORDS or len(text) > _MOST_LETTERS
    if many or len(text) < 4 or refused(text.replace("signs or symptoms", "symptoms")):
        return False
    joint = _pattern("joints").search(text)
    head = text[: joint.start()].strip() if joint else text
    if not head:
        return False
    if joint is None:
        return is_noun(text) and not lends(text) and not _is_vague(text)
    if _pattern("joints").search(text, text.rfind(" ")):
        return False
    last = re.split(r"[ -]", head)[-1]
    return len(text) > joint.end() + 2 and (is_noun(head) or last in words()["phrases"]["attributes"])


def _is_vague(text: str) -> bool:
    """Nothing but words such as `intercurrent illness`."""
    vague = words()["phrases"]["vague"]
    return all(w in vague or w in GENERIC for w in re.split(r"[ -]", text))


def _treats(inside: list[Chunk], begin: int, text: str) -> bool:
    """The head of the phrase is a treatment, not a condition."""
    joint = _pattern("joints").search(text)
    head = text[: joint.start()] if joint else text
    end = begin + len(head)
    given = any(c.kind in "yo" or isinstance(c.value, Treated) for c in inside if c.start < end)
    return given or _pattern("treatments").search(head) is not None
