"""The result of a simulation: arrays with one entry per copy, and all that is needed to run it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protorun.study.study import Assumption

_DECIMALS = 9
"""Floating numbers enter the digest rounded, so that the last bits of a processor's logarithm do not show."""


@dataclass(frozen=True)
class Simulation:
    """`arrays` hold one entry per copy, named as in `counting` and `comparing`; `digest` is their SHA-256.

    `input_hash` is the SHA-256 of study, scenario and settings. Same seed, same input, same digest: for any number of
    workers and any batch. `missing` is not empty when the trial is blocked; there are no arrays then, and no numbers.
    """

    study: str
    scenario: str
    seed: int
    copies: int
    reading: str
    levels: tuple[str, ...]
    arms: tuple[str, ...]
    input_hash: str
    versions: Mapping[str, str]
    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    figures: tuple[Mapping[str, object], ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the arrays in canonical form: names in order, little-endian, floating numbers rounded."""
        return digest(self.arrays)

    @property
    def status(self) -> str:
        """`blocked` when something is missing, else `done`."""
        return "blocked" if self.missing else "done"


def digest(arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """SHA-256 of named arrays, whatever machine made them."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        if array.dtype.kind == "f":
            array = np.round(array.astype("<f8"), _DECIMALS) + 0.0
            array = np.where(np.isnan(array), np.nan, array)
        else:
            array = array.astype("<i8")
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def hash_of(*parts: object) -> str:
    """SHA-256 of values as canonical JSON."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
