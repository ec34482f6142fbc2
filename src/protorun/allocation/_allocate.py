"""Arms for many patients of many copies, by the method of a plan."""

from __future__ import annotations

from typing import Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.allocation._plan import ArmArray, Plan
from protorun.errors import UsageError
from protorun.terms import plugins


class ByChance(Protocol):
    """A module of this folder whose `DECIDES` is `chance`; `LISTABLE` says whether a list can be made ahead."""

    DECIDES: str
    LISTABLE: bool

    def assign(
        self, plan: Plan, strata: NDArray[np.int16], *, seed: int, copies: NDArray[np.int64]
    ) -> ArmArray:
        """Arm index of each (copy, patient)."""
        ...


def method_of(plan: Plan) -> ByChance:
    """The plug-in of the plan's method. Raises PluginNotFound, or UsageError for one that does not draw."""
    module = plugins.load("allocation", plan.method)
    if getattr(module, "DECIDES", "") != "chance":
        raise UsageError(f"{plan.method} does not randomize; it places patients by what they have")
    return cast(ByChance, module)


def allocate(
    plan: Plan, patients: int, *, seed: int, copies: ArrayLike = 0, strata: ArrayLike | None = None
) -> ArmArray:
    """Arm index of each (copy, patient) in order of arrival.

    `copies` are the numbers of the simulated copies (0 for the one real trial); `strata` is (patient, factor) or (copy,
    patient, factor), each entry an index into the categories of its factor. A patient's arm depends on (seed, copy,
    own and earlier patients), never on the batch or on later patients.
    """
    rows = np.atleast_1d(np.asarray(copies, np.int64))
    given = np.zeros((patients, 0), np.int16) if strata is None else np.asarray(strata, np.int16)
    if given.shape[-2:] != (patients, len(plan.factors)):
        raise UsageError(
            f"the strata must give {len(plan.factors)} categories for each of {patients} patients, "
            f"not an array of shape {given.shape}"
        )
    for i, factor in enumerate(plan.factors):
        if given.size and not ((given[..., i] >= 0) & (given[..., i] < len(factor.values))).all():
            raise UsageError(
                f"a patient has no category of {factor.name}; who is unknown cannot be stratified"
            )
    whole = np.broadcast_to(given, (len(rows), *given.shape[-2:]))
    return method_of(plan).assign(plan, whole, seed=seed, copies=rows)
