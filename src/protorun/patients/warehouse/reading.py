"""Facts out of the long fact tables, for the persons and the criteria asked for."""

# ruff: noqa: S608 - the text is made of our own table and column names

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.patients.warehouse.columns import (
    Rows,
    by_concept,
    column,
    fetch,
    flags,
    pick,
    place,
    treatments,
)
from protorun.screening.dates import EPOCH
from protorun.screening.template import asked_facts
from protorun.study.study import Study
from protorun.trial.facts import NO_DAY, Codes, Column, DayArray, Facts

_ANCHORS = ("enrollment", "randomization", "first_dose", "last_dose", "diagnosis")
_DOMAINS = {"condition": "conditions", "treatment": "treatments"}


def read_facts(connection: Any, study: Study, *, as_of: date | None = None) -> Facts:
    """The facts a study asks for, of every person in the tables, by `person_id`; what was not known at screening is not
    among them. The names of the patients are their ids; who died by then (`died`) is not among them."""
    if as_of is None:
        persons, dates = screening_dates(connection)
    else:
        persons = np.sort(fetch(connection, "person", ("person_id",), ())["person_id"])
        day = np.full(len(persons), (as_of - EPOCH).days, np.int32)
        dates = Facts(("",) * len(persons), day, {})
    alive = ~_dead(connection, dates.screened_on)
    persons, dates = persons[alive], dates.take(np.flatnonzero(alive))
    index, anchors = dates.screened_on, dates.anchors
    born, sex = _persons(connection, persons)
    columns: dict[str, Column] = {"sex": sex} if (sex.codes >= 0).any() else {}
    measured, stated = asked_facts(study)
    columns |= _measured(connection, persons, index, measured)
    columns |= _stated(connection, persons, index, stated)
    documented, since = _coverage(connection, persons, index)
    courses = place(
        fetch(connection, "treatment", _COURSE, ("start_lo", "start_hi", "end_lo", "end_hi")), persons
    )
    return Facts(
        tuple(str(p) for p in persons),
        index,
        columns,
        treatments(courses),
        documented,
        anchors,
        since,
        born,
    )


def died(connection: Any, *, as_of: date | None = None) -> tuple[int, ...]:
    """Who died, or may have died, on or before the day of screening: nobody screens them, they are listed apart."""
    if as_of is None:
        persons, dates = screening_dates(connection)
        index = dates.screened_on
    else:
        persons = np.sort(fetch(connection, "person", ("person_id",), ())["person_id"])
        index = np.full(len(persons), (as_of - EPOCH).days, np.int32)
    return tuple(int(p) for p in persons[_dead(connection, index)])


def _dead(connection: Any, index: DayArray) -> NDArray[np.bool_]:
    """In the order of `person_id`."""
    rows = fetch(connection, "person", ("person_id",), ("death_lo", "death_hi"))
    rows = pick(rows, np.argsort(rows["person_id"]))
    recorded = (rows["death_lo"] != NO_DAY) | (rows["death_hi"] != NO_DAY)
    return np.asarray(recorded & (rows["death_lo"] <= index))


def screening_dates(connection: Any) -> tuple[DayArray, Facts]:
    """The persons and their dates, as facts without anything else."""
    names = ("index_on", *(f"on_{a}" for a in _ANCHORS))
    days = ", ".join(f"coalesce({n} - DATE '1970-01-01', {int(NO_DAY)})::INTEGER AS {n}" for n in names)
    found = connection.execute(
        f"SELECT person.person_id, {days} FROM person LEFT JOIN screened USING (person_id) ORDER BY person_id"
    ).fetchnumpy()
    index = np.asarray(found["index_on"], np.int32)
    if (index == NO_DAY).any():
        raise PatientDataError(
            "the screening date is not given", hint="add the table screened or give a date for all"
        )
    anchors = {a: np.asarray(found[f"on_{a}"], np.int32) for a in _ANCHORS}
    return found["person_id"], Facts(("",) * len(index), index, {}, anchors=anchors)


_COURSE = (
    "person_id", "concept", "kind", "evidence", "route", "dose", "intent", "ongoing", "half_life_days",
    "half_life_known", "source_ref",
)  # fmt: skip


def _persons(connection: Any, persons: NDArray[Any]) -> tuple[tuple[DayArray, DayArray], Codes]:
    rows = fetch(connection, "person", ("person_id", "sex"), ("birth_lo", "birth_hi"))
    rows = place(pick(rows, np.argsort(rows["person_id"])), persons)
    codes = np.array([{"F": 0, "M": 1}.get(s, -1) for s in rows["sex"]], np.int16)
    sex = Codes(codes, ("female", "male"), np.full(len(codes), NO_DAY, np.int32))
    return (rows["birth_lo"], rows["birth_hi"]), sex


