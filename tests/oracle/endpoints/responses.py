"""Best responses and times of a synthetic cohort, of iRECIST, and the two checks of sums of diameters."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from oracle.endpoints.adam import reader
from oracle.endpoints.cells import Found, frames, words
from protorun.cdisc.adtte import adtte
from protorun.endpoints import best_immune_rows, best_of_rows, parameter, policy
from protorun.patients.tables import parse_lesions
from protorun.response import assess, settings_for
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Finding, Response, Role
from protorun.trial.tables import Lesions

CODES = {r.text: int(r) for r in Response}
EPOCH = date(1970, 1, 1)
NAMES = {
    "RSP": "response",
    "CB": "clinical_benefit",
    "BOR": "best_response",
    "CRSP": "confirmed_response",
    "CCB": "confirmed_clinical_benefit",
    "CBOR": "confirmed_best_response",
}
SWITCH = {"conf": "confirm_days", "window": "min_sd_days"}
IMMUNE = {
    "ICPD": "progression",
    "IUPD": "pending",
    "IRSP": "response",
    "ICB": "benefit",
    "ICRSP": "confirmed",
    "ICCB": "confirmed_benefit",
}
EARLY_CR = (
    "admiralonco#275: a CR followed by PR or SD is SD there; by RECIST table 3 [recalled] that disease is PD"
)
NADIR = "the recorded target response ignores the nadir by design: PD by 20 % and 5 mm over it, called PR (69) or SD (100)"


def days(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Int32).fill_null(int(NO_DAY)).to_numpy().astype(np.int32)


def as_date(day: int) -> date | None:
    return None if day == NO_DAY else EPOCH + timedelta(int(day))


def cohort(folder: Path) -> tuple[pl.DataFrame, tuple[np.ndarray, ...]]:
    """People with their number, and patient, day and code of every response in order."""
    data = reader(folder)
    people = data("oracle/syn_adsl_1000").sort("USUBJID").with_row_index("patient")
    seen = data("oracle/syn_ovr_1000").join(people, on="USUBJID").sort("patient", "ADT")
    codes = np.array([CODES[word] for word in seen["AVALC"]], np.int8)
    return people, (seen["patient"].to_numpy().astype(np.int32), days(seen["ADT"]), codes)


def settings_of(text: str) -> Any:
    """The switches of a setting as its text names them."""
    if text.startswith("template"):
        return policy("admiral_template")
    pairs = (pair.split("=") for pair in text.split(";"))
    return replace(
        policy("admiral"),
        **{SWITCH.get(k, k): v == "TRUE" if v in ("TRUE", "FALSE") else int(v) for k, v in pairs},
    )


def said(name: str, code: int) -> str:
    return ("N", "Y")[code] if name in ("RSP", "CB", "CRSP", "CCB") else Response(int(code)).text


def synthetic_best(folder: Path) -> Iterator[Found]:
    """Answer and day of each row; one call here answers a setting for everybody."""
    people, rows = cohort(folder)
    given = {"reference_on": days(people["RANDDT"])}
    best = cache(lambda text: best_of_rows(*rows, **given, settings=settings_of(text)))
    expected = reader(folder)("oracle/syn_expected_rs_1000")
    ours: list[Any] = []
    theirs: list[Any] = []
    for (name, text), asked in expected.group_by("PARAMCD", "SETTING", maintain_order=True):
        who = asked.join(people.select("USUBJID", "patient"), on="USUBJID", maintain_order="left")["patient"]
        code, on, _ = (column[who.to_numpy()] for column in parameter(best(text), NAMES[name]))
        ours += [*(said(name, c) for c in code), *map(as_date, on)]
        theirs += [*asked["AVALC"], *asked["ADT"]]
    found = words("best responses of 93 settings: answer and day", ours, theirs)
    yield replace(found, rows=len(expected))
    template = best("template ad_adrs.R events")
    strict = best_of_rows(*rows, **given, settings=replace(policy("admiral_template"), lost_cr_is_pd=True))
    both = [[said("CBOR", c) for c in parameter(b, NAMES["CBOR"])[0]] for b in (strict, template)]
    early = words("CBOR by table 3 beside the template: CR, then PR or SD", *both)
    yield replace(early, expected=lost_after_cr(rows, *both), known=EARLY_CR)


def lost_after_cr(rows: tuple[np.ndarray, ...], ours: list[str], theirs: list[str]) -> int:
    """How many of the differing answers are of patients with PR or SD some time after a CR: it must be all of them."""
    patient, _, code = rows
    complete, back = set(), set()
    for who, seen in zip(patient.tolist(), code.tolist(), strict=True):
        if seen == Response.CR:
            complete.add(who)
        elif seen in (Response.PR, Response.SD) and who in complete:
            back.add(who)
    return sum(a != b and at in back for at, (a, b) in enumerate(zip(ours, theirs, strict=True)))


def synthetic_times(folder: Path) -> Iterator[Found]:
    """Six times of the cohort, from its responses in the shape of ADRS."""
    data = reader(folder)
    subjects, seen = data("oracle/syn_adsl_1000"), data("oracle/syn_ovr_1000").sort("USUBJID", "ADT")
    first_pd = seen.filter(pl.col("AVALC") == "PD").group_by("USUBJID").agg(PDDT=pl.col("ADT").min())
    early = pl.col("PDDT").is_null() | (pl.col("ADT") <= pl.col("PDDT"))
    responses = seen.join(first_pd, on="USUBJID", how="left").filter(
        pl.col("AVALC").is_in(["CR", "PR"]) & early
    )
    yes = pl.lit("Y").alias("AVALC")
    parts = {
        "OVR": seen,
        "LSTA": seen.group_by("USUBJID").last(),
        "PD": first_pd.select("USUBJID", pl.col("PDDT").alias("ADT"), yes),
        "RSP": responses.group_by("USUBJID").agg(pl.col("ADT").min(), yes),
        "DEATH": subjects.drop_nulls("DTHDT").select("USUBJID", pl.col("DTHDT").alias("ADT"), yes),
    }
    rows = [d.select("USUBJID", "ADT", "AVALC", pl.lit(name).alias("PARAMCD")) for name, d in parts.items()]
    asked = ("OS", "PFS", "PFSE", "PFSNACT", "TTP", "RSD")
    ours = adtte(pl.concat(rows).with_columns(ANL01FL=pl.lit("Y")), subjects, parameters=asked)
    theirs = data("oracle/syn_expected_tte_1000").drop("STUDYID")
    yield frames("OS, PFS, PFSE, PFSNACT, TTP, RSD", ours, theirs, ("USUBJID", "PARAMCD"))


def last_day(text: str) -> int:
    """A date of SDTM as a day; without its day the last of the month."""
    if len(text) >= 10:
        return (date.fromisoformat(text[:10]) - EPOCH).days
    year, month = map(int, text.split("-"))
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(1) - EPOCH).days


def irecist(folder: Path) -> Iterator[Found]:
    data = reader(folder)
    expected = data("oracle/irecist_expected_adrs")
    people = expected.select("USUBJID", "RANDDT").unique().sort("USUBJID").with_row_index("patient")
    mine = (pl.col("RSTESTCD") == "OVRLRESP") & (pl.col("RSEVAL") == "INVESTIGATOR")
    seen = data("sdtm/rs_onco_irecist").filter(mine).join(people.drop_nulls("RANDDT"), on="USUBJID")
    day = np.array([last_day(text) for text in seen["RSDTC"]], np.int32)
    code = np.array([CODES[word] for word in seen["RSSTRESC"]], np.int8)
    patient, reference = seen["patient"].to_numpy().astype(np.int32), days(people["RANDDT"])
    kept = day >= reference[patient]
    best = best_immune_rows(
        patient[kept], day[kept], code[kept], reference_on=reference, settings=policy("admiral_template")
    )
    sequence = seen["RSSEQ"].to_numpy()[kept]
    ours: list[Any] = []
    theirs: list[Any] = []
    derived = expected.filter(pl.col("PARAMCD") != "OVR").join(people, on="USUBJID")
    for row in derived.iter_rows(named=True):
        ours += _immune(best, sequence, row["PARAMCD"], row["patient"])
        theirs += [row["AVALC"], row["ADT"], row["RSSEQ"]]
    given = expected.filter(pl.col("PARAMCD") == "OVR").sort("USUBJID", "RSSEQ")
    whose = people["USUBJID"].to_list()
    read = sorted(
        (whose[p], int(s), as_date(d), Response(int(c)).text)
        for p, s, d, c in zip(patient, seen["RSSEQ"].to_numpy(), day, code, strict=True)
    )
    ours += [cell for row in read for cell in row[1:]]
    theirs += [cell for row in given.select("RSSEQ", "ADT", "AVALC").iter_rows() for cell in row]
    yield replace(words("iRECIST: answer, day and row of RS", ours, theirs), rows=len(expected))


def _immune(best: Any, sequence: np.ndarray, name: str, at: int) -> list[Any]:
    kind = IMMUNE.get(name, name.lower())
    on, row = getattr(best, f"{kind}_on")[at], getattr(best, f"{kind}_row")[at]
    code = "NY"[int(row >= 0)] if name in IMMUNE else Response(int(getattr(best, kind)[at])).text
    return [code, as_date(on), sequence[row] if row >= 0 else None]


def sums(folder: Path) -> Iterator[Found]:
    """Sums of diameters against recorded target responses, visits in order of VISITNUM."""
    key = ["USUBJID", "reader", "VISITNUM", "day"]
    rows = _onco(folder, "tr_onco", "SUMDIAM").drop_nulls("TRSTRESN").sort(key)
    who = (pl.struct("USUBJID", "reader").rank("dense") - 1).cast(pl.UInt32)
    when = (pl.struct("VISITNUM", "day").rank("dense").over("USUBJID", "reader") - 1).cast(pl.UInt32)
    rows = rows.with_columns(who.alias("patient"), when.alias("visit"))
    points = assess("recist_1_1", _one_lesion(rows), settings=settings_for("recist_1_1", "strict_table"))
    ours = pl.DataFrame(
        {
            "patient": points.patient.astype(np.uint32),
            "visit": points.visit.astype(np.uint32),
            "ours": [Response(int(c)).text for c in points.target],
        }
    )
    called = _onco(folder, "rs_onco", "TRGRESP").select(*key, "RSSTRESC")
    both = rows.join(ours, on=["patient", "visit"]).join(called, on=key)
    yield words("target response from SUMDIAM", both["ours"], both["RSSTRESC"], expected=169, known=NADIR)


def _onco(folder: Path, name: str, test: str) -> pl.DataFrame:
    """Rows of one test, by subject, reader (a committee's by name), visit and day."""
    domain, table = name[:2].upper(), reader(folder)(f"sdtm/{name}")
    told = pl.col(f"{domain}EVALID")
    who = pl.when(told.is_null() | (told == "")).then(pl.col(f"{domain}EVAL")).otherwise(told)
    return table.filter(pl.col(f"{domain}TESTCD") == test).with_columns(
        who.alias("reader"), pl.col(f"{domain}DTC").str.slice(0, 10).alias("day")
    )


def _one_lesion(rows: pl.DataFrame) -> Lesions:
    """Each sum as a single target lesion."""
    n, visit = len(rows), rows["visit"].to_numpy()
    size = np.round(rows["TRSTRESN"].to_numpy() * 100).astype(np.int32)
    return Lesions(
        copy=np.zeros(n, np.int32), patient=rows["patient"].to_numpy().astype(np.int32), visit=visit.astype(np.int16),
        day=visit.astype(np.int32), lesion=np.zeros(n, np.int32), role=np.full(n, Role.TARGET, np.int8),
        compartment=np.ones(n, np.int8), nodal=np.zeros(n, bool), diameter=size,
        finding=np.where(size > 0, Finding.PRESENT, Finding.ABSENT).astype(np.int8),
        organ=np.full(n, -1, np.int16), perpendicular=np.full(n, -1, np.int32),
    )  # fmt: skip


def pyrecist(folder: Path) -> Iterator[Found]:
    with (folder / "recist_vectors" / "pyrecist_measurements.csv").open() as file:
        measured = list(csv.DictReader(file))
    with (folder / "recist_vectors" / "pyrecist_evaluation.csv").open() as file:
        theirs = list(csv.DictReader(file))
    rows = [
        f"{r['patient_id']},{date(*(int(r['study_date'][a:b]) for a, b in ((0, 4), (4, 6), (6, 8))))},"
        f"{r['lesion_label_alias']},{r['lesion_category']},{r['measurement']},extracranial"
        for r in measured
    ]
    head = "patient,date,lesion,role,diameter_mm,compartment\n"
    lesions, _, _ = parse_lesions(head + "\n".join(rows))
    points = assess("recist_1_1", lesions, settings=settings_for("recist_1_1", "eortc"))
    sizes = [round(float(r["current_burden"]) * 100) for r in theirs]
    yield words("sums of the 18 diameters", points.sum.tolist(), sizes)
    least = [round(float(r["min_burden"]) * 100) for r in theirs[:4]]
    yield words("nadirs up to progression", points.nadir[:4].tolist(), least)
    calls = [Response(code).name for code in points.overall]
    stops = "pyrecist gives no call after the first progression; ours is PD"
    yield words("calls", calls, [r["classification"] for r in theirs], expected=1, known=stops)
