"""Heading lines of criteria blocks in all their forms, and the scope some of them set."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BOTH = re.compile(r"inclusion\s*(?:/|and|&|or|,)\s*exclusion|exclusion\s*(?:/|and|&)\s*inclusion")
_WORD = re.compile(
    r"^(?P<before>(?:[a-z0-9()/&,'.-]+[ ]){0,7}?)"
    r"(?P<which>inclusion|exclusion|include|exclude|eligibility|non-?inclusion|non-?eligibility|selection|entry)"
    r"(?P<criteria>\s*(?:criteria|criterion|creteria|criterias|requirements?))?"
    r"(?P<after>[^:;.]{0,80}?)\s*[:.;]*\s*$"
)
_INLINE = re.compile(
    r"^(?:[a-z0-9()/&-]+[ ]){0,4}?(?P<which>inclusion|exclusion|non-?inclusion)(?:\s+(?:criteria|criterion))?(?P<after>\s*\([^)]{0,60}\))?\s*:\s*(?=\S)"
)
_SENTENCE = re.compile(
    r"(?:patients?|subjects?|participants?|individuals?|persons?|those|volunteers?|candidates?|women|children)\b[^.]{0,80}?\b(?:"
    r"(?P<out>(?:will be |are |is |must be |should be |be )?(?:excluded|not be (?:eligible|included|enrolled)|ineligible|not eligible)|(?:may|must|should|can) not (?:enter|participate|be)|cannot)"
    r"|(?P<in>(?:will be |are |is |be )?(?:eligible|included|enrolled)|must (?:meet|satisfy|fulfill?|have))\b)[^.]{0,120}?(?:following|criteria|below|if|who|apply)[^.]{0,60}:\s*$"
)
_SCOPE = re.compile(
    r"\b(?:(?:part|cohort|arm|phase|stage|group|step|period|dose expansion|dose escalation|expansion|extension|registration|run-in|substudy|module)s?\b[ ]?(?:[a-z0-9/]{1,4}\b(?: and [a-z0-9]{1,3}\b)?)?|healthy volunteers|controls?|caregivers?|donors?)"
)


_TITLES = ("clusion", "clude", "eligibility", "selection", "entry")


@dataclass(frozen=True)
class Heading:
    """`polarity` is inclusion, exclusion, or empty where the line names both or neither; `rest` is where text of an
    item begins on the same line (0 = none)."""

    polarity: str
    scope: str = ""
    rest: int = 0


def heading(text: str) -> Heading | None:
    """What a line (lower case, without its marker) says as a heading, or None when it is an item."""
    text = text.strip().strip("*_#= ")
    if not text or len(text) > 160:
        return _inline(text)
    if not text.rstrip().endswith(":") and not any(word in text for word in _TITLES):
        return None
    if _BOTH.search(text) and len(text) < 60:
        return Heading("")
    if (match := _WORD.match(text)) and (match["criteria"] or len(text) < 30) and _is_title(match, text):
        return Heading(_polarity(match["which"], text), _scope(text))
    if match := _SENTENCE.search(text):
        if re.search(r"one of|any one|at least|either", text) and not match["out"]:
            return None
        return Heading("exclusion" if match["out"] else "inclusion", _scope(text))
    return _inline(text)


def _inline(text: str) -> Heading | None:
    match = _INLINE.match(text)
    if not match:
        return None
    return Heading(_polarity(match["which"], match[0]), _scope(match[0]), match.end())


def _is_title(match: re.Match[str], text: str) -> bool:
    """A title names the list; a sentence with a verb of its own does not, unless it ends with a colon."""
    if (
        match["which"] in ("eligibility", "selection", "entry", "include", "exclude")
        and not match["criteria"]
    ):
        return text.endswith(":") and len(text) < 25
    around = f"{match['before']} {match['after']}"
    verbs = re.search(
        r"\b(?:is|are|was|were|has|have|had|met|meet|meets|meeting|according|apply|list|per|of the|in the|do not|must)\b",
        around,
    )
    return not verbs or (text.endswith(":") and not re.search(r"\b(?:met|meeting) (?:all|the)\b", around))


def _polarity(which: str, text: str) -> str:
    if which.startswith(("non", "excl")):
        return "exclusion"
    if which in ("inclusion", "include", "entry"):
        return "inclusion"
    return "" if "criteria" not in text else "inclusion"


def _scope(text: str) -> str:
    match = _SCOPE.search(text)
    if not match or re.search(r"\ball\b", text):
        return ""
    return re.sub(r"\s+", " ", match[0]).strip()


def subheading(text: str) -> str | None:
    """A short title inside a list (`Part B:`, `DISEASE CHARACTERISTICS:`); the scope it sets, empty for none."""
    plain = text.strip().strip("*_#= ")
    if not plain.endswith(":") or len(plain) > 70:
        return None
    lower = plain.lower()
    words = lower.rstrip(":").split()
    if _SCOPE.match(lower.removeprefix("for ").removeprefix("the ")) and len(words) <= 7:
        return _scope(lower)
    if plain.isupper() and len(words) <= 6:
        return ""
    return None


_PARTS = re.compile(
    r"\b(?:part|cohort|arm|phase|group|step|substudy|sub-study|module|escalation|expansion|run-in|lead-in)s?\b"
)
_OF_PARTS = frozenset(
    [
        "for",
        "the",
        "in",
        "of",
        "and",
        "or",
        "only",
        "to",
        "subject",
        "subjects",
        "patient",
        "patients",
        "participant",
        "participants",
        "individual",
        "individuals",
        "part",
        "parts",
        "cohort",
        "cohorts",
        "arm",
        "arms",
        "phase",
        "phases",
        "group",
        "groups",
        "step",
        "steps",
        "substudy",
        "sub-study",
        "module",
        "modules",
        "dose",
        "escalation",
        "expansion",
        "monotherapy",
        "combination",
        "triplet",
        "doublet",
        "run-in",
        "lead-in",
        "safety",
        "backfill",
        "possible",
        "extension",
        "experimental",
        "control",
        "treatment",
        "randomized",
        "study",
        "all",
        "enrolled",
        "registration",
        "optimization",
    ]
)
_LABEL = re.compile(r"[a-z0-9]{1,2}(?:[-/][a-z0-9]{1,2}){0,8}|[ivx]{1,4}")
_PREFIX = re.compile(
    r"(?P<bracket>\((?P<inside>[^():]{4,60}? only)\)\s*:?|(?P<plain>[^:.;]{4,90}?)\s*(?P<end>[:,]))\s*(?=\S)"
)
_ANOTHER = re.compile(r"\b(?:part|cohort|arm|phase|group) ?[a-z0-9]{1,3} ?:")
_EXPLAINED = re.compile(r"\([^()]{2,40}\)")


def part_prefix(text: str) -> tuple[str, int] | None:
    """`Part 2 (asthma participants): FEV1 ...`: the part of the trial an entry is limited to, and where its words begin."""
    match = _PREFIX.match(text)
    if match is None or _ANOTHER.search(text, match.end()):
        return None
    named = (match["inside"] or match["plain"]).strip()
    listed = match["end"] == ","
    if listed and not re.match(r"(?:for|in) ", named):
        return None
    words = re.split(r"[ ,&]+", _EXPLAINED.sub(" ", named).strip())
    if not _PARTS.search(named) or not _of_parts(words):
        return None
    return re.sub(
        r"\s+", " ", re.sub(r"^(?:only )?(?:for |in )?(?:the )?| only$", "", named)
    ).strip(), match.end()


def _of_parts(words: list[str]) -> bool:
    """Nothing but parts and their labels; `psoriatic group only` may name its group by one word of its own."""
    unknown = [w for w in words if w and w not in _OF_PARTS and not _LABEL.fullmatch(w)]
    if len(unknown) > 1 or len(words) > 14:
        return False
    named = [w for w in words if w != "only"][-1].rstrip("s")
    return not unknown or (words[-1] == "only" and named in ("group", "cohort", "arm"))
