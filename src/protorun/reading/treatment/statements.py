"""One sentence of treatment prose as statements: who gets what, how much, how and when, each word with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from protorun.reading.sentences import Sentence
from protorun.reading.treatment.agents import Agent, Vocabulary
from protorun.reading.treatment.doubts import SUBSTANCE, judged, named_twice, perhaps_shared
from protorun.reading.treatment.statement import TIMING, Statement, family
from protorun.reading.treatment.words import Word, words
from protorun.study.arm import Arm

_THEN = re.compile(
    r"(?<!was )(?<!is )(?<!were )\bfollowed by\b|(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )\bthen\b|;\s|\bthereafter\b|\bprior to\b|\bbefore\b|\bbeginning\b",
    re.I,
)
_SKIP = re.compile(r"dose[- ]limiting|\bDLTs?\b|\bRP2D (?:will|is|was)|\bendpoints?\b|follow[- ]up (?:visit|every)|assess(?:ed|ment)|\bscans?\b|\bMRI\b|\bsamples?\b|\bsampling\b|\bvisits?\b|\bquestionnaire", re.I)  # fmt: skip
_EFFECTIVE = re.compile(r"(?:evaluated|assessed) (?:as|to be) effective", re.I)
_LITERATURE = re.compile(
    r"\b(?:showed|shown|reported|approved|demonstrated|suggest(?:s|ed)?|retrospective\w*|et al|literature|meta-analysis"
    r"|(?:previous|prior|earlier|our|phase \w+) (?:clinical )?(?:study|studies|trials?|stud(?:y|ies) of)\b(?! patients will))",
    re.I,
)
_SCOPE = re.compile(
    r"\b(?:in|to) (?:the )?(?P<a>(?:(?!\bto\b|\bin\b|\bfor\b|\d\d)[\w\s+/-]){3,90}?) (?:group|arm)\b",
    re.I,
)
_EVERYBODY = re.compile(r"\b(?:all|both) (?:the )?(?:participants|patients|subjects|arms|groups)\b", re.I)
_GIVEN = re.compile(r"\b(?:receiv\w+|given|treated with|administ\w+|underg\w+|take|injected|infused)\b", re.I)
_OR_PLACEBO = re.compile(r"\bor (?:matching |matched |a )?placebo|\bplacebo or\b", re.I)

_EACH = re.compile(
    r"\b(?:each|both|all)\s+(?:(?:was|were|is|are|will be|to be)\s+)?(?:administered|given|infused|injected|dosed|received|IV|intravenous\w*"
    r"|oral\w*|PO|at|on|once|every|q\d\w*|days?|daily|for)\b|\b(?:both|all) (?:the )?(?:drugs|agents|study (?:drugs|treatments)|treatments)\b",
    re.I,
)
"""What is said of each drug of the clause."""
_DOSE_OF = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:IV\s+|iv\s+)?(?:of|dose of)?\s*(?:(?!(?:and|plus|with|or|followed|to|in|after)\b)\w+ ){0,1}$", re.I
)  # fmt: skip
_MAYBE = re.compile(
    r"\b(?:may|might|can|could|optional(?:ly)?|allowed|permitted|rescue|retreat\w*|re-treat\w*|rechallenge\w*|discretion"
    r"|cross(?:ed|ing)?[- ]?over(?! (?:study|trial|design)))\b|\b(?:eligible|selected) (?:patients|participants|subjects)\b"
    r"|^\W*(?:if|unless|in case of|for (?:patients|participants|subjects) (?:who|with|whose))\b",
    re.I,
)
"""What some patients get, or get perhaps: not the treatment of the arm."""
_BESIDE = re.compile(
    r"\bpre-?medic\w*|\bprophyla\w+|\bbackground\b|\bstable doses?\b|\bwash-?out|\bsupportive\b|\bantiemetic"
    r"|\bconditioning\b|\blympho-?deplet\w+|\bpre-?treat\w*",
    re.I,
)
"""Beside such words a drug that the record does not list is no study treatment."""


_STOP = frozenset(
    {"the", "group", "arm", "arms", "therapy", "treatment", "patients", "participants", "of", "and"}
)
LONGEST = 6000
"""No protocol has a longer sentence; what is longer is a damaged page and stays unread."""


def statements(sentence: Sentence, vocabulary: Vocabulary, arms: tuple[Arm, ...]) -> list[Statement]:
    """The statements of a sentence, clause by clause; none for sentences about toxicity, visits or scans."""
    if len(sentence.text) > LONGEST:
        return []
    if _SKIP.search(_EFFECTIVE.sub("", sentence.text)):
        return []
    if sentence.field.startswith("summary") and _LITERATURE.search(sentence.text):
        return []
    found: list[Statement] = []
    agents = vocabulary.mentions(sentence.text)
    scope, named = _scope(sentence.text, arms)
    everything = [w for w in words(sentence.text) if not named[0] <= w.start < named[1]]
    agents = [a for a in agents if not named[0] <= a.start < named[1]]
    for number, (start, end) in enumerate(_clauses(sentence.text)):
        inside = [w for w in everything if start <= w.start < end]
        mentioned = [a for a in agents if start <= a.start < end]
        new = _of_clause(sentence, (start, end), inside, mentioned, later=number > 0)
        if vocabulary.own and _BESIDE.search(sentence.text, start, end):
            new = [s for s in new if s.agent is None or s.agent.name in vocabulary.own]
        if number and new:  # the next step of the same drug ends this one
            again = {s.agent.name for s in new if s.agent}
            found = [_bounded(s) if s.agent and s.agent.name in again else s for s in found]
        if number and not new and (inside or re.search(r"\d", sentence.text[start:end])):
            others = {a.name for a in mentioned}
            found = [
                _with_open_end(
                    s, start, end, inside if s.agent is None or not others - {s.agent.name} else []
                )
                for s in found
            ]
        found += new
    return [replace(s, arms=scope) for s in found]


def _with_open_end(statement: Statement, start: int, end: int, inside: list[Word]) -> Statement:
    """What follows "then" is not understood, so how long this goes on is not either; nor, with pauses, how often."""
    slots = {**statement.slots, "unclear_end": (Word("unclear_end", "then", start, end),)}
    unclear = statement.unclear | {"count", "n_cycles"} | ({"weeks"} & set(slots))
    if any(w.kind in ("dose", "number", "step") for w in inside):
        unclear |= {"dose"} & set(slots)
    if any(w.kind == "unclear_timing" for w in inside):
        unclear |= {kind for kind in TIMING if kind in slots}
    return replace(statement, slots=slots, unclear=unclear)


def _bounded(statement: Statement) -> Statement:
    return replace(statement, unclear=statement.unclear | ({"count"} - set(statement.slots)))


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for cut in _THEN.finditer(text):
        if cut.start() > 25:
            yield start, cut.start()
            start = cut.start()
    yield start, len(text)


def _of_clause(
    sentence: Sentence, span: tuple[int, int], inside: list[Word], agents: list[Agent], *, later: bool
) -> list[Statement]:
    anchor = _anchor(inside, agents)
    agents = [a for a in agents if a is not anchor]
    given = bool(_GIVEN.search(sentence.text, 0, span[1]))
    pieces = _pieces(sentence.text, span, inside, agents)
    if _either_or(sentence.text, span, pieces) or (later and not any(w.kind == "phases" for w in inside)):
        return []
    if _MAYBE.search(sentence.text[span[0] : span[1]]):
        return []
    found = [
        judged(
            Statement(sentence, agent, {}, later=later, given=given, anchor=anchor, span=(low, high)), inside
        )
        for agent, low, high in pieces
    ]
    found = named_twice(found)
    return _shared(found, sentence.text) if len(found) > 1 else found


def _either_or(text: str, span: tuple[int, int], pieces: list[tuple[Agent | None, int, int]]) -> bool:
    """Treatments joined by "or" are a choice; which of them a patient gets is not said."""
    agents = [a for a, _, _ in pieces if a is not None]
    if _OR_PLACEBO.search(text, *span):
        return True
    choice = re.compile(r"\bor\b|/\s*$")
    return any(a.name != b.name and choice.search(text[a.end : b.start]) for a, b in pairwise(agents))


def _shared(pieces: list[Statement], text: str) -> list[Statement]:
    """What a clause says once for all of its drugs: the cycle it speaks of, its end and condition; with "each" or
    "both" also the days."""
    kinds: tuple[str, ...] = ("until", "conditions")
    if re.match(r"\W*(?:from |in |during )?cycles? \d", text[pieces[0].span[0] :], re.I):
        kinds = (*kinds, "cycles")
    first = pieces[0].agent
    if any(first and w.end <= first.start for w in pieces[0].slots.get("n_cycles", ())):
        kinds = (*kinds, "n_cycles")
    if _EACH.search(text, *pieces[-1].span):
        kinds = (*kinds, *TIMING)
    common = {k: s.slots[k] for k in kinds for s in (pieces[0], pieces[-1]) if k in s.slots}
    bare = [not s.timed for s in pieces]
    shared = [
        replace(s, slots={**{k: v for k, v in common.items() if k not in TIMING or lacks}, **s.slots})
        for s, lacks in zip(pieces, bare, strict=True)
    ]
    return [perhaps_shared(s, shared[i + 1 :]) for i, s in enumerate(shared)]


def _anchor(inside: list[Word], agents: list[Agent]) -> Agent | None:
    """The drug behind "started on day 2 after"."""
    after = next((w for w in inside if w.kind == "start_after"), None)
    if after is None:
        return None
    return next((a for a in agents if after.end <= a.start <= after.end + 60), None)


def _pieces(
    text: str, span: tuple[int, int], inside: list[Word], agents: list[Agent]
) -> list[tuple[Agent | None, int, int]]:
    """The part of the clause that belongs to each agent: behind its name, or from the dose before it."""
    names = list(dict.fromkeys(a.name for a in agents))
    if len(names) < 2:
        routes = _route_pieces(text, span, inside, agents)
        return routes or [(agents[0] if agents else None, *span)]
    firsts = [a for i, a in enumerate(agents) if i == 0 or a.name != agents[i - 1].name]
    cuts = [_opens(text, inside, a) for a in firsts]
    ends = [*cuts[1:], span[1]]
    return [(a, span[0] if i == 0 else cuts[i], ends[i]) for i, a in enumerate(firsts)]


def _opens(text: str, inside: list[Word], agent: Agent) -> int:
    """Where the part of an agent begins: at a dose or route that stands directly before its name."""
    at = agent.start
    for word in reversed(inside):
        before = word.end <= at and word.kind in ("dose", "routes", "phases", "per_fraction", "single")
        if before and _DOSE_OF.fullmatch(text, word.end, at) and at - word.end <= 14:
            at = word.start
        elif (
            word.end <= at
            and word.kind in ("per_week", "per_day", "every_days")
            and not text[word.end : at].strip()
        ):
            at = word.start if _begins_name(text, word.start) else at
    return at


def _begins_name(text: str, at: int) -> bool:
    """ "plus weekly X": the timing stands behind a joining word, so it opens the next part."""
    return bool(re.search(r"(?:\b(?:and|plus|with|of|received?|receiving)|[+,&(:])\s*$", text[:at], re.I))


def _route_pieces(
    text: str, span: tuple[int, int], inside: list[Word], agents: list[Agent]
) -> list[tuple[Agent | None, int, int]]:
    """One drug by two ways into the body at once ("IT combined with IV"): a part for each way."""
    routes = [w for w in inside if w.kind == "routes"]
    ways = [family(w.value) for w in routes]
    change = next((i for i in range(1, len(ways)) if ways[i] != ways[i - 1]), None)
    if not agents or change is None or len(set(ways)) != 2:
        return []
    between = text[routes[change - 1].end : routes[change].start]
    if SUBSTANCE.search(between):
        return []
    if not re.search(r"combin|\bplus\b|\band\b|\+|\bwith\b", between) or re.search(r"\bor\b|/", between):
        return []
    cut = routes[change].start
    second = next((a for a in agents if a.start >= cut), agents[0])
    return [(agents[0], span[0], cut), (second, cut, span[1])]


def _scope(text: str, arms: tuple[Arm, ...]) -> tuple[tuple[str, ...] | None, tuple[int, int]]:
    """Arms that the sentence names ("in the combination group"; all for "all participants"), and where it does so."""
    if _EVERYBODY.search(text):
        return tuple(a.id for a in arms), (0, 0)
    for match in _SCOPE.finditer(text):
        if arm := arm_called(match["a"], arms):
            return (arm,), match.span()
    return None, (0, 0)


def arm_called(phrase: str, arms: tuple[Arm, ...]) -> str | None:
    """The one arm whose label shares most words with the phrase; None when none or several do."""
    wanted = _tokens(phrase)
    scores = [(len(wanted & _tokens(a.label.value or a.id)), a) for a in arms]
    best = max((s for s, _ in scores), default=0)
    winners = [a for s, a in scores if s == best]
    if not wanted or best < len(wanted) / 2:
        return None
    if len(winners) > 1:
        exact = [len(_tokens(a.label.value or a.id) - wanted) for a in winners]
        winners = [a for a, extra in zip(winners, exact, strict=True) if extra == min(exact)]
    return winners[0].id if len(winners) == 1 else None


def _tokens(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower().replace("_", " "))) - _STOP
