"""Which words of a statement are doubtful: conditions, steps, choices, shared words, and amounts of something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from protorun.reading.treatment.agents import Agent
from protorun.reading.treatment.statement import SINGLE, TIMING, Statement
from protorun.reading.treatment.words import Word

_PERIOD = re.compile(r"\b(?:months?|years?|weeks?|cycles?|courses|doses)\b", re.I)
_JOINS = re.compile(
    r"\b(?:plus|and|or|combin\w+|in addition|together)\b|\+|\bwith\b(?! (?:(?:a|the|an) )?(?:total|single|fixed|dose|daily|weekly))",
    re.I,
)
SUBSTANCE = re.compile(
    r"(?:\bplus|\+|\band|\bcombin\w+ with|\balong with|\bwith)\s+(?:(?:a|an|the|oral|intravenous|IV|daily|weekly)\s+){0,2}"
    r"(?!(?:single|fixed|standard|start\w*|initial|day|days|dose|doses|cycle|cycles|week|weeks|month|every|each|once|twice|then|is|are|was|were|will|has|have|for|on|up|"
    r"until|continu\w*|follow\w*|be|after|before|in|at|by|to|the|food|meals?|water|total|treat\w*|receiv\w*|repeat\w*|administ\w*|"
    r"given|infus\w*|inject\w*|patients?|participants?|subjects?|placebo|matching|their|its|safety|other|all|both|no|not|who|that|assess\w*|monitor\w*|"
    r"iv|it|sc|po|im|qd|bid|tid|qod|pd|cr|pr|sd|q\d\w*|d\d\w*|c\d\w*|intra\w+|oral\w*|subcut\w*|via|locally|advanced|metastatic|relapsed|refractory|recurrent|histolog\w*|measurable|"
    r"unresectable|cancer|solid|tumou?rs?|disease|respect|high|low|moderate|severe|mild|active|only|end\w*|one|two|three|four|five|six|a|an|"
    r"intervals?|radiographic|unacceptable|discontinu\w*|death|withdraw\w*|consent|progress\w*|toxicit\w*|maintenance|induction|"
    r"consolidation|concurrent\w*|concomitant|further|without|last\w*|evening|morning|night)\b)(?:[A-Za-z][\w-]{3,}|(?-i:[A-Z][A-Z\d-]+))",
    re.I,
)
"""Another thing joined on, by a name that nobody listed."""


def judged(statement: Statement, inside: list[Word]) -> Statement:
    """The statement with the words of its stretch in their slots, and the kinds that are doubtful."""
    low, high = statement.span
    slots: dict[str, tuple[Word, ...]] = {}
    for word in inside:
        if low <= word.start < high:
            slots[word.kind] = (*slots.get(word.kind, ()), word)
    unclear = {kind for kind in SINGLE if len({w.value for w in slots.get(kind, ())}) > 1}
    unclear |= (
        _doubtful_dose(statement, slots)
        | _doubtful_timing(statement, slots)
        | _before_a_join(statement, slots)
    )
    ends = any(_PERIOD.search(statement.sentence.text, w.start, w.end) for w in slots.get("until", ()))
    if "unclear_end" in slots or ends:
        unclear |= {"count", "n_cycles"}
    return replace(statement, slots=slots, unclear=frozenset(unclear))


def _doubtful_dose(statement: Statement, slots: Mapping[str, tuple[Word, ...]]) -> set[str]:
    if "number" in slots:
        return {"dose"}
    doubts = {"unclear", "step", "condition"} & set(slots)
    return {"dose"} if "dose" in slots and (doubts or not _dose_is_its_own(statement, slots)) else set()


def _doubtful_timing(statement: Statement, slots: Mapping[str, tuple[Word, ...]]) -> set[str]:
    """Timing beside pauses or conditions, behind a step ("tapered by 5 mg every week"), of a beginning ("starts on day
    1"), or behind another thing that is joined on."""
    text, (low, high) = statement.sentence.text, statement.span
    timing = {kind for kind in (*TIMING, "cycles") if kind in slots}
    if {"unclear_timing", "condition"} & set(slots) or _choice_of_rhythm(text, slots):
        return timing
    step = min((w.start for w in slots.get("step", ())), default=high)
    start = statement.agent.end if statement.agent and low <= statement.agent.start < high else low
    other = SUBSTANCE.search(text, start, high)
    behind = {"routes"} if other and any(w.start > other.start() for w in slots.get("routes", ())) else set()
    step = min(step, other.start() if other else high)
    doubts = behind | {kind for kind in timing if any(w.start > step for w in slots[kind])}
    if _BEGINS.search(text, low, high):
        doubts |= {"cycles"} & timing
        doubts |= {"days"} & timing if not {"cycle_days", "every_days"} & timing else set()
    return doubts


def _choice_of_rhythm(text: str, slots: Mapping[str, tuple[Word, ...]]) -> bool:
    """ "Weekly or once a month": which of them is not said."""
    kinds = ("every_days", "every_months", "per_week", "per_day")
    found = sorted((w for kind in kinds for w in slots.get(kind, ())), key=lambda w: w.start)
    return any(re.search(r"\bor\b|\bversus\b|\bvs\b", text[a.end : b.start]) for a, b in pairwise(found))


def _before_a_join(statement: Statement, slots: Mapping[str, tuple[Word, ...]]) -> set[str]:
    """Words of what was named before "and" or "plus" this agent: another thing's, by a name that nobody listed."""
    text, agent, (low, high) = statement.sentence.text, statement.agent, statement.span
    if agent is None or not low <= agent.start < high:
        return set()
    joins = [m.start() for m in _JOINED_ON.finditer(text, low, agent.start)]
    last = max(joins, default=low)
    before = {k: [w for w in v if w.end <= last] for k, v in slots.items() if k in (*SINGLE, "routes")}
    return {k for k, words in before.items() if words}


_JOINED_ON = re.compile(
    r"\b(?:and|plus|with|followed by)\b(?!\s*(?:\d|days?\b))|\+|(?<=[a-z)]),(?=\s*[A-Za-z])", re.I
)
_BEGINS = re.compile(r"\b(?:begin|start|commenc|initiat)\w*\s+(?:on|at|from|in|with)\b", re.I)


def _dose_is_its_own(statement: Statement, slots: Mapping[str, tuple[Word, ...]]) -> bool:
    """The dose belongs to the agent: nothing else is joined in between, and no other substance follows its "of"."""
    text, agent = statement.sentence.text, statement.agent
    for word in slots.get("dose", ()):
        start = agent.end if agent and statement.span[0] <= agent.start < word.start else statement.span[0]
        if (
            agent is None
            and re.match(r"\s*of\s+[a-z]", text[word.end :], re.I)
            and not _PLAIN_OF.match(text, word.end)
        ):
            return False
        between = re.sub(r"\d\s*(?:and|or|,)\s*\d", "", text[start : word.start])
        if agent is not None and agent.start < word.start and _JOINS.search(between):
            return False
        if _other_thing(text, word.end, agent):
            return False
        of = re.match(r"\s*of\s+((?:\w+ ){0,2})", text[word.end :])
        if (
            of
            and agent
            and not word.end < agent.start <= word.end + of.end() + 1
            and not _PLAIN_OF.match(text, word.end)
        ):
            return False
    return True


def _other_thing(text: str, at: int, agent: Agent | None) -> bool:
    """ "5 mg Foo" is the dose of Foo: a plain noun directly behind an amount that is not the agent."""
    noun = _NOUN.match(text, at)
    if noun is None or _BEHIND_DOSE.match(noun["noun"]):
        return False
    return agent is None or not noun.start("noun") <= agent.start <= noun.end() + 25


_NOUN = re.compile(r"[ ]?(?:\([^)]*\) ?)?(?P<noun>[A-Za-z][\w-]{2,})")
_BEHIND_DOSE = re.compile(
    r"(?:of|on|once|twice|thrice|every|each|days?|weeks?|months?|q\d\w*|q[dw]|bid|tid|for|in|at|as|by|per|via|over|and|plus|with|or|to"
    r"|until|then|given|taken|will|shall|should|must|has|have|be|is|was|were|are|single|prior|before|after|from|during|alone|arm|group|iv"
    r"|im|sc|po|it|d\d\w*|x|total|flat|fixed|level|film|gel|patch|drops|spray|sachet|one|two|three|four|five|six|when|where|which|that"
    r"|without|under|up|matching|versus|vs|compared|between|within|not|only|if|slow|short|long|the|a)\b"
    r"|dail|dose|dosage|dosing|weekl|monthl|biweek|follow|administ|infus|inject|start|begin|combin|cycle|concentrat|solution|bolus|mono|body"
    r"|cohort|oral|intra|subcut|topical|inhal|sublingual|nasal|tablet|capsule|powder|vial|lyophil|suspension|cream|ointment|continu"
    r"|concurrent|concomitant|consecutive|treatment|therapy|through|maintenance|induction|consolidation|alternat",
    re.I,
)
_PLAIN_OF = re.compile(r"\s*of\s+(?:the |each |study |a |day|body|cycle)", re.I)


_REPEATS = ("cycle_days", "every_days", "count")


def perhaps_shared(statement: Statement, following: list[Statement]) -> Statement:
    """ "A 900 mg and B 200 mg on day 1": the day may hold for both or for the last; for the first it is unread."""
    kinds = [k for k in ("routes",) if k not in statement.slots]
    kinds += _REPEATS if statement.timed else TIMING
    kinds = [k for k in kinds if k not in statement.slots]
    if {"cycle_days", "every_days"} & set(statement.slots):
        kinds = [k for k in kinds if k not in ("cycle_days", "every_days")]
    words = []
    for kind in kinds:
        behind = next((s for s in following if kind in s.slots), None)
        if behind is not None and behind.agent is not None:
            words += [w for w in behind.slots[kind] if w.start >= behind.agent.end]
    if not words:
        return statement
    slots = {**statement.slots, "shared": tuple(words)}
    return replace(statement, slots=slots, shared=frozenset(w.kind for w in words))


def named_twice(found: list[Statement]) -> list[Statement]:
    """ "A and B, the latter around each A on days 1 to 3": what stands behind the second A is not said of A alone; and
    what it says otherwise of A ("A every 3 weeks with B, and A every 4 weeks") leaves the first unread."""
    done = list(found)
    for i, statement in enumerate(found):
        before = [
            n
            for n, s in enumerate(found[:i])
            if s.agent and statement.agent and s.agent.name == statement.agent.name
        ]
        if not before or before[-1] == i - 1:
            continue
        done[i] = _of_neither(statement)
        first = done[before[0]]
        others = {
            k for k in SINGLE if k in statement.slots and k in first.slots and not _same(statement, first, k)
        }
        done[before[0]] = replace(first, unclear=first.unclear | others)
    return done


def _same(one: Statement, other: Statement, kind: str) -> bool:
    return {w.value for w in one.slots[kind]} == {w.value for w in other.slots[kind]}


def _of_neither(statement: Statement) -> Statement:
    """The statement without what it says of dose, route and time."""
    kept = {k: w for k, w in statement.slots.items() if k not in (*SINGLE, "routes", "single")}
    return replace(statement, slots=kept, unclear=frozenset())
