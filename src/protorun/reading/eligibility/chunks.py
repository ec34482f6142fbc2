"""The chunks of a line: pieces with their own grammar first, then words, then the marks on them, in a fixed order."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise

from protorun.reading.eligibility.atoms.beside import settled
from protorun.reading.eligibility.atoms.conditions.flags import mark_flags
from protorun.reading.eligibility.atoms.conditions.lists.others import name_others
from protorun.reading.eligibility.atoms.conditions.lists.paired import pair_qualifiers
from protorun.reading.eligibility.atoms.conditions.lists.past_judgment import past_judgment
from protorun.reading.eligibility.atoms.conditions.lists.second_nouns import without_second_nouns
from protorun.reading.eligibility.atoms.conditions.objects import with_objects
from protorun.reading.eligibility.atoms.conditions.open_conditions import mark_open_conditions
from protorun.reading.eligibility.atoms.conditions.phrases import mark_phrases
from protorun.reading.eligibility.atoms.conditions.qualifiers import mark_needs
from protorun.reading.eligibility.atoms.conditions.reactions import mark_reactions
from protorun.reading.eligibility.atoms.conditions.said_again import (
    ever_or_now,
    without_echoes,
    without_either,
    without_other,
    without_other_treatments,
)
from protorun.reading.eligibility.atoms.conditions.shared_qualifiers import distribute
from protorun.reading.eligibility.atoms.conditions.times.dated import dated
from protorun.reading.eligibility.atoms.conditions.times.events import mark_events
from protorun.reading.eligibility.atoms.conditions.times.shared import lead_time, recent_by, share_times
from protorun.reading.eligibility.atoms.limits.around.counted import mark_counted
from protorun.reading.eligibility.atoms.limits.around.places import measured_there
from protorun.reading.eligibility.atoms.limits.around.smoking import mark_pack_years
from protorun.reading.eligibility.atoms.limits.grades import mark_grades
from protorun.reading.eligibility.atoms.limits.limits import mark_limits
from protorun.reading.eligibility.atoms.limits.moments import name_moments
from protorun.reading.eligibility.atoms.limits.sexes import mark_sexes
from protorun.reading.eligibility.atoms.treatments.narrowed import mark_narrowed
from protorun.reading.eligibility.atoms.treatments.open_treatments import mark_open_treatments
from protorun.reading.eligibility.atoms.treatments.support import without_support
from protorun.reading.eligibility.atoms.treatments.treatments import (
    mark_half_lives,
    mark_treatments,
)
from protorun.reading.eligibility.islands.intervals import of_treatments
from protorun.reading.eligibility.islands.normal_ranges import mark_normal_ranges
from protorun.reading.eligibility.logic.shared.heads import share_known_heads
from protorun.reading.eligibility.logic.shared.open_heads import share_open_heads
from protorun.reading.eligibility.pieces import pieces_of
from protorun.reading.eligibility.words.lex import lex
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.marks import marked, of_chunks, where
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT
from protorun.reading.eligibility.words.prepositions import without_joints_of_times
from protorun.reading.eligibility.words.unknown_times import UNKNOWN, undated
from protorun.reading.eligibility.words.windows import mark_windows

_NON = frozenset({"pregnant", "lactating", "smoker", "childbearing_potential"})


def _personal(text: str) -> bool:
    """A line of judgment or of somebody's statement names no conditions that the tables do not have."""
    return JUDGMENT.search(text) or STATEMENT.search(text)


def _confirmed(chunks: list[Chunk]) -> list[Chunk]:
    """`histologically confirmed, advanced or metastatic cancer`: the comma joins nothing."""
    beside = zip(chunks, chunks[1:], chunks[2:], strict=False)
    joins = {id(b) for a, b, c in beside if a.kind == "h" and b.kind == "," and c.kind in "kfqz"}
    return [c for c in chunks if id(c) not in joins] if joins else chunks


_NO_DRUG = re.compile(r"[ -]receptor|(?<=globulin) (?:[aegm]\b|test|level|deficien)")


