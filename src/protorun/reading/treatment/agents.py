"""What is given in this record: its interventions by all their names, and drugs and radiotherapy by general knowledge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from protorun.reading.values import table
from protorun.study.record import Record
from protorun.study.study import Study
from protorun.terms import drugs

_JOINED = re.compile(
    r"\s*(?:\+|/(?=\s?(?-i:[A-Z]))|,|;|\band\b|\bplus\b|\b(?:in )?combin(?:ed|ation) with\b|\bwith\b|\bfollowed by\b|\bor\b)\s*",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"^\s*(?:drug|biological|radiation|combination product|genetic|procedure|other|device)\s*:\s*-?\s*", re.I
)
_PLACE = re.compile(
    r"^\s*(?:part|cohort|arm|group|stage|period|phase|dose|level|regimen|step|sequence)\s*(?:\d{1,2}|[A-H]|I{1,3})(?:[a-z])?\s*(?:[:,-]\s*|$)",
    re.I,
)
"""A place in the design is no drug: `Part 2`, `Cohort A: Drug X`."""
_FORM = re.compile(
    r"\s*(?:\b(?:injections?|tablets?|capsules?|monotherapy|therapy|treatment|infusions?|solution|alone|phase|cohort|dose)\b"
    r"|\d[\d.,]*\s*(?:mg|µg|g|mcg|iu)\S*|\([^)]*\)).*$",
    re.IGNORECASE,
)  # fmt: skip
_GIVEN_TYPES = ("drug", "biological", "combination", "genetic", "radi")
_TOO_PLAIN = frozenset(
    [
        "arm",
        "group",
        "control",
        "experimental",
        "placebo",
        "treatment",
        "therapy",
        "chemotherapy",
        "drug",
        "study",
        "combination",
        "standard",
        "intervention",
        "cells",
        "surgery",
        "observation",
        "active",
        "comparator",
        "vaccine",
        "systemic",
        "intravenous",
        "oral",
        "radiation",
        "other",
        "low",
        "high",
        "dose",
        "single",
    ]
)
_TAIL = re.compile(r"(?:\s+(?:for|of|in|by|at|to|on|as))+\s*$", re.I)
_HINTS = {
    "radiotherapy": re.compile(r"radi|RT\b|\bCSI\b|\bSABR\b|\bSRS\b", re.I),
    "general": re.compile(r"chemotherapy|system|trop", re.I),
}
_PRIOR = re.compile(
    r"(?:\bprior|\bprevious(?:ly)?(?: treated with| received)?|(?<!day \d )(?<!day \d\d )\bafter(?: prior)?|\bresistan\w+ to|\brefractory to|\bcontaining"
    r"|\bsuch as|\be\.g\.,?|\bplacebo (?:match\w*(?: to| with)?|for|to|of)|\bmatch(?:ing|ed)(?: to| with)?|\bnot receive|\bwithout|\blacks?)\s+(?:(?!receiv|get|given|treated|are\b|were\b|will\b|then\b)[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)  # fmt: skip
_NOT_GIVEN = re.compile(
    r"\s*[- ](?:match\w* placebo|placebo|na[iï]ve|resistan|refractory|pretreated|experienced|sensitive|containing|based)",
    re.I,
)
_ALIAS = re.compile(r"\s*\((?P<short>[A-Z][\w-]{1,14})\)")


@dataclass(frozen=True)
class Agent:
    """One mention of something given: the name the study uses, what kind of thing, and where it stands."""

    name: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Vocabulary:
    """Names of this record's interventions (lower case) with the name the study uses for each."""

    names: dict[str, str]
    radiation: frozenset[str]
    preferred: Mapping[str, str] = field(default_factory=dict)
    """Drugs of the table that this record lists under another name (`T-DXd`)."""

    @cached_property
    def own(self) -> frozenset[str]:
        """The agents that the record lists, radiotherapy of any kind included when it lists radiation."""
        kinds = tuple(table("treatment")["radiotherapy"]) if self.radiation else ()
        return frozenset((*self.names.values(), *kinds))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds any of the names; the longest first."""
        listed = sorted(self.names, key=len, reverse=True)
        names = "|".join(map(re.escape, listed)) or "(?!)"
        return re.compile(rf"(?<![\w-])(?:{names})(?:(?!\w)|{drugs.GLUED})", re.IGNORECASE)

    def mentions(self, text: str) -> list[Agent]:
        """What the text says is given, in order; earlier treatment, examples and "naive" patients are left out.

        A general name such as "intrathecal chemotherapy" counts only where no drug is named.
        """
        found: list[Agent] = []
        for name, kind, match in self._candidates(text):
            free = all(match.end() <= a.start or match.start() >= a.end for a in found)
            specific = kind != "general" or all(a.kind == "general" for a in found)
            if free and specific and _is_given(text, match):
                found.append(Agent(name, kind, match.start(), match.end()))
        return sorted(found, key=lambda a: a.start)

    def speaks_of(self, text: str, name: str) -> bool:
        """Whether the agent is named in the text, be it given or in another way ("previously received X")."""
        return any(found == name for found, _, _ in self._candidates(text))

    @cached_property
    def _found(self) -> dict[str, list[tuple[str, str, re.Match[str]]]]:
        return {}

    def _candidates(self, text: str) -> list[tuple[str, str, re.Match[str]]]:
        if text not in self._found:
            self._found[text] = self._search(text)
        return self._found[text]

    def _search(self, text: str) -> list[tuple[str, str, re.Match[str]]]:
        own = [(self.names[_low(m[0])], m) for m in self.pattern.finditer(text)]
        known = [(self._listed(drugs.canonical(m[0])), m) for m in drugs.pattern().finditer(text)]
        rows = [(name, self._kind(name), m) for name, m in (*own, *known)]
        for kind, hint in _HINTS.items():
            for name, pattern in table("treatment")[kind].items() if hint.search(text) else ():
                rows += [(name, kind, m) for m in _compiled(pattern).finditer(text)]
        return rows

    def _listed(self, drug: str) -> str:
        return self.preferred.get(drug, drug)

    def _kind(self, name: str) -> str:
        return "radiotherapy" if name in self.radiation else "drug"


def _is_given(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 60) : match.start()]
    return not _NOT_GIVEN.match(text, match.end()) and not _PRIOR.search(before)


def vocabulary(record: Record, study: Study) -> Vocabulary:
    """The names under which this record's interventions go, abbreviations in parentheses included."""
    names: dict[str, str] = {}
    radiation = set()
    for intervention in study.interventions:
        kind = (intervention.type.value or "").lower()
        if kind and not kind.startswith(_GIVEN_TYPES):
            continue
        own = [_name(part) for part in _parts(intervention.name.value or "", whole=False)]
        printed = [(p, _name(p)) for p in _parts(intervention.name.value or "", whole=False)]
        others = [p for name in intervention.other_names for p in _parts(name, whole=True)]
        printed += [(p, own[0] if len(own) == 1 else _name(p)) for p in others]
        for part, name in printed:
            names.setdefault(_low(part), name)
            if kind.startswith("radi"):
                radiation.add(names[_low(part)])
    listed = [part for i in study.interventions for part in _parts(i.name.value or "", whole=False)]
    preferred = {drugs.canonical(p): p for p in listed if drugs.canonical(p) != _low(p)}
    names = {printed: preferred.get(name, name) for printed, name in names.items()}
    words = Vocabulary(names, frozenset(radiation), preferred)
    return replace(words, names={**_aliases(record, words), **names})


