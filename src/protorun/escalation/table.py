"""Any decision table: what follows at a level is looked up by its patients and DLTs, as an uploaded CSV file says.

Long form `n,dlt,decision` with E, S, D, DU, or wide form `n,escalate_if_le,deescalate_if_ge,eliminate_if_ge`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal, cast

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated, UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._decision_cells import ELIMINATE, MISSING, Cells, cells_of
from protorun.escalation._from_rule import from_rule
from protorun.escalation._local import DE_ESCALATE, REASONS, STAY, Local, Verdict, moved
from protorun.escalation._slots import Closed, Proposal, upward
from protorun.escalation._standard import Trial, standard
from protorun.escalation.modifiers import IsotonicMtd, Overdose, StopAtLevel
from protorun.study.dose_rule import DoseRule
from protorun.trial.outcomes import CountArray, Outcomes

MtdRule = Literal["isotonic", "highest"]
"""`isotonic`: isotonic DLT rate closest to the target (a default of ours). `highest`: the highest tried level at which the
table does not say D or DU."""

_PARAMETER = re.compile(r"(escalate|deescalate|eliminate)_(\d+)")
_COLUMNS = {
    "escalate": "escalate_if_le",
    "deescalate": "deescalate_if_ge",
    "eliminate": "eliminate_if_ge",
}


@dataclass(frozen=True)
class DecisionTable(Local):
    """A table as a rule; `cells` are read by `cells_of`. The target is used by the MTD rule `isotonic` alone."""

    cells: Cells = ()
    mtd_by: MtdRule = "isotonic"

    name: ClassVar[str] = "table"
    reasons: ClassVar[tuple[str, ...]] = (*REASONS, "rule_silent")

    @property
    def variant(self) -> str:
        return f"table, MTD {self.mtd_by}"

    @property
    def monotone(self) -> bool:  # type: ignore[override]
        """Whether one more DLT never gives a higher move."""
        return not self.raised()

    def raised(self) -> tuple[tuple[int, int], ...]:
        """The cells (patients, DLTs) whose move is higher than with one DLT less."""
        return tuple(
            (n, dlt)
            for n, row in enumerate(self.cells)
            for dlt in range(1, len(row))
            if MISSING not in row[dlt - 1 : dlt + 1] and row[dlt] > row[dlt - 1]
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know: the MTD rule, and every cell whose move is higher than with one DLT less."""
        by = (
            "isotonic regression, a default"
            if self.mtd_by == "isotonic"
            else "the highest tried level in order"
        )
        raised = [f"{dlt} of {n}" for n, dlt in self.raised()]
        cells = f"more DLTs give a higher move at: {', '.join(raised)}"
        return (f"the MTD is chosen by {by}", *((cells,) if raised else ()))

    def verdict(self, n: NDArray[np.int64], dlt: NDArray[np.int64]) -> Verdict:
        """As the table says; where it says nothing, stay (the rule is silent there)."""
        move = self._looked_up(n, dlt)
        return np.where(move == MISSING, STAY, np.maximum(move, DE_ESCALATE)).astype(np.int8)

    def check(self, levels: int) -> None:
        """Any number of levels will do."""

    def too_toxic(self) -> Overdose:
        """Nothing beside the table closes a level: no probability is above this certainty."""
        return Overdose(self.target, cutoff=1.0)

    def closed(self, seen: Outcomes) -> Closed:
        """Levels where the table says DU, and all above them."""
        return upward(self._looked_up(seen.n, seen.dlt) == ELIMINATE)

    def propose(self, seen: Outcomes, closed: Closed) -> Proposal:
        """The move of the table; a person decides where it has none."""
        row = np.arange(len(seen))
        n, dlt = (counts[row, seen.level].astype(np.int64) for counts in (seen.n, seen.dlt))
        found = moved(self.verdict(n, dlt), seen, closed)
        silent = (self._looked_up(n, dlt) == MISSING) & (n > 0)
        reason = np.where(silent, self.reasons.index("rule_silent"), found.reason).astype(np.int16)
        return Proposal(found.level, reason, found.numbers, silent)

    def mtd(self, seen: Outcomes, closed: Closed) -> CountArray:
        """By the named MTD rule."""
        if self.mtd_by == "isotonic":
            return IsotonicMtd(self.target).choose(self, seen, closed)
        fine = (
            (seen.n > 0)
            & ~closed
            & (self.verdict(seen.n.astype(np.int64), seen.dlt.astype(np.int64)) >= STAY)
        )
        highest: CountArray = np.where(fine, np.arange(seen.n.shape[1]), -1).max(axis=1).astype(np.int16)
        return highest

    def _looked_up(self, n: NDArray[Any], dlt: NDArray[Any]) -> NDArray[np.int8]:
        table = np.full((len(self.cells) + 1, len(self.cells) + 1), MISSING, np.int8)
        for size, row in enumerate(self.cells):
            table[size, : len(row)] = row
        most = len(self.cells)
        inside = (n < most) & (dlt < most)
        found: NDArray[np.int8] = table[np.where(inside, n, most), np.where(inside, dlt, most)]
        return found


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("table",)


