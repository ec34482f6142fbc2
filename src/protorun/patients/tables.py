"""A recorded trial as CSV tables: `patients.csv`, `lesions.csv`, `assessments.csv` -> the tables an analysis reads.

patients.csv     patient, arm, enrolled_on, randomized_on, first_dose_on, died_on, last_alive_on, new_therapy_on,
                 withdrawn_on, baseline_complete (yes, no; blank = let the lesions answer), neurological_death (yes, no;
                 the cause of a death)
lesions.csv      patient, date, lesion, role (target, non-target, new), diameter_mm, finding (present, absent, too small,
                 worse, improved, equivocal, not assessed; blank with a diameter = present), compartment (cns,
                 extracranial), organ, perpendicular_mm, slice_mm, method (ct, mri, x-ray, caliper), visit (0 = baseline;
                 without it, visits are the dates of both tables in order)
assessments.csv  patient, date, visit, steroid_mg (dexamethasone equivalent per day), clinical (improved, stable, worse),
                 adequate (yes, no), marker (is the tumor marker normal: yes, no), criteria, compartment, response (a
                 reader's call; such a row is only that)
exams.csv        what RANO-LM reads, see `protorun.patients._exams`

Only `patient` must be there, and for lesions `date`, `lesion`, `role`, `compartment`; a blank cell is unknown, never
zero. Dates are YYYY-MM-DD and become days since 1970-01-01. Other columns may stand beside these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from protorun.patients._csv_rows import CsvRow, read_rows, read_text
from protorun.patients._exams import exams_of
from protorun.patients._visit_numbers import visit_numbers
from protorun.trial.response import Clinical, Compartment, Finding, Method, Response, Role
from protorun.trial.tables import Lesions, Patients, Tables, TimePoints, Visits, calls, patients

_ROLES = {"target": Role.TARGET, "non-target": Role.NON_TARGET, "new": Role.NEW}
_FINDINGS = {f.name.lower().replace("_", " "): f for f in Finding} | {"": Finding.PRESENT}
_COMPARTMENTS = {c.name.lower(): c for c in Compartment}
_CLINICAL = {"": Clinical.UNKNOWN} | {c.name.lower(): c for c in Clinical}
_METHODS = {m.name.lower().replace("_", "-"): m for m in Method} | {"": Method.UNKNOWN}
_RESPONSES = {r.text: r for r in Response if r not in (Response.NONE, Response.MISSING)}
_TRUTH = {"": 1, "unknown": 1, "yes": 2, "no": 0}
_DAYS = {"died_on": "death_on"} | {
    n: n
    for n in (
        "enrolled_on",
        "randomized_on",
        "first_dose_on",
        "last_alive_on",
        "new_therapy_on",
        "withdrawn_on",
    )
}
Names = Mapping[str, int]


def parse_tables(
    patients_csv: str, lesions_csv: str = "", assessments_csv: str = "", exams_csv: str = ""
) -> Tables:
    """The tables of a recorded trial from the texts of its files; an empty text is an absent file."""
    found = parse_patients(patients_csv)
    names = {name: row for row, name in enumerate(found.names)}
    lesions, visits, points = _parse(lesions_csv, assessments_csv, names)
    return Tables(found, lesions, visits, points, exams_of(exams_csv, names) if exams_csv else None)


def load_lesions(
    lesions: Path, assessments: Path | None = None
) -> tuple[Lesions, Visits | None, tuple[str, ...]]:
    """Lesions, visits and patient ids of two files that stand alone, without a list of patients."""
    return parse_lesions(read_text(lesions), read_text(assessments) if assessments else "")


def parse_lesions(
    lesions_csv: str, assessments_csv: str = ""
) -> tuple[Lesions, Visits | None, tuple[str, ...]]:
    """Lesions, visits and the ids of the patients, in the order of the lesion table."""
    names = tuple(dict.fromkeys(r.text("patient") for r in _lesion_rows(lesions_csv)))
    lesions, visits, _ = _parse(lesions_csv, assessments_csv, {n: i for i, n in enumerate(names)})
    if lesions is None:
        lesions = _lesions([], {}, {})
    return lesions, visits, names


def parse_patients(text: str) -> Patients:
    """The patients of a CSV text, in the order of its lines."""
    rows = read_rows(text, "patients.csv", ("patient",))
    seen: set[str] = set()
    for row in rows:
        if row.text("patient") in seen:
            raise row.refuse(f"patient {row.text('patient')!r} stands twice")
        seen.add(row.text("patient"))
    arms = tuple(dict.fromkeys(r.text("arm") for r in rows if r.text("arm")))
    columns: dict[str, NDArray[np.generic]] = {
        into: np.array([r.day(name) for r in rows], np.int32) for name, into in _DAYS.items()
    }
    columns["arm"] = np.array([arms.index(r.text("arm")) if r.text("arm") else -1 for r in rows], np.int16)
    columns["baseline_complete"] = np.array([r.word("baseline_complete", _TRUTH) for r in rows], np.uint8)
    if any(row.text("neurological_death") for row in rows):
        cause = [row.word("neurological_death", _TRUTH) for row in rows]
        columns["neurological_death"] = np.array(cause, np.uint8)
    names = tuple(r.text("patient") for r in rows)
    return patients(np.zeros(len(rows), np.int32), np.arange(len(rows)), arms=arms, names=names, **columns)


def _lesion_rows(text: str) -> list[CsvRow]:
    return (
        read_rows(text, "lesions.csv", ("patient", "date", "lesion", "role", "compartment")) if text else []
    )


def _parse(
    lesions_csv: str, assessments_csv: str, names: Names
) -> tuple[Lesions | None, Visits | None, dict[tuple[str, str], TimePoints]]:
    lesions = _lesion_rows(lesions_csv)
    others = read_rows(assessments_csv, "assessments.csv", ("patient", "date")) if assessments_csv else []
    for row in chain(lesions, others):
        if row.text("patient") not in names:
            raise row.refuse(f"patient {row.text('patient')!r} is not in the list of patients")
    visits = [r for r in others if not r.text("response")]
    number = visit_numbers([*lesions, *visits])
    return (
        _lesions(lesions, names, number) if lesions_csv else None,
        _visits(visits, names, number) if visits else None,
        _calls([r for r in others if r.text("response")], names),
    )


def _place(
    rows: Sequence[CsvRow], names: Names, number: Mapping[tuple[str, int], int]
) -> dict[str, NDArray[np.int32]]:
    day = [r.day("date") for r in rows]
    return {
        "copy": np.zeros(len(rows), np.int32),
        "patient": np.array([names[r.text("patient")] for r in rows], np.int32),
        "visit": np.array([number[r.text("patient"), d] for r, d in zip(rows, day, strict=True)], np.int32),
        "day": np.array(day, np.int32),
    }


def _lesions(rows: Sequence[CsvRow], names: Names, number: Mapping[tuple[str, int], int]) -> Lesions:
    _check_twice(rows, number)
    labels = {n: i for i, n in enumerate(dict.fromkeys(r.text("lesion") for r in rows))}
    organs = {n: i for i, n in enumerate(dict.fromkeys(r.text("organ") for r in rows if r.text("organ")))}
    return Lesions(
        **_place(rows, names, number),  # type: ignore[arg-type]
        lesion=np.array([labels[r.text("lesion")] for r in rows], np.int32),
        role=np.array([r.word("role", _ROLES) for r in rows], np.int8),
        compartment=np.array([r.word("compartment", _COMPARTMENTS) for r in rows], np.int8),
        nodal=np.array(["node" in r.text("organ").lower() for r in rows], np.bool_),
        diameter=np.array([r.hundredths("diameter_mm") for r in rows], np.int32),
        finding=np.array([_finding(r) for r in rows], np.int8),
        organ=np.array([organs.get(r.text("organ"), -1) for r in rows], np.int16),
        perpendicular=np.array([r.hundredths("perpendicular_mm") for r in rows], np.int32),
        slice=np.array([r.hundredths("slice_mm") for r in rows], np.int32),
        method=np.array([r.word("method", _METHODS) for r in rows], np.int8),
        line=np.array([r.line for r in rows], np.int32),
        organs=tuple(organs),
        labels=tuple(labels),
    )


def _check_twice(rows: Sequence[CsvRow], number: Mapping[tuple[str, int], int]) -> None:
    seen: dict[tuple[str, int, str], int] = {}
    for row in rows:
        who = row.text("patient")
        first = seen.setdefault((who, number[who, row.day("date")], row.text("lesion")), row.line)
        if first != row.line:
            says = f"lesion {row.text('lesion')} of patient {who} stands twice in one visit (first on line {first})"
            raise row.refuse(says, "keep one row per lesion and visit")


def _finding(row: CsvRow) -> Finding:
    """A blank finding is `present` beside a diameter, `absent` beside a diameter of 0, else not assessed."""
    if row.text("finding"):
        return row.word("finding", _FINDINGS)
    diameter = row.hundredths("diameter_mm")
    if diameter == 0:
        return Finding.ABSENT
    return Finding.PRESENT if diameter > 0 else Finding.NOT_ASSESSED


def _visits(rows: Sequence[CsvRow], names: Names, number: Mapping[tuple[str, int], int]) -> Visits:
    found = Visits(
        **_place(rows, names, number),  # type: ignore[arg-type]
        steroid_mg=np.array([r.number("steroid_mg") for r in rows], np.float64),
        clinical=np.array([r.word("clinical", _CLINICAL) for r in rows], np.int8),
        adequate=np.array([r.word("adequate", _TRUTH) for r in rows], np.uint8),
        marker=np.array([r.word("marker", _TRUTH) for r in rows], np.uint8),
        line=np.array([r.line for r in rows], np.int32),
    )
    order = np.lexsort((found.visit, found.patient))
    same = (np.diff(found.patient[order]) == 0) & (np.diff(found.visit[order]) == 0)
    if same.any():
        raise rows[int(order[1:][same][0])].refuse("the visit stands twice", "keep one row per visit")
    return found.where(order)  # type: ignore[arg-type]


def _calls(rows: Sequence[CsvRow], names: Names) -> dict[tuple[str, str], TimePoints]:
    """A reader's overall responses by (criteria, compartment)."""
    by_key: dict[tuple[str, str], list[CsvRow]] = {}
    for row in rows:
        if not row.text("criteria"):
            raise row.refuse("a response without its criteria", "write recist_1_1 or rano_bm")
        compartment = row.text("compartment").lower() or "whole_body"
        by_key.setdefault((row.text("criteria"), compartment), []).append(row)
    found = {}
    for key, mine in by_key.items():
        patient = np.array([names[r.text("patient")] for r in mine], np.int32)
        day = np.array([r.day("date") for r in mine], np.int32)
        overall = np.array([r.word("response", _RESPONSES) for r in mine], np.int8)
        found[key] = calls(np.zeros(len(mine), np.int32), patient, day, overall)
    return found
