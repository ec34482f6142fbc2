"""TITE-BOIN: BOIN while patients are under observation. Yuan et al. 2018, doi:10.1158/1078-0432.CCR-18-0246."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._beta import GUARD
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._local import DE_ESCALATE, ESCALATE, REASONS, STAY, Verdict, moved
from protorun.escalation._slots import Addable, Closed, Needs, Proposal, Slot, without_follow_up
from protorun.escalation._standard import Trial, standard
from protorun.escalation.boin import Boin
from protorun.study.dose_rule import DoseRule
from protorun.trial.outcomes import CountArray, Outcomes

Estimator = Literal["expected", "effective"]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """Of one level: patients `treated`, DLTs among them, patients `pending`, and `followed`, the sum of the shares of the
    DLT window that the pending ones have been followed for."""

    treated: FloatArray
    dlt: FloatArray
    pending: FloatArray
    followed: FloatArray


@dataclass(frozen=True)
class TiteBoin(Addable):
    """BOIN with the outcomes of pending patients filled in.

    `estimator` `expected`: each pending patient adds the DLTs still expected of it (Yuan 2018); `effective`: DLTs over the
    known outcomes plus the follow-up of the pending ones (Lin & Yuan 2020, doi:10.1093/biostatistics/kxz007).
    Accrual is suspended while more than `maxpen` of the patients of the level are pending, unless the DLTs seen already
    ask for a lower level. `min_follow_up`: before going up the pending patients must have been followed for this share of
    the window on average. The published design has .5 and 0; the current program of its authors is said to have .49 (51 %
    complete) and .25 [unverified; whether it means each patient is not known].
    A level is closed as in BOIN, by DLTs among all patients treated there.
    """

    boin: Boin
    maxpen: float = 0.5
    min_follow_up: float = 0.0
    estimator: Estimator = "expected"

    name: ClassVar[str] = "tite_boin"
    reasons: ClassVar[tuple[str, ...]] = (*REASONS, "wait_suspended", "wait_follow_up")
    monotone: ClassVar[bool] = True
    local: ClassVar[bool] = False
    needs: ClassVar[Needs] = Needs.PENDING

    def __post_init__(self) -> None:
        if not (0 <= self.maxpen <= 1 and 0 <= self.min_follow_up <= 1):
            raise UsageError("maxpen and min_follow_up are shares between 0 and 1")
        if self.estimator not in ("expected", "effective"):
            raise UsageError(f"no estimator called {self.estimator!r}; there are: expected, effective")

    @property
    def variant(self) -> str:
        return self.estimator

    @property
    def slots(self) -> tuple[Slot, ...]:
        return ()

    def check(self, levels: int) -> None:
        """Any number of levels will do. Raises UsageError for a limit on toxicity that cannot be."""
        self.boin.check(levels)

    def expected(self, at: Counts) -> FloatArray:
        """DLTs expected of a pending patient without follow-up: the odds of the posterior mean of the DLT rate."""
        half = self.boin.target / 2
        odds: FloatArray = (at.dlt + half) / (at.treated - at.pending - at.dlt + 1 - half)
        return odds

    def verdict(self, at: Counts) -> Verdict:
        """ESCALATE, STAY or DE_ESCALATE, before accrual is suspended."""
        low, high, phi = self.boin.lambda_e, self.boin.lambda_d, self.boin.target
        if self.estimator == "effective":
            known = at.treated - at.pending + at.followed
            up, down = at.dlt <= low * known + GUARD, at.dlt >= high * known - GUARD
        else:
            filled = at.dlt + self.expected(at) * (at.pending - at.followed)
            up = (filled <= low * at.treated + GUARD) & (at.dlt < phi * at.treated - GUARD)
            down = (filled >= high * at.treated - GUARD) & (at.dlt > phi * at.treated + GUARD)
        return np.select([(at.treated == 0), up, down], [STAY, ESCALATE, DE_ESCALATE], STAY).astype(np.int8)

    def suspended(self, at: Counts) -> NDArray[np.bool_]:
        """Whether too many are pending, while the DLTs seen do not yet ask for a lower level."""
        too_many = at.pending > self.maxpen * at.treated + GUARD
        return too_many & (at.dlt < self.boin.lambda_d * at.treated - GUARD)

    def limits(self, at: Counts) -> tuple[FloatArray, FloatArray]:
        """The follow-up (as `Counts.followed`) from which on the expected DLTs allow a higher level, and up to which they
        ask for a lower one; the DLTs seen have a say beside it (`verdict`)."""
        odds = self.expected(at)
        low, high = (
            at.pending - (at.treated * edge - at.dlt) / odds
            for edge in (self.boin.lambda_e, self.boin.lambda_d)
        )
        return low, high

    def counts(self, seen: Outcomes) -> Counts:
        """What counts at the level now treated. Raises UsageError without the follow-up of pending patients."""
        if seen.followed is None and seen.pending.any():
            raise without_follow_up(self.name)
        row = np.arange(len(seen))
        n, dlt, pending = (c[row, seen.level].astype(np.float64) for c in (seen.n, seen.dlt, seen.pending))
        followed = np.zeros(len(seen)) if seen.followed is None else seen.followed[row, seen.level]
        return Counts(n + pending, dlt, pending, followed)

    def propose(self, seen: Outcomes, closed: Closed) -> Proposal:
        """One level up, the same or one down, or nobody until more is known."""
        at = self.counts(seen)
        move = self.verdict(at)
        found = moved(move, seen, closed)
        held = ~closed[np.arange(len(seen)), seen.level]
        suspended = held & self.suspended(at)
        early = held & (move == ESCALATE) & (at.followed < self.min_follow_up * at.pending - GUARD)
        reason = np.select(
            [suspended, early],
            [self.reasons.index("wait_suspended"), self.reasons.index("wait_follow_up")],
            found.reason,
        )
        return Proposal(found.level, reason.astype(np.int16), found.numbers, waits=suspended | early)

    def closed(self, seen: Outcomes) -> Closed:
        """As BOIN, by the DLTs among all patients treated."""
        treated = (seen.n + seen.pending).astype(np.int16)
        return self.boin.closed(Outcomes(seen.level, treated, seen.dlt, np.zeros_like(treated)))

    def mtd(self, seen: Outcomes, closed: Closed) -> CountArray:
        """As BOIN, by isotonic regression."""
        return self.boin.mtd(seen, closed)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("tite_boin",)


def for_rule(rule: DoseRule, reading: str) -> Design:
    """TITE-BOIN with the rule's levels, target and parameters. Raises NotStated without levels or target."""
    return from_rule(make, rule)


def make(
    labels: tuple[str, ...],
    *,
    target: float,
    cohortsize: int = 3,
    ncohort: int = 10,
    n_earlystop: int | None = None,
    startdose: int = 1,
    p_saf: float | None = None,
    p_tox: float | None = None,
    cutoff_eli: float = 0.95,
    extrasafe: bool = False,
    offset: float = 0.05,
    boundMTD: bool = False,
    maxpen: float = 0.5,
    min_follow_up: float = 0.0,
    estimator: Estimator = "expected",
) -> Composed:
    """TITE-BOIN over levels named from the lowest dose up; arguments as in R's BOIN `get.oc`, `maxpen` as in TITEgBOIN."""
    boin = Boin(target, p_saf, p_tox, cutoff_eli, extrasafe, offset, boundMTD)
    rule = TiteBoin(boin, maxpen, min_follow_up, estimator)
    return standard(rule, labels, Trial(cohortsize, ncohort, n_earlystop, startdose))
