"""Screening: criteria x facts -> truth and why, one verdict per patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated
from protorun.screening.answers import Answer
from protorun.screening.atoms.derived import with_derived
from protorun.screening.evaluate import Leaf, Policy, View, atom, evaluate, remembering
from protorun.study.criterion import Bound, Code, Criterion, Number
from protorun.study.source import Source
from protorun.study.study import Study
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.facts import Facts


class Verdict(IntEnum):
    """`ELIGIBLE` is never given while anything is unknown, not understood, or while a whole list is missing."""

    INELIGIBLE = 0
    POTENTIALLY_ELIGIBLE = 1
    MEETS_CRITERIA_LISTED = 2  # all that is listed is met, but the record lacks a list
    ELIGIBLE = 3

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Verdict.INELIGIBLE: "ineligible",
    Verdict.POTENTIALLY_ELIGIBLE: "potentially eligible",
    Verdict.MEETS_CRITERIA_LISTED: "meets the criteria listed",
    Verdict.ELIGIBLE: "eligible",
}


@dataclass(frozen=True)
class Screening:
    """Rows are criteria (in protocol order, registry limits last), columns are patients.

    `satisfied` is TRUE where the criterion is met (an inclusion holds, an exclusion does not fire), FALSE where it is
    not; `reason` is a code of `terms.reasons`. `verdict` holds `Verdict` per patient. `other_readings[i]` are the
    answers of the alternative readings of criterion i, as the record's words allow them.
    """

    study: Study
    facts: Facts
    policy: Policy
    criteria: tuple[Criterion, ...]
    satisfied: TruthArray
    reason: NDArray[np.uint8]
    verdict: NDArray[np.uint8]
    complete: bool
    leaf: Leaf = field(default=atom, repr=False, compare=False)
    """Answers the atoms; for one patient it remembers them, so that the explanation asks none again."""

    def __len__(self) -> int:
        return len(self.facts)

    def row(self, id: str) -> int:
        """The row of a criterion."""
        return next(i for i, c in enumerate(self.criteria) if c.id == id)

    def of(self, id: str) -> TruthArray:
        """Whether each patient satisfies the criterion of that id."""
        found: TruthArray = self.satisfied[self.row(id)]
        return found

    def counts(self) -> dict[str, int]:
        """Patients by verdict, in words."""
        found = np.bincount(self.verdict, minlength=len(Verdict))
        return {v.words: int(found[v]) for v in Verdict}


def screen(study: Study, facts: Facts, *, policy: Policy = "strict") -> Screening:
    """Every criterion for every patient, and a verdict each.

    `strict`: silence is unknown. `documented_absence`: what is not on a list that is declared complete is absent, and
    what a person has to state (consent, willingness) is taken as stated; both are named. Raises NotStated when the
    record has no criteria at all.
    """
    criteria = (*study.eligibility, *registry_criteria(study))
    if not criteria:
        raise NotStated(
            "eligibility criteria", path="eligibility", looked_in="the criteria text and the registry fields"
        )
    derived = with_derived(facts)
    leaf = remembering() if len(derived) == 1 else atom
    answers = [satisfaction(c, derived, policy, leaf) for c in criteria]
    satisfied = np.stack([a.truth for a in answers])
    complete = _complete(study, criteria)
    return Screening(
        study,
        derived,
        policy,
        criteria,
        satisfied,
        np.stack([a.reason for a in answers]),
        _verdicts(satisfied, complete=complete),
        complete,
        leaf,
    )


def _complete(study: Study, criteria: tuple[Criterion, ...]) -> bool:
    """True when both lists are there and every word of them was understood: only then can anyone be called eligible."""
    lists = study.eligibility_sections
    both = all(name in lists and lists[name].value for name in ("inclusion", "exclusion"))
    return both and not any(c.residual or c.klass == "unparsed" for c in criteria)


def satisfaction(criterion: Criterion, facts: Facts, policy: Policy, leaf: Leaf = atom) -> Answer:
    """Whether each patient satisfies one criterion: an inclusion must be TRUE, an exclusion FALSE."""
    includes = criterion.polarity == "inclusion"
    answer = evaluate(criterion.expr, facts, View(policy, TRUE if includes else FALSE), leaf)
    return judged_satisfied(criterion, answer)


def judged_satisfied(criterion: Criterion, answer: Answer) -> Answer:
    """The truth of the tree as satisfaction; one that `cannot_exclude` is unknown where it would not be met."""
    truth = answer.truth if criterion.polarity == "inclusion" else (TRUE - answer.truth).astype(np.uint8)
    reason = answer.reason
    if cannot_exclude(criterion):
        limited, why = truth == FALSE, Reason.PART_ONLY if criterion.scope else Reason.READ_IN_PART
        truth, reason = np.where(limited, UNKNOWN, truth), np.where(limited, why, reason)
    return Answer(truth.astype(np.uint8), reason.astype(np.uint8))


def cannot_exclude(criterion: Criterion) -> bool:
    """True for a criterion that turns nobody away by itself: it is for one part, arm or cohort, or some of its words were
    not understood and may be an exception."""
    return bool(criterion.scope) or (bool(criterion.residual) and criterion.read_by != "person")


def _verdicts(satisfied: TruthArray, *, complete: bool) -> NDArray[np.uint8]:
    fails = (satisfied == FALSE).any(axis=0)
    unknown = (satisfied == UNKNOWN).any(axis=0)
    best = Verdict.ELIGIBLE if complete else Verdict.MEETS_CRITERIA_LISTED
    found = np.where(fails, Verdict.INELIGIBLE, np.where(unknown, Verdict.POTENTIALLY_ELIGIBLE, best))
    return np.asarray(found, np.uint8)


def registry_criteria(study: Study) -> tuple[Criterion, ...]:
    """The ages and the sex that registries keep beside the criteria text, as criteria of their own."""
    kept = study.enrollment
    found: list[Criterion] = []
    low, high = kept.minimum_age, kept.maximum_age
    for name, age in (("registry_minimum_age", low), ("registry_maximum_age", high)):
        if age.value is None:
            continue
        bound = Bound(value=age.value.amount)
        source = age.sources[0] if age.sources else None
        limit = Number(
            variable="age",
            low=bound if age is low else None,
            high=bound if age is high else None,
            unit=age.value.unit,
            source=source,
        )
        words = f"{'Minimum' if age is low else 'Maximum'} age {age.value.amount:g} {age.value.unit} (registry field)"
        found.append(_registry(name, words, limit, age.sources))
    if kept.sex.value in ("female", "male"):
        sex = Code(
            variable="sex", values=(kept.sex.value,), source=kept.sex.sources[0] if kept.sex.sources else None
        )
        found.append(
            _registry("registry_sex", f"Sex: {kept.sex.value} (registry field)", sex, kept.sex.sources)
        )
    return tuple(found)


def _registry(id: str, text: str, expr: Number | Code, sources: tuple[Source, ...]) -> Criterion:
    return Criterion(id=id, polarity="inclusion", text=text, sources=sources, expr=expr, klass="computable")
