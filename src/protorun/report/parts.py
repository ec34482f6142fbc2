"""What a report can show; every part but the study is optional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from protorun.analyze import Results
from protorun.conduct.status import Status
from protorun.report.lines import Lines, line_numbers
from protorun.screening import Screening
from protorun.simulate import Simulation
from protorun.study.record import Record
from protorun.study.study import Study


@dataclass(frozen=True)
class Example:
    """A made-up patient for whom the calendar is laid out."""

    arm: str
    start: date
    weight_kg: float
    until: date


@dataclass(frozen=True)
class Parts:
    """A study and the results at hand; a section whose part is missing is left out.

    `dlt_rates` are true DLT rates by level, lowest dose first, for the exact operating characteristics.
    """

    study: Study
    record: Record | None = None
    example: Example | None = None
    dlt_rates: tuple[float, ...] = ()
    screening: Screening | None = None
    screening_of: str = ""
    simulations: tuple[Simulation, ...] = ()
    status: Status | None = None
    results: Results | None = None
    results_of: str = ""
    """Which trial was analyzed, in a sentence: recorded data, or one virtual trial with its seed."""
    provenance: tuple[tuple[str, str], ...] = ()

    @cached_property
    def numbers(self) -> Lines | None:
        """Line numbers of the record, when it is at hand."""
        return line_numbers(self.record.texts) if self.record else None
