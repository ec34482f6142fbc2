"""Reactions to something: `hypersensitivity or contraindication to A, B or its excipients` is one condition for each noun
and each thing, and none of them is hypersensitivity by itself."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from protorun.reading.eligibility.atoms.conditions.open_conditions import is_noun, open_flag
from protorun.reading.eligibility.atoms.conditions.phrases import plain_text, refused
from protorun.reading.eligibility.words.lexicon import Chunk, holds, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Expr, Flag

_CHEAP = ("allerg", "sensitiv", "intoleran", "indicat", "anaphyla", "reaction", "positive")
_NOUNS = {
    "hypersensitivity": r"hypersensitivit(?:y|ies)(?: reactions?)?|hypersensitive|allerg(?:y|ies)|allergic(?: reactions?)?",
    "anaphylaxis": r"anaphyla(?:xis|ctic (?:reactions?|shock))",
    "intolerance": r"intoleran(?:ces?|t)",
    "contraindication": r"contra-?indications?",
    "sensitivity": r"sensitivit(?:y|ies)",
    "adverse_reaction": r"adverse (?:drug )?reactions?",
}
_SHORT = r"(?: ?\([a-z]{2,5}\))?"
_TESTS = {
    "skin_prick_test_positive": rf"(?:positive )?(?:skin[- ]prick[- ]tests?{_SHORT}|spt)(?: positive)?",
    "positive_skin_test": rf"(?:positive )?(?:epicutaneous |intradermal |allergy )?skin[- ]tests?{_SHORT}",
    "positive_patch_test": rf"(?:positive )?(?:atopy |epicutaneous )?patch[- ]tests?{_SHORT}",
    "positive_specific_ige": rf"(?:positive )?(?:serum )?(?:allergen[- ])?(?:specific ige|sige)(?: antibod(?:y|ies)| tests?)?{_SHORT}",
    "positive_radioallergosorbent_test": rf"(?:positive )?(?:radioallergosorbent(?: tests?)?|rast)(?: tests?)?{_SHORT}",
}
"""Tests of a reaction, which are `for` an allergen as well as `to` it; the first of them has to be said to be positive."""
_TEST = re.compile("|".join(_TESTS.values()))
_NOUNS |= _TESTS
_NOUN = "|".join(_NOUNS.values())
_HEAD = re.compile(
    rf"(?<![a-z-])(?P<nouns>(?:{_NOUN})(?:(?:,? (?:and/or|and|or)|,|/| /) ?(?:an? |any |known |history of |severe ){{0,3}}(?:{_NOUN})){{0,4}})"
    r"(?: (?:tests?|results?|response|reactions?))?(?: |(?<=\)))(?:to|against|towards?|(?P<for>for))(?= )"
)
_POSITIVE = re.compile(r"^positive|positive$")
_AT_SCREENING = re.compile(
    r" (?:at|during|on|in) (?:the )?(?:screening|baseline|visit 1)(?: visit| period| phase)?(?: for (?:the |this )?study)?[ .]*$"
)
"""When the test is looked at: the time that goes without saying."""
_EACH = re.compile(rf"(?P<severe>severe )?(?P<noun>{_NOUN})")
_WHICH = re.compile(
    r" ?(?:to |any |all |(?:at least )?one (?:or more )?(?:of )?|either |some |of |the |a |an |known |more )*"
)
_PARTS = re.compile(
    r"(?:(?:its|their|the) )*(?P<part>(?:active |inactive |pharmaceutical )*(?:components?|excipients?|ingredients?|constituents?|formulations?|metabolites?))"
)
_OF_STUDY = re.compile(
    r"(?:study|investigational|trial) (?:drugs?|medications?|treatments?|products?|medicinal products?|agents?|medicines?|interventions?|vaccines?)|(?:the|this) (?:study|trial)\b"
)
_STUDY_DRUG = re.compile(
    r"(?:the )?(?:study|investigational|trial) (?:drugs?|medications?|treatments?|(?:medicinal )?products?)"
)
_ILLNESS = re.compile(
    r"(?:itis|osis|oses|emia|pathy|phobia|algia|uria|oma|disease|disorder|syndrome|infection|failure|insufficiency|pregnancy|use|therapy|treatment|history)s?$"
)
_KIND = re.compile(r"(?:drug|medication|medicine|product|agent|compound|substance|treatment)s?")
_TAIL = re.compile(r" (?:of|in|used|contained|included)\b.*")
_DRUG = re.compile(
    r"(?:mab|nib|ine|olol|pril|sartan|statin|azole|mycin|cillin|vir|tide|platin|taxel|ciclib|parib|amide|oxin|oxacin|profen)$"
)
_CHEMICAL = re.compile(
    r"[a-z]{4}[ -](?:alcohol|acid|(?:bi)?(?:sulph|sulf|phosph|citr|carbon|acet|nitr)ate|chloride|bromide|oxide|glycol|hydrate|salts?)$"
)
_ENDS = frozenset(";.:eiCDMpGgWLncrt()I")
_JOINTS = frozenset(",|&/")


@dataclass
class _Thing:
    name: str
    start: int
    end: int
    behind: int


def mark_reactions(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every reaction to named things as finished conditions, joined as the things are."""
    if not any(w in line.text for w in _CHEAP):
        return chunks
    for head in _HEAD.finditer(line.text):
        chunks = _reaction(chunks, head, line) or chunks
    return chunks


