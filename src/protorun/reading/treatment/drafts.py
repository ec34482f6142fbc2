"""Statements of the whole record, sorted out: whom they are about, which arms, and which belong to one block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from protorun.reading.sentences import Sentence, split
from protorun.reading.treatment.agents import Agent, Vocabulary
from protorun.reading.treatment.statement import Statement, family
from protorun.reading.treatment.statements import statements
from protorun.reading.treatment.words import Word
from protorun.reading.values import table
from protorun.study.arm import Arm
from protorun.study.record import Passage, Record
from protorun.study.study import Study

_GOES_ON = re.compile(
    r"(?:it|this|these|the (?:drug|dose|treatment|infusion|injection)s?|treatments?|courses?|induction|consolidation|maintenance"
    r"|concomitant|then|subsequent\w*|dos(?:e|es|ing|age)|cycles?|patients (?:whose|in whom)|administered|given|infused)\b",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:(?:poly|mono)?chemo(?:radio)?therap\w*|radio(?:chemo)?therap\w*|radiation|irradiation|surger\w*|placebo|comparator|vehicle"
    r"|standard[- ]of[- ]care|transplant\w*|antibiotics?|control (?:group|arm)|both drugs|other drugs?)\b",
    re.I,
)
"""A sentence without a drug of its own that speaks of one of these is not about the drug before it."""
_NARRATIVE = ("summary.detailed", "summary.brief", "design.text")
_STARTS_BLOCK = (
    "dose", "total_in_fractions", "days", "every_days", "every_months", "per_day", "per_week", "count", "single",
    "cycles", "fractions", "shared",
)  # fmt: skip
_AMENDS = frozenset({"cycle_days", "until", "n_cycles", "unclear_end", "conditions"})


@dataclass(frozen=True)
class Draft:
    """A block to be: statements about one agent in one phase, cycle range and way into the body, the firmest first."""

    agent: str
    kind: str
    phase: str
    cycles: tuple[int, int | None] | None
    way: str
    arms: tuple[str, ...]
    statements: tuple[Statement, ...]
    background: tuple[Statement, ...] = ()
    """What is said of the agent in general: routes, and the day it starts."""

    @property
    def key(self) -> tuple[str, str, tuple[int, int | None] | None, str]:
        return self.agent, self.phase, self.cycles, self.way


@dataclass(frozen=True)
class Told:
    """All statements with agent and arms resolved, by how close they stand to the arm."""

    about: tuple[tuple[str, Statement], ...]
    study: Study
    vocabulary: Vocabulary
    plans: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Per arm, the (agent, phase) pairs that a sentence lists for it."""


def told(record: Record, study: Study, vocabulary: Vocabulary) -> Told:
    """Every treatment statement of the record's arm, intervention and narrative passages."""
    about: list[tuple[str, Statement]] = []
    plans: dict[str, set[tuple[str, str]]] = {}
    arm_groups = groups_of_arms(record, study)
    for passage in record.passages:
        if passage.field not in ("arm.description", "intervention.description", *_NARRATIVE):
            continue
        arms, topic = _setting(passage, record, study, vocabulary, arm_groups)
        level = passage.field.partition(".")[0]
        found = _in_passage(split(passage), vocabulary, study.arms, topic)
        if level == "intervention" and len(study.arms) > 1:
            found = [s for s in found if not _BY_ARM.search(s.sentence.text)]
        if level in ("summary", "design") and study.interventions:
            found = [s for s in found if s.agent is None or s.agent.name in vocabulary.own]
        about += [(level, s if arms is None else replace(s, arms=arms)) for s in found]
        phases: tuple[Sentence | None, tuple[Word, ...]] = (None, ())
        for statement in found:
            _plan(statement, plans, phases[1] if phases[0] is statement.sentence else ())
            phases = (statement.sentence, statement.slots.get("phases", ()))
    return Told(tuple(about), study, vocabulary, {arm: frozenset(pairs) for arm, pairs in plans.items()})


