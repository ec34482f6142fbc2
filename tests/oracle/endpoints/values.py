"""Laboratory grades, scores of questionnaires, and limits of proportions."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from oracle.endpoints.adam import reader
from oracle.endpoints.cells import Found, numbers, words
from protorun.cdisc.labs import labs_from_adlb, toxicity_grades
from protorun.quality_of_life import questionnaire, score_answers
from protorun.statistics import at_least, clopper_pearson, wilson
from protorun.toxicity.grading import grade_labs

VERSIONS = {"ctcv4": "ctcae_v4", "ctcv5": "ctcae_v5", "ctcv6": "ctcae_v6", "daids": "daids"}
COLUMNS = {
    "TERM": "term", "DIRECTION": "direction", "AVAL": "value", "AVALU": "unit", "ANRLO": "lln", "ANRHI": "uln",
    "BASE": "baseline", "BNRIND": "baseline_indicator", "PCHG": "change_percent", "SEX": "sex",
    "BRTHDT": "birth_date", "ADT": "date",
}  # fmt: skip


def lab_vectors(folder: Path) -> Iterator[Found]:
    every = pl.read_csv(folder / "ctcae" / "lab_vectors.csv", infer_schema=False)
    for criteria, version in VERSIONS.items():
        for ending, units in (("", "si"), ("_uscv", "us")):
            rows = every.filter(pl.col("CRITERIA") == criteria + ending)
            found = grade_labs(rows.rename(COLUMNS), version=version, clinical="worst_case", units=units)
            yield words(f"{version}, {units.upper()} units", found["grade"].cast(pl.String), rows["ATOXGR"])


def adlb(folder: Path) -> Iterator[Found]:
    theirs = reader(folder)("adam/adlb")
    graded = grade_labs(labs_from_adlb(theirs), version="ctcae_v4", clinical="worst_case")
    found = toxicity_grades(graded)
    asked = len(graded.filter(pl.col("term") != ""))
    for name in ("ATOXGRL", "ATOXGRH", "ATOXGR"):
        what = f"{name} ({asked:,} questions in all)" if name == "ATOXGR" else name
        yield words(what, found[name], theirs[name])


def scores(folder: Path, file: str) -> Iterator[Found]:
    path = folder / "qol" / file
    table = pl.read_csv(path) if path.suffix == ".csv" else pl.read_parquet(path)
    asked = questionnaire("qlq_c30" if path.suffix == ".parquet" else path.stem)
    given = table.select(asked.items).cast(pl.Float64).fill_null(np.nan).to_numpy()
    value, names = score_answers(asked, given).value, [s.name for s in asked.scores]
    told = [name for name in names if name in table.columns]
    theirs = table.select(told).cast(pl.Float64).fill_null(np.nan).to_numpy()
    yield numbers(
        f"{asked.title}: {len(told)} scores", value[:, [names.index(n) for n in told]], theirs, 1e-9
    )


def binomial(folder: Path) -> Iterator[Found]:
    with (folder / "survival_ref" / "binomial.csv").open() as file:
        rows = list(csv.DictReader(file))
    data = {key: np.array([float(r[key]) for r in rows]) for key in rows[0]}
    for what, ours, names in (
        ("Clopper-Pearson limits", clopper_pearson(data["x"], data["n"]), ("cp_low", "cp_high")),
        ("Wilson limits", wilson(data["x"], data["n"]), ("wilson_low", "wilson_high")),
    ):
        yield numbers(what, np.stack(ours, axis=1), np.stack([data[n] for n in names], axis=1), 1e-12)
    p = at_least(data["x"], data["n"], 0.2)
    yield numbers("exact p for a share of .2 or more", p, data["p_greater_0.2"], 1e-12)