def _receptors(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`growth factor receptor 2`, `immunoglobulin M`: a receptor and a class of antibodies are nothing that is given."""
    return [
        Chunk("z", c.start, c.end, "receptor") if c.kind == "y" and _NO_DRUG.match(line.text, c.end) else c
        for c in chunks
    ]


_FOR_TREATMENT = re.compile(
    r" (?:to (?:receive|undergo)|for (?!(?:the |this )?(?:study|trial|protocol))(?:[a-z-]{1,20} ){0,4}?(?:treatments?|therap(?:y|ies)|surgery|resection|chemo[a-z]{0,16}|"
    r"radi[a-z]{3,16}|transplant[a-z]{0,6}|immunotherapy|[a-z]{2,6}platin|[a-z]{2,16}(?:mab|nib)))\b(?! (?:in|on|within|under) (?:the |this )?(?:study|trial|protocol))"
)


def _ineligible(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`unless ineligible for these treatments`: nobody is excluded from the trial by that."""
    refused = [c.kind == "G" and "eligible" in line.text[c.start : c.end] for c in chunks]
    return [
        Chunk("z", c.start, c.end, "ineligible") if no and _FOR_TREATMENT.match(line.text, c.end) else c
        for c, no in zip(chunks, refused, strict=True)
    ]


_COHORT = re.compile(
    r"(?: \+ [a-z0-9-]{3,30}| (?:expansion|monotherapy|combination|therapy|treatment|dose|escalation)){0,4} (?:cohort|arm)s?\b"
)


def _cohorts(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`nivolumab expansion cohort`: the name of a cohort is no treatment of the patient."""
    return [
        Chunk("z", c.start, c.end, "cohort") if c.kind == "y" and _COHORT.match(line.text, c.end) else c
        for c in chunks
    ]


def _tumors(chunks: list[Chunk]) -> list[Chunk]:
    """`tumors must have a CPS ≥ 1`: whose tumor is not said otherwise."""
    kinds = [(c.kind, c.value if c.kind == "z" else "") for c in chunks[:2]]
    return chunks[2:] if kinds == [("z", "tumor"), ("M", "")] else chunks


_LESS_SURE = re.compile(r" or (?:expected|anticipated|possible|probable|potential|suspected|presumed) ")


def _said(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks without words that narrow nothing; the `known` of `known or expected need` stands for one of two."""
    for at, chunk in enumerate(chunks):
        alone = (
            chunk.kind == "q" and not chunk.value and chunks[at + 1 : at + 2] and chunks[at + 1].kind == "|"
        )
        if alone and _LESS_SURE.match(line.text, chunk.end) and chunks[at + 2 : at + 3]:
            chunk.kind, chunk.value = "z", "known"
    return [c for c in chunks if c.kind != "q" or c.value]


_BEFORE = re.compile(
    r"\b(?:before|prior to) (?:the |any |their |planned |scheduled |this |[a-z-]{0,8}\d[a-z0-9-]{0,8} ){0,3}$"
)
_DURING = re.compile(r"\bduring (?:the |an? |any |their |previous |prior )*$")
"""`detected during surgery`: a time, nobody is asked for an operation."""


def _not_yet(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`prior to surgery`, `5 days before A and B`: what something else comes before is not said to be given."""
    if not ("before" in line.text or "prior to" in line.text or "during" in line.text):
        return chunks
    for at, chunk in enumerate(chunks):
        ahead = at > 1 and chunks[at - 1].kind in "&|/" and chunks[at - 2].kind == "Y"
        if (chunk.kind == "z" and ahead) or (
            chunk.kind == "y"
            and (
                ahead
                or _BEFORE.search(line.text, max(0, chunk.start - 40), chunk.start)
                or (
                    "surgery" in str(chunk.value)
                    and _DURING.search(line.text, max(0, chunk.start - 24), chunk.start)
                )
            )
        ):
            chunk.kind = "Y"
    return chunks


def _judged_as_one(chunks: list[Chunk]) -> list[Chunk]:
    """`severe systemic diseases which make it undesirable to take part`: how bad they are is the judgment itself."""
    one = [c.kind == "k" and c.value == "systemic_disease" for c in chunks]
    return [
        Chunk("z", c.start, c.end, "systemic") if is_one else c for c, is_one in zip(chunks, one, strict=True)
    ]


def _both_sides(chunks: list[Chunk]) -> list[Chunk]:
    """`creatinine clearance ≥ 50 but ≤ 70`: the two sides of one limit."""
    for at, chunk in enumerate(chunks):
        if chunk.kind == "z" and chunk.value == "but":
            kinds = "".join(c.kind for c in chunks[max(0, at - 3) : at + 3])
            if re.fullmatch(r"[vM:(]cnzcn", kinds):
                chunk.kind = "&"
    return chunks


def _non(chunks: list[Chunk]) -> list[Chunk]:
    """`non-pregnant`: the only words whose `non` denies them; `non-muscle-invasive` is a name of its own."""
    for first, second in pairwise(chunks):
        if first.kind == "z" and first.value == "non" and second.kind == "k" and second.value in _NON:
            first.kind, first.value = "g", "not"
        elif first.kind == "z" and first.value == "non" and second.kind in "yfk":
            second.kind, second.value = "z", "non"
    return chunks


def _tied(chunks: list[Chunk]) -> list[Chunk]:
    """`except if`, `except in patients with` are one joint."""
    second = {id(b) for a, b in pairwise(chunks) if a.kind == "e" and b.kind in "iC"}
    return [c for c in chunks if id(c) not in second] if second else chunks


_NAMES = (
    where("G", _ineligible, "eligible"),
    where("h", of_chunks(_confirmed)),
    where("k", share_known_heads),
    where("|", without_either, "either"),
    where("k", mark_needs, "requir", "need", "necessit"),
    where("yz", _not_yet, "before", "prior", "during"),
    where("tw", lambda chunks, line: mark_windows(chunks, line.text)),
    where("n", of_chunks(mark_half_lives)),
)
_LIMITS = (
    where("|&/", without_joints_of_times),
    where("cnRr", mark_grades, "grade"),
    where("z", of_chunks(_non), "non"),
    where("e", of_chunks(_tied)),
    where("z", of_chunks(_both_sides), "but"),
    where("v", mark_normal_ranges, "within"),
    where("vXcntrB", mark_limits),
    where("A", without_echoes, "old", "inclusive", "age"),
    where("X", mark_sexes),
    where("y", name_moments, "initiation", "visit", "infusion", "start", "leukapheresis", "transplantation"),
    where("y", _receptors, "receptor", "globulin"),
    where("y", _cohorts, "cohort", "arm"),
)
_TREATMENTS = (
    where("z", without_other_treatments, "other"),
    where("zoya", mark_open_treatments),
    where("y", mark_narrowed),
    where("W", of_treatments, "wash"),
    where("y", mark_treatments),
)
_CONDITIONS = (
    where("z", without_other, "other"),
    where("z", name_others, "other"),
    where("|/", without_second_nouns),
    where("bwz", ever_or_now, "prior", "previous", "past"),
    where("q", pair_qualifiers),
    where("fqkAW", mark_flags),
)
_OPEN_CONDITIONS = (
    where("|&/", share_open_heads),
    where("z", mark_open_conditions),
    where("", mark_phrases),
    where("A", partial(distribute, pairs=True)),
)
_LAST = (
    where("WtL", mark_events),
    where("W", dated),
    where(",|&/", share_times),
    where("", mark_pack_years, "pack"),
    where("n", mark_counted),
    where("A", measured_there),
    where("M", of_chunks(_tumors), "tumor"),
    where("q", _said),
    where("A", settled),
    where("W", of_chunks(lead_time)),
    where("q", recent_by, "recent"),
    where("A", with_objects),
    where("g", without_support),
)
_JUDGED = (
    *_LIMITS, where("k", of_chunks(_judged_as_one)), *_TREATMENTS, where("k", of_chunks(past_judgment)), *_CONDITIONS, *_LAST
)  # fmt: skip
"""A line of judgment or of somebody's statement names no conditions that the tables do not have."""
_PLAIN = (*_LIMITS, where("", mark_reactions), *_TREATMENTS, *_CONDITIONS, *_OPEN_CONDITIONS, *_LAST)


def chunks_of(line: Line) -> list[Chunk]:
    """Every chunk of the line, atoms finished, in order."""
    chunks = [
        c
        for c in lex(line.text, pieces_of(line))
        if c.kind != "E" and not (c.kind == "X" and c.value == "any")
    ]
    chunks = marked(chunks, line, _NAMES)
    times = [c for c in chunks if c.kind == "W" and c.value.anchor == UNKNOWN]
    chunks = marked(chunks, line, _JUDGED if _personal(line.text) else _PLAIN)
    return undated(chunks, times) if times else chunks
