"""Labels of an entry: the part, the group or the disease it is for, before its words or behind them."""

from __future__ import annotations

import re

from protorun.reading.eligibility.cutting.scopes import (
    BETWEEN,
    ELSE,
    EXPLAINED,
    PARTS,
    VERB,
    listed,
    said_as,
    unknown,
)

_PREFIX = re.compile(
    r"(?P<bracket>\((?P<inside>[^():]{4,60}? only)\)\s*:?|(?P<plain>[^:.;]{4,90}?)\s*(?P<end>[:,]))\s*(?=\S)"
)
_LONGEST_LABEL = 120
_LISTED = re.compile(r"(?P<inside>)(?P<plain>[^:.;]{4,90}?)\s*(?P<end>:)\s*(?=\S)")
_LED = re.compile(r"(?:only )?(?:for|in) ")
_PARTS = ("part", "cohort", "arm", "phase", "group", "sub", "module", "step")
_TAGGED = re.compile(r"(?P<plain>[^:.;()]{3,70}\((?P<inside>[^():;.]{4,60}? only)\))\s*[:•–-]?\s*(?=\S)")
_OF_LIST = re.compile(
    r"(?:additional )?(?:inclusion|exclusion|eligibility) criteri(?:a|on) (?:specific )?(?:for|in) "
)
_ANOTHER = re.compile(r"\b(?:part|cohort|arm|phase|group) ?[a-z0-9]{1,3} ?:")
_COHORT = re.compile(r"[^ :]{1,20}(?: [^ :]{1,20}){0,3} (?:cohort|arm)s?(?: only)?")
_HEALTHY = re.compile(
    r"(?:healthy (?:volunteers?|controls?|subjects|participants)|controls?|donors?|siblings?)"
)


def part_prefix(text: str) -> tuple[str, int] | None:
    """`Part 2 (asthma participants): FEV1 ...`: the part of the trial an entry is limited to, and where its words begin."""
    if "only)" in text and (tagged := _TAGGED.match(text)) and _tags(tagged["inside"], tagged["plain"]):
        return said_as(tagged["plain"]), tagged.end()
    head = text[:_LONGEST_LABEL]
    match = _PREFIX.match(text) if ":" in head or "," in head or head[:1] == "(" else None
    comma = match is not None and match["end"] == ","
    if comma and not _LED.match(text):
        match, comma = (_LISTED.match(text) if text.startswith(_PARTS) else None), False
    if match is None or _ANOTHER.search(text, match.end()):
        return None
    named = (match["inside"] or match["plain"]).strip()
    if not comma and _HEALTHY.fullmatch(named):
        return named, match.end()
    if listed_for := _OF_LIST.match(named):
        return said_as(named[listed_for.end() :]), match.end()
    if not comma and (cohort := _COHORT.fullmatch(named)) and not VERB.search(named):
        return cohort[0], match.end()
    if not PARTS.search(named) or not _of_parts(named, after_comma=comma):
        return None
    return said_as(named), match.end()


def _tags(inside: str, plain: str) -> bool:
    return not unknown(inside) and PARTS.search(inside) is not None and not VERB.search(plain)


def _of_parts(named: str, *, after_comma: bool) -> bool:
    """Nothing but parts and their labels; `psoriatic group only` or `for the six-patient safety cohort` may name a group by
    words of its own."""
    split = [w for w in BETWEEN.split(EXPLAINED.sub(" ", named).strip()) if w]
    words = unknown(EXPLAINED.sub(" ", named))
    if not words:
        return len(split) <= 14
    last = [w for w in split if w != "only"][-1].rstrip("s")
    own = last in ("group", "cohort", "arm", "phase") and not VERB.search(named)
    if len(words) == 1 and own and split[-1] == "only" and len(split) <= 14:
        return True
    return own and _LED.match(named) is not None and len(words) <= 2 and len(split) <= 10


_SUFFIX = re.compile(
    r"[ ,;–-]{0,3}\((?:(?:applicable|applies|required) )?(?:only )?(?:(?:to|for|in) )?(?:the )?(?P<named>[^():;]{3,60})\)[ .;,]*$"
)
_FOR_PART = re.compile(r"\((?:for|in) ")
_TWO = re.compile(r"[.;] [a-z]|\bor\b")


def part_suffix(text: str) -> tuple[str, int] | None:
    """`... (Part 2 only)`, `... (for Arm A)`, `... (applicable only to the lung cohort)`: the part, and where the words before it end."""
    closed = text.rstrip(" .;,\n").endswith(")")
    match = _SUFFIX.search(text, max(0, len(text) - 110)) if closed else None
    if match is None:
        return None
    named, whole = match["named"].strip(), match[0]
    led = _FOR_PART.search(whole) is not None and PARTS.search(named) and not unknown(named)
    limits = "only" in whole or "appli" in whole or led
    who = PARTS.search(named) or ELSE.search(named)
    if not limits or not who or "except" in whole or _TWO.search(text, 0, match.start()):
        return None
    own = [w for w in unknown(named) if w not in listed("people") and w not in ("healthy", "population")]
    if len(own) > (
        2 if named.removesuffix(" only").rstrip("s").endswith(("cohort", "group", "arm", "phase")) else 0
    ):
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
        or VERB.search(label)
        or re.search(
            r"\b(?:stage|confirmed|status|measur\w*|history|type|types|tumors|tissue|size|burden|biops\w*|sample\w*|any|prior|markers?)\b",
            label,
        )
    ):
        return None
    return said_as(label), match.end()