def _where(names: tuple[str, ...]) -> str:
    listed = ", ".join("'" + n.replace("'", "''") + "'" for n in names)
    return f"WHERE concept IN ({listed or 'NULL'})"


def _known_then(rows: Rows, index: DayArray, *days: str) -> dict[str, NDArray[Any]]:
    """Nothing from the future: rows that begin after screening are not seen."""
    seen = np.logical_and.reduce([rows[d] <= index[rows["at"]] for d in days])
    return pick(rows, seen)


def _measured(
    connection: Any, persons: NDArray[Any], index: DayArray, names: tuple[str, ...]
) -> dict[str, Column]:
    rows = fetch(
        connection,
        "measurement",
        (
            "person_id",
            "concept",
            "coalesce(value, value_lo) AS lo",
            "coalesce(value, value_hi) AS hi",
            "code",
            "ref_low",
            "ref_high",
            "baseline",
            "recency",
            "quality",
            "source_ref",
        ),
        ("t_lo", "t_hi"),
        f"{_where(names)} AND (quality IS NULL OR quality <> 'absent')",
    )
    seen = _known_then(place(rows, persons), index, "t_lo")
    return {name: column(name, of, len(persons)) for name, of in by_concept(seen).items()}


def _stated(
    connection: Any, persons: NDArray[Any], index: DayArray, names: tuple[str, ...]
) -> dict[str, Column]:
    conditions = fetch(
        connection,
        "condition",
        ("person_id", "concept", "CASE WHEN certain THEN 2 ELSE 1 END AS truth"),
        ("onset_lo", "onset_hi", "recorded_lo"),
        _where(names),
    )
    statements = fetch(
        connection,
        "assertion",
        ("person_id", "concept", "CASE WHEN value THEN 2 WHEN NOT value THEN 0 ELSE 1 END AS truth"),
        ("t_lo", "t_hi"),
        _where(names),
    )
    known = _known_then(place(conditions, persons), index, "onset_lo", "recorded_lo")
    known |= {"t_lo": known["onset_lo"], "t_hi": known["onset_hi"]}
    stated = _known_then(place(statements, persons), index, "t_lo")
    of_known, of_stated = by_concept(known), by_concept(stated)
    nothing = pick(known, np.zeros(0, np.intp)), pick(stated, np.zeros(0, np.intp))
    return {
        name: flags(of_known.get(name, nothing[0]), of_stated.get(name, nothing[1]), len(persons))
        for name in sorted({*of_known, *of_stated})
    }


def _coverage(
    connection: Any, persons: NDArray[Any], index: DayArray
) -> tuple[dict[str, NDArray[np.bool_]], dict[str, DayArray]]:
    """Which lists are complete at screening, and since when; a row without a person is for everybody."""
    rows = fetch(
        connection,
        "coverage",
        ("coalesce(person_id, -1) AS person_id", "domain"),
        ("t_lo", "t_hi"),
        "WHERE concept_group IS NULL",
    )
    documented, since = {}, {}
    for domain, name in _DOMAINS.items():
        of = pick(rows, rows["domain"] == domain)
        documented[name], since[name] = _covered(of, persons, index)
    return documented, since


def _covered(rows: Rows, persons: NDArray[Any], index: DayArray) -> tuple[NDArray[np.bool_], DayArray]:
    whose = rows["person_id"]
    own = place(pick(rows, whose != -1), persons)
    everybody = [np.full(len(persons), i) for i in np.flatnonzero(whose == -1)]
    parts = [(np.arange(len(persons)), rows["t_lo"][i], rows["t_hi"][i]) for i in everybody]
    listed, always = np.zeros(len(persons), bool), np.zeros(len(persons), bool)
    first = np.full(len(persons), np.iinfo(np.int32).max, np.int32)
    for at, low, high in (*parts, (own["at"], own["t_lo"], own["t_hi"])):
        here = (high == NO_DAY) | (high >= index[at])
        np.logical_or.at(listed, at, here)
        np.logical_or.at(always, at, here & (low == NO_DAY))
        np.minimum.at(first, at, np.where(here & (low != NO_DAY), low, np.iinfo(np.int32).max))
    return listed, np.where(always | ~listed, NO_DAY, first).astype(np.int32)
