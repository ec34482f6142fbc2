"""Who entries are for, in words: parts, cohorts and arms of the trial, and groups of people; what the title of a list limits
it to."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.words.lexicon import words

PARTS = re.compile(
    r"\b(?:part|cohort|arm|phase|group|step|sub-?stud(?:y|ie)|sub stud(?:y|ie)|module|escalation|expansion|run-in|lead-in|backfill)s?\b"
)
_LABEL = re.compile(r"[a-z0-9]{1,2}(?:[-/][a-z0-9]{1,2}){0,8}|[ivx]{1,4}|one|two|three|four")
BETWEEN = re.compile(r"[ ,&]+")
EXPLAINED = re.compile(r"\([^()]{2,60}\)")
_SPACES = re.compile(r"\s+")
VERB = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|must|should|shall|will|may|can|do|does|meet|agree|received|receive|include|includes|including|following|defined|criteria|unless|except|if|not|no)\b"
)


@cache
def listed(section: str) -> frozenset[str]:
    """The words of one list of scopes."""
    return frozenset(words()["scopes"][section].split())


def said_as(scope: str) -> str:
    """A scope in its own words, without the words around it."""
    plain = _SPACES.sub(" ", scope).strip(" :;,.-")
    plain = re.sub(
        r"^(?:only )?(?:specific to )?(?:for |in )?(?:the )?(?:enrollment in )?(?:the )?", "", plain
    )
    return re.sub(r",? (?:only|will be|are|must be)$", "", re.sub(r",? only\)$", ")", plain)).strip()


_PART_LABEL = re.compile(
    r"\b(part|cohort|arm|phase|group|step|sub-?study|module)s? ?([a-z]?\d[a-z0-9]*|[a-z]|one|two|three|four|[ivx]{1,4})\b"
)


def rivals(one: str, other: str) -> bool:
    """Two parts of the same rank: `cohort 1 ...` and `cohort 2 ...`."""
    first, second = dict(_PART_LABEL.findall(one)), dict(_PART_LABEL.findall(other))
    return any(second.get(name, label) != label for name, label in first.items())


def both(outer: str, inner: str) -> str:
    """A scope inside another one."""
    return inner if not outer or outer == inner else f"{outer}, {inner}" if inner else outer


_EVERY = re.compile(
    r"\b(?:all|each|every|any|by|both)(?: of)?(?: the)?(?: other)? (?:(?:study|trial|eligible|enrolled) )?(?:sub-?stud(?:y|ies)|parts?|cohorts?|arms?|phases?|groups?|stages?|subjects?|patients?|participants?|individuals?|modules?|steps?)\b(?: (?:and|or) (?:parts|cohorts|arms|phases|groups|subjects|patients|participants)\b)?"
)
_LIMITS = re.compile(r"^\W*(?:for|in|of|among|to be|-|–|\(|\[|,)")
_TOPIC = re.compile(r"\b(?:relat|regard|concern|based|due|defin|accord|evaluat|visit|assess)")
ELSE = re.compile(
    r"\b(?:healthy|health|normal|controls?|cases?|donors?|caregivers?|siblings?|recipients?|relatives)\b"
)


def list_scope(before: str, after: str) -> str:
    """What the title of a list limits it to: `for Sub Study 2`, `Part B`, `Sibling`; empty where it is for all."""
    found = [_limit(before) if PARTS.search(before) or ELSE.search(before) else "", ""]
    if (_LIMITS.match(after) and not _TOPIC.search(after)) or PARTS.search(after) or ELSE.search(after):
        found[1] = _limit(after)
    return both(*found)


def _limit(text: str) -> str:
    """The words of a title without those that limit nothing."""
    plain = _EVERY.sub(" ", text)
    left = [w for w in re.split(r"[^a-z0-9'/-]+", plain) if w.strip("-/'")]
    if all(w in listed("titles") for w in left) and not re.search(r"\bpart 1\b", plain):
        return ""
    plain = re.sub(
        r"(?<![-–])\b(?:key|main|major|general|common|additional|specific|following|all|other)\b(?![-–])|[-–]\s*$|^\W*[-–]",
        " ",
        plain,
    )
    plain = re.sub(r"^[\s(\[,:-]*(?:(?:for|in|of|among|the)\b\s*)*", "", plain)
    whole = plain.count("(") == plain.count(")") and plain.count("[") == plain.count("]")
    return said_as(plain if whole else re.sub(r"[()\[\]]", " ", plain))


def unknown(text: str) -> list[str]:
    """The words that are neither about parts nor their labels."""
    left = (w for w in BETWEEN.split(text) if w)
    return [w for w in left if w not in listed("of_parts") and not _LABEL.fullmatch(w)]
