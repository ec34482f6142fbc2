"""Assessments that running text schedules: scans, lumbar punctures, PK samples, questionnaires."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from protorun.reading.found import Found
from protorun.reading.sentences import Sentence, sentences
from protorun.reading.values import table
from protorun.study.record import Record
from protorun.study.source import Sourced, absent, derived, stated
from protorun.study.study import Study
from protorun.study.visit import Activity

_NUMBERS = {"two": 2, "three": 3, "four": 4, "six": 6, "eight": 8, "nine": 9, "twelve": 12}
_DAYS = {"day": 1, "week": 7, "month": 28}
_UNTIL = (("progression", r"progress"), ("death", r"\bdeath\b"), ("withdrawal", r"withdraw"))
_PK = "pharmacokinetics"


def read_visits(record: Record, study: Study) -> Found:
    """`activities`: what is done on a stated schedule, and PK sampling of an arm even without one."""
    arms = {group: arm.id for group, arm in zip(_arm_groups(record), study.arms, strict=False)}
    found: dict[tuple[str, str], Activity] = {}
    claimed = []
    for sentence in sentences(record):
        arm = arms.get(sentence.group, "")
        for activity in _activities(sentence, arm):
            kind = activity.id
            if (kind, arm) not in found:
                number = sum(1 for k, _ in found if k == kind)
                name = kind if not number else f"{kind}_{number + 1}"
                found[kind, arm] = activity.model_copy(update={"id": name})
                claimed.append(sentence.source())
    return Found({"activities": tuple(found.values())}, claimed=tuple(claimed))


def _arm_groups(record: Record) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p.group for p in record.all("arm.label") if p.text.strip()))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    rows = table("activities")
    named = {kind: entry["name"] for kind, entry in rows["activity"].items()}
    own = {name: rows[name] for name in ("every", "until", "never", "irregular", "tied")}
    return {name: re.compile(p, re.IGNORECASE) for name, p in {**named, **own}.items()}


def _activities(sentence: Sentence, arm: str) -> Iterator[Activity]:
    every = _patterns()["every"].search(sentence.text)
    dosing = _patterns()["never"].search(sentence.text)
    for kind in table("activities")["activity"]:
        match = _patterns()[kind].search(sentence.text)
        if match is None or (dosing and kind != _PK):
            continue
        interval = _interval(sentence, every) if every and _regular(sentence, match, every) else absent()
        # An arm that is to show the PK is sampled, whether or not the record says when.
        if interval.known or (kind == _PK and sentence.group.startswith("arm/")):
            yield Activity(
                id=kind,
                name=stated(match[0], sentence.matched(match)),
                every_days=interval,
                until=_until(sentence),
                arms=(arm,) if arm else (),
                sources=(sentence.source(),),
            )


def _regular(sentence: Sentence, activity: re.Match[str], every: re.Match[str]) -> bool:
    """Whether the words tie the activity to this interval, and to no other days besides."""
    rows = _patterns()
    if rows["never"].search(sentence.text) or rows["irregular"].search(sentence.text):
        return False
    if len(rows["every"].findall(sentence.text)) > 1:
        return False
    first, second = sorted((activity.span(), every.span()))
    return rows["tied"].fullmatch(sentence.text, first[1], second[0]) is not None


def _interval(sentence: Sentence, match: re.Match[str]) -> Sourced[int]:
    source = sentence.matched(match)
    if match["weekly"]:
        days = 7 if match["weekly"].lower() == "weekly" else 28
        note = "a week of 7 days" if days == 7 else "a month of 28 days (ours)"
        return derived(days, source, note=note)
    unit = match["unit"].lower().rstrip("s")
    if unit == "cycle":
        return absent("in cycles")
    number = _NUMBERS.get(match["n"].lower()) or int(match["n"])
    if unit == "day":
        return stated(number, source)
    note = "weeks of 7 days" if unit == "week" else "months of 28 days (ours)"
    return derived(number * _DAYS[unit], source, note=note)


def _until(sentence: Sentence) -> Sourced[tuple[str, ...]]:
    match = _patterns()["until"].search(sentence.text)
    codes = tuple(code for code, p in _UNTIL if match and re.search(p, match["until"], re.IGNORECASE))
    return stated(codes, sentence.matched(match)) if match and codes else absent()
