"""The chapter: criteria passages of a record become the eligibility of its study, with sections, doubts and questions."""

from __future__ import annotations

import re

from protorun.reading.eligibility.answers import answerable, is_laboratory
from protorun.reading.eligibility.criteria import criteria
from protorun.reading.eligibility.cutting.items import Item
from protorun.reading.eligibility.cutting.segment import Segmented, segment
from protorun.reading.eligibility.logic.overrides import overridden
from protorun.reading.eligibility.logic.relations import related
from protorun.reading.eligibility.statements.sexes import without_split_sexes
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.found import Found
from protorun.study.criterion import Criterion, Number
from protorun.study.record import Record
from protorun.study.source import Source, Sourced, absent, derived, stated
from protorun.study.study import Ambiguity, Conflict, OpenQuestion, Study

FIELD = "eligibility.criteria"


def read_eligibility(record: Record, study: Study) -> Found:
    """Criteria as trees of typed atoms with their sources; whether each list is there; and what stays open.

    A record without criteria gives an open question. A list that is not there is absent, never empty."""
    passages = record.all(FIELD)
    found = segment(passages)
    numbered = _numbered([(item, c) for item, c in criteria(found.items, record.texts)])
    listed = overridden(related(without_split_sexes(numbered)))
    return Found(
        fields={"eligibility": tuple(listed), "eligibility_sections": _sections(found, listed, record)},
        open_questions=_questions(listed, record),
        conflicts=_conflicts(listed, study),
        ambiguities=_ambiguities(listed),
        claimed=tuple(s for c in listed for s in c.sources),
    )


def _numbered(found: list[tuple[Item, Criterion]]) -> list[Criterion]:
    """I1, I2 ... E1, E2 ...; the entries of a group share its number (I7a, I7b), an amendment follows its entry (E8b)."""
    counts = {"inclusion": 0, "exclusion": 0}
    listed: list[Criterion] = []
    group: list[int] = []
    for item, criterion in found:
        prefix = criterion.polarity[0].upper()
        if group and is_laboratory(criterion) and listed and listed[-1].polarity == criterion.polarity:
            group[0] += 1
            suffix = _letter(group[0])
        elif _is_group_title(item, criterion):
            counts[criterion.polarity] += 1
            group = [-1]
            continue
        elif item.amends and counts[criterion.polarity]:
            group, suffix = [], "b"
            taken = f"{prefix}{counts[criterion.polarity]}"
            suffix = _letter(1 + sum(c.id.startswith(taken) and c.id[len(taken) :].isalpha() for c in listed))
        else:
            group, suffix = [], ""
            counts[criterion.polarity] += 1
        listed.append(answerable(criterion, f"{prefix}{counts[criterion.polarity]}{suffix}"))
    return listed


def _is_group_title(item: Item, criterion: Criterion) -> bool:
    """A line that only announces the entries behind it (`... confirmed by the following laboratory tests:`)."""
    if item.children or criterion.klass not in ("judgment", "unparsed", "attestation") or not item.leads:
        return False
    # One that says whom the next entries are about stays; dropped, they would go for everybody.
    return re.match(r"(?:for|if|in|among|when)\b", criterion.text.lower()) is None


def _letter(index: int) -> str:
    return chr(ord("a") + index) if index < 26 else f"x{index}"


def _sections(found: Segmented, listed: list[Criterion], record: Record) -> dict[str, Sourced[bool]]:
    sections: dict[str, Sourced[bool]] = {}
    for polarity in ("inclusion", "exclusion"):
        own = [c for c in listed if c.polarity == polarity]
        if polarity in found.headed:
            start, end, locator = found.headed[polarity]
            quote = record.texts[locator][start:end]
            sections[polarity] = stated(True, Source(start=start, end=end, quote=quote, locator=locator))
        elif own:
            note = "a list without a heading is read as inclusion criteria"
            sections[polarity] = derived(True, own[0].sources[0], note=note)
        else:
            sections[polarity] = absent(f"the record has no {polarity} list")
    return sections


def _questions(listed: list[Criterion], record: Record) -> tuple[OpenQuestion, ...]:
    if not listed:
        return (
            OpenQuestion(
                id="eligibility_criteria",
                asks="eligibility criteria: the record gives none",
                needed_for=("screen",),
            ),
        )
    asked = []
    if not any(c.polarity == "exclusion" for c in listed):
        asked.append(
            OpenQuestion(
                id="exclusion_criteria",
                asks="exclusion criteria: the record lists none, which does not mean that nothing excludes",
                needed_for=("screen",),
            )
        )
    asked += [
        OpenQuestion(
            id=f"eligibility_limits_{c.id}",
            asks=f"{c.id} gives no limits ({c.text!r}): which values are adequate?",
            needed_for=("screen",),
        )
        for c in listed
        if c.klass == "judgment" and "adequate" in c.text.lower() and "function" in c.text.lower()
    ]
    return tuple(asked)


def _ambiguities(listed: list[Criterion]) -> tuple[Ambiguity, ...]:
    return tuple(
        Ambiguity(
            says=f"{c.id}: {'; '.join(a.says for a in c.alternatives)}",
            sources=c.sources,
            readings=("as read", *(a.says for a in c.alternatives)),
        )
        for c in listed
        if c.alternatives
    )


def _conflicts(listed: list[Criterion], study: Study) -> tuple[Conflict, ...]:
    """Ages in the text against the ages the registry keeps beside it."""
    found = []
    kept = {"low": study.enrollment.minimum_age, "high": study.enrollment.maximum_age}
    for criterion in listed:
        if criterion.polarity != "inclusion" or criterion.scope:
            continue
        ages = [
            leaf for leaf in leaves(criterion.expr) if isinstance(leaf, Number) and leaf.variable == "age"
        ]
        if len(ages) != 1:
            continue
        for side, registry in kept.items():
            bound = getattr(ages[0], side)
            if bound is None or registry.value is None or registry.value.unit != (ages[0].unit or "years"):
                continue
            if bound.value != registry.value.amount:
                found.append(
                    Conflict(
                        says=f"{criterion.id} says {bound.value:g} {ages[0].unit or 'years'}, "
                        f"the registry field {registry.value.amount:g} {registry.value.unit}",
                        sources=(*criterion.sources, *registry.sources),
                        taken="both are checked; a patient must satisfy each",
                    )
                )
    return tuple(found)
