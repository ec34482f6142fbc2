"""Outcome cells of the registry's CSV: `measure, description, time frame`, joined by bars, commas in every part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from protorun.records.passages.ledger import Ledger
from protorun.records.passages.values import Span

MAX_OUTCOMES = 2_000
"""No published trial has a tenth of it."""

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
    rf"(?:(?:and|or|at|to|the|then|every) ){{0,3}}(?:baseline|basal|screening|pre-?dose|post-?dose"
    rf"|(?:days?|weeks?|months?|years?|cycles?|visits?|hours?|D|W|M|C\d+D)[\s-]{{0,2}}\d[\d .&/-]{{0,20}}(?:and \d+)?"
    rf"|\d[\d. -]{{0,12}}(?:{_TIME})?)[^,]{{0,30}}",
    re.IGNORECASE,
)
# A time frame that goes on after a comma began further left, with one of these.
_OPENER = re.compile(
    r"(?:From|Through|Throughout|Baseline|Basal|Every|Until|At|Days?|Weeks?|Months?|Years?|Cycles?|Visits?|Screening"
    r"|Up ?to|Within|During|Before|After|Assessed|Date of|Each|On|Approximately|Beginning|Start|Study|Randomization"
    r"|Enrollment|Pre-?dose|End of|Pre-|Post-?|Prior|Collected|Part|Phase|C\d+D\d+|D\d+|Day\d+)(?:\b|(?<=-))"
)
# In lower case these may begin a time frame; other words in lower case cannot.
_LOW_OPENER = re.compile(
    r"(?:up ?to|approximately|about|from|through|throughout|until|at|during|within|days?|weeks?|months?|baseline|every"
    r"|after|end|assessed|post|pre|one|two|three|six|twelve|screening|over|first|time)\b"
)
_LOW_FROM = re.compile(r"(?:from(?! any\b| other\b)|until|through)\b")
_SENTENCE_END = re.compile(r"(?<!i\.e)(?<!e\.g)(?<!vs)(?<!etc)(?<!approx)\.\)?\]?, ")
_SHARED = 3
_LISTED_NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)(?<!Version )(?<!Phase )(?<!Part )(?<!Cohort )(?<!Grade )(?<!grade )\d{1,3}\Z"
)
_NUMBERED = re.compile(r"(?:and )?\b(?:Day|Week|Visit|Cycle|Month)s? \d")
# How descriptions begin, or go on within their first words; a list inside a measure does neither.
_DESCRIBES = re.compile(
    r"(?:The|An?|Number|Percent|Percentage|Proportion|Defined|Definition|Time|Assess|Assessed|Assessment|Measured?|To|For|In"
    r"|Evaluat\w+|Incidence|Rate|Change|Determin\w+|Participants?|Patients?|Subjects?|According|As|This|These|Per|Based|Will"
    r"|Using|Investigator|Blood|Duration|Adverse events? (?:will|are)|Length|Interval|From|Summary|Count|Mean|Median|Area"
    r"|Maximum|Minimum|Calculated|Graded|Scored?|Response|Tumou?r|All|Any|Both|Best|Estimat\w+|Frequency|Occurrence|It|Is"
    r"|We|If|When|DLTs?|AEs? (?:will|are|is)|Objective response is|Percentages|Numbers?|Descriptive|Composite|Including"
    r"|Probability|Survival|Patient|Whether|How|What|Clearance|Terminal|Trough|Plasma|Serum|Peak|Half|Apparent|Level|Levels)\b"
)
_LOW_DESCRIBES = re.compile(
    r"(?:the (?:time|proportion|percentage|number|rate|duration|incidence)|defined as|proportion of|percentage of|time from"
    r"|number of|is defined|is the|will be)\b"
)
_DEFINES = re.compile(
    r"\b(?:is|are|was|were|will|defined|means|refers|measured|assessed|using|according)\b|=|:"
)


@dataclass(frozen=True)
class Outcome:
    """Where the parts of one outcome stand; `sure` False when the commas allow more than one reading."""

    measure: Span
    description: Span | None
    time_frame: Span | None
    sure: bool
    marked: bool
    """True when there is no other comma to cut at, and a description takes up the words of its measure."""


def outcomes(text: str, offset: int = 0) -> Iterator[Outcome]:
    """The outcomes of a cell, one per stretch between bars."""
    text = text.replace("\u00a0", " ")
    at, parts = 0, _split(text)
    heads = Counter(part.strip().partition(", ")[0] for part in parts)
    for part in parts:
        start = at + len(part) - len(part.lstrip())
        bare = part.strip()
        if bare:
            found = _outcome(bare, offset + start)
            head = bare.partition(", ")[0]
            # A head that several outcomes share is their measure.
            yield _cut_at(found, offset + start + len(head)) if heads[head] >= _SHARED else found
        at += len(part) + 1


def _cut_at(outcome: Outcome, comma: int) -> Outcome:
    """The outcome with its measure ending at that comma, where no rule has found an end."""
    start, end = outcome.measure
    if outcome.description or not start < comma < end:
        return outcome
    return replace(outcome, measure=(start, comma), description=(comma + 2, end))


def claim_outcomes(
    ledger: Ledger, level: str, text: str, offset: int, *, at: str = "", label: str = ""
) -> None:
    """Claim every outcome of a cell; groups go on counting over the levels."""
    if text.count("|") > MAX_OUTCOMES:
        ledger.leave(offset, offset + len(text), f"more than {MAX_OUTCOMES:,} outcomes in one cell", at=at)
        return
    number = ledger.next_number("outcome")
    for outcome in outcomes(text, offset):
        group = f"outcome/{number}"
        spans = {
            "measure": outcome.measure,
            "description": outcome.description,
            "time_frame": outcome.time_frame,
        }
        for part, span in spans.items():
            if span:
                ledger.value(
                    f"outcome.{level}.{part}",
                    *span,
                    group=group,
                    at=at,
                    label=label,
                    sure=outcome.sure and outcome.marked,
                )
        if not outcome.sure:
            words = ledger.texts[at][outcome.measure[0] : outcome.measure[1]][:60]
            ledger.warn(f"the parts of the {level} outcome {words!r} cannot be told apart for sure")
        number += 1
    ledger.mark("label", offset, offset + len(text), at=at)


def ends_with_time_frame(text: str) -> bool:
    """Whether the text ends as an outcome cell does: a comma and a time frame, not the end of a sentence."""
    text = text.replace("\u00a0", " ")
    last = text.rfind(", ")
    frame = text[last + 2 :]
    if last <= 0 or len(frame) > 150 or ". " in frame or (frame.endswith(".") and "|" not in text):
        return False
    return _is_frame(frame)


def _split(text: str) -> list[str]:
    """A bar parts two outcomes only where the stretch before it has ended with a time frame (`A | B site` goes on)."""
    parts = text.split("|")
    found = [parts[0]]
    for part in parts[1:]:
        if part.startswith(" ") and not ends_with_time_frame(found[-1]):
            found[-1] += "|" + part
        else:
            found.append(part)
    return found


def _outcome(text: str, offset: int) -> Outcome:
    commas = _commas(text)
    frame, framed = _frame_start(text, commas)
    end = len(text) if frame is None else frame
    cut, described = _measure_end(text, [at for at in commas if at < end], end)
    return Outcome(
        (offset, offset + (end if cut is None else cut)),
        None if cut is None else (offset + cut + 2, offset + end),
        None if frame is None else (offset + frame + 2, offset + len(text)),
        framed and described,
        len(commas) == (frame is not None) + (cut is not None) and (cut is None or _repeats(text, cut)),
    )


def _commas(text: str) -> list[int]:
    """The commas outside brackets; an unclosed bracket does not count."""
    if text.count("(") + text.count("[") != text.count(")") + text.count("]"):
        return [m.start() for m in re.finditer(", ", text)]
    depth, found = 0, []
    for match in re.finditer(r"[(\[\])]|, ", text):
        if match[0] == ", ":
            if depth <= 0:
                found.append(match.start())
        else:
            depth += 1 if match[0] in "([" else -1
    return found


def _frame_start(text: str, commas: list[int]) -> tuple[int | None, bool]:
    """The comma before the time frame, found from the right, and whether that is sure; a frame may hold commas."""
    if not commas:
        return None, True
    stops = [m.end() - 2 for m in _SENTENCE_END.finditer(text)]
    if stops and len(text) - stops[-1] <= 700 and _begins_frame(text[stops[-1] + 2 :]):
        return stops[-1], True
    parts = [text[a + 2 : b] for a, b in pairwise([*commas, len(text)])]
    last = len(parts) - 1
    if not _is_frame(parts[last]) or len(parts[last]) > 300:
        return None, False
    if _goes_on(parts, last):
        opened = _opened_left(parts, last)
        if opened is None:
            low = _LOW_OPENER.match(parts[last])
            doubtful = re.search(r"(?:, |\A)Time (?:from|to)\b", text[: commas[last]][-160:])
            if doubtful or not low:
                return None, False
            # "from enrollment to death, assessed up to 3 years": the stretch before belongs to the frame.
            opened = last - 1 if last and _LOW_FROM.match(parts[last - 1]) else last
        last = opened
    while last and _FRAME_TAIL.fullmatch(parts[last - 1]):
        last -= 1
    if last and _NUMBERED.match(parts[last]) and _NUMBERED.search(parts[last - 1]):
        return None, False
    return commas[last], True


def _begins_frame(text: str) -> bool:
    head = text[:60]
    return bool(_OPENER.match(head) or _LOW_OPENER.match(head) or head[:1].isdigit()) or (
        len(text) <= 80 and ", " not in text and _is_frame(text)
    )


def _goes_on(parts: list[str], at: int) -> bool:
    """Whether a stretch between commas goes on with what stands before its comma."""
    part = parts[at]
    if part[:1].isdigit():
        return at > 0 and bool(_LISTED_NUMBER.search(parts[at - 1]) or _FRAME_TAIL.fullmatch(parts[at - 1]))
    return part[:1].islower() or part[:1] in "(±+-["


def _opened_left(parts: list[str], last: int) -> int | None:
    for at in range(last - 1, max(-1, last - 12), -1):
        if _OPENER.match(parts[at]):
            return at
        if "." in parts[at] or not (
            parts[at][:1].islower() or parts[at][:1].isdigit() or parts[at][:1] == "("
        ):
            return None
    return None


def _is_frame(text: str) -> bool:
    text = text[:400]
    return bool(_FRAME.search(text)) or bool(
        re.fullmatch(r"\d+(?:\.\d+)?\s*\w{0,12}|N/?A|not applicable", text)
    )


def _measure_end(text: str, commas: list[int], end: int) -> tuple[int | None, bool]:
    """The comma that ends the measure, and whether that is sure: before a repeat of the measure's acronym or of its
    first words, else before a capital letter with which a description begins. Without one the whole text stays the
    measure, unsure."""
    if not commas:
        return None, True
    for i, at in enumerate(commas[:40]):
        start = at + 2
        if not text[start : start + 1].isalpha():
            continue
        if (
            _repeats(text, at)
            or _LOW_DESCRIBES.match(text, start)
            or (text[start].isupper() and _describes(text, commas, i, end))
        ):
            return at, True
    return None, False


def _repeats(text: str, at: int) -> bool:
    """Whether what follows the comma repeats an acronym of the measure to explain it, or its first words."""
    after = text[at + 2 : at + 80]
    first = re.match(r"[\w/.-]+", after)
    if first is None:
        return False
    word = first[0]
    if text[:at].endswith(f"({word})"):
        return True
    known = f"({word})" in text[:at] or (
        len(word) > 1 and word.isupper() and word in re.split(r"\W+", text[:at])
    )
    if known and re.match(
        r"\s*(?:,|=|:|is\b|was\b|are\b|will\b|defined\b|refers\b|as\b)", after[len(word) :]
    ):
        return True
    words = " ".join(text[:at].split()[:3])
    return len(words) > 8 and after.lower().startswith(words.lower())


def _describes(text: str, commas: list[int], i: int, end: int) -> bool:
    start = commas[i] + 2
    stop = commas[i + 1] if i + 1 < len(commas) else end
    part = text[start:stop]
    words = part.split()
    listed = (
        len(words) <= 4 and re.match(r"(?:and|or)\b", text[stop + 2 : stop + 6]) is not None and stop < end
    )
    if listed or (len(words) <= 6 and " and " in part and not _DESCRIBES.match(part)):
        return False
    plain_words = len(words) >= 4 and bool(re.match(r"[A-Z][a-z]+(?:[ ,'-]|\Z)", part))
    alone = len(commas) == 1 and len(words) >= 2
    return plain_words or alone or bool(_DESCRIBES.match(part) or _DEFINES.search(part[:70]))
