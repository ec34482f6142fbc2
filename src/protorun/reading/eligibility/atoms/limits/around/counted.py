"""Counts of things that are in no table: `at least 2 exacerbations in the past year`, `five or more tender joints`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.open_conditions import is_noun, open_flag
from protorun.reading.eligibility.atoms.conditions.phrases import first_joint, refused
from protorun.reading.eligibility.atoms.limits.bounds import side_of
from protorun.reading.eligibility.words.lexicon import Chunk, holds, modal, reversing
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import Quantity
from protorun.study.criterion import Bound, Flag, Number, Window

_BEFORE = frozenset(",|&;.:M")
_BEHIND = frozenset(",|&;.)eI")
_NAME = re.compile(r"[a-z][a-z0-9' -]{3,90}")
_MOST_WORDS = 10
_AGAIN = re.compile(r"(?:with|and|who (?:has|have|had)|experienc(?:ing|ed)) (?:a |an )?(?:history of )?")
_TIME = re.compile(
    r" (?:in|within|during|over) (?:(?:the|a|any) )?(?:(?:past|last|previous|preceding|prior) )?(?:(?:\d{1,3}|one|two|three|six|twelve)[ -])?(?:years?|months?|weeks?|days?)"
    r"(?: (?:before|prior to|preceding|of) [a-z ]{3,50})?$"
)
_ODD = re.compile(r"\b(?:teeth|feet|children|people|metastases|diagnoses|prostheses|biopsies)$")
_SINGULAR = re.compile(r"(?:ss|us|is)$")
_NOT_COUNTED = re.compile(
    r"^(?:of|in|on|at|for|to|or|lines?|regimens?|cycles?|courses?|doses?|prior|previous|additional|other|consecutive|times?|times|separate|occasions?|measurements?|readings?|points?|"
    r"target|criteria|criterion|drugs?|medications?|treatments?|therap(?:y|ies)|agents?|years?|months?|weeks?|days?|hours?)\b|"
    r"\b(?:lines?|regimens?|therap(?:y|ies)|treatments?|criteria|following|points?|drugs?|medications?|times|per|a day|daily|each|apart)\b"
)


def mark_counted(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every counted thing as a limit on its number."""
    if not holds(chunks, "n"):
        return chunks
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        made = _counted(chunks, at, found, line) if chunks[at].kind in "cn" else None
        if made is None:
            found.append(chunks[at])
            at += 1
        else:
            found.append(made[0])
            at = made[1]
    return found


def _counted(chunks: list[Chunk], at: int, found: list[Chunk], line: Line) -> tuple[Chunk, int] | None:
    if at + 1 < len(chunks) and line.text[chunks[at].end : chunks[at + 1].start].strip():
        return None
    kinds = chunks[at].kind + (chunks[at + 1].kind if at + 1 < len(chunks) else "")
    if kinds not in ("cn", "nP") or not _begins(chunks[at], found, line):
        return None
    sign, amount = (chunks[at], chunks[at + 1]) if kinds == "cn" else (chunks[at + 1], chunks[at])
    bounds = side_of(sign, amount) if _whole_number(amount.value) else None
    behind = _run(chunks, at + 2)
    if bounds is None or bounds[2] or behind == at + 2:
        return None
    return _limit(chunks, (at, behind), bounds[:2], line)


def _whole_number(value: object) -> bool:
    return (
        isinstance(value, Quantity) and not value.unit and not value.times and value.value == int(value.value)
    )


def _begins(first: Chunk, found: list[Chunk], line: Line) -> bool:
    """Nothing before it, or a sign, or a condition that the count goes with."""
    before = next((c for c in reversed(found) if c.kind != "q" or c.value), None)
    if before is None or before.kind in _BEFORE:
        return True
    gap = line.text[before.end : first.start].strip(" ,")
    return before.kind == "A" and isinstance(before.value, Flag) and _AGAIN.fullmatch(f"{gap} ") is not None


def _run(chunks: list[Chunk], at: int) -> int:
    """Behind the last word of what is counted; a time behind it belongs to the count."""
    behind = at
    while behind < len(chunks) and chunks[behind].kind in "zAkfqv" and _plain(chunks[behind]):
        behind += 1
    if behind > at and behind < len(chunks) and chunks[behind].kind == "W":
        behind += 1
    return behind if behind == len(chunks) or chunks[behind].kind in _BEHIND else at


def _plain(chunk: Chunk) -> bool:
    if chunk.kind == "A":
        return isinstance(chunk.value, Flag)
    return chunk.value not in modal() and chunk.value not in reversing()


def _limit(
    chunks: list[Chunk], run: tuple[int, int], sides: tuple[Bound | None, Bound | None], line: Line
) -> tuple[Chunk, int] | None:
    at, behind = run
    counted = chunks[at + 2 : behind]
    times = [
        c.value if c.kind == "W" else getattr(c.value, "window", None) for c in counted if c.kind in "WA"
    ]
    windows = [w for w in times if w is not None]
    last = counted[-2] if counted[-1].kind == "W" and len(counted) > 1 else counted[-1]
    text = _TIME.sub("", " ".join(line.text[chunks[at + 1].end : last.end].split())).strip(" .,")
    if any(w != windows[0] for w in windows) or not _names(text, sides):
        return None
    source = line.cite(chunks[at].start, counted[-1].end)
    when: Window | None = windows[0] if windows else None
    name = f"number_of_{open_flag(_plural(text), (), source).variable}"
    number = Number.model_construct(
        variable=name, low=sides[0], high=sides[1], unit="", window=when, source=source
    )
    return Chunk("A", chunks[at].start, counted[-1].end, number), behind


def _plural(text: str) -> str:
    """`at least one lesion` counts lesions."""
    head = first_joint(text)
    many = head.endswith("s") or _ODD.search(head) is not None
    return text if many else f"{head}s{text[len(head) :]}"


def _names(text: str, sides: tuple[Bound | None, Bound | None]) -> bool:
    """Words for things that are counted: a plural, or one thing."""
    if (
        not _NAME.fullmatch(text)
        or len(text.split()) > _MOST_WORDS
        or refused(text)
        or _NOT_COUNTED.search(text)
    ):
        return False
    head = first_joint(text)
    one = sides[0] is not None and sides[0].value == 1 and is_noun(head)
    plural = head.endswith("s") and not _SINGULAR.search(head)
    return one or plural or _ODD.search(head) is not None