def _reaction(chunks: list[Chunk], head: re.Match[str], line: Line) -> list[Chunk] | None:
    first = bisect_left(chunks, head.start(), key=lambda c: c.start)
    tested = _POSITIVE.search(head["nouns"])
    if first == len(chunks) or chunks[first].start - head.start() not in range(1 + 9 * bool(tested)):
        return None
    if (not tested and (head["for"] or _TEST.match(head["nouns"]))) or _taken(chunks, first, head, line):
        return None
    at = first
    while at < len(chunks) and chunks[at].start < head.end():
        at += 1
    if head["for"] and holds(chunks[at : at + 1], "kfAq"):
        return None  # "positive skin test for allergic rhinitis": not to it
    things = _things(chunks, at, head.end(), line)
    if not things:
        return None
    begin = first
    while begin and chunks[begin - 1].kind == "q":
        begin -= 1
    qualifiers = tuple(str(c.value) for c in chunks[begin:first] if c.value)
    made: list[Chunk] = []
    for index, thing in enumerate(things):
        if index:
            made.append(_joint(chunks[things[index - 1].behind : thing.behind]))
        start = chunks[begin].start if not index else thing.start
        made.append(Chunk("A", start, thing.end, _conditions(head, thing, qualifiers, line, start), own=True))
    return [*chunks[:begin], *made, *chunks[things[-1].behind :]]


def _taken(chunks: list[Chunk], first: int, head: re.Match[str], line: Line) -> bool:
    """The vocabulary has the whole phrase, or words before the head belong to it: `drug allergy or reaction to food`,
    `hypersensitivity or delayed reaction to X`."""
    known = chunks[first]
    if known.end > head.end() and known.value != "hypersensitivity_study_drug":
        return True
    before = [c for c in chunks[max(0, first - 6) : first] if c.kind != "q"]
    if not before:
        return False
    if before[-1].kind in "zkvy" and len(_EACH.findall(head["nouns"])) > 1:
        return not re.search(
            r"\b(?:of|with|have|has|had|are|is|to)\b", line.text[before[-1].end : head.start()]
        )
    if len(before) == 1 or before[-1].kind not in _JOINTS or before[-2].kind not in "kz":
        return False
    return any(w in str(before[-2].value) for w in _CHEAP)


def _joint(between: list[Chunk]) -> Chunk:
    """What joins two things: the last sign of `, or`."""
    signs = [c for c in between if c.kind in _JOINTS]
    strong = [c for c in signs if c.kind in "|&"]
    return (strong or signs)[0]


def _things(chunks: list[Chunk], at: int, start: int, line: Line) -> list[_Thing]:
    """What the reaction is to. A plain word is one more thing only where a thing follows it."""
    found: list[_Thing] = []
    sure = 0
    while True:
        end = _member_end(chunks, at)
        edge = chunks[end].start if end < len(chunks) else len(line.text)
        name = _name(_AT_SCREENING.sub("", line.text[start:edge]), found)
        if name is None or (found and end == at) or _lacks_its_noun(name, chunks[at:end]):
            break
        goes = _goes_on(chunks, at, end, name, line) if found else True
        if goes is False:
            break
        skipped = _WHICH.match(line.text, start)
        found.append(_Thing(name, skipped.end() if skipped else start, max(start, chunks[end - 1].end), end))
        sure = len(found) if goes else sure
        at = end
        while at < len(chunks) and chunks[at].kind in _JOINTS:
            at += 1
        if at == end or at >= len(chunks):
            break
        start = chunks[at - 1].end
    return _owned(found[:sure])


