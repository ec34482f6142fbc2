"""A demo study that was run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from protorun.report.parts import Parts


@dataclass(frozen=True)
class Ran:
    """One demo study that was run: its parts, the page written, how long its simulations took, and the figures and
    tables of its analyzed trial as files."""

    name: str
    parts: Parts
    page: Path
    seconds: float
    exhibits: tuple[Path, ...] = ()
