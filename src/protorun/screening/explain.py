"""One patient explained completely: per criterion and per atom what was asked, what was found, and what to obtain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from protorun.errors import UsageError
from protorun.screening.dates import EPOCH, stands_in
from protorun.screening.evaluate import Leaf, View, remembering
from protorun.screening.leaves import atoms_of, column_of
from protorun.screening.obtain import to_obtain
from protorun.screening.recover import Recovery, recovery
from protorun.screening.screening import Screening, Verdict, satisfaction
from protorun.study.criterion import (
    Criterion,
    Expr,
    Treated,
    Washout,
)
from protorun.study.criterion_text import write
from protorun.terms.reasons import SENTENCES, Reason
from protorun.terms.treatments import recognize, wider
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.trial.facts import NO_DAY, Codes, Facts, Flags, Numbers

ANSWERS = {0: "not met", 1: "unknown", 2: "met"}
TRUTHS = {0: "no", 1: "unknown", 2: "yes"}


@dataclass(frozen=True)
class Finding:
    """One atom of a criterion for one patient: what is asked, the answer, the fact it rests on, and its place."""

    asks: str
    truth: str
    reason: str
    value: str
    on: str
    source: str
    column: str


@dataclass(frozen=True)
class Explained:
    """One criterion for one patient. `other_readings` are answers the record's words allow beside the one taken."""

    id: str
    text: str
    klass: str
    answer: str
    reason: str
    code: str
    findings: tuple[Finding, ...]
    doubts: tuple[str, ...]
    other_readings: tuple[str, ...]
    recoverable: bool
    line: str
    recovery: Recovery
    """How a criterion that is not met may still be met, with the earliest date."""
    stands_in: tuple[str, ...]
    """Dates not known yet that the screening date stands in for, such as `first_dose`."""


@dataclass(frozen=True)
class Explanation:
    """One patient: the verdict, every criterion, what to obtain (columns, the most deciding first), what was assumed."""

    patient: str
    verdict: str
    criteria: tuple[Explained, ...]
    obtain: tuple[str, ...]
    assumed: tuple[str, ...]

    @property
    def stands_in(self) -> dict[str, tuple[str, ...]]:
        """Date not known yet -> the criteria in which the screening date stands in for it."""
        names = dict.fromkeys(a for c in self.criteria for a in c.stands_in)
        return {a: tuple(c.id for c in self.criteria if a in c.stands_in) for a in names}


def explain(screening: Screening, patient: str) -> Explanation:
    """The complete explanation of one patient. Raises UsageError for an unknown patient."""
    try:
        at = screening.facts.patients.index(patient)
    except ValueError:
        some = ", ".join(screening.facts.patients[:5])
        raise UsageError(f"there is no patient {patient!r} in the table; it begins with {some}") from None
    alone = _alone(screening, at)
    explained = tuple(_criterion(c, i, alone) for i, c in enumerate(screening.criteria))
    obtain = tuple(row["obtain"] for row in to_obtain(alone))
    assumed = tuple(
        f"{c.id}: {f.asks}" for c in explained for f in c.findings if f.reason == SENTENCES[Reason.ASSUMED]
    )
    return Explanation(patient, Verdict(screening.verdict[at]).words, explained, obtain, assumed)


def _alone(screening: Screening, at: int) -> Screening:
    if len(screening) == 1:
        return screening
    return replace(
        screening,
        leaf=remembering(),
        facts=screening.facts.take(np.array([at])),
        satisfied=screening.satisfied[:, [at]],
        reason=screening.reason[:, [at]],
        verdict=screening.verdict[[at]],
    )