_BY_ARM = re.compile(
    r"\b(?:arms?|cohorts?|groups?)\b(?! (?:will|are|were|receiv))|\b(?:arms?|cohorts?|groups?) (?:[A-H]|\d)\b",
    re.I,
)
"""In an intervention's text: what only one of the arms gets."""


def groups_of_arms(record: Record, study: Study) -> dict[str, str]:
    """Arm id by the record's group of passages (`arm/0`), found by label."""
    found: dict[str, str] = {}
    by_label = {_plain(a.label.value or ""): a.id for a in study.arms}
    for group, passages in record.groups("arm"):
        label = next((p.text for p in passages if p.field == "arm.label"), "")
        if (arm := by_label.get(_plain(label))) is not None:
            found[group] = arm
    groups = [group for group, _ in record.groups("arm")]
    if not found and len(groups) == len(study.arms):
        found = dict(zip(groups, (a.id for a in study.arms), strict=True))
    return found


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _setting(
    passage: Passage, record: Record, study: Study, vocabulary: Vocabulary, groups: Mapping[str, str]
) -> tuple[tuple[str, ...] | None, Agent | None]:
    """Arms a passage is about (None = as its sentences say) and the agent it speaks of when none is named."""
    if passage.field == "arm.description":
        arm = next((a for a in study.arms if a.id == groups.get(passage.group)), None)
        return ((arm.id,) if arm else ()), _only(arm.interventions if arm else (), vocabulary)
    if passage.field == "intervention.description":
        name = next(
            (p.text for p in record.passages if p.group == passage.group and p.field == "intervention.name"),
            "",
        )
        topic = _only((name,), vocabulary)
        return arms_with(topic.name if topic else name, study, vocabulary), topic
    return None, None


