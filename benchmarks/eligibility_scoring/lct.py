"""The LCT documents and their gold: which limits a line states, brought into the form we score.

A gold limit is scorable when its own text gives the comparator and as many numbers as the comparator needs. What is not
is counted with its reason. The gold's fields come first; where the second number of a range is in its text only, the
text is read (`between 18 to 25 years` has the field 25 alone).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eligibility_scoring.limits import TIME, Side

_DIGITS = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+,\d{1,2}(?!\d)|\d{1,3}(?: \d{3})+(?![\d.])|\d+(?:[.·]\d+)?|\.\d+"
_WORDS = {
    w: float(n)
    for n, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
} | {"eighteen": 18.0, "fourteen": 14.0, "thirty": 30.0, "half": 0.5, "a": 1.0, "an": 1.0}
_ROMAN = {
    "i": 1.0,
    "ii": 2.0,
    "iii": 3.0,
    "iv": 4.0,
    "v": 5.0,
    "vi": 6.0,
    "ⅰ": 1.0,
    "ⅱ": 2.0,
    "ⅲ": 3.0,
    "ⅳ": 4.0,
}
_POWER = re.compile(
    r"(?:[x×*]\s*)?10\s*(?:\^|\*\*|e)?\s*[3-9]\s*(?=/|\bper\b|cells?\b)|1\.73|mm\s*\^?\s*3|m\s*\^?\s*2\b|\bfio2|\bspo2|\bpao2|/\s*24\s*h"
)
_LOW = {"GT": False, "GTEQ": True}
_HIGH = {"LT": False, "LTEQ": True}


@dataclass(frozen=True)
class Gold:
    """A gold limit: on which line of which document, of what, and its sides; `reason` tells why it is not scorable."""

    nct: str
    line: int
    section: str
    target: str
    target_at: tuple[int, int]
    at: tuple[int, int]
    text: str
    sides: frozenset[Side] = frozenset()
    unit: str = ""
    age: bool = False
    reason: str = ""


@dataclass(frozen=True)
class GoldStretch:
    """A gold temporal limit: an amount in a unit of time, near (`within`) or far (`beyond`)."""

    nct: str
    line: int
    target: str
    target_at: tuple[int, int]
    text: str
    amount: float
    unit: str
    side: str


@dataclass(frozen=True)
class Document:
    """One document: its text, the range of each line, which line is a heading, and its gold."""

    nct: str
    text: str
    lines: Mapping[int, tuple[int, int]]
    sections: Mapping[int, str]
    headers: frozenset[int]
    numeric: tuple[Gold, ...]
    temporal: tuple[GoldStretch, ...]
    counts: Mapping[int, tuple[float, ...]]
    """Numbers the gold takes for counts, doses or temporal amounts on a line: no numeric limits, and no false ones."""


def documents(folder: Path) -> Iterator[Document]:
    """Every document with its lines and gold."""
    lines = _by_nct(folder / "lct_lines.jsonl")
    numeric = _by_nct(folder / "lct_numeric_gold.jsonl")
    temporal = _by_nct(folder / "lct_temporal_gold.jsonl")
    for path in sorted((folder / "lct").glob("*/*.txt")):
        nct = path.stem
        counts: dict[int, list[float]] = defaultdict(list)
        for row in temporal[nct]:
            counts[row["line"]] += numbers(row["cmp"]["text"])
        yield Document(
            nct,
            path.read_text(encoding="utf-8"),
            {r["line"]: (r["start"], r["end"]) for r in lines[nct]},
            {r["line"]: r["section"] for r in lines[nct]},
            frozenset(r["line"] for r in lines[nct] if r["header"]),
            tuple(_gold(r) for r in numeric[nct]),
            tuple(s for r in temporal[nct] for s in _stretch(r)),
            {line: tuple(found) for line, found in counts.items()},
        )


def _by_nct(path: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found[row["nct"]].append(row)
    return found


def numbers(text: str) -> list[float]:
    """The numbers of a comparison, in order: digits with thousands marks, words, Roman numerals of a scale."""
    text = _POWER.sub(" ", text.lower())
    found = re.findall(rf"{_DIGITS}|[a-zⅰ-ⅳ]+", text)
    return [v for v in (_number(t) for t in found) if v is not None]


def _number(text: str) -> float | None:
    text = text.strip().lower()
    if re.fullmatch(_DIGITS, text):
        decimal = re.sub(r",(?=\d{1,2}$)", ".", text)
        return float(re.sub(r"[, ]", "", decimal).replace("·", "."))
    if text in ("a", "an"):
        return None
    return _WORDS.get(text, _ROMAN.get(text))


def _gold(row: Mapping[str, Any]) -> Gold:
    cmp = row["cmp"]
    sides, reason = _sides(cmp)
    unit = "" if any(s.times for s in sides) else _unit(cmp)
    place = (tuple(row["target_span"]), tuple(cmp["span"]))
    return Gold(
        row["nct"], row["line"], row["section"], _name(row), *place, cmp["text"], frozenset(sides), unit,
        row["target_type"] == "Age", reason,
    )  # fmt: skip


def _name(row: Mapping[str, Any]) -> str:
    """The target; an abbreviation in parentheses goes by the words before it as well (`ejection fraction (EF)`)."""
    target: str = row["target"]
    before = re.search(rf"((?:[\w-]+ ){{1,4}})\({re.escape(target)}\)", row["line_text"])
    return f"{before[1]}({target})" if before else target


def _sides(cmp: Mapping[str, Any]) -> tuple[list[Side], str]:
    op, times = cmp.get("op_norm"), _times(cmp)
    found = numbers(cmp["text"])
    if op is None:
        return [], "no comparator in the gold"
    if _vague(cmp):
        return [], "a multiple of `normal`, without the limit it is of"
    if op == "BETWEEN":
        if len(found) != 2:
            return [], f"a range with {len(found)} numbers"
        low, high = sorted(found)
        return [Side("low", low, True, times), Side("high", high, True, times)], ""
    second = cmp.get("Operator2_norm")
    if second and len(found) == 2:
        pairs = [(op, found[0]), (second, found[1])]
        sides = [s for o, v in pairs if (s := _side(o, v, times))]
        return (sides, "") if len(sides) == 2 else ([], "comparators of no side")
    if len(found) == 1:
        one = _side(op, found[0], times)
        return ([one], "") if one else ([], f"comparator {op}")
    if not found and times:
        one = _side(op, 1.0, times)
        return ([one], "") if one else ([], f"comparator {op}")
    return [], f"{len(found)} numbers for one comparator"


def _side(op: str, value: float, times: str) -> Side | None:
    if op in _LOW:
        return Side("low", value, _LOW[op], times)
    return Side("high", value, _HIGH[op], times) if op in _HIGH else None


def _times(cmp: Mapping[str, Any]) -> str:
    text = f"{cmp.get('unit', '')} {cmp['text']}".lower()
    if cmp.get("unit_norm") != "ref-range-normal" and not re.search(
        r"\b[ul]ln\b|limits? of (?:the )?normal", text
    ):
        return ""
    return "lln" if re.search(r"lower|\blln", text) else "uln"


def _vague(cmp: Mapping[str, Any]) -> bool:
    """A multiple of `normal`: of which limit is not said."""
    text = f"{cmp.get('unit', '')} {cmp['text']}".lower()
    return cmp.get("unit_norm") == "ref-range-normal" and not re.search(r"limit|upper|lower|ln\b", text)


def _unit(cmp: Mapping[str, Any]) -> str:
    """The unit where the gold gives one: what stands behind the number in its text, for its fields are fragments."""
    unit = cmp.get("unit") or cmp.get("tunit") or ""
    if not unit and not cmp.get("per"):
        return ""
    text = _plain_power(cmp["text"].lower())
    number = rf"(?<![a-z^])(?:{_DIGITS}|\b(?:{'|'.join(w for w in _WORDS if len(w) > 2)})\b)"
    behind = re.split(rf"{number}(?!.*{number})", text)[-1].strip(" -,.()")
    return behind if re.search(r"[a-z%°/]", behind) else unit


def _plain_power(text: str) -> str:
    """`x 109/L`, `×10^9 /L` and `/1.73 m2` as words of letters, so that the last number is the value of the limit."""
    text = re.sub(r"1[.,]73 ?m ?\^?(?:2|²)?", "bsa", text)
    return re.sub(r"[x×*∙\\]?\s*10\s*[\^e*]*\s*9\s*/\s*l\b", " giga/l", text)


def _stretch(row: Mapping[str, Any]) -> Iterator[GoldStretch]:
    """Temporal filters with an amount and a unit of time; each amount of a range is one."""
    cmp = row["cmp"]
    unit = TIME.get(cmp.get("tunit_norm", ""))
    if row["role"] not in ("Temporality", "Temporality2", "Duration") or not unit or not cmp.get("value"):
        return
    found = numbers(cmp["text"])
    if len(found) != 1:
        return
    op = cmp.get("op_norm")
    side = "beyond" if op in _LOW else "within"
    at = (row["target_span"][0], row["target_span"][1])
    yield GoldStretch(row["nct"], row["line"], row["target"], at, cmp["text"], found[0], unit, side)
