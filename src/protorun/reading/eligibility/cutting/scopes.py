"""Who an entry is for: part, cohort or arm of the trial, or a group of people; in titles of lists, in titles inside a
list, and before or behind an entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from protorun.reading.eligibility.words.lexicon import words

_PARTS = re.compile(
    r"\b(?:part|cohort|arm|phase|group|step|sub-?stud(?:y|ie)|sub stud(?:y|ie)|module|escalation|expansion|run-in|lead-in|backfill)s?\b"
)
_LABEL = re.compile(r"[a-z0-9]{1,2}(?:[-/][a-z0-9]{1,2}){0,8}|[ivx]{1,4}|one|two|three|four")
_BETWEEN = re.compile(r"[ ,&]+")
_EXPLAINED = re.compile(r"\([^()]{2,60}\)")
_SPACES = re.compile(r"\s+")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|must|should|shall|will|may|can|do|does|meet|agree|received|receive|include|includes|including|following|defined|criteria|unless|except|if|not|no)\b"
)


Kind = Literal["part", "group", "people", "told"]


@dataclass(frozen=True)
class Title:
    """A line that only says whom those below it are for. `kind`: a part of the trial, a
    group by its usual name, people described, or those of whom it is told that criteria follow."""

    scope: str
    kind: Kind


@cache
def _listed(section: str) -> frozenset[str]:
    return frozenset(words()["scopes"][section].split())


def said_as(scope: str) -> str:
    """A scope in its own words, without the words around it."""
    plain = _SPACES.sub(" ", scope).strip(" :;,.-")
    plain = re.sub(r"^(?:only )?(?:for |in )?(?:the )?(?:enrollment in )?(?:the )?", "", plain)
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
_ELSE = re.compile(
    r"\b(?:healthy|health|normal|controls?|cases?|donors?|caregivers?|siblings?|recipients?|relatives)\b"
)


def list_scope(before: str, after: str) -> str:
    """What the title of a list limits it to: `for Sub Study 2`, `Part B`, `Sibling`; empty where it is for all."""
    found = [_limit(before) if _PARTS.search(before) or _ELSE.search(before) else "", ""]
    if (_LIMITS.match(after) and not _TOPIC.search(after)) or _PARTS.search(after) or _ELSE.search(after):
        found[1] = _limit(after)
    return both(*found)


def _limit(text: str) -> str:
    """The words of a title without those that limit nothing."""
    plain = _EVERY.sub(" ", text)
    left = [w for w in re.split(r"[^a-z0-9'/-]+", plain) if w.strip("-/'")]
    if all(w in _listed("titles") for w in left) and not re.search(r"\bpart 1\b", plain):
        return ""
    plain = re.sub(
        r"(?<![-–])\b(?:key|main|major|general|common|additional|specific|following|all|other)\b(?![-–])|[-–]\s*$|^\W*[-–]",
        " ",
        plain,
    )
    plain = re.sub(r"^[\s(\[,:-]*(?:(?:for|in|of|among|the)\b\s*)*", "", plain)
    whole = plain.count("(") == plain.count(")") and plain.count("[") == plain.count("]")
    return said_as(plain if whole else re.sub(r"[()\[\]]", " ", plain))


_TAIL = re.compile(
    r"(?:,? (?:the )?(?:patients|subjects|participants|individuals|they))?,? (?:must|should|shall|need to|needs to|have to|has to|will|have|has|are required to)\b[^:]{0,60}?\b(?:criteria|criterion|requirements?)\b[^:]{0,60}$|,? (?:specific )?(?:eligibility |enrollment )?criteria(?: apply)?$"
)
_NUMBER = re.compile(r"^\d{1,2}[,.] +")
_FOR = re.compile(
    r"(?:only )?(?:for|in|among) (?!example|instance|case|addition|general|order|the purpose|this)"
)
_GROUP = re.compile(
    r"(?:healthy|health|normal|control)? ?(?:volunteers|controls?|subjects|participants|individuals|patients|persons|cases|donors?|recipients?|caregivers?|siblings?|relatives)(?: only)?(?: ?\([^()]{2,40}\))?"
)
_SEXES = re.compile(
    r"\b(?:female|females|male|males|women|woman|men|man|childbearing|child-bearing|child bearing|wocbp)\b"
)


_FOR_ALL = re.compile(
    r"(?:for |in )?(?:all|general|common|every|each)\b.{0,30}\b(?:criteria|parts|cohorts|arms|phases|patients|subjects|participants|groups|sub-?studies)\b"
)
_STAGE = re.compile(r"(?:for )?(?:the )?(?:stage|period|extension|registration)s?(?: [a-z0-9]{1,3})?")


def title(text: str, polarity: str) -> Title | None:
    """What a line (without its marker) says as a title inside a list; None for an entry."""
    lower = text.lower().strip().strip("*_#= ")
    colon = lower.endswith(":")
    body = _NUMBER.sub("", lower.rstrip(" :.;").strip())
    if not body or len(body) > 150 or not (colon or len(body) < 90):
        return None
    if ":" in body:
        return _told_of_a_part(body) if colon else None
    parts = _PARTS.search(body) is not None
    if colon and len(body.split()) <= 6 and _FOR_ALL.match(body):
        return Title("", "part")
    if colon and _STAGE.fullmatch(body):
        return Title(said_as(body), "part")
    if not parts and not colon:
        return None
    announced = _TAIL.search(body) if colon else None
    if announced:
        body = body[: announced.start()].strip()
    if parts and (_of_the_trial(body, colon=colon) or (announced and _subject_is_part(body))):
        return Title(said_as(body), "part")
    return _people(body, polarity, announced=announced is not None) if colon else None


def is_group(text: str) -> bool:
    """`healthy subjects`: nothing but a group of people."""
    return len(text) < 60 and _GROUP.fullmatch(text.strip(" :.")) is not None


def _of_the_trial(body: str, *, colon: bool) -> bool:
    """Parts of the trial, with what explains them in brackets; or people and their part in brackets."""
    brackets = [b.strip("() ") for b in re.findall(r"\([^()]{2,80}\)", body)]
    outside = re.sub(r"\([^()]{2,80}\)", " ", body).strip()
    if _PARTS.search(outside):
        unknown = _unknown(outside)
        return not unknown or (colon and _FOR.match(outside) is not None and not _VERB.search(outside))
    named = any(not _unknown(b) and _PARTS.search(b) for b in brackets)
    short = len(outside.split()) <= 8 and not _VERB.search(outside)
    only = any(b.endswith(" only") for b in brackets)
    return named and short and (only or colon or not _listed("people").isdisjoint(outside.split()))


def _told_of_a_part(body: str) -> Title | None:
    """`Cohort B: patients who had surgery must fulfill the following requirements`."""
    part, _, rest = body.partition(":")
    announced = _TAIL.search(rest)
    if announced is None or ":" in rest or _unknown(part) or not _PARTS.search(part):
        return None
    return Title(said_as(f"{part}: {rest[: announced.start()].strip()}"), "part")


def _subject_is_part(body: str) -> bool:
    """`For enrollment in the atopic arm, patients must meet ...`, `Cohorts A1 and A2 must meet ...`."""
    return len(body.split()) <= 12 and not _VERB.search(body) and _PARTS.search(body) is not None


def _unknown(text: str) -> list[str]:
    """The words that are neither about parts nor their labels."""
    left = (w for w in _BETWEEN.split(text) if w)
    return [w for w in left if w not in _listed("of_parts") and not _LABEL.fullmatch(w)]


def _people(body: str, polarity: str, *, announced: bool) -> Title | None:
    """`Healthy volunteers:`, `Patients with asthma:`, `For ovarian cancer:`."""
    if _GROUP.fullmatch(body):
        bare = body in ("patients", "subjects", "participants", "individuals", "persons")
        return None if announced and bare else Title(said_as(body), "group")
    named = not _listed("people").isdisjoint(body.split())
    if len(body.split()) > 12 or _SEXES.search(body) or _listed("titles").issuperset(body.split()):
        return None
    if announced:
        return Title(said_as(body), "told") if named and not _CHOICE.search(body) else None
    if polarity != "inclusion" or _VERB.search(body) or body.endswith((" with", " who", " of")):
        return None
    return Title(said_as(body), "people") if named or _FOR.match(body) else None


_CHOICE = re.compile(r"\b(?:following|any of|one of|these|all of|below|may|can|will|not|do|does)\b")
_PREFIX = re.compile(
    r"(?P<bracket>\((?P<inside>[^():]{4,60}? only)\)\s*:?|(?P<plain>[^:.;]{4,90}?)\s*(?P<end>[:,]))\s*(?=\S)"
)
_TAGGED = re.compile(r"(?P<plain>[^:.;()]{3,70}\((?P<inside>[^():;.]{4,60}? only)\))\s*[:•–-]?\s*(?=\S)")
_OF_LIST = re.compile(
    r"(?:additional )?(?:inclusion|exclusion|eligibility) criteri(?:a|on) (?:specific )?(?:for|in) "
)
_ANOTHER = re.compile(r"\b(?:part|cohort|arm|phase|group) ?[a-z0-9]{1,3} ?:")
_HEALTHY = re.compile(
    r"(?:healthy (?:volunteers?|controls?|subjects|participants)|controls?|donors?|siblings?)"
)


def part_prefix(text: str) -> tuple[str, int] | None:
    """`Part 2 (asthma participants): FEV1 ...`: the part of the trial an entry is limited to, and where its words begin."""
    if "only)" in text and (tagged := _TAGGED.match(text)) and _tags(tagged["inside"], tagged["plain"]):
        return said_as(tagged["plain"]), tagged.end()
    match = _PREFIX.match(text)
    if match is None or _ANOTHER.search(text, match.end()):
        return None
    named = (match["inside"] or match["plain"]).strip()
    listed = match["end"] == ","
    if listed and not re.match(r"(?:only )?(?:for|in) ", named):
        return None
    if not listed and _HEALTHY.fullmatch(named):
        return named, match.end()
    if listed_for := _OF_LIST.match(named):
        return said_as(named[listed_for.end() :]), match.end()
    if not _PARTS.search(named) or not _of_parts(named, listed=listed):
        return None
    return said_as(named), match.end()


def _tags(inside: str, plain: str) -> bool:
    return not _unknown(inside) and _PARTS.search(inside) is not None and not _VERB.search(plain)


def _of_parts(named: str, *, listed: bool) -> bool:
    """Nothing but parts and their labels; `psoriatic group only` or `for the six-patient safety cohort` may name a group by
    words of its own."""
    split = [w for w in _BETWEEN.split(_EXPLAINED.sub(" ", named).strip()) if w]
    unknown = _unknown(_EXPLAINED.sub(" ", named))
    if not unknown:
        return len(split) <= 14
    last = [w for w in split if w != "only"][-1].rstrip("s")
    own = last in ("group", "cohort", "arm", "phase") and not _VERB.search(named)
    if len(unknown) == 1 and own and split[-1] == "only" and len(split) <= 14:
        return True
    return (
        own
        and len(unknown) <= 3
        and len(split) <= 10
        and re.match(r"(?:only )?(?:for|in) ", named) is not None
    )


_SUFFIX = re.compile(
    r"[ ,;–-]{0,3}\((?:(?:applicable|applies|required) )?(?:only )?(?:(?:to|for|in) )?(?:the )?(?P<named>[^():;]{3,60})\)[ .;,]*$"
)
_TWO = re.compile(r"[.;] [a-z]|\bor\b")


def part_suffix(text: str) -> tuple[str, int] | None:
    """`... (Part 2 only)`, `... (applicable only to the lung cohort)`: the part, and where the words before it end."""
    match = _SUFFIX.search(text, max(0, len(text) - 110))
    if match is None:
        return None
    named, whole = match["named"].strip(), match[0]
    limits = "only" in whole or "appli" in whole
    who = _PARTS.search(named) or _ELSE.search(named)
    if not limits or not who or "except" in whole or _TWO.search(text, 0, match.start()):
        return None
    own = [w for w in _unknown(named) if w not in _listed("people") and w not in ("healthy", "population")]
    if len(own) > (2 if named.rstrip("s").endswith(("cohort", "group", "arm", "phase")) else 0):
        return None
    return said_as(named), match.start()


_DISEASE = re.compile(r"(?P<label>[^:.;]{2,60}?)\s?:\s+(?=\S+ \S+ \S+ )")
_NAMED_DISEASE = re.compile(
    r"cancer|carcinoma|tumou?r|lymphoma|leuk[a]?emia|melanoma|sarcoma|myeloma|glioma|blastoma|\b(?:m?(?:ns|s)clc|(?:es-)?sclc|m?crc|m?crpc|hnscc|scchn|tnbc|hcc|rcc|escc|npc|gbm|pdac|urothelial|mss-crc)\b"
)


def disease_label(text: str) -> tuple[str, int] | None:
    """`Melanoma: treated or untreated ...`: the disease an entry is for, and where its words begin."""
    match = _DISEASE.match(text)
    if match is None or not _NAMED_DISEASE.search(match["label"]):
        return None
    label = match["label"]
    if (
        len(label.split()) > 7
        or _VERB.search(label)
        or re.search(
            r"\b(?:stage|confirmed|status|measur\w*|history|type|types|tumors|tissue|size|burden|biops\w*|sample\w*|any|prior|markers?)\b",
            label,
        )
    ):
        return None
    return said_as(label), match.end()
