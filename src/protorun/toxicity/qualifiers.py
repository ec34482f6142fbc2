"""What a DLT clause asks of an event beside its grade and its term: duration, recovery, features, window, attribution."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0}
_MORE = r"(?P<sign>>=|>|≥|at least|more than|longer than|greater than|over)?"
_TIME = r"(?P<count>\d+|one|two|three|four)[ -]*(?P<unit>hour|day|week)s?"
_WORDS = {"one": 1, "first": 1, "two": 2, "three": 3, "four": 4}
_CARE = r"(?: (?:of|with|after)(?: (?:initiating|starting))?(?: (?:optimal|best|maximal|appropriate))? (?:supportive care|treatment|therapy))?"
_LASTING = re.compile(
    rf"(?:that |which )?(?:last(?:s|ing)?|persist(?:s|ing)?)?(?: for)? ?{_MORE} ?{_TIME}(?P<tail> or (?:more|longer))?(?: duration| in duration)?"
)
_ANY_TIME = re.compile(r"(?:of|for) any duration|regardless of duration")
_RECOVERY = re.compile(
    r"(?:(?:that|which) )?(?:is |are )?(?:(?:does|do|did) )?not (?:resolv|improv|recover)(?:e|es|ed|ing)?(?: to)?"
    r"(?: baseline or)?(?: (?:to )?(?:<=|≤)? ?grade ?(?:<=|≤)? ?(?P<to>[0-4])(?: or (?:less|lower|better|baseline|below))?)?"
    rf"(?: baseline)?,? within {_TIME}{_CARE}"
)
_WINDOW_DAYS = re.compile(
    r"(?:(?:that )?(?:occurs?|occurring|observed) )?(?:during|in|within) (?:the )?first (?P<count>\d+) days"
    r"(?: (?:of|after|following)(?: the)?(?: (?:start|initiation|first dose|first infusion|first administration|first cycle) ?(?:of)?)?(?: the)?"
    r"(?: (?:study|protocol|trial|combination))?(?: (?:treatment|therapy|drugs?|medication|dosing|cycle))?)?(?![\w-])"
)
_WINDOW_CYCLES = re.compile(
    r"(?:(?:that )?(?:occurs?|occurring|observed) )?(?:during|in|within) (?:(?:the )?first (?P<count>one|two|three|\d)? ?cycles?|cycles? (?P<one>1)(?:(?:-| and | to )(?P<last>\d))?)(?: of (?:treatment|therapy))?"
)
_WINDOW = re.compile(
    r"(?:(?:that )?(?:occurs?|occurring|observed) )?(?:during|in|within) the (?:dlt|dose[- ]limiting toxicity)(?: (?:assessment|evaluation|observation|monitoring|reporting|safety|evaluable))? (?:window|period)"
)
_RELATED = re.compile(
    r"(?:that (?:is|are) )?(?:(?:and )?(?:considered|judged|assessed)(?: by the investigators?)?(?: to be| as)? )?(?:at least )?"
    r"(?:(?:possibly|probably|definitely|primarily)(?:,? (?:or )?(?:possibly|probably|definitely))* )?(?:(?:drug|treatment)-related|related to (?:the )?(?:study )?(?:drugs?|treatment|therapy|medication|product))"
)


@dataclass(frozen=True)
class Asks:
    """Beside grade and term. Days are counted with the first and the last one; None = not asked."""

    lasting_days: float | None = None
    lasting_more: bool = False
    """The duration must exceed `lasting_days`, not only reach it."""
    recover_to: int | None = None
    recover_days: float | None = None
    features: tuple[tuple[str, bool], ...] = ()
    within_days: int | None = None
    within_cycles: int | None = None


def read(text: str) -> tuple[Asks, str]:
    """What the words ask, and the words that were not understood ('' when all were)."""
    left = " ".join(text.lower().split())
    asks = Asks()
    while left:
        found = _one(left, asks)
        if found is None:
            return asks, left
        asks, used = found
        left = re.sub(r"^(?:[\s,]|and\b|but\b)+", "", left[used:])
    return asks, ""


def _one(text: str, asks: Asks) -> tuple[Asks, int] | None:
    """The asks with the one that the text begins with, and how much of it that took; what was asked already is not asked
    another way."""
    if (match := _RECOVERY.match(text)) and asks.recover_days is None:
        days = _number(match["count"]) * _DAYS[match["unit"]]
        return replace(asks, recover_to=int(match["to"] or 1), recover_days=days), match.end()
    if (match := _WINDOW_DAYS.match(text)) and asks.within_days is None:
        return replace(asks, within_days=int(match["count"])), match.end()
    if (match := _WINDOW_CYCLES.match(text)) and asks.within_cycles is None:
        return replace(
            asks, within_cycles=int(match["last"] or _number(match["count"] or "one"))
        ), match.end()
    for plain in (_WINDOW, _RELATED, _ANY_TIME):
        if match := plain.match(text):
            return asks, match.end()
    for name, wanted, pattern in features():
        if match := pattern.match(text):
            return replace(asks, features=(*asks.features, (name, wanted))), match.end()
    if (match := _LASTING.match(text)) and match.end() and asks.lasting_days is None:
        more = match["sign"] in (">", "more than", "longer than", "greater than", "over")
        days = _number(match["count"]) * _DAYS[match["unit"]]
        return replace(asks, lasting_days=days, lasting_more=more and not match["tail"]), match.end()
    return None


@cache
def features() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    """Name of each feature, whether it is wanted, and the words that ask for it."""
    text = files("protorun.toxicity").joinpath("features.toml").read_text(encoding="utf-8")
    return tuple(
        (row["name"], row.get("wanted", True), re.compile(rf"(?:{pattern})(?![\w-])"))
        for row in tomllib.loads(text)["feature"]
        for pattern in row["asks"]
    )


def _number(word: str) -> int:
    return _WORDS[word] if word in _WORDS else int(word)
