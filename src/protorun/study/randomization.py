"""How patients get their arm, when the record says that chance decides."""

from __future__ import annotations

from protorun.study.source import Frozen, Source, Sourced


class Randomization(Frozen):
    """Ratio in the order of `arms`; method is a plug-in of `allocation/` (`permuted_blocks`, `minimization`, `simple`)."""

    arms: tuple[str, ...]
    ratio: Sourced[tuple[int, ...]] = Sourced[tuple[int, ...]]()
    method: Sourced[str] = Sourced[str]()
    block_sizes: Sourced[tuple[int, ...]] = Sourced[tuple[int, ...]]()
    strata: Sourced[tuple[str, ...]] = Sourced[tuple[str, ...]]()
    concealment: Sourced[str] = Sourced[str]()
    sources: tuple[Source, ...] = ()
