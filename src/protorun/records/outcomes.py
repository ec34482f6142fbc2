"""Outcome cells of the registry's CSV: `measure, description, time frame`, joined by bars, commas in every part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from protorun.records.ledger import Ledger
from protorun.records.values import Span

_TIME = (
    r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|twelve)?[\s-]*"
    r"(?:minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|mos?|years?|yrs?|cycles?|visits?)\b"
)
_FRAME = re.compile(
    rf"\b{_TIME}|\bbaseline\b|\bup to\b|\bthrough(?:out)?\b|\bfrom \b|\buntil\b|\bday\b|\bscreening\b|\bend of\b"
    r"|\bC\d+D\d+\b|\bpost-?(?:dose|treatment|operative(?:ly)?)\b|\bassessed\b|\bat the time\b|\bimmediately\b"
    r"|\bat (?:enrollment|admission|discharge|diagnosis|surgery)\b|\bstudy (?:completion|duration|end)\b"
    r"|\bduring\b|\b(?:within|after|before)\b.{0,60}\d|^\d+\s*[dwmyh]\b",
    re.IGNORECASE,
)
_FRAME_TAIL = re.compile(
    rf"(?:and |or |at |to |the |then |every |(?:an )?average of |an expected |approximately |assessed |up to |on |for )*"
    rf"(?:baseline|screening|(?:end|completion) of \w+(?: \w+)?|(?:days?|weeks?|months?|years?|cycles?|visits?|hours?|D|W|M|C\d+D)"
    rf"[\s-]*\d[\d\s,.&/-]*(?:and \d+)?|\d[\d.,\s-]*(?:{_TIME})?|{_TIME}"
    rf"|(?:an average of|up to|approximately)[^,.]{{1,40}})[^,]{{0,40}}",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"\(([A-Za-z][\w .+/-]{1,20})\)\s*\Z")


@dataclass(frozen=True)
class Outcome:
    """Where the parts of one outcome stand; `sure` False when the commas allow more than one reading."""

    measure: Span
    description: Span | None
    time_frame: Span | None
    sure: bool


def outcomes(text: str, offset: int = 0) -> Iterator[Outcome]:
    """The outcomes of a cell, one per stretch between bars."""
    at = 0
    for part in _split(text):
        start = at + len(part) - len(part.lstrip())
        bare = part.strip()
        if bare:
            yield _outcome(bare, offset + start)
        at += len(part) + 1


def claim_outcomes(
    ledger: Ledger, level: str, text: str, offset: int, *, at: str = "", label: str = ""
) -> None:
    """Claim every outcome of a cell; groups go on counting over the levels."""
    number = len({p.group for p in ledger.passages if p.group.startswith("outcome/")})
    for outcome in outcomes(text, offset):
        group = f"outcome/{number}"
        spans = {
            "measure": outcome.measure,
            "description": outcome.description,
            "time_frame": outcome.time_frame,
        }
        for part, span in spans.items():
            if span:
                ledger.value(f"outcome.{level}.{part}", *span, group=group, at=at, label=label)
        if not outcome.sure:
            words = ledger.texts[at][outcome.measure[0] : outcome.measure[1]][:60]
            ledger.warn(f"the parts of the {level} outcome {words!r} cannot be told apart for sure")
        number += 1
    ledger.mark("label", offset, offset + len(text), at=at)


def ends_with_time_frame(text: str) -> bool:
    """Whether the text ends as an outcome cell does: a comma and a time frame."""
    last = text.rfind(", ")
    return last > 0 and _is_frame(text[last + 2 :])


def _split(text: str) -> list[str]:
    """A bar parts two outcomes only where the stretch before it has ended with a time frame (`A | B site` goes on)."""
    parts = text.split("|")
    found = [parts[0]]
    for part in parts[1:]:
        if part[:1] in " \u00a0" and not ends_with_time_frame(found[-1]):
            found[-1] += "|" + part
        else:
            found.append(part)
    return found


def _outcome(text: str, offset: int) -> Outcome:
    commas = [m.start() for m in re.finditer(", ", text)]
    frame = _frame_start(text, commas)
    end = frame if frame is not None else len(text)
    inner = [at for at in commas if at < end]
    cut, sure = _measure_end(text, inner, end)
    span = (offset + frame + 2, offset + len(text)) if frame is not None else None
    described = (offset + cut + 2, offset + end) if cut is not None else None
    measure = (offset, offset + (cut if cut is not None else end))
    return Outcome(measure, described, span, sure and (frame is not None or not commas))


def _frame_start(text: str, commas: list[int]) -> int | None:
    """The comma before the time frame, found from the right; a frame may hold commas of its own."""
    if not commas or not _is_frame(text[commas[-1] + 2 :]):
        return None
    at = len(commas) - 1
    while at and _FRAME_TAIL.fullmatch(text, commas[at - 1] + 2, commas[at]):
        at -= 1
    return commas[at]


def _is_frame(text: str) -> bool:
    text = text[:400]
    return bool(_FRAME.search(text)) or bool(
        re.fullmatch(r"\d+(?:\.\d+)?\s*\w{0,12}|N/?A|not applicable", text)
    )


def _measure_end(text: str, commas: list[int], end: int) -> tuple[int | None, bool]:
    """The comma that ends the measure: before a repeat of its acronym, else the one before a capital letter when there
    is just one. With more the whole text stays the measure and the reading is unsure."""
    for at in commas[:40]:
        acronym = _ACRONYM.search(text, max(0, at - 40), at)
        if acronym and text.startswith(acronym[1], at + 2):
            return at, True
    capital = [at for at in commas if text[at + 2 : at + 3].isupper() or text[at + 2 : at + 3].isdigit()]
    if not commas:
        return None, True
    if not capital:
        return None, not commas
    first = capital[0]
    rest = text[first + 2 : end]
    sure = len(capital) == 1 or len(rest) > 60 or "." in rest
    return (first, sure) if sure else (None, False)
