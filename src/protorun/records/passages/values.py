"""Where single values stand inside a printed one: phases, places, statuses, the rows of a `See also` list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protorun.terms.dates import parse_printed
from protorun.terms.fields import plain, values

Span = tuple[int, int]

_PHASE = re.compile(
    r"(?:early[\s_]{0,3})?phase[\s_]{0,3}(?:[0-4][ab]?|i{1,3}[ab]?|iv)(?![\w])|n/a|not applicable|na(?![\w])",
    re.IGNORECASE,
)
_BETWEEN_PHASES = re.compile(r"[\s|/,;&+-]{0,9}(?:and|to)?[\s|/,;&+-]{0,9}")
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+(?![\d,])|\d+")
_AGE = r"\d{1,3}(?:\.\d+)?\s*(?:years?|months?|weeks?|days?|hours?|minutes?|y|yrs?)\b"
_ONE_AGE = re.compile(rf"{_AGE}|n/a|none|no limit", re.IGNORECASE)
_AGES = re.compile(
    rf"(?:(?:n/a|birth|up|child|no limit|all|\d{{1,3}}|{_AGE})\s*(?:-|–|to|and)\s*(?:{_AGE}|n/a|no limit|over|older|up|above)"
    rf"|(?:all|any age|all ages)|{_AGE}(?:\s+(?:and|or)\s+(?:over|older|above|up))?|(?:up to|under|maximum)\s+{_AGE})"
    r"(?:\s*\([^()]{0,60}\))?",
    re.IGNORECASE,
)
_LISTED = frozenset({"status", "type", "sex", "yesno"})
_LEADING = frozenset({"class", "allocation", "model", "masking", "purpose"})
_SHAPES = {
    "nct": re.compile(r"NCT\d{8}", re.IGNORECASE),
    "ages": _AGES,
    "age": _ONE_AGE,
    "acronym": re.compile(r"(?=.{2,40}\Z)(?=(?:.*?[A-Z0-9]){2})\S+(?: \S+){0,3}"),
    "email": re.compile(r"(?:[^@\s]+\s)?[^@\s]+@[^@\s]+\.\w{2,}(?:\s\S+)?"),
    "phone": re.compile(r"(?=(?:\D*\d){6})(?=(?:[^A-Za-z]*[A-Za-z]){0,12}[^A-Za-z]*\Z).{6,60}"),
    "person": re.compile(r"(?!.*@)(?!(?:\D*\d){5})[^:;]{2,100}"),
}
CHECKED = _LISTED | _LEADING | _SHAPES.keys() | {"date", "phase", "count"}
"""Kinds whose values are known by their words or their shape."""

_ROW = re.compile(r"(?P<nct>NCT\d{8})[ \t\u00a0]*[-–—:][ \t\u00a0]*(?P<rest>[^\r\n]*)")
_ROW_PHASE = re.compile(r"[ \t\u00a0](N/A|(?:Early )?Phase [0-4](?:/Phase [0-4])?)[ \t\u00a0]*\Z")


def phases(text: str, offset: int = 0) -> tuple[Span, ...]:
    """`Phase 1/Phase 2`, `PHASE1|PHASE2`, `N/A`: one span per phase; nothing when other words stand there too."""
    found: list[Span] = []
    at = 0
    for match in _PHASE.finditer(text):
        if not _BETWEEN_PHASES.fullmatch(text, at, match.start()):
            return ()
        found.append((offset + match.start(), offset + match.end()))
        at = match.end()
    return tuple(found) if not text[at:].strip(" .;\t\r\n") else ()


def fits(kind: str, text: str) -> bool:
    """Whether the text can be a value of that closed kind; open kinds take any text."""
    text = text.strip()
    if kind in CHECKED and len(text) > 200:
        return False
    if kind in _LISTED:
        return plain(text) in values(kind)
    if kind in _LEADING:
        return any(f"{plain(text)} ".startswith(f"{word} ") for word in values(kind))
    if kind in _SHAPES:
        return bool(_SHAPES[kind].fullmatch(text))
    if kind == "date":
        return parse_printed(_without_note(text)) is not None
    if kind == "phase":
        return bool(phases(text))
    return count(text) is not None if kind == "count" else bool(text)


def count(text: str) -> Span | None:
    """The number of `34 participants`, `1,024 (estimated)`, `Estimated 40`."""
    match = re.fullmatch(
        rf"(?:estimated|actual|anticipated)?\s*({_COUNT.pattern})\s*"
        r"(?:participants?|patients?|subjects?|volunteers?|people)?\s*(?:\((?:estimated|actual|anticipated)\))?\s*",
        text,
        re.IGNORECASE,
    )
    return match.span(1) if match else None


def date_span(text: str) -> Span:
    """The date of `July 2024 (Estimated)`."""
    return 0, len(_without_note(text))


def _without_note(text: str) -> str:
    return re.sub(
        r"[ \t]*\[?\(?(?:estimated|actual|anticipated|est)\.?\)?\]?[ \t]*\Z", "", text, flags=re.IGNORECASE
    )


def places(text: str, offset: int = 0) -> Iterator[Span]:
    """Countries of a comma list; `Korea, Republic of` is one."""
    known = values("comma_places")
    parts = list(_pieces(text, ","))
    at = 0
    while at < len(parts):
        last = at
        if at + 1 < len(parts) and plain(text[parts[at][0] : parts[at + 1][1]]) in known:
            last = at + 1
        yield offset + parts[at][0], offset + parts[last][1]
        at = last + 1


def conditions(text: str, offset: int = 0) -> Iterator[Span]:
    """Conditions of a comma list; `Solid Tumor, Adult` and `Neoplasms, Lung` are one each."""
    start, end = -1, -1
    text = text.replace("\u00a0", " ")
    for low, high in _pieces(text, ", "):
        if start >= 0 and _belongs(text[start:end], text[low:high]):
            end = high
            continue
        if start >= 0:
            yield offset + start, offset + end
        start, end = low, high
    if start >= 0:
        yield offset + start, offset + end


def _belongs(before: str, part: str) -> bool:
    word = plain(part)
    if word in values("tail") or re.match(r"(?!de\b|van\b|von\b)[a-z]+\b", part):
        return True
    single = " " not in word and not re.search(r"(?:oma|omas|cancer|tumor|disease|itis|emia)\Z", word)
    return single and plain(before) in values("turned")


def pieces(text: str, sign: str, offset: int = 0) -> Iterator[Span]:
    """The parts between signs, outer blanks excluded, empty ones left out."""
    for start, end in _pieces(text, sign):
        yield offset + start, offset + end


def _pieces(text: str, sign: str) -> Iterator[Span]:
    at = 0
    for part in text.split(sign):
        bare = part.strip()
        if bare:
            start = at + len(part) - len(part.lstrip())
            yield start, start + len(bare)
        at += len(part) + len(sign)


def related_row(text: str, offset: int = 0) -> dict[str, Span] | None:
    """A row of a `See also` list, anchored on its NCT number: status on its left; title, and a phase if it ends with
    one, on its right. None when it is no such row."""
    match = _ROW.search(text)
    if match is None or match["rest"].strip() == "":
        return None
    status = text[: match.start()].strip()
    if status and plain(status) not in values("status"):
        return None
    found = {"nct": match.span("nct"), "title": match.span("rest")}
    if status:
        start = text.index(status)
        found["status"] = (start, start + len(status))
    if phase := _ROW_PHASE.search(text):
        found["phase"] = phase.span(1)
        found["title"] = (match.start("rest"), phase.start())
    return {part: (offset + start, offset + end) for part, (start, end) in found.items()}
