"""A concealed allocation list: nobody sees a slot before a patient is committed to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from protorun.allocation._allocate import allocate, method_of
from protorun.allocation._plan import Plan, plan_for
from protorun.errors import ProtorunError, UsageError
from protorun.study.study import Study

MOST_SLOTS = 1_000_000
"""No trial is larger; a longer list is a slip of the keyboard."""


@dataclass(frozen=True, repr=False)
class AllocationList:
    """Slots of every stratum, in order. Printing the list never shows an arm; `digest` proves later which list it was.

    `slots[stratum]` are arm indices. Only `disclose` (for the file kept by the statistician) and `commit` read them.
    """

    plan: Plan
    slots: tuple[tuple[int, ...], ...]
    digest: str

    def __len__(self) -> int:
        return sum(len(stratum) for stratum in self.slots)

    def __repr__(self) -> str:
        return (
            f"AllocationList({len(self)} slots in {len(self.slots)} strata, concealed, sha256:{self.digest})"
        )


@dataclass(frozen=True)
class Allocated:
    """One committed patient: the entry of the allocation log. `at` is the time of the commitment in UTC."""

    number: int
    patient: str
    stratum: int
    slot: int
    arm: int
    at: str


def randomize(
    study: Study,
    n: int,
    *,
    seed: int,
    method: str | None = None,
    blocks: Sequence[int] = (),
    strata: Mapping[str, Sequence[str]] | None = None,
    ratio: Sequence[int] = (),
) -> AllocationList:
    """A concealed list with `n` slots in every stratum.

    Nobody knows how patients will spread over strata, so each stratum can take all of them. Raises NotStated for what
    neither the record nor the caller says, UsageError for a method that cannot be listed ahead.
    """
    return list_for(plan_for(study, method=method, blocks=blocks, strata=strata, ratio=ratio), n, seed=seed)


def list_for(plan: Plan, n: int, *, seed: int) -> AllocationList:
    """A concealed list of a plan, with `n` slots in every stratum."""
    if n < 1:
        raise UsageError(f"a list needs at least one slot, not {n}")
    if n * len(plan.strata) > MOST_SLOTS:
        raise UsageError(f"{n} slots in {len(plan.strata)} strata are more than {MOST_SLOTS:,}")
    if not method_of(plan).LISTABLE:
        raise UsageError(f"{plan.method} has no list: each arm depends on the patients before")
    codes = np.array(list(product(*(range(len(factor.values)) for factor in plan.factors))), np.int16)
    arms = allocate(plan, n * len(plan.strata), seed=seed, strata=np.repeat(codes, n, axis=0))[0]
    slots = tuple(tuple(int(arm) for arm in part) for part in arms.reshape(len(plan.strata), n))
    sealed = json.dumps([seed, plan.arms, plan.strata, slots], separators=(",", ":"))
    return AllocationList(plan, slots, hashlib.sha256(sealed.encode()).hexdigest())


def commit(
    sealed: AllocationList, log: Sequence[Allocated], patient: str, where: Mapping[str, str], *, at: str
) -> Allocated:
    """The entry for the next patient of a stratum; write it to the log before anybody is told the arm.

    A patient already in the log gets the same entry again. Raises UsageError for a stratum that does not exist, and
    ProtorunError when the stratum's list is used up.
    """
    before = next((entry for entry in log if entry.patient == patient), None)
    if before is not None:
        return before
    stratum = sealed.plan.stratum(where)
    slot = sum(entry.stratum == stratum for entry in log)
    if slot >= len(sealed.slots[stratum]):
        raise ProtorunError(f"all {slot} slots of {stratum_name(sealed.plan, stratum)} are used")
    return Allocated(len(log) + 1, patient, stratum, slot + 1, sealed.slots[stratum][slot], at)


def audit_line(plan: Plan, entry: Allocated, digest: str) -> str:
    """One line for the audit trail, about what has happened and nothing that will."""
    listed = f"list sha256:{digest[:12]}" if digest else "no list"
    return (
        f"{entry.at} allocation {entry.number}: patient {entry.patient}, {stratum_name(plan, entry.stratum)}, "
        f"slot {entry.slot} -> {plan.arms[entry.arm]} ({listed})"
    )


def stratum_name(plan: Plan, stratum: int) -> str:
    """`site=A, sex=f`, or `all patients` without factors."""
    pairs = zip(plan.factors, plan.strata[stratum], strict=True)
    return ", ".join(f"{factor.name}={value}" for factor, value in pairs) or "all patients"


def disclose(sealed: AllocationList) -> list[dict[str, str | int]]:
    """Every slot with its arm, for the file that the statistician keeps away from the trial team."""
    return [
        {
            **dict(zip((f.name for f in sealed.plan.factors), sealed.plan.strata[s], strict=True)),
            "slot": slot,
            "arm_code": arm + 1,
            "arm": sealed.plan.arms[arm],
        }
        for s, slots in enumerate(sealed.slots)
        for slot, arm in enumerate(slots, start=1)
    ]
