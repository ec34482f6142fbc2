"""Titles inside a list: lines that only say whom the entries below them are for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from protorun.reading.eligibility.cutting.scopes import PARTS, VERB, listed, said_as, unknown

Kind = Literal["part", "group", "people", "told"]


@dataclass(frozen=True)
class Title:
    """A line that only says whom those below it are for. `kind`: a part of the trial, a
    group by its usual name, people described, or those of whom it is told that criteria follow."""

    scope: str
    kind: Kind


_TAIL = re.compile(
    r"(?:,? (?:the )?(?:patients|subjects|participants|individuals|they))?,? (?:must|should|shall|need to|needs to|have to|has to|will|have|has|are required to)\b[^:]{0,60}?\b(?:criteria|criterion|requirements?)\b[^:]{0,60}$|,? (?:specific )?(?:eligibility |enrollment )?criteria(?: apply)?$"
)
_NUMBER = re.compile(r"^\d{1,2}[,.] +")
_FOR = re.compile(
    r"(?:specific to|(?:only |specific )?(?:for|in|among)) (?!example|instance|case|addition|general|order|the purpose|this)"
)
_GROUP = re.compile(
    r"(?:healthy|health|normal|control)? ?(?:volunteers|controls?|subjects|participants|individuals|patients|persons|cases|donors?|recipients?|caregivers?|siblings?|relatives)(?: only)?(?: ?\([^()]{2,40}\))?"
)
_SEXES = re.compile(
    r"\b(?:female|females|male|males|women|woman|men|man|childbearing|child-bearing|child bearing|[wf]ocbp)\b"
)


_ALLOWED = re.compile(
    r"(?P<some>(?:patients|subjects|participants|individuals|those|persons) [^.;:]{4,90}?) (?:are|is|may be|can be|will be) (?:also )?(?:allowed|eligible|included|enrolled|permitted|accepted)(?: (?:if|provided|provided that|but must have|if they))?"
)
_FOR_SOME = re.compile(
    r"[^.;:()]{4,60} \((?:only )?(?P<some>(?:for|in) (?:patients|subjects|participants|those|individuals)\b[^()]{4,80})\)"
)
_FOR_ALL = re.compile(
    r"(?:for |in )?(?:all|general|common|every|each)\b.{0,30}\b(?:criteria|parts|cohorts|arms|phases|patients|subjects|participants|groups|sub-?studies)\b"
)
_STAGE = re.compile(r"(?:for )?(?:the )?(?:stage|period|extension|registration)s?(?: [a-z0-9]{1,3})?")


def title(text: str, polarity: str) -> Title | None:
    """What a line (without its marker) says as a title inside a list; None for an entry."""
    if len(text) > 180:
        return None
    lower = text.lower().strip("*_#= \t")
    colon = lower.endswith(":")
    if not colon and (len(lower) > 95 or not PARTS.search(lower)):
        return None
    body = _NUMBER.sub("", lower.rstrip(" :.;").strip())
    if not body or len(body) > 150 or not (colon or len(body) < 90):
        return None
    if ":" in body:
        return _told_of_a_part(body) if colon else None
    if colon and (told := _FOR_SOME.fullmatch(body)):
        return Title(said_as(told["some"]), "told")
    if colon and (told := _ALLOWED.fullmatch(body)) and not _CHOICE.search(told["some"]):
        return Title(said_as(told["some"]), "told") if polarity == "inclusion" else None
    parts = PARTS.search(body) is not None
    if colon and len(body.split()) <= 6 and _FOR_ALL.match(body):
        return Title("", "part")
    if colon and _STAGE.fullmatch(body):
        return Title(said_as(body), "part")
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
    if PARTS.search(outside):
        words = unknown(outside)
        return not words or (colon and _FOR.match(outside) is not None and not VERB.search(outside))
    named = any(not unknown(b) and PARTS.search(b) for b in brackets)
    short = len(outside.split()) <= 8 and not VERB.search(outside)
    only = any(b.endswith(" only") for b in brackets)
    return named and short and (only or colon or not listed("people").isdisjoint(outside.split()))


def _told_of_a_part(body: str) -> Title | None:
    """`Cohort B: patients who had surgery must fulfill the following requirements`."""
    part, _, rest = body.partition(":")
    announced = _TAIL.search(rest)
    if announced is None or ":" in rest or unknown(part) or not PARTS.search(part):
        return None
    return Title(said_as(f"{part}: {rest[: announced.start()].strip()}"), "part")


def _subject_is_part(body: str) -> bool:
    """`For enrollment in the atopic arm, patients must meet ...`, `Cohorts A1 and A2 must meet ...`."""
    return len(body.split()) <= 12 and not VERB.search(body) and PARTS.search(body) is not None


def _people(body: str, polarity: str, *, announced: bool) -> Title | None:
    """`Healthy volunteers:`, `Patients with asthma:`, `For ovarian cancer:`."""
    if _GROUP.fullmatch(body):
        bare = body in ("patients", "subjects", "participants", "individuals", "persons")
        return None if announced and bare else Title(said_as(body), "group")
    named = not listed("people").isdisjoint(body.split())
    if len(body.split()) > 12 or _SEXES.search(body) or listed("titles").issuperset(body.split()):
        return None
    if announced:
        return Title(said_as(body), "told") if named and not _CHOICE.search(body) else None
    if polarity != "inclusion" or VERB.search(body) or body.endswith((" with", " who", " of")):
        return None
    return Title(said_as(body), "people") if named or _FOR.match(body) else None


_CHOICE = re.compile(r"\b(?:following|any of|one of|these|all of|below|may|can|will|not|do|does)\b")
