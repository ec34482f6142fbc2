"""Exact operating characteristics: every history counted, none drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import ProtorunError
from protorun.escalation._for_study import Executable, as_design
from protorun.escalation.engine.characteristics import OperatingCharacteristics, checked_rates, summarize
from protorun.escalation.engine.states import Rows
from protorun.escalation.engine.tabulate import Automaton, tabulate
from protorun.escalation.engine.walk import MOST_ROWS, Firing

FloatArray = NDArray[np.float64]


def exact(
    what: Executable | Automaton,
    dlt_rates: ArrayLike,
    *,
    reading: str | None = None,
    firing: Firing = "cohort",
    most_rows: int = MOST_ROWS,
) -> OperatingCharacteristics:
    """Operating characteristics of a count design by forward enumeration with merged states.

    `dlt_rates` is (scenario, level), lowest dose first; one row may stand alone. What `tabulate` made of a design may stand
    for it: then only the probabilities are computed. Raises UsageError for rates that do not fit, NotStated where the rule
    is silent. Agrees with bcrm's exact 3+3 to 1e-12. For designs that decide with patients under observation (TITE-CRM,
    TITE-BOIN, rolling six) it is the limit of slow arrivals: every outcome is known before the next patient comes; see
    `by_calendar` for the rest.
    """
    truths = np.atleast_2d(np.asarray(dlt_rates, np.float64))
    if isinstance(what, Automaton):
        automaton = what
    else:
        design = as_design(what, reading, truths.shape[-1])
        checked_rates(truths, design.levels)
        automaton = tabulate(design, firing=firing, most_rows=most_rows)
    rates = checked_rates(truths, automaton.design.levels)
    weight = weights(rates, automaton.ends)
    if not np.allclose(weight.sum(axis=1), 1, rtol=0, atol=1e-9):
        raise ProtorunError(
            f"the probabilities of {automaton.design.name} sum to {weight.sum(axis=1)}, not to 1"
        )
    return summarize(automaton, rates, weight)


def weights(rates: FloatArray, ends: Rows) -> FloatArray:
    """P(history) by scenario and row, from tables of powers: exact also for rates of 0 and 1."""
    weight: FloatArray = np.repeat(ends.ways[None, :], len(rates), axis=0)
    power = np.arange(int(ends.n.max(initial=0)) + 1)
    for level in range(rates.shape[1]):
        p = rates[:, level, None]
        weight *= (p**power)[:, ends.dlt[:, level]]
        weight *= ((1 - p) ** power)[:, ends.n[:, level] - ends.dlt[:, level]]
    return weight