def _member_end(chunks: list[Chunk], at: int) -> int:
    while at < len(chunks) and chunks[at].kind not in _ENDS and chunks[at].kind not in _JOINTS:
        at += 1
        if [c.kind for c in chunks[at : at + 3]] == ["(", "z", ")"]:
            at += 3
    return at


def _owned(things: list[_Thing]) -> list[_Thing]:
    """`constituents or excipients of X`: both are of X; so are `agents or reagents used in this study`."""
    if len(things) < 2:
        return things
    first, tail = things[0], _TAIL.search(things[1].name)
    if _PARTS.fullmatch(first.name) or _KIND.fullmatch(first.name):
        first.name += tail[0] if tail else ""
    # "any component, or product X": of what the component is part is not said
    return [] if _PARTS.fullmatch(first.name) else things


def _name(raw: str, before: list[_Thing]) -> str | None:
    """The words of a thing; parts without an owner are parts of the thing before them."""
    text = _WHICH.sub("", plain_text(raw) or "", count=1)
    if not text or len(text) > 90 or len(text.split()) > 11:
        return None
    if part := _PARTS.fullmatch(text):
        owners = [t.name for t in before if not _PARTS.match(t.name)]
        theirs = "their " in raw and len(owners) > 1
        owner = " or ".join(owners) if theirs else owners[-1] if owners else None
        return f"{part['part']} of {owner}" if owner else part["part"] if not before else None
    rest = text.removeprefix("other ")
    if rest != text and rest.split(" ")[-1] not in _substances():
        return None
    return None if refused(_OF_STUDY.sub("", rest)) else text


def _lacks_its_noun(name: str, member: list[Chunk]) -> bool:
    """`chimeric or humanized antibodies`: the first takes its noun from the second."""
    last = name.split(" ")[-1]
    if last in ("human", "mouse", "murine", "humanized", "recombinant", "hamster"):
        return True
    return not (is_noun(last) or last in _substances() or holds(member[-1:], "ya"))


_GIVEN = re.compile(
    r"(?:treatment|therapy|use|administration|receipt|receiving|taking|current|concurrent|concomitant|prior|previous|recent|vaccination|surgery)\b"
)
"""`Allergy to X, or treatment with Y`: what begins a condition of its own."""


def _goes_on(chunks: list[Chunk], at: int, end: int, name: str, line: Line) -> bool | None:
    """A further member is a thing as well, not the next condition of the list; None where it may be either."""
    member = chunks[at:end]
    if _GIVEN.match(name):
        return False
    if line.text.startswith("to ", member[0].start - 3) or all(c.kind in "ya" for c in member):
        return True
    if holds(member, "kfvq"):
        return False
    if " of " in name and _PARTS.match(name):
        return True
    last = re.split(r" (?:used|contained|included|in|of|for)\b", name)[0].split(" ")[-1]
    if last in _substances() or _PARTS.search(name) or _DRUG.search(last) or _CHEMICAL.search(name):
        return True
    if any(c.kind != "z" for c in member) or len(member) > 3 or _ILLNESS.search(name):
        return False
    ends = end == len(chunks) or chunks[end].kind in ";."
    return True if ends and chunks[at - 1].kind == "|" and chunks[at - 2].kind not in _JOINTS else None


@cache
def _substances() -> frozenset[str]:
    return frozenset(words()["phrases"]["substances"])


def _conditions(
    head: re.Match[str], thing: _Thing, qualifiers: tuple[str, ...], line: Line, start: int
) -> Expr:
    source = line.cite(start, thing.end)
    flags: list[Flag] = []
    for index, each in enumerate(_EACH.finditer(head["nouns"])):
        noun = next(n for n, p in _NOUNS.items() if re.fullmatch(p, each["noun"]))
        own = (qualifiers if not index else ()) + (("severe",) if each["severe"] else ())
        flag = open_flag(f"{noun} to {thing.name}", own, source)
        if noun == "hypersensitivity" and _STUDY_DRUG.fullmatch(thing.name):
            flag = flag.model_copy(update={"variable": "hypersensitivity_study_drug"})
        flags += [flag] if flag not in flags else []
    if len(flags) == 1:
        return flags[0]
    joined = " and " in head["nouns"] and line.polarity == "inclusion"
    return (All if joined else Any)(parts=tuple(flags))
