"""From a passage to a fact: the printed value in the study's words, with its source, or the kind of absence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Any, TypeVar

from protorun.reading.sentences import whole
from protorun.study.record import Passage, Record
from protorun.study.source import Sourced, absent, derived, stated
from protorun.study.study import Age
from protorun.terms.dates import parse_printed

T = TypeVar("T")

_CUT = "the record does not mark where this begins and ends; the cut is inferred"
_SIGNS = re.compile(r"[^a-z0-9]+")
_NOTHING = frozenset({"", "n a", "not provided", "not available"})
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*(year|month|week|day|hour|minute)s?\b", re.IGNORECASE)
_AGES = re.compile(r"(\d+)\s*(?:-|to)\s*(\d+)\s*(year|month|week|day)s?", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?=[\\<>*\[\]^.&~_#+=(){}|!`-])")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#39|#34|#38|#60|#62|#160|ge|le);")
_PARAGRAPH = re.compile(r"[ \t\r]*\n[ \t\r]*\n\s*")
_LINE = re.compile(r"[ \t\r]*\n(?!\s*(?:[-*•⁃‣∙·]\s|\d{1,2}[.)]\s))[ \t]*")
_BLANKS = re.compile(r"[ \t]+")
_CLEAN = re.compile(r"[A-Za-z0-9_,.()/@+'-]+(?: [A-Za-z0-9_,.()/@+'-]+)*")
"""Text that cleaning would leave as it is."""
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")


@cache
def table(name: str) -> dict[str, Any]:
    """A vocabulary table of this folder, read once."""
    return tomllib.loads((files("protorun.reading") / "tables" / f"{name}.toml").read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """Lower case with every run of signs as one space: the form in which printed values are compared."""
    return _SIGNS.sub(" ", text.lower()).strip()


def word(kind: str) -> Callable[[str], str]:
    """A reader of printed values of that kind (`status`, `phase` ...); an unknown value stays as printed."""
    read = one_of(kind)
    return lambda text: read(text) or text


def one_of(kind: str) -> Callable[[str], str | None]:
    """A reader of printed values of a closed kind, with or without an explanation in brackets; None for any other."""
    known: dict[str, str] = table("registry")[kind]
    return lambda text: known.get(plain(text)) or known.get(plain(text.partition("(")[0]))


def text_fact(record: Record, field: str) -> Sourced[str]:
    """The words of the first passage of a field."""
    return fact(record, field, str)


def fact(record: Record, field: str, read: Callable[[str], T | None]) -> Sourced[T]:
    """The first passage of a field, read; what cannot be read is marked so and keeps its source."""
    passage = record.first(field)
    return of(passage, read) if passage else missing(record, field)


def missing(record: Record, field: str) -> Sourced[Any]:
    """The absence of a field, with its kind: the layout never carries it, an empty label, or just not stated."""
    return absent(record.absent.get(field) or record.absent.get(field.partition(".")[0]) or "not stated")


def of(passage: Passage, read: Callable[[str], T | None]) -> Sourced[T]:
    """A passage as a fact; a placeholder such as `n/a` counts as absent only when the reader takes it for nothing."""
    if _CLEAN.fullmatch(passage.text):
        text = passage.text
    else:
        text = as_printed(passage.text) if read is str else whole(passage).text.strip()
    if not text:
        return absent("empty label")
    value = read(text)
    if value is None:
        return Sourced[Any](basis="unread", sources=(passage.source,), note=f"no rule reads {text[:60]!r}")
    return stated(value, passage.source) if passage.sure else derived(value, passage.source, note=_CUT)


def as_printed(text: str) -> str:
    """The words of a value, sign for sign: without markdown escapes and character entities, and with each line break inside a paragraph as a
    blank (legacy records are wrapped by hand); paragraphs and list items keep their lines."""
    text = _ESCAPE.sub("", _ENTITY.sub(lambda m: unescape(m[0]), text).replace("\u00a0", " "))
    paragraphs = _PARAGRAPH.split(text.strip())
    return "\n\n".join(_BLANKS.sub(" ", _LINE.sub(" ", p)) for p in paragraphs)


def named(passages: Iterable[Passage], field: str, read: Callable[[str], T | None]) -> Sourced[T]:
    """The first passage of a field among the passages of one group."""
    found = next((p for p in passages if p.field == field), None)
    return of(found, read) if found else absent()


def something(passages: Iterable[Passage], field: str) -> Sourced[str]:
    """Like `named` for words, where a printed `N/A` means that nothing is given."""
    found = next((p for p in passages if p.field == field), None)
    if found is None:
        return absent()
    return absent("printed as not available") if plain(found.text) in _NOTHING else of(found, str)


def partial_date(text: str) -> str | None:
    """`August 19, 2022`, `2024-07`: a date with the precision that was printed."""
    return parse_printed(text)


def age(text: str) -> Age | None:
    """`18 Years`, `30 days`."""
    match = _AGE.fullmatch(text.strip())
    return _age(match) if match else None


def ages(text: str) -> tuple[Age | None, Age | None] | None:
    """`18 Years and Over`, `6 Months - 16 Years`, `N/A - 18 Years`, `Birth - 99 Years`: lowest and highest age."""
    found = [_age(m) for m in _AGE.finditer(text)]
    low = plain(text)
    if len(found) == 2:
        return found[0], found[1]
    if len(found) == 1 and re.search(r"\b(?:and (?:over|older|above|up)|or older|minimum)\b", low):
        return found[0], None
    if len(found) == 1 and re.match(r"(?:n a|birth|up to|maximum|under|child)\b", low):
        return None, found[0]
    if two := _AGES.fullmatch(text.strip()):
        return _age(two, 1), _age(two, 2)
    return (None, None) if low in ("all", "all ages", "any age", "n a") else None


def count(text: str) -> int | None:
    """`1,024` or `34 participants`: a whole number of patients."""
    match = _COUNT.match(text.strip())
    return int(match[0].replace(",", "")) if match else None


def yes_no(text: str) -> bool | None:
    """`Yes`, `No`, `true`, `Accepts Healthy Volunteers`."""
    low = plain(text)
    if low in ("yes", "true", "y", "accepts healthy volunteers"):
        return True
    return False if low in ("no", "false", "n", "does not accept healthy volunteers") else None


def _age(match: re.Match[str], amount: int = 1) -> Age:
    return Age.model_validate({"amount": float(match[amount]), "unit": match[match.re.groups].lower() + "s"})


_BRACKETED = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
_ROMAN_PHASE = re.compile(r"(?<=phase )(iv|i{1,3})\b")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}


def slug(text: str, taken: Iterable[str] = (), *, longest: int = 40) -> str:
    """An id made of a label: `Phase I/Arm A (escalation)` gives `phase_1_arm_a`; never one that is taken."""
    low = plain(_BRACKETED.sub(" ", text)) or plain(text) or "unnamed"
    low = _ROMAN_PHASE.sub(lambda m: _ROMAN[m[1]], low)
    base = low[: longest + 1].replace(" ", "_")
    if len(low) > longest:
        base = base[: base.rfind("_")] if "_" in base else base[:longest]
    used, number, name = set(taken), 2, base
    while name in used:
        name, number = f"{base}_{number}", number + 1
    return name
