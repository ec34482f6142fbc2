"""Options that several plans share: the looks of a trial, its error rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from protorun.cli.plans._numbers import numbers, parameter


@dataclass(frozen=True)
class Looks:
    """Interim looks and their bounds.

    Parameters
    ----------
    k
        Looks, the last one included.
    test_type
        1 one-sided, 2 two-sided symmetric, 3 and 4 futility by beta spending (binding, non-binding), 5 and 6 a lower
        bound that spends under no effect (binding, non-binding).
    alpha
        One-sided type I error; with test type 2 on each side.
    beta
        Type II error.
    astar
        What the lower bound of types 5 and 6 spends under no effect; 0: all that is left.
    timing
        Information fractions of the looks, such as .5,.75,1; equal steps when left out.
    sfu
        Upper bound: OF, Pocock, WT, or a spending function: LDOF, LDPocock, HSD, Power, points.
    sfupar
        Its parameter: HSD's gamma (-4 when left out), the power, Wang-Tsiatis' delta, or shares for points.
    sfl
        Spending function of the lower bound of types 3 to 6.
    sflpar
        Its parameter; HSD's gamma is -2 when left out.
    """

    k: int = 3
    test_type: Literal[1, 2, 3, 4, 5, 6] = 4
    alpha: float = 0.025
    beta: float = 0.1
    astar: float = 0.0
    timing: str = ""
    sfu: str = "HSD"
    sfupar: str = ""
    sfl: str = "HSD"
    sflpar: str = ""

    @property
    def asked(self) -> dict[str, Any]:
        """As the arguments of `group_sequential`."""
        return {
            **{
                name: getattr(self, name)
                for name in ("k", "test_type", "alpha", "beta", "astar", "sfu", "sfl")
            },
            "timing": numbers(self.timing, "--timing"),
            "sfupar": parameter(self.sfupar, "--sfupar"),
            "sflpar": parameter(self.sflpar, "--sflpar"),
        }

    @property
    def given(self) -> dict[str, Any]:
        """Those of them that are not the default."""
        usual = type(self)().asked
        return {name: value for name, value in self.asked.items() if value != usual[name]}


@dataclass(frozen=True)
class OneLook(Looks):
    __doc__ = Looks.__doc__

    k: int = 1
    test_type: Literal[1, 2, 3, 4, 5, 6] = 1
    sfu: str = "LDOF"


@dataclass(frozen=True)
class Course:
    """How patients come, stay and are shared between the arms; times in months.

    Parameters
    ----------
    accrual
        Months in which patients are enrolled.
    accrual_rate
        Relative numbers of patients a month, by interval; even when left out.
    accrual_from
        Months from which each of them holds.
    patients_per_month
        Patients enrolled a month, instead of --accrual: the months follow from the size.
    followup
        Months from the last patient in to the analysis.
    eta
        Hazard of dropout a month, both arms.
    dropout
        Share of patients who drop out by --dropout-time, instead of --eta.
    dropout_time
        Months by which that share is gone.
    ratio
        Experimental patients for each control patient.
    control
        Which arm of the study is the control, when the ratio it states is not 1:1.
    n
        Patients in both arms together: the power is printed instead of the size.
    """

    accrual: float | None = None
    accrual_rate: str = ""
    accrual_from: str = ""
    patients_per_month: float | None = None
    followup: float | None = None
    eta: float | None = None
    dropout: float | None = None
    dropout_time: float = 12.0
    ratio: float | None = None
    control: str = ""
    n: float | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """As the arguments of `plan.logrank`."""
        lists = {"accrual_rate": self.accrual_rate, "accrual_from": self.accrual_from}
        found = {name: numbers(text, f"--{name.replace('_', '-')}") for name, text in lists.items()}
        return {**vars(self), **found}