def _criterion(criterion: Criterion, row: int, alone: Screening) -> Explained:
    facts, policy = alone.facts, alone.policy
    answer, reason = int(alone.satisfied[row, 0]), int(alone.reason[row, 0])
    view = View(policy, TRUE if criterion.polarity == "inclusion" else FALSE)
    findings = tuple(_findings(criterion.expr, facts, view, alone.leaf))
    others = []
    for alternative in criterion.alternatives:
        other = satisfaction(criterion.model_copy(update={"expr": alternative.expr}), facts, policy)
        if int(other.truth[0]) != answer:
            others.append(f"if {alternative.says}: {ANSWERS[int(other.truth[0])]}")
    source = criterion.sources[0] if criterion.sources else None
    passes = recovery(criterion, facts, policy) if answer == FALSE else Recovery()
    return Explained(
        id=criterion.id,
        text=criterion.text,
        klass=criterion.klass,
        answer="not applicable" if reason == Reason.NOT_APPLICABLE and answer == TRUE else ANSWERS[answer],
        reason=SENTENCES[Reason(reason)],
        code=Reason(reason).name if reason else "",
        findings=findings,
        doubts=criterion.doubts,
        other_readings=tuple(others),
        recoverable=bool(passes),
        recovery=passes,
        stands_in=_stand_ins(criterion, facts),
        line=f"{source.locator}:{source.start}-{source.end}" if source else "",
    )


def _stand_ins(criterion: Criterion, facts: Facts) -> tuple[str, ...]:
    windows = (getattr(leaf, "window", None) for leaf, _ in atoms_of(criterion.expr))
    anchors = dict.fromkeys(w.anchor for w in windows if w is not None)
    return tuple(a for a in anchors if stands_in(facts, a)[0])


def _findings(expr: Expr, facts: Facts, view: View, answered: Leaf) -> Iterator[Finding]:
    for leaf, turned in atoms_of(expr):
        answer = answered(leaf, facts, view.turned() if turned else view)
        value, on, source = _fact(leaf, facts)
        truth, reason = int(answer.truth[0]), Reason(int(answer.reason[0]))
        shown = (
            reason if truth == UNKNOWN or reason in (Reason.ASSUMED, Reason.NOT_APPLICABLE) else Reason.KNOWN
        )
        yield Finding(write(leaf), TRUTHS[truth], SENTENCES[shown], value, on, source, column_of(leaf))


def _fact(leaf: Expr, facts: Facts) -> tuple[str, str, str]:
    """The value of the patient as words, its date and its place."""
    if isinstance(leaf, (Treated, Washout)):
        return _courses(leaf.classes, facts), "", ""
    column = facts.columns.get(column_of(leaf))
    if column is None:
        return "", "", ""
    day = int(column.day[0])
    on = "" if day == int(NO_DAY) else str(EPOCH + timedelta(days=day))
    source = column.source[0] if column.source else ""
    return _value(column), on, source


def _value(column: Numbers | Codes | Flags) -> str:
    if isinstance(column, Flags):
        return TRUTHS[int(column.truth[0])]
    if isinstance(column, Codes):
        return column.values[int(column.codes[0])] if column.codes[0] >= 0 else ""
    low, high = float(column.low[0]), float(column.high[0])
    if np.isnan(low) or np.isnan(high):
        return ""
    unit = "" if column.unit == "1" else f" {column.unit}"
    text = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    extra = "".join(
        f" ({name} {float(values[0]):g})"
        for name, values in (("ULN", column.uln), ("LLN", column.lln), ("baseline", column.baseline))
        if not np.isnan(values[0])
    )
    return f"{text}{unit}{extra}"


def _courses(names: tuple[str, ...], facts: Facts) -> str:
    rows = facts.treatments
    if rows is None:
        return ""
    found = []
    for i, drug in enumerate(rows.drug):
        known = [k for k in (recognize(drug), recognize(rows.kind[i])) if k]
        if known and not any(wider(k) & set(names) for k in known):
            continue
        end = int(rows.end_high[i])
        going = rows.ongoing is not None and bool(rows.ongoing[i])
        ended = (
            "ongoing"
            if going
            else "end unknown"
            if end == int(NO_DAY)
            else f"to {EPOCH + timedelta(days=end)}"
        )
        found.append(f"{drug or rows.kind[i]} {ended}")
    return "; ".join(found)
