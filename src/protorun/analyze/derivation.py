"""What a derivation hands back: the rows of every endpoint with what decided each, before anything is estimated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from protorun.endpoints import Derived
from protorun.study.endpoint import Endpoint
from protorun.trial.tables import Tables

Each = TypeVar("Each")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Skipped:
    """An endpoint that was not analyzed, and why; `path` is where an assumption would help."""

    id: str
    why: str
    path: str = ""


@dataclass(frozen=True)
class DerivedEndpoint:
    """The rows of one endpoint, and everything that had to be assumed for them."""

    endpoint: Endpoint
    rows: Derived
    assumptions: tuple[str, ...]
    measure: str = ""
    """What is estimated, where that is not told by the kind of the endpoint alone."""


@dataclass(frozen=True)
class OfOneTrial(Generic[Each]):
    """What is told of one trial up to a cutoff day: its endpoints, and what was left out, assumed and doubted."""

    study: str
    cutoff_day: int | None
    endpoints: tuple[Each, ...]
    skipped: tuple[Skipped, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    tables: Tables = field(repr=False)
    calendar: bool = True
    """Days are days since 1970-01-01; False when they count from the start of the trial."""

    def dated(self, row: dict[str, Any]) -> dict[str, Any]:
        """An explained row with its days as dates, where days are those of a calendar."""
        if not self.calendar:
            return row
        days = {name: row[name] for name in ("start_on", "end_on")}
        return row | {
            n: None if d is None else (_EPOCH + timedelta(days=d)).isoformat() for n, d in days.items()
        }


class Derivation(OfOneTrial[DerivedEndpoint]):
    """The derived endpoints of one trial."""

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row per endpoint and patient."""
        return [row for one in self.endpoints for row in self._rows(one)]

    def explain(self, patient: str) -> list[dict[str, Any]]:
        """Every endpoint of one patient."""
        return [row for row in self.table if row["patient"] == patient]

    def _rows(self, one: DerivedEndpoint) -> list[dict[str, Any]]:
        people = self.tables.patients
        return [
            {
                "patient": people.name(int(row)),
                "arm": people.arms[people.arm[row]] if people.arms and people.arm[row] >= 0 else "",
                **self.dated(one.rows.explain(at)),
            }
            for at, row in enumerate(one.rows.row.tolist())
        ]
