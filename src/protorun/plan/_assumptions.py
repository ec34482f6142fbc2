"""What a plan rests on: every figure with where it comes from, taken from the record where it states one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Any

from protorun.errors import NotStated, UsageError
from protorun.study.source import Sourced
from protorun.study.study import Study
from protorun.terms.dates import first_day, last_day

_DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class Assumption:
    """One figure of a plan; `basis` is given, default, or what the study says of it: stated, derived, assumed."""

    name: str
    value: Any
    basis: str
    source: str = ""


@dataclass
class Gathering:
    """The figures so far, and what is still missing, with how to give it."""

    study: Study | None
    found: list[Assumption] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def take(self, name: str, value: Any, basis: str = "given", source: str = "") -> Any:
        """Note a figure and hand it back."""
        self.found.append(Assumption(name, value, basis, source))
        return value

    def need(self, what: str, how: str) -> None:
        """Note that a figure is missing."""
        self.missing.append(f"{what} ({how})")

    def complete(self) -> tuple[Assumption, ...]:
        """All figures. Raises NotStated (with a record) or UsageError (without) that lists everything missing at once."""
        if self.missing and self.study is not None:
            raise NotStated("; ".join(self.missing), looked_in=self.study.key)
        if self.missing:
            raise UsageError(f"a log-rank plan needs: {'; '.join(self.missing)}")
        return tuple(self.found)


def allocation(gathering: Gathering, given: float | None, control: str) -> float:
    """Experimental patients for each control patient: as given, else as the study states it."""
    name = "allocation, experimental : control"
    if given is not None:
        if not 0 < given < inf:
            raise UsageError(f"the allocation ratio must be positive, not {given}")
        return float(gathering.take(name, given))
    study = gathering.study
    if study is None:
        return float(gathering.take(name, 1.0, "default", "1:1"))
    _two_arms(study)
    fact = study.randomization.ratio if study.randomization else Sourced[tuple[int, ...]]()
    if not fact.known or not fact.value:
        gathering.need("the allocation ratio", "give ratio, experimental / control")
        return 1.0
    if len(set(fact.value)) == 1:
        return float(gathering.take(name, 1.0, fact.basis, _words(fact)))
    arms = study.randomization.arms if study.randomization else ()
    if control not in arms:
        gathering.need(f"which arm is the control of {', '.join(arms)}", "give control")
        return 1.0
    other = sum(n for arm, n in zip(arms, fact.value, strict=True) if arm != control)
    ratio = other / fact.value[arms.index(control)]
    return float(gathering.take(name, ratio, fact.basis, _words(fact)))


def patients(gathering: Gathering, given: float | None) -> float | None:
    """Patients in both arms together, as given or as the study has them; None asks for the size."""
    if given is not None:
        if not 0 < given < inf:
            raise UsageError(f"n must be positive and finite, not {given}")
        return float(gathering.take("patients, both arms", given))
    fact = gathering.study.enrollment.size if gathering.study else Sourced[int]()
    if fact.value is None:
        return None
    return float(gathering.take("patients, both arms", fact.value, fact.basis, _words(fact)))


Periods = tuple[float | None, float]


def periods(
    gathering: Gathering,
    accrual: float | None,
    followup: float | None,
    pace: float | None,
    size: float | None,
) -> Periods:
    """Months of accrual (None: as many as `pace`, patients a month, takes to the size), and from the last patient in to the
    analysis; what is not given follows from the study's start and completion where it states both."""
    if pace is not None and accrual is not None:
        raise UsageError(
            "accrual is a number of months or of patients a month (patients_per_month), not both"
        )
    if pace is None:
        return _by_calendar(gathering, accrual, followup)
    if not 0 < pace < inf:
        raise UsageError(f"patients_per_month must be positive, not {pace}")
    gathering.take("patients enrolled a month", pace)
    if followup is None:
        gathering.need("the months of follow-up after the last patient", "give followup")
    else:
        gathering.take("months of follow-up after the last patient", followup)
    return (None if size is None else size / pace), followup or 0.0


def _by_calendar(gathering: Gathering, accrual: float | None, followup: float | None) -> Periods:
    total, words = _duration(gathering.study)
    times = {"months of accrual": accrual, "months of follow-up after the last patient": followup}
    found: list[float] = []
    for (name, value), other in zip(times.items(), (followup, accrual), strict=True):
        if value is not None:
            found.append(float(gathering.take(name, value)))
        elif other is not None and total is not None and total > other:
            found.append(float(gathering.take(name, total - other, "derived", f"{words}, less {other:g}")))
        else:
            hint = f"; the study takes {total:.1f} months in all: {words}" if total else ""
            gathering.need(
                f"the {name}", f"give {'accrual' if name.endswith('accrual') else 'followup'}{hint}"
            )
            found.append(1.0)
    return found[0], found[1]


def _duration(study: Study | None) -> tuple[float | None, str]:
    """Months from start to completion (the primary one where stated), and the words that say so."""
    if study is None:
        return None, ""
    start = study.dates.start.value
    end = study.dates.primary_completion.value or study.dates.completion.value
    if not start or not end:
        return None, ""
    months = _months(first_day(start), last_day(end))
    return (months, f"start {start}, completion {end}") if months > 0 else (None, "")


def _months(start: date, end: date) -> float:
    return (end - start).days / _DAYS_PER_MONTH


def _two_arms(study: Study) -> None:
    """Raises UsageError unless chance decides between two arms."""
    arms = study.randomization.arms if study.randomization else ()
    if len(arms) != 2:
        said = study.design.allocation.value or "an unstated allocation"
        raise UsageError(
            f"{study.key}: a log-rank plan compares two randomized arms; the study has {said.replace('_', ' ')} "
            f"and {len(study.arms)} arm(s)"
        )


def _words(fact: Sourced[Any]) -> str:
    """The record's words, or the note of an assumption."""
    return "; ".join(source.quote for source in fact.sources) or fact.note
