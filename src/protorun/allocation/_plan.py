"""How chance decides: arms with their ratio, a method, and the factors that must stay balanced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated, UsageError
from protorun.study.study import Study

ArmArray = NDArray[np.int16]
T = TypeVar("T")


@dataclass(frozen=True)
class Factor:
    """A patient characteristic with its categories, such as `site: A, B`."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Arms in the order of `ratio`, and what the method needs.

    `block_sizes` are drawn at random for each block when there are several. `factors` are strata of permuted blocks or
    the factors of minimization, with `weights` for the latter. `coin` is the probability with which minimization takes
    the arm that balances best.
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    method: str
    block_sizes: tuple[int, ...] = ()
    factors: tuple[Factor, ...] = ()
    weights: tuple[float, ...] = ()
    coin: float = 0.8  # (ours); Pocock & Simon 1975 leave the probability to the user

    def __post_init__(self) -> None:
        if len(self.arms) < 2 or len(self.ratio) != len(self.arms) or min(self.ratio) < 1:
            raise UsageError(
                "randomization needs at least two arms and a positive whole number for each in the ratio"
            )
        unfit = [size for size in self.block_sizes if size < 1 or size % sum(self.ratio)]
        if unfit:
            raise UsageError(
                f"block size {unfit[0]} does not fit the ratio {self.ratio_text}: "
                f"it must be a multiple of {sum(self.ratio)}"
            )
        if not 0 < self.coin <= 1:
            raise UsageError(f"the biased coin needs a probability above 0 and at most 1, not {self.coin}")
        if self.weights and len(self.weights) != len(self.factors):
            raise UsageError(f"{len(self.weights)} weights for {len(self.factors)} factors")

    @property
    def ratio_text(self) -> str:
        return ":".join(str(part) for part in self.ratio)

    @property
    def strata(self) -> tuple[tuple[str, ...], ...]:
        """Every combination of categories, in the order of their numbers; one empty combination without factors."""
        return tuple(product(*(factor.values for factor in self.factors)))

    def stratum(self, where: Mapping[str, str]) -> int:
        """Number of the stratum with these categories. Raises UsageError naming what is missing or unknown."""
        odd = set(where) - {factor.name for factor in self.factors}
        if odd:
            raise UsageError(f"no factor called {', '.join(sorted(odd))} in this randomization")
        for factor in self.factors:
            if where.get(factor.name) not in factor.values:
                raise UsageError(
                    f"{factor.name} is {where.get(factor.name)!r}; there are: {', '.join(factor.values)}"
                )
        return self.strata.index(tuple(where[factor.name] for factor in self.factors))


def plan_for(
    study: Study,
    *,
    method: str | None = None,
    blocks: Sequence[int] = (),
    strata: Mapping[str, Sequence[str]] | None = None,
    ratio: Sequence[int] = (),
) -> Plan:
    """The plan of a study; what the caller gives fills what the record leaves open.

    Raises NotStated where nobody gave the ratio, the method, the block sizes or the categories of a stated stratum, and
    UsageError where the caller contradicts the record.
    """
    stated = study.randomization
    if stated is None:
        raise NotStated("that chance decides the arm", path="randomization", looked_in=study.title)
    parts = _one("ratio", stated.ratio.value, tuple(ratio), "the allocation ratio")
    sizes = _one("block_sizes", stated.block_sizes.value, tuple(blocks), "")
    default = "permuted_blocks" if sizes else None
    chosen = _one("method", stated.method.value, method or default, "the randomization method")
    if chosen == "permuted_blocks" and not sizes:
        raise NotStated("the block sizes", path="randomization.block_sizes", looked_in=study.title)
    given = {name: tuple(values) for name, values in (strata or {}).items()}
    for name in stated.strata.value or ():
        if name not in given:
            raise NotStated(f"the categories of the stratum {name!r}", path="randomization.strata")
    return Plan(
        arms=stated.arms,
        ratio=parts or (),
        method=chosen or "",
        block_sizes=sizes or (),
        factors=tuple(Factor(name, values) for name, values in given.items()),
    )


def _one(name: str, stated: T | None, given: T | None, what: str) -> T | None:
    """The stated value or the given one. Raises NotStated without either, UsageError when they differ."""
    if stated and given and stated != given:
        raise UsageError(f"randomization.{name}: the record states {stated!r}, {given!r} was asked for")
    if what and not (stated or given):
        raise NotStated(what, path=f"randomization.{name}")
    return stated or given
