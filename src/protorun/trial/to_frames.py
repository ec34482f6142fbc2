"""Tables of a trial -> polars data frames, in the words of `from_frames`, which reads them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.from_frames import COMPARTMENTS, DAYS, FINDINGS, ROLES
from protorun.trial.response import Clinical, Response
from protorun.trial.tables import AdverseEvents, Lesions, Patients, Tables, TimePoints, Visits

if TYPE_CHECKING:
    import polars as pl

_TRUTH = ("no", None, "yes")


def frames_of(tables: Tables, *, calendar: bool = True) -> dict[str, pl.DataFrame]:
    """All tables by name (patients, lesions, visits, responses, adverse_events); days as dates, or as numbers without a calendar."""
    import polars as pl

    people = tables.patients
    found = {"patients": patients_frame(people, calendar=calendar)}
    if tables.lesions is not None:
        found["lesions"] = lesions_frame(tables.lesions, people, calendar=calendar)
    if tables.visits is not None:
        found["visits"] = visits_frame(tables.visits, people, calendar=calendar)
    points = [
        timepoints_frame(table, people, key, calendar=calendar) for key, table in tables.timepoints.items()
    ]
    if points:
        found["responses"] = pl.concat(points)
    if tables.adverse_events is not None:
        found["adverse_events"] = adverse_events_frame(tables.adverse_events, people, calendar=calendar)
    return found


def patients_frame(people: Patients, *, calendar: bool = True) -> pl.DataFrame:
    """One row per patient."""
    import polars as pl

    columns = {name: _days(getattr(people, field), calendar) for name, field in DAYS.items()}
    return pl.DataFrame(
        {
            "patient": _names(people, np.arange(len(people))),
            "arm": _listed(people.arm, people.arms),
            **columns,
            "baseline_complete": _truth(people.baseline_complete),
            **_neurological(people),
        }
    )


def _neurological(people: Patients) -> dict[str, pl.Series]:
    """Which deaths were neurological, where anybody recorded it."""
    known = people.neurological_death
    return {} if known is None else {"neurological_death": _truth(known)}


def lesions_frame(lesions: Lesions, people: Patients, *, calendar: bool = True) -> pl.DataFrame:
    """One row per lesion and time point; lengths in millimeters, null where not measured."""
    import polars as pl

    return pl.DataFrame(
        {
            "patient": _names(people, lesions.patient),
            "visit": lesions.visit,
            "date": _days(lesions.day, calendar),
            "lesion": _listed(lesions.lesion, lesions.labels),
            "role": _words(lesions.role, ROLES),
            "compartment": _words(lesions.compartment, COMPARTMENTS),
            "organ": _listed(lesions.organ, lesions.organs),
            "nodal": _truth(np.where(lesions.nodal, 2, 0)),
            "diameter_mm": _millimeters(lesions.diameter),
            "perpendicular_mm": _millimeters(lesions.perpendicular),
            "finding": _words(lesions.finding, FINDINGS),
        }
    )


def visits_frame(visits: Visits, people: Patients, *, calendar: bool = True) -> pl.DataFrame:
    """One row per visit."""
    import polars as pl

    clinical = {c.name.lower(): c for c in Clinical if c is not Clinical.UNKNOWN}
    return pl.DataFrame(
        {
            "patient": _names(people, visits.patient),
            "visit": visits.visit,
            "date": _days(visits.day, calendar),
            "steroid_mg": pl.Series(visits.steroid_mg).fill_nan(None),
            "clinical": _words(visits.clinical, clinical),
            "adequate": _truth(visits.adequate),
        }
    )


def timepoints_frame(
    points: TimePoints, people: Patients, key: tuple[str, str], *, calendar: bool = True
) -> pl.DataFrame:
    """One row per time point, with the rule that decided; `key` is (criteria, compartment)."""
    import polars as pl

    known = {r.text: r for r in Response if r is not Response.NONE}
    return pl.DataFrame(
        {
            "patient": _names(people, points.patient),
            "criteria": pl.Series([key[0]] * len(points), dtype=pl.String),
            "compartment": pl.Series([key[1]] * len(points), dtype=pl.String),
            "visit": pl.Series(points.visit).cast(pl.Int16),
            "date": _days(points.day, calendar),
            "response": _words(points.overall, known),
            "target": _words(points.target, known),
            "non_target": _words(points.non_target, known),
            "new": _truth(np.where(points.new, 2, 0)),
            "progression_on": _days(points.progression_on, calendar),
            "sum_mm": _millimeters(points.sum),
            "nadir_mm": _millimeters(points.nadir),
            "why": pl.Series([points.why(row) for row in range(len(points))], dtype=pl.String),
        }
    )


def adverse_events_frame(events: AdverseEvents, people: Patients, *, calendar: bool = True) -> pl.DataFrame:
    """One row per adverse event; grade null where not graded, and a column for each feature (yes, no, or null)."""
    import polars as pl

    grade = pl.Series(events.grade)
    return pl.DataFrame(
        {
            "patient": _names(people, events.patient),
            "date": _days(events.day, calendar),
            "term": _listed(events.term, events.terms),
            "grade": grade.set(grade == 0, None),
            "soc": _organ_classes(events),
            "related": _truth(events.related),
            **{
                name: _days(days, calendar)
                for name, days in (("end_date", events.end), ("recovered_on", events.recovered_on))
                if days is not None
            },
            **{name: _truth(truth) for name, truth in events.features.items()},
        }
    )


def _organ_classes(events: AdverseEvents) -> pl.Series:
    import polars as pl

    if events.organ_class is None:
        return pl.Series([None] * len(events), dtype=pl.String)
    return _listed(events.organ_class, events.organ_classes)


def _names(people: Patients, row: NDArray[Any]) -> pl.Series:
    import polars as pl

    names = people.names or tuple(str(int(p) + 1) for p in people.patient)
    return pl.Series(names, dtype=pl.String).gather(np.asarray(row, np.uint32))


def _days(day: DayArray, calendar: bool) -> pl.Series:
    import polars as pl

    known = pl.Series(np.asarray(day, np.int32)).set(pl.Series(day == NO_DAY), None)
    return known.cast(pl.Date) if calendar else known


def _listed(code: NDArray[Any], names: tuple[str, ...]) -> pl.Series:
    import polars as pl

    at = pl.Series(np.asarray(code, np.int64))
    return pl.Series(names, dtype=pl.String).gather(at.set(at < 0, None))


def _words(code: NDArray[Any], known: Any) -> pl.Series:
    import polars as pl

    words = {int(value): word for word, value in known.items()}
    return pl.Series(np.asarray(code, np.int16)).replace_strict(words, default=None, return_dtype=pl.String)


def _truth(truth: NDArray[Any]) -> pl.Series:
    import polars as pl

    return pl.Series(_TRUTH, dtype=pl.String).gather(np.asarray(truth, np.uint32))


def _millimeters(hundredths: NDArray[Any]) -> pl.Series:
    import polars as pl

    length = pl.Series(np.asarray(hundredths, np.float64))
    return length.set(length < 0, None) / 100
