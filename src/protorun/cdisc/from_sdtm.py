"""SDTM in: RS, TU, TR and the subject-level table become the tables an analysis reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.cdisc._lesions import lesions_of
from protorun.cdisc.dates import check_dates, dated
from protorun.cdisc.diameters import check_diameters
from protorun.cdisc.readers import of_reader
from protorun.cdisc.subjects import check_subjects, data_set, days, places
from protorun.errors import UsageError
from protorun.trial.response import Response
from protorun.trial.tables import Patients, Tables, TimePoints, calls, patients

if TYPE_CHECKING:
    import polars as pl

Key = tuple[str, str]
_CODES = {r.text: int(r) for r in Response if r not in (Response.NONE, Response.MISSING)}
_DAYS = {
    "enrolled_on": ("ENRLDT", "RANDDT", "TRTSDT", "RFSTDTC"),
    "randomized_on": ("RANDDT",),
    "first_dose_on": ("TRTSDT", "RFXSTDTC"),
    "death_on": ("DTHDT", "DTHDTC"),
    "last_alive_on": ("LSTALVDT",),
    "new_therapy_on": ("NACTDT",),
}
"""Columns of ADSL (or DM) that tell a day of a patient; the first that is there counts."""
_NEEDS = {
    "RS": ("USUBJID", "RSTESTCD", "RSSTRESC", "RSDTC", "RSSEQ"),
    "TR": ("USUBJID", "TRLNKID", "TRTESTCD", "TRSTRESC", "TRSTRESN", "TRDTC", "TRSEQ", "VISIT"),
    "TU": ("USUBJID", "TULNKID", "TUSTRESC", "TULOC"),
}


@dataclass(frozen=True)
class Imported:
    """Tables from SDTM, and where each row is from: `response_rows` are the RSSEQ of the time points, `lesion_rows` the
    TRSEQ of the lesions; `notes` say which column told each day, and what could not be used."""

    tables: Tables
    response_rows: NDArray[np.int64]
    lesion_rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def from_sdtm(
    *,
    subjects: Any,
    rs: Any = None,
    tu: Any = None,
    tr: Any = None,
    reader: str = "INVESTIGATOR",
    criteria: str = "recist_1_1",
    compartment: str = "whole_body",
) -> Imported:
    """The tables of a trial: patients from ADSL or DM (`subjects`), overall responses of one reader from RS, lesions from
    TR with their roles and places from TU.

    Of several responses of a reader on one day the worst evaluable one counts. Dates without their day become the last
    day of the month for responses, the first for lesions. Raises PatientDataError for missing columns and unknown
    subjects, UsageError for a reader who is not there, and for TR without TU.
    """
    people = check_subjects(data_set(subjects, "ADSL", needs=("USUBJID",)))
    listed, notes = _patients(people)
    points, response_rows = None, np.zeros(0, np.int64)
    if rs is not None:
        given = check_dates(data_set(rs, "RS", needs=_NEEDS["RS"]), "RS", "RSDTC")
        points, response_rows, more = _responses(given, people, reader)
        notes += more
    lesions, visits, lesion_rows = None, None, np.zeros(0, np.int64)
    if tr is not None and tu is None:
        raise UsageError("TR says how large a lesion is, TU which kind it is: give both")
    if tr is not None:
        sizes = check_diameters(check_dates(data_set(tr, "TR", needs=_NEEDS["TR"]), "TR", "TRDTC"))
        found = of_reader(sizes, "TR", reader)
        roles = of_reader(data_set(tu, "TU", needs=_NEEDS["TU"]), "TU", reader)
        lesions, lesion_rows, more = lesions_of(found, roles, people)
        notes += more
    keyed: dict[Key, TimePoints] = {} if points is None else {(criteria, compartment): points}
    tables = Tables(listed, lesions=lesions, visits=visits, timepoints=keyed)
    return Imported(tables, response_rows, lesion_rows, notes)


def _patients(people: pl.DataFrame) -> tuple[Patients, tuple[str, ...]]:
    """One patient per subject, in the order of the table."""
    count = people.height
    columns: dict[str, Any] = {}
    notes = []
    for name, candidates in _DAYS.items():
        told = next((c for c in candidates if c in people.columns), None)
        if told:
            columns[name] = days(people, told)
            notes.append(f"{name} is read from {told}")
    arms = (
        [str(a) for a in people["ARM"].unique(maintain_order=True).drop_nulls()]
        if "ARM" in people.columns
        else []
    )
    if arms:
        place = {name: at for at, name in enumerate(arms)}
        columns["arm"] = np.array([place.get(a, -1) for a in people["ARM"].to_list()], np.int16)
    names = tuple(people["USUBJID"].to_list())
    listed = patients(np.zeros(count, int), np.arange(count), arms=tuple(arms), names=names, **columns)
    return listed, tuple(notes)


def _responses(
    rs: pl.DataFrame, people: pl.DataFrame, reader: str
) -> tuple[TimePoints, NDArray[np.int64], tuple[str, ...]]:
    """Overall responses of a reader in order of subject and day, one a day."""
    import polars as pl

    mine = of_reader(rs, "RS", reader).filter(pl.col("RSTESTCD") == "OVRLRESP")
    mine = mine.with_columns(
        row=pl.Series(places(mine["USUBJID"], people, "RS"), dtype=pl.Int64),
        day=dated("RSDTC", missing_day="last").to_physical(),
        code=pl.col("RSSTRESC").replace_strict(_CODES, default=None, return_dtype=pl.Int8),
    )
    unknown = mine.filter(pl.col("code").is_null())["RSSTRESC"].drop_nulls().unique().sort().to_list()
    undated = mine.filter(pl.col("day").is_null()).height
    notes = [f"RS: the response {text!r} is none of ours and is left out" for text in unknown]
    notes += [f"RS: {undated} responses without a day are left out"] if undated else []
    # Of several on one day the last in the order ND, NE, CR, PR, SD, NON-CR/NON-PD, PD.
    rank = (
        pl.when(pl.col("code") == int(Response.ND)).then(-2).when(pl.col("code") == int(Response.NE)).then(-1)
    )
    kept = mine.drop_nulls(["code", "day"]).with_columns(rank=rank.otherwise(pl.col("code")))
    kept = kept.sort("row", "day", "rank", "RSSEQ").unique(["row", "day"], keep="last", maintain_order=True)
    row, day = kept["row"].to_numpy(), kept["day"].to_numpy()
    points = calls(np.zeros(len(row), int), row, day, kept["code"].to_numpy())
    return points, kept["RSSEQ"].to_numpy().astype(np.int64), tuple(notes)
