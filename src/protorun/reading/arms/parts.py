"""Parts of a trial (phase I, phase II) and the cohorts inside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.sentences import Sentence, sentences
from protorun.study.arm import Arm, Cohort, Part
from protorun.study.record import Record
from protorun.study.source import Sourced, stated
from protorun.study.study import Study

_PHASE = re.compile(r"\bphase\s*(?P<number>IV|I{1,3}|[1-4])(?P<step>[abc]?)\b", re.IGNORECASE)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9, "ten": 10, "twelve": 12}
_N = r"\d{1,3}|" + "|".join(_WORDS)
_WHO = r"(?:evaluable\s+|eligible\s+|DLT-evaluable\s+)?(?:patients|participants|subjects)"

_COHORT_SIZES = (
    # "A minimum of 3 patients and a maximum of 6 patients were recruited into the phase I cohort"
    re.compile(
        rf"\bminimum of (?P<low>{_N})\s+(?:{_WHO}\s+)?(?:and|to)\s+(?:a\s+)?maximum of (?P<high>{_N})\b"
        r"[^.;]{0,120}\b(?:cohort|phase|dose level|level)",
        re.IGNORECASE,
    ),
    # "Each cohort will enroll 3 to 6 patients", "cohorts of 3-6 patients", "3 to 6 patients per dose level"
    re.compile(
        rf"\bcohorts?\b[^.;]{{0,60}}?\b(?P<low>{_N})\s*(?:to|-|or)\s*(?P<high>{_N})\s+{_WHO}", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<low>{_N})\s*(?:to|-|or)\s*(?P<high>{_N})\s+{_WHO}\b[^.;]{{0,60}}?"
        r"\b(?:per|in each|at each|to each|for each)\s+(?:dose\s+)?(?:cohort|level|dose level)",
        re.IGNORECASE,
    ),
)


def read_parts(record: Record, study: Study) -> tuple[Part, ...]:
    """One part per stated phase: a phase 1/2 trial has a phase 1 part and a phase 2 part."""
    phases = study.phases.value or ()
    parts = []
    for at, phase in enumerate(phases):
        if phase == "N/A":
            continue
        source = study.phases.sources[min(at, len(study.phases.sources) - 1)]
        parts.append(Part(id=phase.lower().replace(" ", "_"), phase=stated(phase, source)))
    return tuple(parts)


def part_of(arm: Arm, parts: Sequence[Part]) -> str:
    """The part an arm belongs to, when its label names exactly one phase; else it belongs to the whole trial."""
    named = {f"phase_{_number(m)}" for m in _PHASE.finditer(str(arm.label.value or ""))}
    here = [p.id for p in parts if p.id in named]
    return here[0] if len(named) == 1 and here else ""


def read_cohorts(record: Record, parts: Sequence[Part], arms: Sequence[Arm]) -> tuple[Cohort, ...]:
    """Cohorts whose bounds the text states."""
    found: dict[str, Cohort] = {}
    for sentence in sentences(record):
        for match in _sizes(sentence):
            low, high = _count(match["low"]), _count(match["high"])
            if not 1 <= low <= high <= 100:
                continue
            part = _part_named(sentence, parts)
            found.setdefault(
                part,
                Cohort(
                    id=f"{part or 'each'}_cohort",
                    part=part,
                    minimum=_sourced(low, sentence, match),
                    maximum=_sourced(high, sentence, match),
                ),
            )
    return tuple(found.values())


def _sizes(sentence: Sentence) -> Iterator[re.Match[str]]:
    for pattern in _COHORT_SIZES:
        if match := pattern.search(sentence.text):
            yield match
            return


def _sourced(value: int, sentence: Sentence, match: re.Match[str]) -> Sourced[int]:
    return stated(value, sentence.source() if len(sentence.text) < 300 else sentence.matched(match))


def _part_named(sentence: Sentence, parts: Sequence[Part]) -> str:
    named = {f"phase_{_number(m)}" for m in _PHASE.finditer(sentence.text)}
    here = [p.id for p in parts if p.id in named]
    return here[0] if len(here) == 1 else ""


def _number(match: re.Match[str]) -> str:
    return _ROMAN.get(match["number"].lower(), match["number"])


def _count(text: str) -> int:
    return _WORDS.get(text.lower()) or int(text)
