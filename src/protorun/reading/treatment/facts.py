"""From the statements of a draft to the facts of a block: dose, route, timing, end; what conflicts stays unread."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from protorun.reading.treatment.drafts import Draft
from protorun.reading.treatment.statement import TIMING, Statement, family
from protorun.study.source import Source, Sourced, absent, derived, stated
from protorun.study.treatment import NO_LENGTH, Block, Dose, Start

_TWO = "two different values are printed"
_UNREAD = "printed in a form that is not understood"
_EACH_TIME = re.compile(
    r"\beach (?:time|day|session|fraction)\b|\bper (?:day|fraction|session)\b|\bdaily\b|/day", re.I
)
_CHOICE = re.compile(r"\bintrathecal(?:ly)?(?: \w+)? ?(?:or|/)", re.I)
Facts = dict[str, Any]
Said = dict[str, Any]


def facts_of(draft: Draft) -> Facts:
    """Keyword arguments of a `Block`, without its id and phase."""
    draft = _of_one_period(draft)
    said = {kind: _fact(draft, kind) for kind in _KINDS}
    facts: Facts = {
        "agent": _agent(draft),
        "kind": draft.kind,
        "dose": _fact(draft, "dose"),
        "routes": _routes(draft),
        "until": said["until"],
        "condition": said["conditions"],
        "sources": tuple(s.sentence.source() for s in draft.statements),
    }
    facts |= _in_cycles(_timing(said, draft), draft)
    if draft.kind == "radiotherapy":
        facts |= _fractions(draft, said)
    if draft.cycles is not None:
        facts |= {"from_cycle": draft.cycles[0], "to_cycle": draft.cycles[1]}
    return _plausible(facts)


_PERIODS = re.compile(
    r"\b(?:neo-?adjuvant|adjuvant|lead-?in|run-?in|extension|crossover|re-?treatment|pre-?operative|post-?operative"
    r"|(?:part|period|stage|step|segment) (?:[1-4]|[A-D]|I{1,3})\b)",
    re.I,
)


def _of_one_period(draft: Draft) -> Draft:
    """Statements of the period that the firmest one speaks of; what another period gets is not mixed in."""
    periods: list[frozenset[str] | None] = []
    for s in draft.statements:
        own = frozenset(m[0].lower() for m in _PERIODS.finditer(s.sentence.text))
        goes_on = not own and not s.named and periods
        periods.append(periods[-1] if goes_on else own if s.timed or s.amounts else None)
    first = next((p for p in periods if p is not None), None)
    kept = tuple(s for s, p in zip(draft.statements, periods, strict=True) if p is None or p == first)
    return replace(draft, statements=kept)


def _plausible(facts: Facts) -> Facts:
    """Days beyond the end of their cycle, and amounts per day given several times a day, are contradictions."""
    days, cycle, dose = facts["days"], facts["cycle_days"], facts["dose"]
    if days.known and cycle.known and days.value[-1] > cycle.value:
        facts = facts | _unread(facts, "days", "cycle_days")
    if (facts["per_day"].value or 1) > 1:
        if dose.known and dose.value.unit.endswith("/day"):
            facts = facts | {"dose": _doubted(dose, "an amount per day, or per administration")}
        if facts["count"].basis == "stated":
            facts = facts | {"count": _doubted(facts["count"], "doses or days of doses")}
    return facts


def _doubted(fact: Sourced[Any], why: str) -> Sourced[Any]:
    return Sourced[Any](basis="unread", sources=fact.sources, note=why)


_KINDS = (
    "days", "cycle_days", "every_days", "every_months", "per_day", "per_week", "weeks", "count", "for_days", "n_cycles",
    "until", "conditions", "single", "fractions",
)  # fmt: skip


def _fact(draft: Draft, kind: str) -> Sourced[Any]:
    """The value the firmest statement gives; two values at once, or one beside words we do not follow, are unread."""
    for statement in draft.statements:
        if kind in statement.unclear:
            sources = statement.sources(
                kind, *(("unclear", "number") if kind == "dose" else ("unclear_end",))
            )
            return Sourced[Any](
                basis="unread", sources=sources or (statement.sentence.source(),), note=_UNREAD
            )
        if (value := statement.value(kind)) is not None:
            return _unless_other(draft, kind, value, statement)
    return _perhaps(draft, kind)


def _perhaps(draft: Draft, kind: str) -> Sourced[Any]:
    """Unread where a sentence says it once for several drugs, else absent."""
    for statement in draft.statements:
        if kind in statement.shared:
            words = [w for w in statement.slots["shared"] if w.kind == kind]
            sources = tuple(statement.sentence.source(w.start, w.end) for w in words)
            return Sourced[Any](basis="unread", sources=sources, note="printed behind another drug")
    return absent()


def _unless_other(draft: Draft, kind: str, value: Any, first: Statement) -> Sourced[Any]:
    level = first.sentence.field
    rivals = [s for s in draft.statements if s.sentence.field == level and _says_other(s, kind, value)]
    if rivals:
        sources = (*first.sources(kind), *(src for s in rivals for src in s.sources(kind)))
        return Sourced[Any](basis="unread", sources=sources, note=_TWO)
    return stated(value, *first.sources(kind)[:1])


def _says_other(statement: Statement, kind: str, value: Any) -> bool:
    """Another value; of a timing also one that is doubtful itself."""
    if statement.value(kind) is not None or kind not in TIMING:
        return statement.value(kind) not in (None, value)
    return any(w.value != value for w in statement.slots.get(kind, ()))


def _agent(draft: Draft) -> Sourced[str]:
    for statement in draft.statements:
        if statement.agent is None:
            continue
        text, low, high = statement.sentence.text, statement.agent.start, statement.agent.end
        inside = statement.span[0] <= low < high <= statement.span[1]
        if inside and draft.agent.lower() in text[low:high].lower():
            return stated(draft.agent, statement.sentence.source(low, high))
    return derived(draft.agent, draft.statements[0].sentence.source(), note="the drug this passage speaks of")


def _routes(draft: Draft) -> Sourced[tuple[str, ...]]:
    """Routes of the block's own sentences, else of general ones; an exact route replaces its family's name."""
    for group in (draft.statements, draft.background):
        words = [
            (w.value, s.sentence.source(w.start, w.end))
            for s in group
            if "routes" not in s.unclear
            for w in s.slots.get("routes", ())
        ]
        ways = {family(route) for route, _ in words}
        exact = {route: src for route, src in words if route != family(route) or _alone(words, route)}
        if group is draft.statements and set(exact) == {"intrathecal"} and _more_exact(draft):
            continue
        if words and (len(ways) == 1 or group is draft.statements):
            return stated(tuple(exact), *exact.values())
    return _perhaps(draft, "routes")


def _alone(words: list[tuple[str, Source]], route: str) -> bool:
    return not any(other != route and family(other) == family(route) for other, _ in words)


def _more_exact(draft: Draft) -> bool:
    """General sentences name exact routes of the family, and not as another choice ("intrathecal or Ommaya")."""
    for statement in draft.background:
        found = {w.value for w in statement.slots.get("routes", ())}
        choice = _CHOICE.search(statement.sentence.text)
        if any(family(r) == "intrathecal" and r != "intrathecal" for r in found) and not choice:
            return True
    return False


def _timing(said: Said, draft: Draft) -> Facts:
    """Timing facts, freed of what says the same twice; contradictions leave every one of them unread."""
    facts = {k: said[k] for k in ("days", "cycle_days", "every_days", "every_months", "per_day", "per_week")}
    facts |= {k: said[k] for k in ("weeks", "count")}
    if any(fact.note == _TWO for fact in facts.values()):  # two regimens in one
        return {k: _doubted(fact, _TWO) if fact.known else fact for k, fact in facts.items()}
    rhythm = said["weeks"].known or (said["every_days"].value or 1) > 1
    if said["for_days"].known and rhythm:  # "for 5 days, 2 days off, for 2 weeks"; "for 5 days every 28 days"
        return {
            k: _doubted(fact, "days inside of weeks") if fact.known else fact for k, fact in facts.items()
        }
    for rule in (_day_and_interval, _daily, _weekly, _weeks_of_cycle):
        facts = rule(facts)
    return _ends(facts, said)


def _in_cycles(facts: Facts, draft: Draft) -> Facts:
    """Days of cycles whose length nobody gives: they come again, and when is not known."""
    repeats = any(_CYCLES.search(s.sentence.text, *s.span) for s in draft.statements)
    if facts["days"].known and facts["cycle_days"].basis == facts["every_days"].basis == "absent" and repeats:
        return facts | {"cycle_days": absent(NO_LENGTH)}
    return facts


_CYCLES = re.compile(
    r"\b(?:cycles|(?:each|every|subsequent|a|per) (?:\w+ )?(?:cycle|course)|courses|repeat\w*)\b", re.I
)


def _known(facts: Facts, *kinds: str) -> bool:
    return all(facts[k].known for k in kinds)


def _unread(facts: Facts, *kinds: str) -> Facts:
    sources = tuple(src for k in kinds for src in facts[k].sources)
    return facts | {
        k: Sourced[Any](basis="unread", sources=sources, note="two timings are printed") for k in kinds
    }


def _day_and_interval(facts: Facts) -> Facts:
    """`Q3W on day 1` has cycles of 21 days; `day 1 of each 21-day cycle, Q3W` says it twice."""
    if not _known(facts, "every_days"):
        return facts
    every, cycle = facts["every_days"], facts["cycle_days"]
    if cycle.known and cycle.value != every.value and facts["days"].known:
        return _unread(facts, "every_days", "cycle_days", "days")
    if not facts["days"].known:
        return facts | {"cycle_days": absent()} if cycle.value == every.value else facts
    if every.value == 1 and not cycle.known:
        return _unread(facts, "every_days", "days")
    length = (
        cycle
        if cycle.known
        else derived(every.value, *every.sources, note="the days repeat at this interval")
    )
    return facts | {"cycle_days": length, "every_days": absent("said by the cycle")}


def _daily(facts: Facts) -> Facts:
    """`once daily` alone is a dose every day; on given days it only says how often on each of them."""
    if not _known(facts, "per_day"):
        return facts
    times = facts["per_day"]
    if facts["per_week"].known or (facts["every_days"].value or 1) > 1:
        return _unread(facts, "per_day", *(k for k in ("per_week", "every_days") if facts[k].known))
    if not facts["days"].known and not facts["every_days"].known and not facts["every_months"].known:
        facts = facts | {"every_days": derived(1, *times.sources, note="given every day")}
    return facts | {"per_day": absent("once")} if times.value == 1 else facts


def _weekly(facts: Facts) -> Facts:
    """`weekly on days 1, 8 and 15` says the same twice when the days are a week apart, else it is a contradiction."""
    if not _known(facts, "per_week") or not (facts["days"].known or facts["every_days"].known):
        return facts
    days = facts["days"].value or ()
    same = facts["per_week"].value == 1 and days and all((d - days[0]) % 7 == 0 for d in days)
    if not same or facts["every_days"].known:
        return _unread(facts, *(k for k in ("per_week", "days", "every_days") if facts[k].known))
    return facts | {"per_week": absent("said by the days"), "weeks": absent("said by the days")}


def _weeks_of_cycle(facts: Facts) -> Facts:
    """ "Daily for 4 weeks, repeated every 6 weeks" gives the days of a cycle."""
    if not _known(facts, "weeks", "every_days", "cycle_days") or facts["every_days"].value != 1:
        return facts
    weeks, last = facts["weeks"], 7 * facts["weeks"].value
    if last > facts["cycle_days"].value:
        return facts
    days: Any = tuple(range(1, last + 1))
    return facts | {
        "days": derived(days, *weeks.sources, note="daily"),
        "every_days": absent("said by the days"),
        "weeks": absent("said by the days"),
    }


def _ends(facts: Facts, said: Said) -> Facts:
    """Number of doses from "for 4 cycles", "for 5 days", "a single dose"."""
    cycles, for_days, single = said["n_cycles"], said["for_days"], said["single"]
    if cycles.basis == "unread":
        return facts | {"count": cycles}
    if cycles.known and _known(facts, "days", "cycle_days"):
        return facts | {"to_cycle": cycles.value}
    if cycles.known and _known(facts, "every_days") and not _known(facts, "count"):
        return facts | {"count": derived(cycles.value, *cycles.sources, note="one dose per cycle")}
    if for_days.known and facts["cycle_days"].known and facts["every_days"].value == 1:
        days: Any = tuple(range(1, for_days.value + 1))
        return facts | {
            "days": derived(days, *for_days.sources, note="daily"),
            "every_days": absent("said by the days"),
        }
    if for_days.known and facts["every_days"].value == 1 and not _known(facts, "count"):
        return facts | {"count": derived(for_days.value, *for_days.sources, note="one dose a day")}
    repeats = any(
        facts[k].basis not in ("absent", "assumed")
        for k in ("cycle_days", "every_days", "every_months", "per_week", "per_day")
    )
    if single.known and not repeats and len(facts["days"].value or (1,)) == 1:
        days = (
            facts["days"]
            if facts["days"].known
            else derived((1,), *single.sources, note="a single administration")
        )
        return facts | {"count": derived(1, *single.sources, note="a single administration"), "days": days}
    return facts


def _fractions(draft: Draft, said: Said) -> Facts:
    """Total, number and size of fractions; the size follows from the other two when it is not printed."""
    both: Any = _fact(draft, "total_in_fractions")
    each: Any = _fact(draft, "per_fraction")
    plain: Any = _fact(draft, "dose")
    facts: Facts = {"dose": each}
    if both.known:
        total, number = both.value
        size = Dose(amount=round(total.amount / number, 6), unit="Gy")
        facts = {"total": stated(total, *both.sources), "count": stated(number, *both.sources)}
        facts["dose"] = (
            each
            if each.known
            else derived(size, *both.sources, note=f"{total.amount:g} Gy / {number} fractions")
        )
        if each.known and abs(each.value.amount - size.amount) > 0.011:
            unread = Sourced[Any](
                basis="unread", sources=(*both.sources, *each.sources), note="total and fractions differ"
            )
            facts = dict.fromkeys(("total", "count", "dose"), unread)
        facts |= _per_week(number, said)
    elif plain.value is not None and each.value is not None:
        is_total = plain.value.amount > each.value.amount
        facts |= {"total": plain} if is_total else {"dose": _doubted(each, _TWO)}
    elif plain.known:
        each_time = any(_EACH_TIME.search(s.sentence.text) for s in draft.statements)
        facts |= {"dose": plain} if each_time else {"total": plain}
    if both.known and _other_fractions(both.value, _fact(draft, "fractions"), plain):
        both = _doubted(both, _TWO)
    if both.basis == "unread":
        facts = dict.fromkeys(("total", "count", "dose"), both)
    return facts


def _other_fractions(both: tuple[Dose, int], count: Sourced[int], plain: Sourced[Dose]) -> bool:
    """Another number of fractions or another amount stands beside "36 Gy in 20 fractions"."""
    total, number = both
    known = (total.amount, round(total.amount / number, 2))
    return (count.known and count.value != number) or (
        plain.value is not None and round(plain.value.amount, 2) not in known
    )


def _per_week(number: int, said: Said) -> Facts:
    weeks = said["weeks"]
    if said["per_week"].known or not weeks.known or number % weeks.value or number // weeks.value > 7:
        return {}
    note = f"{number} fractions in {weeks.value} weeks; on weekdays when 5"
    return {"per_week": derived(number // weeks.value, *weeks.sources, note=note)}


_AFTER = re.compile(
    r"\b(?:after|following(?! (?:dos|schedul|regimen|treatment|drug|order))|upon|post-?(?:op\w*|surg\w*|transplant\w*)|adjuvant|once (?:the|they)"
    r"|before|prior to)\b(?! (?:meal|food|eating|breakfast|dinner|lunch|progress|disease|discontinu|withdraw))",
    re.I,
)


_NEAR = 60


def first_day(block: Block, draft: Draft | None) -> Sourced[Start]:
    """Day 1 for a block in cycles or for induction: what opens the treatment; unread where the words set it after or
    before something else; else the start stays as it is."""
    if block.start.known:
        return block.start
    for statement in (
        draft.statements if draft and block.phase not in ("consolidation", "maintenance") else ()
    ):
        if not (statement.timed or "single" in statement.slots):
            continue
        low, high = statement.span[0], statement.span[1] + _NEAR  # such words may open the next clause
        if found := _AFTER.search(statement.sentence.text, low, high):
            words = (statement.sentence.matched(found),)
            return Sourced[Start](basis="unread", sources=words, note="set after or before another event")
    if block.phase in ("", "induction", "cycles") and block.kind == "drug":
        sources = block.days.sources or block.sources
        if block.days.known or block.phase == "induction":
            return derived(Start(), *sources[:1], note="what opens the treatment starts on day 1")
    return block.start
