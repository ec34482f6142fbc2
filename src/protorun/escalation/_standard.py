"""The usual frame of a local design: cohorts of one size, a fixed number of patients, an early stop."""

from __future__ import annotations

from dataclasses import dataclass

from protorun.escalation._composed import Composed
from protorun.escalation._slots import Addable
from protorun.escalation.modifiers import Cohorts, Start, StopAt, StopAtLevel


@dataclass(frozen=True)
class Trial:
    """How many patients: cohorts of `cohortsize`, at most `ncohort` of them, an early stop at `n_earlystop` patients at
    one level, from level `startdose` on."""

    cohortsize: int = 3
    ncohort: int = 10
    n_earlystop: int | None = None
    startdose: int = 1


def standard(rule: Addable, labels: tuple[str, ...], trial: Trial) -> Composed:
    """The rule in its usual frame, over levels named from the lowest dose up."""
    recipe = (
        rule + Cohorts(trial.cohortsize) + StopAt(trial.cohortsize * trial.ncohort) + Start(trial.startdose)
    )
    return Composed(
        recipe + StopAtLevel(trial.n_earlystop) if trial.n_earlystop is not None else recipe, labels
    )
