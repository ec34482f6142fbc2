"""A scenario: what is true of virtual patients, each figure with its source. Frozen, and strict about misspellings."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from protorun.study.source import Frozen
from protorun.study.study import Assumption

DAYS_PER_MONTH = 30.4375


class Figure(Frozen):
    """A number with where it comes from.

    `published`: printed in the source named. `computed`: follows from published figures, `source` says how. `assumed`:
    a choice of ours or of the user. A bare number in a scenario file counts as assumed, and is listed as such.
    """

    value: float
    source: str = Field(min_length=1)
    basis: Literal["published", "computed", "assumed"]

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            return {"value": given, "source": "given without a source", "basis": "assumed"}
        return given


class Share(Figure):
    """A figure between 0 and 1."""

    value: float = Field(ge=0, le=1)


class Amount(Figure):
    """A figure that cannot be negative."""

    value: float = Field(ge=0)


class Length(Figure):
    """A stretch of time, longer than nothing."""

    value: float = Field(gt=0)


class Onset(Frozen):
    """When a DLT shows: uniform over the window, or Weibull with a share `late` of the DLTs in its second half.

    `beyond` is the share of patients with a first DLT after the window: reported, never counted by the dose rule.
    """

    kind: Literal["uniform", "weibull"] = "uniform"
    late: Share | None = None
    beyond: Share | None = None

    @model_validator(mode="after")
    def _complete(self) -> Onset:
        if (self.kind == "weibull") != (self.late is not None):
            raise ValueError("`late` belongs to kind: weibull, and only to it")
        if self.late is not None and not 0 < self.late.value < 1:
            raise ValueError("`late` must lie between 0 and 1")
        return self


class Accrual(Frozen):
    """The gap between two candidates. `first_gap: false` puts the first candidate on day 1."""

    kind: Literal["exponential", "fixed"] = "exponential"
    gap_days: Length
    first_gap: bool = True


class Timing(Frozen):
    """Calendar of the trial: accrual, onset, delays, and what happens to candidates while nobody may be enrolled."""

    accrual: Accrual
    onset: Onset = Onset()
    delay_days: Amount | None = None
    """Days until the trial learns of an outcome; none = the same day."""
    stagger_days: int = Field(default=0, ge=0)
    suspended: Literal["lost", "waits"] = "lost"
    follow_up_days: Length | None = None
    """After the last patient in, for parts of fixed size."""


class Response(Frozen):
    """Shares of all patients whose best CNS response is CR or PR; how many are stable follows from the PFS."""

    cr: Share
    pr: Share
    first_seen_days: Length
    """The day from which a scan can show the response; earlier scans show stable disease."""


class QualityOfLife(Frozen):
    """Change from baseline of a score from 0 to 100 at one visit, normal with this mean and standard deviation."""

    baseline: Amount
    change: Figure
    sd: Length
    on_day: Length


class DrawnEvent(Frozen):
    """An adverse event of an arm: the share of patients who have it, and of those the share with grade 3 and the share in
    whom it is related to treatment. Others have grade 1 or 2. The day is uniform over the first `within_days`."""

    term: str = Field(min_length=1)
    soc: str = ""
    share: Share
    severe: Share
    related: Share
    within_days: Length


class DltEvent(Frozen):
    """The adverse event that a drawn DLT is: its term, organ class and grade; related by definition."""

    term: str = Field(min_length=1)
    soc: str = ""
    grade: Figure


class Course(Frozen):
    """The course of the patients of one arm. Hazards are constant; medians are in months as publications give them.

    `pfs_median_months` is the time to progression or death, whichever is first, so it must be shorter than the median
    survival. Dropout is independent of everything else.
    """

    os_median_months: Length | None = None
    pfs_median_months: Length | None = None
    dropout_median_months: Length | None = None
    response: Response | None = None
    scan_every_days: Length | None = None
    """Progression is seen at the next scan; without scans, on the day it happens."""
    quality_of_life: QualityOfLife | None = None
    adverse_events: tuple[DrawnEvent, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Course:
        os, pfs = self.os_median_months, self.pfs_median_months
        if os and pfs and pfs.value >= os.value:
            raise ValueError("the median PFS must be shorter than the median OS")
        if self.response and not self.scan_every_days:
            raise ValueError("a response needs scan_every_days")
        return self


class Scenario(Frozen):
    """What is true of the virtual patients of one study.

    `dlt` lists the DLT probability per dose level, the lowest dose first, or names the levels by label. `courses` are
    keyed by arm id, or by `arm 1`, `arm 2` as the record lists them; `any` stands for every arm not named. `assumptions` answer open questions of the study.
    """

    name: str = Field(min_length=1)
    study: str = ""
    says: str = ""
    dlt: tuple[Share, ...] | dict[str, Share] = ()
    dlt_event: DltEvent | None = None
    timing: Timing
    screen_failure: Share | None = None
    population: dict[str, Share] = Field(default_factory=dict)
    """Share of candidates per arm, for studies that assign arms by population."""
    courses: dict[str, Course] = Field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()


def figures(scenario: Scenario) -> list[dict[str, Any]]:
    """Every figure of the scenario as a row: where it stands, its value, basis and source."""
    found: list[dict[str, Any]] = []
    _collect(scenario, "", found)
    return found


def _collect(node: Any, path: str, found: list[dict[str, Any]]) -> None:
    if isinstance(node, Figure):
        found.append({"parameter": path, "value": node.value, "basis": node.basis, "source": node.source})
    elif isinstance(node, Frozen):
        for name in type(node).model_fields:
            _collect(getattr(node, name), f"{path}.{name}" if path else name, found)
    elif isinstance(node, dict):
        for key, child in node.items():
            _collect(child, f"{path}[{key}]", found)
    elif isinstance(node, tuple):
        for i, child in enumerate(node):
            _collect(child, f"{path}[{i + 1}]", found)
