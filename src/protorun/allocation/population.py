"""Arms by population: what a patient has decides the arm, unknown facts leave it open, overlaps are resolved and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.study.arm import Arm, Population
from protorun.terms.drugs import canonical
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray, both, either
from protorun.trial.facts import Codes, Facts, Flags

DECIDES = "population"
LISTABLE = False
PRIOR = "prior_treatment:"  # followed by a drug: answered by a column of that name, else by the list of treatments
PRESENT, ABSENT = frozenset({"present", "yes", "true"}), frozenset({"absent", "no", "false"})

Conditions = Mapping[str, tuple[str, ...]]


class Status(IntEnum):
    PLACED = 0
    UNKNOWN = 1  # a fact that decides is not known
    NO_ARM = 2  # no arm takes this patient
    OVERLAP = 3  # several arms do, and none of them is the most specific


@dataclass(frozen=True)
class Placement:
    """One row per patient. `arm` indexes `arms`, -1 = not placed; `takes[arm, row]` is whether the arm takes the patient.

    `missing[row]` names the facts that keep a patient from being placed; `narrower[a, b]` says that a is more specific
    than b.
    """

    arm: NDArray[np.int16]
    status: NDArray[np.uint8]
    takes: TruthArray
    missing: tuple[tuple[str, ...], ...]
    arms: tuple[str, ...]
    narrower: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.arm)

    def why(self, row: int = 0) -> str:
        """The placement of a patient in words."""
        status = Status(self.status[row])
        if status is Status.NO_ARM:
            return "no arm takes this patient"
        taken = [a for a in range(len(self.arms)) if self.takes[a, row] == TRUE]
        if status is Status.OVERLAP:
            return f"{_and([self.arms[a] for a in taken])} take this patient, and none is the most specific"
        if status is Status.UNKNOWN:
            open_arms = [self.arms[a] for a in range(len(self.arms)) if self.takes[a, row] != FALSE]
            return f"not known: {', '.join(self.missing[row])}; still possible: {', '.join(open_arms)}"
        arm = int(self.arm[row])
        wider = [self.arms[a] for a in taken if a != arm]
        if not wider:
            return f"{self.arms[arm]} is the only arm that takes this patient"
        takes = "takes" if len(wider) == 1 else "take"
        return f"{self.arms[arm]} is more specific than {_and(wider)}, which also {takes} this patient"


def place(arms: Sequence[Arm], facts: Facts) -> Placement:
    """Each patient's arm among `arms`, from their stated populations.

    An arm is given only when it surely takes the patient and every other arm surely does not, except wider arms: where
    populations overlap, the more specific arm wins and `why` names the other. Raises UsageError for a population over a
    numeric variable.
    """
    takes = np.stack([_takes(arm, facts) for arm in arms])
    narrower = np.array([[_narrower(a.population, b.population) for b in arms] for a in arms])
    cleared = (takes == FALSE)[None] | narrower[:, :, None] | np.eye(len(arms), dtype=bool)[:, :, None]
    placed = (takes == TRUE) & cleared.all(axis=1)
    status = np.select(
        [placed.any(axis=0), (takes == FALSE).all(axis=0), (takes == UNKNOWN).any(axis=0)],
        [Status.PLACED, Status.NO_ARM, Status.UNKNOWN],
        Status.OVERLAP,
    ).astype(np.uint8)
    arm = np.where(placed.any(axis=0), placed.argmax(axis=0), -1).astype(np.int16)
    missing = _missing(arms, facts, takes, status)
    return Placement(arm, status, takes, missing, tuple(a.id for a in arms), narrower)


def _takes(arm: Arm, facts: Facts) -> TruthArray:
    population = arm.population
    everyone = np.full(len(facts), TRUE, np.uint8)
    if not population.require and not population.any_of:
        # Words that nobody turned into conditions must not read as "everyone".
        unread = population.text.known or population.text.basis == "unread"
        return np.full(len(facts), UNKNOWN, np.uint8) if unread else everyone
    whole = both(everyone, *(_holds(v, values, facts) for v, values in population.require.items()))
    if not population.any_of:
        return whole
    ways = [both(everyone, *(_holds(v, x, facts) for v, x in way.items())) for way in population.any_of]
    return both(whole, either(*ways))


def _holds(variable: str, values: tuple[str, ...], facts: Facts) -> TruthArray:
    if not values:
        return np.full(len(facts), FALSE, np.uint8)
    column = facts.columns.get(variable)
    if column is None and variable.startswith(PRIOR):
        return _flag(variable, frozenset(values), _treated(variable.removeprefix(PRIOR), facts))
    if column is None:
        return np.full(len(facts), UNKNOWN, np.uint8)
    if isinstance(column, Codes):
        qualifies = np.array([value in values for value in column.values] + [False])
        return np.where(column.codes < 0, UNKNOWN, np.where(qualifies[column.codes], TRUE, FALSE)).astype(
            np.uint8
        )
    if isinstance(column, Flags):
        return _flag(variable, frozenset(values), column.truth)
    raise UsageError(f"a population cannot ask for a category of {variable}, which is a number")


def _treated(drug: str, facts: Facts) -> TruthArray:
    """Whether a drug was given before; without a record of it, only a complete list of treatments says that it was not."""
    complete = facts.documented.get("treatments", np.zeros(len(facts), bool))
    truth = np.where(complete, FALSE, UNKNOWN).astype(np.uint8)
    if facts.treatments is not None:
        given = [canonical(name) == canonical(drug) for name in facts.treatments.drug]
        truth[facts.treatments.patient[np.array(given, bool)]] = TRUE
    return truth


def _flag(variable: str, values: frozenset[str], truth: TruthArray) -> TruthArray:
    if not values <= PRESENT | ABSENT:
        raise UsageError(f"{variable} is present or absent, not {', '.join(sorted(values))}")
    wanted = [truth] * bool(values & PRESENT) + [(TRUE - truth).astype(np.uint8)] * bool(values & ABSENT)
    return either(*wanted)


def _ways(population: Population) -> list[dict[str, frozenset[str]]]:
    """The population as alternatives of plain conditions; an alternative narrows what `require` says of a variable."""
    ways = []
    for way in population.any_of or ({},):
        merged = {variable: frozenset(values) for variable, values in population.require.items()}
        for variable, values in way.items():
            merged[variable] = merged.get(variable, frozenset(values)) & frozenset(values)
        ways.append(merged)
    return ways


def _narrower(one: Population, other: Population) -> bool:
    return _inside(one, other) and not _inside(other, one)


def _inside(one: Population, other: Population) -> bool:
    """Whether everyone the first takes is surely taken by the second."""
    return all(
        any(all(v in way and way[v] <= allowed for v, allowed in wide.items()) for wide in _ways(other))
        for way in _ways(one)
    )


def _missing(
    arms: Sequence[Arm], facts: Facts, takes: TruthArray, status: NDArray[np.uint8]
) -> tuple[tuple[str, ...], ...]:
    named: list[list[str]] = [[] for _ in range(len(facts))]
    for a, arm in enumerate(arms):
        rows = (takes[a] == UNKNOWN) & (status == Status.UNKNOWN)
        asked = [*arm.population.require.items(), *(c for way in arm.population.any_of for c in way.items())]
        if not asked:
            for row in np.flatnonzero(rows):
                named[row].append(f"the population of {arm.id}")
        for variable, values in asked:
            for row in np.flatnonzero(rows & (_holds(variable, values, facts) == UNKNOWN)):
                named[row].append(variable)
    return tuple(tuple(dict.fromkeys(names)) for names in named)


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