def arms_with(agent: str, study: Study, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Arms whose list of interventions has the agent; the only arm when there is one."""
    if len(study.arms) == 1:
        return (study.arms[0].id,)
    listed = {
        arm.id
        for arm in study.arms
        for name in arm.interventions
        if any(a.name == agent for a in vocabulary.mentions(name))
    }
    return tuple(a.id for a in study.arms if a.id in listed)


def _only(names: Iterable[str], vocabulary: Vocabulary) -> Agent | None:
    """The one agent that these names speak of, or None when there are several."""
    found = {a.name: a for name in names for a in vocabulary.mentions(name)}
    return next(iter(found.values())) if len(found) == 1 else None


def _in_passage(
    sentences: Iterable[Sentence], vocabulary: Vocabulary, arms: tuple[Arm, ...], topic: Agent | None
) -> list[Statement]:
    """Statements of a passage in order; a sentence without a drug goes on about the one before it."""
    found: list[Statement] = []
    scope: tuple[str, ...] | None = None
    given = topic
    for sentence in sentences:
        own = statements(sentence, vocabulary, arms)
        goes_on = bool(_GOES_ON.match(sentence.text.lstrip("-*•⁃ 0123456789.)(")))
        named = list(dict.fromkeys(s.agent.name for s in own if s.agent))
        if (
            own
            and own[0].arms is None
            and sentence.text.startswith("Then ")
            and not any(s.timed for s in own)
        ):
            own = [replace(s, arms=scope) for s in own]
        if named:
            topic = next(s.agent for s in own if s.agent) if len(named) == 1 else None
        elif (
            found
            and given is None
            and own
            and all("cycle_days" in s.slots and _only_amends(s) for s in own)
            and goes_on
        ):
            own = [amended for s in own for amended in _for_all(s, found)]
        elif _OTHER.search(sentence.text) or (topic and vocabulary.speaks_of(sentence.text, topic.name)):
            own = []
        elif topic is not None and (goes_on or given is not None) and _of_nothing_else(sentence, own, topic):
            own = [replace(s, agent=topic, named=False) for s in own]
        elif found and goes_on:
            own = [amended for s in own for amended in _for_all(s, found)]
        scope = next((s.arms for s in own if s.arms is not None), None)
        found += own
    return found


def _of_nothing_else(sentence: Sentence, own: list[Statement], topic: Agent) -> bool:
    """Outside of an intervention's own text, a sentence without a listed drug must not begin with any other thing: only
    plain words may stand before its first dose, route or day."""
    if sentence.field == "intervention.description":
        return True
    firsts = [w.start for s in own for words in s.slots.values() for w in words]
    before = set(re.findall(r"[a-z][a-z-]+", sentence.text[: min(firsts, default=0)].lower()))
    return before <= {
        *table("treatment")["unnamed"]["words"],
        *re.findall(r"[a-z][a-z-]+", topic.name.lower()),
    }


def _for_all(statement: Statement, found: list[Statement]) -> list[Statement]:
    """A sentence such as "treatment continued until progression" holds for every drug of the sentence before it; one
    that says when the courses repeat, for every drug since the last such sentence."""
    if not _only_amends(statement):
        return []
    since = next((n for n in range(len(found), 0, -1) if _only_amends(found[n - 1])), 0)
    last = found[since:] if "cycle_days" in statement.slots else []
    before = last or [s for s in found if s.sentence is found[-1].sentence]
    agents = {s.agent.name: s.agent for s in before if s.agent}
    return [replace(statement, agent=agent, named=False) for agent in agents.values()]


def _only_amends(statement: Statement) -> bool:
    return bool(statement.slots) and set(statement.slots) <= _AMENDS


def _plan(statement: Statement, plans: dict[str, set[tuple[str, str]]], before: tuple[Word, ...]) -> None:
    """Remember what a sentence lists for one named arm ("in the X group, participants received ..."); a phase word
    before the first of two joined treatments counts for the second too."""
    if statement.agent is None or not statement.arms or not statement.given or statement.timed:
        return
    phases = [w.value for w in statement.slots.get("phases", before)] or [""]
    for arm in statement.arms:
        plans.setdefault(arm, set()).update((statement.agent.name, phase) for phase in phases)


def drafts(what: Told) -> list[Draft]:
    """The blocks to be, in the order in which the record speaks of them. The arm's own text beats that of the
    intervention, and both beat the summary; general sentences lend their routes and starts."""
    found: dict[tuple[object, ...], Draft] = {}
    firmest: dict[tuple[str, str], str] = {}
    for level in ("arm", "intervention", "summary", "design"):
        said = [statement for where, statement in what.about if where == level]
        rows = [(arm, d) for statement in said for d in _drafted(statement, what) for arm in d.arms or ("",)]
        for arm, draft in rows:
            first = firmest.setdefault((arm, draft.agent), level)
            if first == level or _agrees(found, arm, draft):
                _add(found, arm, draft)
    return [_with_background(d, what) for d in _joined(found.values())]


def _drafted(statement: Statement, what: Told) -> list[Draft]:
    if statement.agent is None:
        return []
    agent = statement.agent
    amends = bool(statement.slots) and set(statement.slots) <= _AMENDS
    bare_end = statement.given and "until" in statement.slots
    if statement.later and set(statement.slots) <= {*_AMENDS, "phases"}:
        return []  # what follows "then" does not end what came before
    if not (any(k in statement.slots for k in _STARTS_BLOCK) or amends or bare_end):
        return []
    if agent.kind == "radiotherapy" and not _is_radiotherapy(statement):
        return []
    routes = [w.value for w in statement.slots.get("routes", ())]
    phases = list(dict.fromkeys(w.value for w in statement.slots.get("phases", ())))
    phases = phases or [_planned_phase(what, statement, agent.name)]
    kind = "radiotherapy" if agent.kind == "radiotherapy" else "drug"
    way = family(routes[0]) if routes and statement.value("cycles") else ""
    return [
        Draft(
            agent.name, kind, phase, statement.value("cycles"), way,
            _arms_of(statement, agent.name, phase, what), (statement,),
        )
        for phase in phases
    ]  # fmt: skip


def _is_radiotherapy(statement: Statement) -> bool:
    """Radiotherapy is told in Gy and fractions; mg and infusions beside the word belong to some drug."""
    units = {w.value.unit for w in statement.slots.get("dose", ())}
    told = statement.amounts or "fractions" in statement.slots
    return told and "routes" not in statement.slots and units <= {"Gy", "Gy/day"}


def _arms_of(statement: Statement, agent: str, phase: str, what: Told) -> tuple[str, ...]:
    """Arms of a statement: those it names, else those whose plan lists it, else those that list the drug."""
    named = statement.arms if statement.arms is not None else tuple(a.id for a in what.study.arms)
    if what.plans and len(named) > 1:
        planned = tuple(a for a in named if _planned(what.plans.get(a, frozenset()), agent, phase))
        if planned:
            return planned
    if statement.arms is not None:
        return statement.arms
    return arms_with(agent, what.study, what.vocabulary) or _by_label(agent, what.study, what.vocabulary)


def _planned_phase(what: Told, statement: Statement, agent: str) -> str:
    """The one phase in which the plan of the statement's arms lists the agent."""
    plans = [what.plans.get(arm, frozenset()) for arm in statement.arms or ()]
    found = {phase for plan in plans for name, phase in plan if name == agent}
    return next(iter(found)) if len(found) == 1 else ""


def _planned(plan: frozenset[tuple[str, str]], agent: str, phase: str) -> bool:
    return (agent, phase) in plan or (not phase and any(name == agent for name, _ in plan))


def _by_label(agent: str, study: Study, vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(
        a.id for a in study.arms if any(m.name == agent for m in vocabulary.mentions(a.label.value or ""))
    )


def _agrees(found: dict[tuple[object, ...], Draft], arm: str, draft: Draft) -> bool:
    """Less firm text may fill gaps of what the arm says, as long as it gives no other dose."""
    there = found.get((arm, *draft.key))
    if there is None:
        return False
    old = [s.value("dose") for s in there.statements if s.value("dose")]
    new = [s.value("dose") for s in draft.statements if s.value("dose")]
    return not old or not new or old == new


def _add(found: dict[tuple[object, ...], Draft], arm: str, draft: Draft) -> None:
    key: tuple[object, ...] = (arm, *draft.key)
    amends = all(set(s.slots) <= _AMENDS and not (s.named and s.given) for s in draft.statements)
    if amends and key not in found:
        earlier = [k for k, d in found.items() if k[0] == arm and d.agent == draft.agent]
        if not earlier:
            return
        key = earlier[-1]
    there = found.get(key)
    own = replace(draft, arms=(arm,) if arm else ())
    joined = own if there is None else replace(there, statements=(*there.statements, *draft.statements))
    found[key] = joined


def _joined(found: Iterable[Draft]) -> list[Draft]:
    """Drafts of several arms that rest on the very same statements are one block that the arms share."""
    joined: dict[tuple[object, ...], Draft] = {}
    for draft in found:
        key = (*draft.key, tuple((s.sentence.text, s.span, id(s.sentence.passage)) for s in draft.statements))
        there = joined.get(key)
        joined[key] = draft if there is None else replace(there, arms=(*there.arms, *draft.arms))
    return list(joined.values())


def _with_background(draft: Draft, what: Told) -> Draft:
    """Add sentences that say nothing but the route or start of the draft's agent."""
    rest = {"routes", "start_after", "general", "phases", "radiotherapy"}
    general = [
        s for _, s in what.about
        if s.agent and s.agent.name == draft.agent and {"routes", "start_after"} & set(s.slots) and set(s.slots) <= rest
        and (s.arms is None or set(draft.arms) & set(s.arms))
    ]  # fmt: skip
    return replace(draft, background=tuple(general))