def for_rule(rule: DoseRule, reading: str) -> Composed:
    """The table held in the rule's parameters, wide: `escalate_3`: 0, `deescalate_3`: 2, `eliminate_3`: 3 and so on.

    Raises NotStated without levels or without a table, UsageError for a table that misses cells."""
    wide: dict[int, dict[str, int]] = {}
    rest = {}
    for name, held in rule.parameters.items():
        match = _PARAMETER.fullmatch(name)
        if match is None:
            rest[name] = held
        elif held.value is not None:
            wide.setdefault(int(match[2]), {})[_COLUMNS[match[1]]] = int(held.value)
    if not wide:
        raise NotStated("a decision table", path="dose_rule.parameters.escalate_3")
    lines = [
        f"{n},{','.join(str(row.get(c, '')) for c in _COLUMNS.values())}" for n, row in sorted(wide.items())
    ]
    text = "\n".join([f"n,{','.join(_COLUMNS.values())}", *lines])

    found = from_rule(partial(make, decisions=text), rule.model_copy(update={"parameters": rest}))
    return cast(Composed, found)


def make(
    labels: tuple[str, ...],
    *,
    decisions: str,
    target: float | None = None,
    mtd: str = "isotonic",
    cohortsize: int = 3,
    ncohort: int = 10,
    n_earlystop: int | None = None,
    n_level: int | None = None,
    startdose: int = 1,
) -> Composed:
    """The design of a decision table, given as the text of a CSV file, over levels named from the lowest dose up.

    `mtd` names the MTD rule: isotonic (a default of ours; wants `target`) or highest. `n_level` ends the trial when the
    level to be treated next holds so many patients. Raises UsageError for a table that cannot be read, and, with a list,
    for cells that the trial can reach and the table lacks."""
    if mtd not in ("isotonic", "highest"):
        raise UsageError(f"no MTD rule called {mtd!r}; there are: isotonic, highest")
    if mtd == "isotonic" and target is None:
        raise UsageError("the MTD rule isotonic wants a target DLT rate: target=.25; or choose mtd=highest")
    if target is not None and not 0 < target < 1:
        raise UsageError(f"the target DLT rate lies between 0 and 1; {target:g} does not")
    rule = DecisionTable(target or 0.0, cells_of(decisions), "isotonic" if mtd == "isotonic" else "highest")
    _check_cells(rule, cohortsize, cohortsize * ncohort, (n_earlystop, n_level))
    found = standard(rule, labels, Trial(cohortsize, ncohort, n_earlystop, startdose))
    return Composed(found.recipe + StopAtLevel(n_level, stay=False), labels) if n_level else found


def _check_cells(rule: DecisionTable, size: int, most: int, ends: tuple[int | None, int | None]) -> None:
    """Follows a level from cohort to cohort: it is not treated again after DU, nor once it holds enough patients."""
    stays, holds = (end or most for end in ends)
    missing: list[tuple[int, int]] = []
    reached = set(range(size + 1))
    for n in range(size, most + 1, size):
        row = {
            dlt: rule.cells[n][dlt] if n < len(rule.cells) and rule.cells[n] else MISSING
            for dlt in sorted(reached)
        }
        missing += [(n, dlt) for dlt, move in row.items() if move == MISSING]
        goes_on = [d for d, move in row.items() if move != ELIMINATE and not (move == STAY and n >= stays)]
        reached = {dlt + more for dlt in goes_on for more in range(size + 1)} if n < holds else set()
    if missing:
        told = ", ".join(f"{dlt} of {n}" for n, dlt in missing[:12])
        more = f" and {len(missing) - 12} more" if len(missing) > 12 else ""
        raise UsageError(
            f"the decision table lacks cells that the trial can reach (DLTs of patients): {told}{more}"
        )
