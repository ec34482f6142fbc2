"""Heading lines of criteria blocks in all their forms, and the scope some of them set."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protorun.reading.eligibility.cutting.scopes import list_scope

_BOTH = re.compile(r"inclusion\s*(?:/|and|&|or|,)\s*exclusion|exclusion\s*(?:/|and|&)\s*inclusion")
_WORD = re.compile(
    r"^(?P<before>(?:[a-z0-9()/&,'.-]+[ ]){0,7}?)"
    r"(?P<which>inclusion|exclusion|include|exclude|eligibility|non-?inclusion|non-?eligibility|selection|entry)"
    r"(?P<criteria>\s*(?:criteria|criterion|creteria|criterias|requirements?))?"
    r"(?P<after>[^:;.]{0,80}?)\s*[:.;]*\s*$"
)
_INLINE = re.compile(
    r"^(?P<before>(?:[a-z0-9()/&-]+[ ]){0,4}?)(?P<which>inclusion|exclusion|non-?inclusion)(?:\s+(?:criteria|criterion))?(?P<after>\s*\([^)]{0,60}\)|\s+(?:for|in) [^:.;]{2,60})?\s*:\s*(?=\S)"
)
_SENTENCE = re.compile(
    r"(?:patients?|subjects?|participants?|individuals?|persons?|those|volunteers?|candidates?|women|children)\b[^.]{0,80}?\b(?:"
    r"(?P<out>(?:will be |are |is |must be |should be |be )?(?:excluded|not be (?:eligible|included|enrolled)|ineligible|not eligible|disqualified|barred)|(?:may|must|should|can) not (?:enter|participate|be)|cannot)"
    r"|(?P<in>(?:will be |are |is |be )?(?:eligible|included|enrolled)|must (?:meet|satisfy|fulfill?|have))\b)[^.]{0,120}?(?:following|criteria|below|if|who|apply)[^.]{0,60}:\s*$"
)
_SCOPE = re.compile(
    r"\b(?:(?:part|cohort|arm|phase|stage|group|step|period|dose expansion|dose escalation|expansion|extension|registration|run-in|substudy|module)s?\b[ ]?(?:[a-z0-9/]{1,4}\b(?: and [a-z0-9]{1,3}\b)?)?|healthy volunteers|controls?|caregivers?|donors?)"
)


_LONG = re.compile(
    r"(?P<before>[^:;.]{2,130}?)(?: specific| key| main)* (?P<which>non-?inclusion|inclusion|exclusion) criteri(?:a|on)\s*:?\s*$"
)
_STARTS = re.compile(r"(?:part|cohort|arm|phase|group|module|step)s? |sub-?stud|dose (?:esc|exp)")
_FOR_ALL = re.compile(r"\s?\((?:applied|applicable|applies|this applies)? ?(?:to|for) all\b[^()]{3,160}\):$")
_TURNED_AWAY = re.compile(
    r"(?:patients?|subjects?|participants?|individuals?|persons?|those|volunteers?|candidates?|women|children)\b[^.:]{0,40}\b(?:any|one|criteria|following|these)\b[^.:]{0,90}"
    r"(?:excluded|disqualified|ineligible|not eligible|not be (?:eligible|included|enrolled))\b[^.:]{0,60}:$"
)
_TITLES = ("clusion", "clude", "eligibility", "selection", "entry")


@dataclass(frozen=True)
class Heading:
    """`polarity` is inclusion, exclusion, or empty where the line names both or neither; `rest` is where text of an
    item begins on the same line (0 = none)."""

    polarity: str
    scope: str = ""
    rest: int = 0
    sentence: bool = False
    """True for a sentence, which goes on with the scope of the title above it."""
    some: bool = False
    """True for a sentence about some of the patients; behind a marker it is an entry."""


def heading(text: str) -> Heading | None:
    """What a line (lower case, without its marker) says as a heading, or None when it is an item."""
    text = text.strip().strip("*_#= ")
    if len(text) > 100 and text.endswith("):"):
        text = _FOR_ALL.sub(":", text)
    if not text or len(text) > 160:
        return _inline(text)
    if not text.rstrip().endswith(":") and not any(word in text for word in _TITLES):
        return None
    if _BOTH.search(text) and len(text) < 60:
        return Heading("")
    if (match := _WORD.match(text)) and (match["criteria"] or len(text) < 30) and _is_title(match, text):
        return Heading(_polarity(match["which"], text), list_scope(match["before"], match["after"]))
    if (match := _LONG.match(text)) and _STARTS.match(text):
        return Heading(_polarity(match["which"], "criteria"), list_scope(match["before"], ""))
    if match := _SENTENCE.search(text):
        if re.search(r"one of|any one|at least|either", text) and not match["out"]:
            return None
        if text.count("(", 0, match.start()) > text.count(")", 0, match.start()):
            return None  # "... metastases. (Patients are eligible if the following are met:"
        scope = _scope(text)
        some = bool(scope) or _of_some(text[: match.start("out" if match["out"] else "in")])
        return Heading("exclusion" if match["out"] else "inclusion", scope, sentence=True, some=some)
    if text.endswith(":") and _TURNED_AWAY.match(text):
        return Heading("exclusion", sentence=True, some=True)
    return _inline(text)


def _inline(text: str) -> Heading | None:
    match = _INLINE.match(text)
    if not match:
        return None
    scope = list_scope(match["before"], match["after"] or "")
    return Heading(_polarity(match["which"], match[0]), scope, match.end())


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


_RESTRICTS = re.compile(r"\b(?:who|with|whose|having|positive|receiving|known|previously)\b")
_WHO_MEET = re.compile(r"\b(?:meet|meets|met|meeting|fulfill?|satisfy|criteria|following|any)\b")


def _of_some(subject: str) -> bool:
    """`patients who are HIV-positive are eligible if` is about some, `subjects with any of the following` about all."""
    return bool(_RESTRICTS.search(subject)) and not _WHO_MEET.search(subject)


def _scope(text: str) -> str:
    """The part a sentence before a list names."""
    match = _SCOPE.search(text)
    if not match or re.search(r"\ball\b", text):
        return ""
    return re.sub(r"\s+", " ", match[0]).strip()
