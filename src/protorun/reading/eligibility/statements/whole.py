"""A short line of which nothing was understood, asked as one question in its own words.

`Normal chest x-ray` or `Full sibling of a child enrolled in the study` is a plain statement about a patient: a person, or a
column of that name, answers it as a whole. A line that counts, compares, exempts or points to another text is no plain
statement and stays unread; a choice is one question for each of its sides, a denial denies what it denies."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.atoms.conditions.open_conditions import open_flag
from protorun.reading.eligibility.statements.choices import sides
from protorun.reading.eligibility.statements.names import EXCLUDES, named, plain_words, vague_illness
from protorun.reading.eligibility.statements.sexes import only_sex
from protorun.reading.eligibility.statements.times import TIME, timed
from protorun.reading.eligibility.statements.titles import only_title
from protorun.reading.eligibility.words.lexicon import words
from protorun.study.criterion import All, Any, Expr, Judgment, Not, Number
from protorun.study.source import Source

_LONGEST = 400
_IF = re.compile(
    r"^(?:if|when) (?=(?:the |they |he |she |any )?(?:(?:patients?|subjects?|participants?|children|child|individuals?) )?(?:ha[sd]|have|is|are|was|were|received|suffers?)\b)"
)
"""What would take a patient out: `if they had an earache`."""


def statement(text: str, source: Source, polarity: str = "") -> Expr | None:
    """The line as open conditions under its own words, or None where it says what a name cannot hold."""
    if len(text) > _LONGEST or only_title(text):
        return None
    if polarity == "inclusion" and EXCLUDES.search(text):
        return None
    if (sex := only_sex(text.strip(" *-"), source)) is not None:
        return sex
    plain = plain_words(_IF.sub("", text) if polarity == "exclusion" else text)
    if polarity == "exclusion" and vague_illness(plain):
        return Judgment.model_construct(text=source.quote, variable="uncontrolled_illness", source=source)
    if (found := _said(plain, source)) is not None:
        return found
    if polarity == "inclusion" and (both := _said_of_both(plain, source)) is not None:
        return both
    if (beyond := _beyond(plain, source)) is not None:
        return beyond
    if (denied := _denied(plain, polarity, source)) is not None:
        return denied
    return timed(text, source) if TIME.search(text) else None


def _said(plain: str, source: Source) -> Expr | None:
    if (name := named(plain)) is not None:
        return open_flag(name, (), source)
    names = [named(side, side=True) for side in sides(plain)]
    flags = tuple(open_flag(name, (), source) for name in dict.fromkeys(names) if name is not None)
    if len(names) < 2 or None in names:
        return None
    return flags[0] if len(flags) == 1 else Any.model_construct(parts=flags)


def _said_of_both(plain: str, source: Source) -> Expr | None:
    """`fluent in written and spoken English`: an inclusion list asks for both."""
    names = [named(side, side=True) for side in sides(plain, joint="and")]
    flags = tuple(open_flag(name, (), source) for name in names if name is not None)
    return All.model_construct(parts=flags) if len(flags) == len(names) == 2 else None


_NOT = re.compile(
    r" (?:(?:that|which|who) (?:is|are) )?not (?=(?:amenable|suitable|responsive|responding|attributable|related|explained|resectable|controllable|accessible|eligible for)\b)"
)


_CLAUSE = re.compile(r"\b(?:that|who|which|whose|patient|because)\b")


def _beyond(plain: str, source: Source) -> Expr | None:
    """`obstruction not amenable to surgery`: the obstruction, and that it is not amenable."""
    found = _NOT.search(plain)
    if found is None or _CLAUSE.search(plain, 0, found.start()):
        return None
    what, rest = plain[: found.start()], plain[found.end() :]
    names = named(what, side=True), named(f"{what} {rest}")
    if names[0] is None or names[1] is None:
        return None
    denied = Not.model_construct(part=open_flag(names[1], (), source))
    return All.model_construct(parts=(open_flag(names[0], (), source), denied))


def _denied(plain: str, polarity: str, source: Source) -> Expr | None:
    """What the line denies: on an exclusion list only an inability or a lack, where nothing else can be meant."""
    found = _denials().match(plain)
    if found is None or (polarity != "inclusion" and found["absent"]):
        return None
    rest = plain[found.end() :]
    if found["absent"]:
        part = _said(rest, source) or (timed(rest, source) if TIME.search(rest) else None)
        # "no attack for at least 3 months" is not the denial of an attack that lasts so long
        return None if part is None or isinstance(part, Number) else Not.model_construct(part=part)
    name = named(f"can {rest}" if found["cannot"] else rest)  # "cannot eat A or B": not both, or neither?
    return None if name is None else Not.model_construct(part=open_flag(name, (), source))


@cache
def _denials() -> re.Pattern[str]:
    """The words of a denial in three groups: `no`, `lack of`, `cannot`."""
    listed = words()["statements"]["denials"]
    groups = "|".join(f"(?P<{name}>{'|'.join(said)})" for name, said in listed.items())
    return re.compile(rf"(?:(?:{_WHO}) ){{0,4}}(?:{groups}) ")


_WHO = "patients?|subjects?|participants?|individuals?|persons?|those|all|who|that|must|should|with|have|has|had|are|is"
