"""The words of a treatment sentence: doses, routes, days, intervals, phases, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from protorun.reading.values import table
from protorun.study.treatment import Dose

# Runs of digits are bounded on both sides: a page of digits must not take time squared.
_NUM = r"(?<!\d)(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,9})?(?!\d)"
_COUNTS = {"once": 1, "twice": 2, "thrice": 3, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNTS |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12}
_N = rf"(?<!\d)(?<!\d-)(?<!\d - )(?<!\bor )(?<!\bto )(?:\d{{1,6}}(?!\d)|{'|'.join(_COUNTS)})"
MOST, _YEAR, _HEAVIEST, _LARGEST_AUC = 2000, 366, 1e7, 10
"""No trial gives more doses, later days of a cycle, or more of a unit; larger numbers are damage or mischief."""
_DAYS_IN = {"day": 1, "week": 7}
_UNITS = {
    "mg": "mg", "milligram": "mg", "milligrams": "mg", "g": "g", "gram": "g", "grams": "g", "µg": "ug", "ug": "ug",
    "mcg": "ug", "microgram": "ug", "micrograms": "ug", "iu": "IU", "u": "U", "units": "U", "unit": "U",
    "mci": "mCi", "mbq": "MBq", "gbq": "GBq", "gy": "Gy", "gray": "Gy", "cgy": "cGy",
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_PER = r"(?:\s*(?:/|per)\s*(?P<per>kg|kilogram(?: body weight)?|m2|square meters?))?(?:\s*(?:/|per)\s*(?P<day>days?|d)\b)?"
_NOT_A_DOSE = re.compile(
    r"(?:[≥≤<>~]|up to|max(?:imum|\.)?(?: of| dose)?|exceed(?:ing)?|than|at least|from|between|total of|a total)\s*$"
    r"|(?<![\w-])\d[\d.]*\s*(?:-|to|/|~|or|and|,)\s*$",
    re.IGNORECASE,
)
_STRENGTH = re.compile(
    r"\s*(?:/|per\b|tablets?\b|capsules?\b|vials?\b|pills?\b|in\s+\d+ ?m[lL]\b)|\s*(?:-|to|~|/|or)\s*\d|,\s*\d+(?:\.\d+)?\s*(?:mg|Gy|µg)",
    re.IGNORECASE,
)


_NOT_A_DAY = re.compile(
    r"\b(?:at|by|until|till|through|from|after|since|before|between|than|to|week \d+,?|within)\s+(?:study )?$",
    re.I,
)


@dataclass(frozen=True)
class Word:
    """One finding in a sentence: `kind` names the slot of a block it fills."""

    kind: str
    value: Any
    start: int
    end: int


Read = Callable[[re.Match[str]], Any]


_ANYTHING = re.compile(  # a word that some rule below could be about; most sentences of a record have none
    r"\d|[a-z]ly\b|\b(?:once|twice|one|two|three|four|every|each|until|absence|single|loading|month|day|week|oral|mouth)"
    r"|intra|\b(?:IV|iv|IT|SC|PO|IM|QD|BID|TID|ICV)\b|ommaya|lumbar|vein|induction|consolidation|conco|concur|mainten|radi"
    r"|chemotherapy|system|ADC|effective|escalat|topical|inhal|subcut",
    re.I,
)


_NEEDS = {  # rules of a kind can only fire where one of these stands; most sentences have none
    "cycles": ("cycle",), "cycle_days": ("cycle", "course", "repeat"), "n_cycles": ("cycle", "course"), "every_months": ("month", "qm"),
    "weeks": ("week",), "for_days": ("day",), "single": ("single",), "until": ("until", "absence", "long as"),
    "start_after": ("after",), "total_in_fractions": ("gy",), "per_fraction": ("gy",), "fractions": ("fr", "#", "fx"),
    "per_week": ("week", "qw", "q1w"), "days": ("d",), "every_days": ("every", "q", "alternate"),
    "count": ("dose", "total", "injection", "infusion", "administration"),
    "dose": tuple("0123456789"), "number": tuple("0123456789"),
    "radiotherapy": ("radi", "rt", "csi", "sabr", "srs"), "general": ("chemotherapy", "system", "trop"),
    "step": ("titr", "taper", "ramp", "crea", "increment", "wean", "reduc", "step"),
    "condition": ("if", "unless", "case of", "depending", "provided"),
    "unclear_end": ("until", "up to", "max", "month", "year", "week", "stop", "x", "×"),
    "conditions": ("effective",), "per_day": ("day", "daily", "bid", "tid", "qd", "b.i.d", "t.i.d", "q.d"),
}  # fmt: skip


def words(text: str) -> list[Word]:
    """All findings in the order of the text; where two overlap, the earlier rule of the list below wins."""
    if not _ANYTHING.search(text):
        return []
    found: list[Word] = []
    low = text.lower()
    for kind, pattern, read in _rules():
        if kind in _NEEDS and not any(hint in low for hint in _NEEDS[kind]):
            continue
        for match in pattern.finditer(text):
            value = read(match)
            if value is not None and all(match.end() <= w.start or match.start() >= w.end for w in found):
                found.append(Word(kind, value, *match.span()))
    return sorted(found, key=lambda w: w.start)


def number(text: str) -> int:
    """`2`, `two`, `twice` as a number; one that no trial has comes out as a million."""
    digits = text.replace(",", "").strip()
    return _COUNTS.get(digits.lower()) or (int(digits) if len(digits) < 7 else 10**6)


def _dose(match: re.Match[str]) -> Dose | None:
    text, end = match.string, match.end()
    if _NOT_A_DOSE.search(text, max(0, match.start() - 25), match.start()):
        return None
    if _STRENGTH.match(text, end):
        return None
    return _amount(match["n"], match["unit"], match["per"], match["day"])


def _amount(n: str, unit: str, per: str | None = None, day: str | None = None) -> Dose | None:
    name, amount = _UNITS[unit.lower()], float(n.replace(",", ""))
    if (
        not 0 < amount < _HEAVIEST or unit == "G" or re.search(r"[1-9]\.000$", n)
    ):  # 1.000 mg may be a thousand
        return None
    if name == "cGy":
        name, amount = "Gy", amount / 100
    per = {"k": "/kg", "m": "/m2", "s": "/m2"}[per[0].lower()] if per else ""
    return Dose(amount=amount, unit=name + per + ("/day" if day else ""))


def _not_a_number(match: re.Match[str]) -> str | None:
    """A number with a unit that is no dose by itself: a range, a limit, a strength."""
    return match[0] if _dose(match) is None else None


def _days(match: re.Match[str]) -> tuple[int, ...] | None:
    is_range = re.fullmatch(r"1\s*(?:-|to|through)\s*(?:days?\s*|D)?\d+", match["list"], re.I)
    if not is_range and _NOT_A_DAY.search(match.string, max(0, match.start() - 20), match.start()):
        return None
    days: list[int] = []
    for low, high in re.findall(
        r"(\d+)(?:\s*(?:-|to|through)\s*(?:days?\s*|D)?(\d+))?", match["list"], re.IGNORECASE
    ):
        first, last = number(low), number(high or low)
        if max(first, last) > _YEAR:
            return None
        days += range(first, last + 1)
    good = bool(days) and days == sorted(set(days)) and days[0] > 0
    return tuple(days) if good else None


def _length(match: re.Match[str]) -> int | None:
    return _small(number(match["n"]) * _DAYS_IN[match["unit"].lower()])


def _text(match: re.Match[str]) -> str:
    return match[0]


def _one(group: str) -> Read:
    return lambda match: _small(number(match[group]))


def _small(count: int) -> int | None:
    """A number of doses, weeks or days that a trial could have."""
    return count if 0 < count <= MOST else None


def _doses_of(match: re.Match[str]) -> int | None:
    """ "Receive three doses of X" counts them; "the safety of three doses of X" compares them."""
    before = match.string[max(0, match.start() - 60) : match.start()]
    return (
        _one("n")(match)
        if re.search(r"receiv|giv|administ|inject|infus|take|undergo", before, re.I)
        else None
    )


def _times(match: re.Match[str]) -> int | None:
    """`twice a day`, `3 times weekly`."""
    return _small(number(re.split(r"\s|x", match["n"])[0]))


def _always(value: Any) -> Read:
    return lambda match: value


def _codes(kind: str) -> Iterator[tuple[str, re.Pattern[str], Read]]:
    """Rules out of the vocabulary table: one word, one code."""
    for code, pattern in table("treatment")[kind].items():
        flags = 0 if r"\b" in pattern and pattern.isupper() else re.IGNORECASE
        yield kind, _cased(pattern, flags), _always(code)


def _cased(pattern: str, flags: int) -> re.Pattern[str]:
    """Abbreviations in capitals (`IT`, `PO`) keep their case: "it" is no route."""
    parts = pattern.split("|")
    loose = [p for p in parts if not re.fullmatch(r"\\b[A-Z]+\\b", p)]
    strict = [p for p in parts if p not in loose]
    groups = [f"(?i:{'|'.join(loose)})"] if loose else []
    strict = [f"{p}(?!-)" for p in strict]  # SC-CAR4 is a name, no route
    return re.compile("|".join([*groups, *strict]), flags if not strict else 0)


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str], Read], ...]:
    """The rules in order of precedence."""
    return (
        *_compiled(_ENDS),
        *_compiled(_RADIOTHERAPY),
        *_codes("conditions"),
        *_compiled(_TIMING),
        *_codes("radiotherapy"),
        *_codes("general"),
        *_codes("routes"),
        *_compiled(_DOSES),
        *_codes("phases"),
    )


def _compiled(rules: tuple[tuple[str, str, Read], ...]) -> Iterator[tuple[str, re.Pattern[str], Read]]:
    for kind, pattern, read in rules:
        yield kind, re.compile(pattern, re.IGNORECASE), read


def _until(match: re.Match[str]) -> tuple[str, ...] | None:
    """Codes of what ends treatment, in the order in which the text names them."""
    found = {
        code: re.search(p, match["rest"], re.IGNORECASE) for code, p in table("treatment")["until"].items()
    }
    named = sorted((m.start(), code) for code, m in found.items() if m)
    return tuple(code for _, code in named) or None


def _in_fractions(match: re.Match[str]) -> tuple[Dose, int] | None:
    """Total dose and number of fractions, unless either is one end of a range."""
    before = match.string[: match.start()]
    total, count = _amount(match["n"], match["unit"]), _small(number(match["fx"]))
    if re.search(r"[-/]\s*$|\d\s*(?:or|to)\s*$", before) or total is None or count is None:
        return None
    return total, count


def _cycles(match: re.Match[str]) -> tuple[int, int | None] | None:
    """`cycles 2+`, `cycle 1:`, `cycles 2 to 6`: first and last cycle."""
    named = match.groupdict()
    first = number(named.get("n") or named.get("m") or "0")
    last = None if named.get("open") or named.get("from") else number(named.get("to") or str(first))
    return (first, last) if 0 < first <= (last or MOST) <= MOST else None


_FX = r"(?:fractions?\b|fx\b|fr\b|#)"
_RADIOTHERAPY: tuple[tuple[str, str, Read], ...] = (
    (
        "total_in_fractions",
        rf"(?<![\d.-])(?P<n>{_NUM})\s*(?P<unit>c?Gy)\s*(?:/|in|over|delivered in|given in|divided into)\s*(?P<fx>{_N})\s*(?:daily\s*)?{_FX}"
        rf"(?!\s*-)",
        _in_fractions,
    ),
    (
        "per_fraction",
        rf"(?<![\d.-])(?P<n>{_NUM})\s*(?P<unit>c?Gy)\s*(?:per|/|each|a)\s*(?:daily )?(?:fraction|fx|fr|day|session)\b",
        lambda m: _amount(m["n"], m["unit"]),
    ),
    ("per_fraction", rf"fractions of (?P<n>{_NUM})\s*(?P<unit>c?Gy)\b", lambda m: _amount(m["n"], m["unit"])),
    ("fractions", rf"(?<![\d.-])(?P<n>{_N})\s*(?:daily )?{_FX}", _one("n")),
)
_ENDS: tuple[tuple[str, str, Read], ...] = (
    (
        "until",
        r"\b(?:until|in the absence of|as long as there is no)\b(?P<rest>(?:(?!\bplus\b|\band \d|\bcombined\b|\d ?mg|;|\.\s|\bor for\b|\bor up to\b|\bfor up to\b|\bor (?:for )?a max).)*)",
        _until,
    ),
    ("unclear_end", r"\b(?:until|up to|for up to|maximum of|max\.? of)\s+(?!\d+ ?(?:mg|µg|g|Gy)\b)(?:(?!\b(?:mg|mcg|g|Gy)\b)[\w ()~]){0,60}?\d{0,6}\s*(?:weeks?|months?|years?|cycles?|courses?|doses|administrations|days?)\b", _text),
)  # fmt: skip
_RANGE = rf"(?<!\d)(?:\d{{1,2}}|{'|'.join(_COUNTS)})\s*(?:-|or|to)\s*(?:\d{{1,2}}|{'|'.join(_COUNTS)})"
_EACH = r"(?:every|each|per|a|of every|of each)"
_TIMING: tuple[tuple[str, str, Read], ...] = (
    (
        "start_after",
        r"(?:initiated|started|starts?|begun|begins?|commenced?|commences|starting|beginning)\s+(?:on\s+)?(?:study\s+)?day\s+(?P<n>\d+)\s+after\b",
        _one("n"),
    ),
    ("cycles", r"\bcycles?\s+(?P<n>\d+)\s*(?P<open>\+|and (?:beyond|later|onwards?|subsequent(?: cycles)?))", _cycles),
    ("cycles", r"\b(?P<from>from) cycle (?P<m>\d+)", _cycles),
    ("cycles", r"\bcycles\s+(?P<n>\d+)\s*(?:-|to|through)\s*(?P<to>\d+)", _cycles),
    ("cycles", r"^\W*cycle\s+(?P<n>\d+)\s*:|\b(?:in|during|of) cycle (?P<m>\d+)\b(?! (?:is|day))", _cycles),
    (
        "cycle_days",
        rf"(?P<n>{_N})[ -](?P<unit>day|week)s?[ -](?:treatment |dosing )?(?:cycles?|courses?)\b",
        _length,
    ),
    ("cycle_days", rf"(?:cycles?|courses?)\s+(?:\w+\s+){{0,2}}(?:every|of|is|lasts|length of)\s+(?P<n>{_N})\s+(?P<unit>day|week)s?\b", _length),
    ("cycle_days", rf"(?P<n>{_N})\s+(?P<unit>day|week)s?\s+(?:as|is|for|per)\s+(?:a|one|each|1)\s+(?:treatment |dosing )?(?:cycle|course)", _length),
    ("cycle_days", rf"\b(?:treatments?|therapy|regimen|cycles?|courses?) (?:(?:is|are|was|were|will be) )?repeat(?:s|ed)?\s+every\s+(?P<n>{_N})\s+(?P<unit>day|week)s?\b", _length),
    ("cycle_days", rf"every\s+(?P<n>{_N})\s+(?P<unit>day|week)s?\s+as (?:a|one) (?:treatment )?(?:cycle|course)", _length),
    ("unclear_timing", rf"\bevery\s+{_N}\s*[- ]?(?:day|week)s?\s*(?:or|to|-|/)\s*(?:every\s*)?\d", _text),
    ("every_days", rf"(?:once\s+)?\bevery\s+(?P<n>{_N})\s*[- ]?(?P<unit>day|week)s?\b(?!\s*(?:or|to|-|/)\s*\d)", _length),
    ("every_days", r"\bq\.? ?(?P<n>\d{1,2}) ?(?P<unit>week|wk|day)s?\b", lambda m: int(m["n"]) * (7 if m["unit"][0] in "Ww" else 1)),
    ("every_days", r"\bQ(?P<n>\d{1,2})(?P<unit>W|D)\b", lambda m: None if m[0].upper() == "Q1W" else int(m["n"]) * (7 if m["unit"] in "Ww" else 1)),
    ("every_months", r"\bonce\s+(?:a|per|every|each)\s+month\b|\b(?:once\s+)?monthly\b|\bevery month\b|\bQM\b", _always(1)),
    ("every_months", rf"\bevery\s+(?P<n>{_N})\s+months\b", _one("n")),
    ("unclear_timing", r"\b(?:[2-6]|two|three|four|five|six)[ -]days?\b[^.;]{0,30}?(?:\b(?:per|a|each|every)|/) ?week\b", _text),
    ("unclear_timing", rf"{_RANGE}\s*(?:times|x)\b|\b\d (?:out )?of (?:every )?\d weeks\b", _text),
    ("per_day", rf"(?P<n>once|twice|thrice|{_N}\s*(?:times|x))\s+(?:{_EACH}\s+day|daily)\b", _times),
    ("per_day", r"\bBID\b|\bb\.i\.d\.", _always(2)),
    ("per_day", r"\bTID\b|\bt\.i\.d\.", _always(3)),
    ("per_day", r"\bQD\b|\bq\.d\.|\bonce a day\b|(?<!times )(?<!\dx )\bdaily\b(?! fractions| dose| living| life| activit| practice| routine)|\bevery day\b", _always(1)),
    ("every_days", r"\bevery (?:other|second|alternate) day\b|\balternate days\b|\bQOD\b", _always(2)),
    ("unclear", r"\b(?:two|three|four|six|[2346])[ -]weekly\b", _text),
    ("per_week", rf"(?P<n>once|twice|thrice|{_N}\s*(?:times?|x))(?:\s+{_EACH}\s+week|[ -]weekly)\b", _times),
    ("per_week", r"(?<![\d-])(?<!bi)(?<!-)(?<!times )(?<!time )(?<!\dx )\b(?:weekly|every week|each week|Q1?W)\b(?! dose)", _always(1)),
    ("count", rf"(?:for )?\b(?:a )?total of (?P<n>{_N})\s+(?:doses|times|administrations|injections|infusions|treatments)\b", _one("n")),
    ("count", rf"\bfor (?P<n>{_N})\s+(?:doses|administrations|injections|infusions)\b", _one("n")),
    ("count", rf"(?<![\d.])\b(?P<n>{_N}) (?:doses|infusions) of\b", _doses_of),
    ("unclear_end", r"(?<!\d)(?<!\d )(?-i:\bx|×) ?\d{1,2}\b(?! ?(?:\^|cycle|course|10|mL|ml|mg))|\bweeks? \d+\b|\bstop(?:s|ped)? (?:when|if|once)\b", _text),
    (
        "unclear_timing",
        r"\b(?:weeks?|days?) (?:on|off)\b|\bevery \d+ ?(?:h|hours?|hrs?)\b|\bq ?\d+ ?h\b|\bhourly\b|\bbreak\b|\brest(?:ing)?\b|\bpause\b|\balternat\w*|\binterval|\bas tolerated|\bstagger\w*|\brepeated\b(?! every)|\bthereafter\b",
        _text,
    ),
    ("single", r"\bsingle\s+(?!group|arm|agent|center|site|ascending|rising)(?:[\w/()-]+\s+){0,3}?(?:dose|infusion|injection|administration)\b", _always(True)),
    ("n_cycles", rf"(?:\bfor|\bduring|\bover|\bx|[×*])\s*(?:a total of )?(?P<n>{_N})\s+(?:treatment )?(?:cycles|courses)\b", _one("n")),
    ("n_cycles", rf"(?<![\d-])\b(?P<n>{_N}) (?:treatment )?(?:cycles|courses) of\b", _one("n")),
    ("weeks", rf"\b(?:for|over|during)\s+(?:the first |a total of )?(?P<n>{_N})(?:\s*\(\w+\))?\s+(?:consecutive\s+)?weeks?\b", _one("n")),
    (
        "unclear_end",
        rf"\b(?:for|over|during|until|x)\s+(?:[\w~≥≤]+\s+){{0,3}}?{_N}(?:\s*\(\w+\))?[\s-]*(?:months?|years?)\b",
        _text,
    ),
    ("weeks", r"/\s*(?P<n>\d+)\s*weeks\b", _one("n")),
    ("for_days", rf"\bfor (?P<n>{_N})\s+(?:consecutive\s+)?days\b", _one("n")),
    (
        "days",
        r"(?<!(?<!m)\d )(?<!\ba )(?<!per )(?<!\w)(?:days?|D)\s*(?>(?P<list>\d+(?:(?:\s*(?:,|and|&|-|to|through)\s*)+(?:(?:days?|D)\s*)?\d+)*))\b"
        r"(?!\s*(?:after|post|before|prior|or|/|of (?:study|follow|the study|radi)))(?!\s*(?:-|to)\s*(?:day|D|\d))(?!\s*(?:cycle|mg|g|[µu]g|mcg|ml|Gy|IU|tablet|capsule|times)\b)",
        _days,
    ),
    ("unclear_timing", r"(?<!\d )\b(?:days?|d)\s*[-+]?\d+", _text),
)  # fmt: skip
_DOSES: tuple[tuple[str, str, Read], ...] = (
    (
        "step",
        r"\b(?:titrat|taper|ramp|increas|decreas|increment|wean|reduc|step(?:ped)?[- ]?(?:up|down))\w*",
        _text,
    ),
    ("condition", r"\b(?:if|unless|in case of|depending|provided that)\b", _text),
    (
        "unclear",
        r"\bloading|\bescalat\w*|\bincrement\w*|\bstep(?:ped)?[- ]?(?:up|down)|\btotal (?:daily )?dose\b(?![^.;]{0,15}Gy)|\bdaily dose\b"
        r"|\bdivided\b(?! into)|\bcumulative|\bweigh(?:ing|s)\b|\baged?\b|\byears? old\b|\byears of age\b|\btarget(?:ed)? dose|\bhalf\b|\btitrat\w*|\btaper\w*|\bramp|\bincreas\w*|\bdecreas\w*|\breduc(?:ed|tion)\b|\badjust\w*|\bmodif\w*"
        r"|\bas needed|\bassigned dose|\bdose levels?\b|\bdepending|\bif\b|\bunless\b|\bweight[- ]based|\bchoice of\b|\bpriming"
        r"|\b(?:begin|start|initiat)(?:s|ing|ed|ning)? (?:at|with|from|dose)\b|\bstarting dose|\binitial(?:ly)?\b|\bfirst dose\b|\bstart on\b|\b(?:puff|tablet|capsule|pill|spray|drop|application|injection|vial)s\b(?= (?:of|each)|\b[^.]{0,12}\bof\b)|\bconclude|\bsubsequent\w*|\bng\b|\b(?:1st|2nd|3rd|first|second) (?:day|week|cycle|infusion|injection)\b"
        r"|\b(?:and|then|to) \d{2,4} (?:from|on|daily|once|for)\b",
        _text,
    ),
    (
        "dose",
        r"\bAUC\s*(?:of|=)?\s*(?P<n>(?>\d+(?:\.\d+)?))(?!\s*(?:-|to|or|/|~)\s*\d|-\w)\b(?:\s*mg/mL[·x*]?min)?",
        lambda m: Dose(amount=float(m["n"]), unit="AUC") if 0 < float(m["n"]) <= _LARGEST_AUC else None,
    ),
    ("dose", rf"(?<![\w.,/+^*×x-])(?P<n>{_NUM})\s*-?\s*(?P<unit>{_UNIT})(?![a-zA-Z0-9]){_PER}", _dose),
    ("number", rf"(?<![\w.])(?P<n>{_NUM})\s*-?\s*(?P<unit>{_UNIT})(?![a-zA-Z0-9]){_PER}", _not_a_number),
    ("number", rf"(?<![\w.]){_NUM}(?:\s*(?:-|to|,|/)\s*{_NUM})+\s*(?:{_UNIT})(?![a-zA-Z0-9])", _text),
)
