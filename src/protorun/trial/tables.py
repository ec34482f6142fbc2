"""Tables of a trial as recorded: patients, lesions, visits and time points, for one real trial or many simulated copies.

Every table is long and has a leading `copy` column; a recorded trial is copy 0. `patient` is the row number of the
patient in `Patients` of that copy, counted from 0. A day is an integer on one calendar for the whole set: days since
1970-01-01 for a recorded trial, days since the trial began for a simulated one; `NO_DAY` = not known or did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from protorun.terms.truth import TruthArray
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.leptomeninges import LeptomeningealExams
from protorun.trial.response import Response
from protorun.trial.rows import CodeArray as CodeArray
from protorun.trial.rows import IntArray as IntArray
from protorun.trial.rows import Rows as Rows

NOT_MEASURED = np.int32(-1)
"""A diameter nobody measured. Missing is never zero."""


@dataclass(frozen=True)
class Patients(Rows):
    """One row per patient, in order of (copy, patient). `arm` indexes `arms`, -1 = none; `names[patient]` is the printed
    id of a recorded patient and empty in simulations. `baseline_complete` is Kleene truth: was the complete baseline
    disease assessment done? UNKNOWN lets the lesion tables answer, if they can."""

    copy: IntArray
    patient: IntArray
    arm: NDArray[np.int16]
    enrolled_on: DayArray
    randomized_on: DayArray
    first_dose_on: DayArray
    death_on: DayArray
    last_alive_on: DayArray
    new_therapy_on: DayArray
    withdrawn_on: DayArray
    baseline_complete: TruthArray
    arms: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    neurological_death: TruthArray | None = None
    """Kleene truth: did the patient die of the disease of the nervous system? None where nobody recorded causes."""
    level: NDArray[np.int16] | None = None
    """Dose level under a dose rule, an index into `levels`; -1 = none."""
    levels: tuple[str, ...] = ()
    dlt_on: DayArray | None = None
    """The first dose-limiting toxicity as the trial called it; the table alone may not know (None)."""
    inevaluable_on: DayArray | None = None
    """The day the trial called the patient not evaluable for DLT, or saw progression."""
    completed_window_on: DayArray | None = None
    """The day the trial says the DLT window was completed."""

    def name(self, row: int) -> str:
        """The printed id of the patient in that row."""
        return self.names[int(self.patient[row])] if self.names else str(int(self.patient[row]) + 1)


@dataclass(frozen=True)
class Lesions(Rows):
    """One row per lesion and time point. `visit` 0 is baseline, 1, 2 ... follow; scans of one visit may differ in `day`.

    `role`, `compartment`, `finding` hold the codes of `trial/response.py`. `nodal` lesions are measured by short axis,
    others by longest diameter, in hundredths of a millimeter (`NOT_MEASURED` = -1).
    """

    copy: IntArray
    patient: IntArray
    visit: NDArray[np.int16]
    day: DayArray
    lesion: IntArray
    role: CodeArray
    compartment: CodeArray
    nodal: NDArray[np.bool_]
    diameter: IntArray
    finding: CodeArray
    organ: NDArray[np.int16]
    perpendicular: IntArray
    """Diameter at right angles, hundredths of a millimeter; RANO-BM wants 5 mm of a measurable lesion."""
    organs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """Printed lesion ids, `labels[lesion]`; may be empty."""
    slice: IntArray | None = None
    """Thickness of the slices (with the gap), hundredths of a millimeter, -1 = not recorded."""
    method: CodeArray | None = None
    """How it was measured, a code of `Method`."""
    line: IntArray | None = None
    """Line of the file, or sequence number of the source record."""


@dataclass(frozen=True)
class Visits(Rows):
    """One row per assessment visit, in order of (copy, patient, visit): what RANO-BM needs beside the lesions.

    `steroid_mg` is dexamethasone-equivalent mg per day (NaN = unknown); `clinical` the status against baseline;
    `adequate` Kleene truth of an adequate tumor assessment as the reader gave it (UNKNOWN = judge by the response).
    """

    copy: IntArray
    patient: IntArray
    visit: NDArray[np.int16]
    day: DayArray
    steroid_mg: NDArray[np.float64]
    clinical: CodeArray
    adequate: TruthArray
    marker: TruthArray | None = None
    """Is the tumor marker within its normal limits? RECIST 1.1 lets one above them stand in the way of CR."""
    line: IntArray | None = None
    """Line of the file, or sequence number of the source record."""


@dataclass(frozen=True)
class TimePoints(Rows):
    """Response per time point after baseline, in order of (copy, patient, day): derived by a rule or given by a reader.

    `reason` indexes `reasons`, which name the deciding rule or the missing item; `sum`, `baseline` and `nadir` are sums
    of diameters in hundredths of a millimeter, -1 where there is none. `progression_on` is the day PD is dated to.
    """

    copy: IntArray
    patient: IntArray
    visit: NDArray[np.int16]
    day: DayArray
    target: CodeArray
    non_target: CodeArray
    new: NDArray[np.bool_]
    overall: CodeArray
    progression_on: DayArray
    sum: IntArray
    baseline: IntArray
    nadir: IntArray
    reason: NDArray[np.int16]
    reasons: tuple[str, ...] = ("",)
    at_best: CodeArray | None = None
    at_worst: CodeArray | None = None
    """Between which responses the truth lies where an input is missing; the response itself elsewhere, NONE = not known."""

    def why(self, row: int) -> str:
        """The deciding rule of a row in words."""
        return self.reasons[int(self.reason[row])]


@dataclass(frozen=True)
class Scores(Rows):
    """Quality of life as scored: one row per questionnaire and scale, NaN where the scale could not be scored. `scale`
    indexes `scales`; `questionnaire` is its key."""

    copy: IntArray
    patient: IntArray
    day: DayArray
    scale: NDArray[np.int16]
    score: NDArray[np.float64]
    scales: tuple[str, ...] = ()
    questionnaire: str = ""


@dataclass(frozen=True)
class Tables:
    """All tables of a trial. `timepoints` is keyed by (criteria, compartment), such as `("rano_bm", "cns")`; entries are
    recorded calls of a reader, or are derived from `lesions` and `visits` when an analysis needs them."""

    patients: Patients
    lesions: Lesions | None = None
    visits: Visits | None = None
    timepoints: Mapping[tuple[str, str], TimePoints] = field(default_factory=dict)
    exams: LeptomeningealExams | None = None
    adverse_events: AdverseEvents | None = None
    scores: Scores | None = None


def patients(copy: NDArray[np.integer], patient: NDArray[np.integer], **known: object) -> Patients:
    """A `Patients` table with every column that is not given unknown."""
    n = len(copy)
    days = (
        "enrolled_on",
        "randomized_on",
        "first_dose_on",
        "death_on",
        "last_alive_on",
        "new_therapy_on",
        "withdrawn_on",
    )
    columns: dict[str, object] = {name: np.full(n, NO_DAY, np.int32) for name in days}
    columns |= {"arm": np.full(n, -1, np.int16), "baseline_complete": np.ones(n, np.uint8)}
    columns |= known
    return Patients(copy=copy.astype(np.int32), patient=patient.astype(np.int32), **columns)  # type: ignore[arg-type]


def calls(
    copy: NDArray[np.integer],
    patient: NDArray[np.integer],
    day: NDArray[np.integer],
    overall: NDArray[np.integer],
) -> TimePoints:
    """Time points from overall responses alone, as a reader records them; rows are put in order of (copy, patient, day)."""
    order = np.lexsort((day, patient, copy))
    n = len(order)
    none = np.full(n, -1, np.int32)
    blank = np.full(n, Response.NONE, np.int8)
    on = day[order].astype(np.int32)
    return TimePoints(
        copy=copy[order].astype(np.int32),
        patient=patient[order].astype(np.int32),
        visit=np.full(n, -1, np.int16),
        day=on,
        target=blank,
        non_target=blank,
        new=np.zeros(n, np.bool_),
        overall=overall[order].astype(np.int8),
        progression_on=np.where(overall[order] == Response.PD, on, NO_DAY).astype(np.int32),
        sum=none,
        baseline=none,
        nadir=none,
        reason=np.zeros(n, np.int16),
        reasons=("recorded by the reader",),
    )


@dataclass(frozen=True)
class AdverseEvents(Rows):
    """One row per adverse event: `grade` by CTCAE (0 = not graded), `term` indexes `terms`; `related` is Kleene truth of
    the relation to treatment, UNKNOWN where nobody judged it."""

    copy: IntArray
    patient: IntArray
    day: DayArray
    term: NDArray[np.int16]
    grade: NDArray[np.int8]
    related: TruthArray
    terms: tuple[str, ...] = ()
    organ_class: NDArray[np.int16] | None = None
    """System organ class of each event, an index into `organ_classes`; -1 = not recorded."""
    organ_classes: tuple[str, ...] = ()
    end: DayArray | None = None
    """Last day at this grade; `NO_DAY` = not over or not known."""
    recovered_on: DayArray | None = None
    """First day back at grade 1, baseline, or whatever the definition asks; `NO_DAY` = not yet or not known."""
    features: Mapping[str, TruthArray] = field(default_factory=dict)
    """What else is known of each event, Kleene truth: `bleeding`, `infection`, `transfusion`, `fever`, `symptoms`,
    `clinically_significant`, `despite_treatment`, `disease`, `hospitalization`, `serious`, `discontinued` ..."""

    def where(self, keep: NDArray[np.bool_]) -> Self:
        """The rows for which `keep` holds, with their features."""
        rows = super().where(keep)
        return replace(rows, features={name: truth[keep] for name, truth in self.features.items()})