def _parts(printed: str, *, whole: bool) -> list[str]:
    text = _PLACE.sub("", _KIND.sub("", printed))
    pieces = [text] if whole else _JOINED.split(text)
    cleaned = [_cut(piece) for piece in pieces]
    return [
        p for p in cleaned if 2 < len(p) <= 100 and not set(_low(p).split()) <= _TOO_PLAIN and not p.isdigit()
    ]


def _cut(piece: str) -> str:
    """The name without its form ("tablets", "injection"), unless only a manner is left ("Sublingual tablets of X")."""
    short = _TAIL.sub("", _FORM.sub("", piece)).strip(" -.,:;")
    return piece.strip(" -.,:;") if _MANNER.fullmatch(short) else short


_MANNER = re.compile(
    r"(?:sublingual|oral|topical|endocrine|hormon\w*|intravenous|subcutaneous|intramuscular|intranasal|inhaled|targeted|biological"
    r"|conventional|adjuvant|neoadjuvant|maintenance|induction|standard|allergen|anti\w*)",
    re.I,
)


def _name(part: str) -> str:
    """A drug of the table goes by its one name there, also inside "intrathecal pemetrexed"."""
    inside = [m[0].lower() for m in drugs.pattern().finditer(part)]
    return drugs.canonical(inside[0]) if len(inside) == 1 and inside[0] in drugs.known_names() else part


def _aliases(record: Record, words: Vocabulary) -> dict[str, str]:
    """`Name (ABC)` anywhere in the record's narrative makes ABC another name."""
    found: dict[str, str] = {}
    for passage in record.passages:
        if not passage.field.startswith(("arm.", "intervention.", "summary.", "title.")):
            continue
        for name, _, match in words._candidates(passage.text):
            short = _ALIAS.match(passage.text, match.end())
            if short and len(short["short"]) > 2 and not short["short"].isdigit():
                found.setdefault(_low(short["short"]), name)
    return {short: name for short, name in found.items() if short not in _ROUTE_WORDS}


_ROUTE_WORDS = frozenset(
    {"iv", "it", "sc", "po", "im", "icv", "lm", "bm", "csf", "pd", "rt", "q3w", "q2w", "mg"}
)


def _low(text: str) -> str:
    return " ".join(text.lower().split())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
