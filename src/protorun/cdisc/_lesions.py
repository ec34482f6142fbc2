"""Lesions out of TR and TU: one row per lesion and visit, with diameter, finding, role and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from protorun.cdisc.dates import dated
from protorun.cdisc.subjects import places
from protorun.errors import PatientDataError
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Compartment, Finding, Role
from protorun.trial.tables import NOT_MEASURED, Lesions

if TYPE_CHECKING:
    import polars as pl

_ROLES = {"TARGET": Role.TARGET, "NON-TARGET": Role.NON_TARGET, "NEW": Role.NEW}
_STATES = {"PRESENT": Finding.PRESENT, "ABSENT": Finding.ABSENT, "EQUIVOCAL": Finding.EQUIVOCAL}
_TOO_SMALL = ("TOO SMALL TO MEASURE", "BELOW MEASURABLE LIMIT")
_CNS = r"BRAIN|CEREB|MENING|SPINAL CORD|CENTRAL NERVOUS|INTRACRANIAL"
_BASELINE = ("SCREENING", "BASELINE")
_TESTS = ("LDIAM", "LPERP", "DIAMETER", "TUMSTATE")


def lesions_of(
    tr: pl.DataFrame, tu: pl.DataFrame, people: pl.DataFrame
) -> tuple[Lesions, NDArray[np.int64], tuple[str, ...]]:
    """The lesion table, the TRSEQ of the row each line is from, and which lesions could not be used.

    DIAMETER is the one that enters sums; without it nodes (TULOC with `LYMPH NODE`) take LPERP, others LDIAM. A visit is
    a VISIT of the subject; one at which a lesion stands twice is split by day. Baseline is SCREENING or BASELINE, else
    the first visit. Raises PatientDataError for a lesion measured twice on one day.
    """
    import polars as pl

    wide, notes = _wide(tr, tu, people)
    wide = _numbered(wide)
    nodal = pl.col("TULOC").str.contains("LYMPH NODE", literal=True)
    main = pl.coalesce("DIAMETER", pl.when(nodal).then("LPERP").otherwise("LDIAM"))
    across = pl.when(nodal).then("LDIAM").otherwise("LPERP")
    found = wide.with_columns(
        diameter=_hundredths(main),
        perpendicular=_hundredths(across),
        nodal=nodal.fill_null(False),
        cns=pl.col("TULOC").fill_null("").str.contains(_CNS),
    ).with_columns(finding=_finding())
    organs = found["TULOC"].drop_nulls().unique(maintain_order=True).to_list()
    labels = found["TRLNKID"].unique(maintain_order=True).to_list()
    organ = {name: at for at, name in enumerate(organs)}
    label = {name: at for at, name in enumerate(labels)}
    place = np.where(found["cns"].to_numpy(), Compartment.CNS, Compartment.EXTRACRANIAL)
    return (
        Lesions(
            copy=np.zeros(found.height, np.int32),
            patient=found["row"].to_numpy().astype(np.int32),
            visit=found["number"].to_numpy().astype(np.int16),
            day=found["day"].fill_null(int(NO_DAY)).to_numpy().astype(np.int32),
            lesion=np.array([label[v] for v in found["TRLNKID"].to_list()], np.int32),
            role=found["role"].to_numpy().astype(np.int8),
            compartment=place.astype(np.int8),
            nodal=found["nodal"].to_numpy(),
            diameter=found["diameter"].to_numpy().astype(np.int32),
            finding=found["finding"].to_numpy().astype(np.int8),
            organ=np.array([organ.get(v, -1) for v in found["TULOC"].to_list()], np.int16),
            perpendicular=found["perpendicular"].to_numpy().astype(np.int32),
            organs=tuple(organs),
            labels=tuple(labels),
        ),
        found["TRSEQ"].to_numpy().astype(np.int64),
        notes,
    )


def _wide(tr: pl.DataFrame, tu: pl.DataFrame, people: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """One row per subject, visit, day and lesion, its tests side by side; and what of TR is left out."""
    import polars as pl

    asked = tr.filter(pl.col("TRTESTCD").is_in(_TESTS))
    mine = asked.filter(pl.col("TRLNKID").is_not_null())
    nameless = asked.height - mine.height
    notes = [f"TR: {nameless} results without TRLNKID are left out"] if nameless else []
    mine = mine.with_columns(
        row=pl.Series(places(mine["USUBJID"], people, "TR"), dtype=pl.Int64),
        day=dated("TRDTC", missing_day="first").to_physical(),
    )
    _once(mine)
    size = {
        test: pl.col("TRSTRESN").filter(pl.col("TRTESTCD") == test).first().cast(pl.Float64)
        for test in ("LDIAM", "LPERP", "DIAMETER")
    }
    state = pl.col("TRSTRESC").filter(pl.col("TRTESTCD") == "TUMSTATE").first()
    small = pl.col("TRSTRESC").str.to_uppercase().is_in(_TOO_SMALL).any()
    wide = mine.group_by("row", "USUBJID", "VISIT", "day", "TRLNKID", maintain_order=True).agg(
        **size, state=state, small=small, TRSEQ=pl.col("TRSEQ").min()
    )
    kinds = tu.select(
        "USUBJID",
        pl.col("TULNKID").alias("TRLNKID"),
        "TULOC",
        pl.col("TUSTRESC").replace_strict(_ROLES, default=None, return_dtype=pl.Int8).alias("role"),
    )
    kinds = kinds.drop_nulls("role").unique(["USUBJID", "TRLNKID"], keep="first", maintain_order=True)
    both = ["USUBJID", "TRLNKID"]
    for name, lesion in wide.select(both).unique(maintain_order=True).join(kinds, on=both, how="anti").rows():
        notes.append(
            f"TR: lesion {lesion} of {name} is no target, non-target or new lesion in TU and is left out"
        )
    return wide.join(kinds, on=both, how="inner", maintain_order="left"), tuple(notes)


def _once(mine: pl.DataFrame) -> None:
    """Nobody may measure a lesion twice on one day with two results."""
    key = ["USUBJID", "VISIT", "day", "TRLNKID", "TRTESTCD"]
    said = mine.select(*key, "TRSTRESN", "TRSTRESC").unique(maintain_order=True)
    twice = said.filter(said.select(key).is_duplicated())
    if twice.height:
        name, visit, _, lesion, test, *_ = twice.row(0)
        raise PatientDataError(
            f"{test} of lesion {lesion} stands twice with two results",
            where=f"TR, subject {name}, visit {visit}",
            hint="keep the one that counts",
        )


def _numbered(wide: pl.DataFrame) -> pl.DataFrame:
    """Visits of each subject by day: 0 is baseline."""
    import polars as pl

    twice = pl.struct("TRLNKID").is_duplicated().over("row", "VISIT").any().over("row", "VISIT")
    wide = wide.with_columns(part=pl.when(twice).then(pl.col("day")))
    start = pl.col("VISIT").is_in(_BASELINE)
    visits = wide.group_by("row", "VISIT", "part", maintain_order=True).agg(
        first=pl.col("day").min(), baseline=start.any()
    )
    visits = visits.sort("row", pl.col("baseline").not_(), "first", nulls_last=True, maintain_order=True)
    visits = visits.with_columns(number=pl.int_range(pl.len()).over("row"))
    return wide.join(
        visits.select("row", "VISIT", "part", "number"),
        on=["row", "VISIT", "part"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).sort("row", "number", "TRSEQ")


def _hundredths(millimeters: pl.Expr) -> pl.Expr:
    import polars as pl

    return (millimeters * 100).round().cast(pl.Int32).fill_null(int(NOT_MEASURED))


def _finding() -> pl.Expr:
    """What the reader saw: the tumor state, else the diameter; UNEQUIVOCAL is progression of a non-target lesion, and a
    new lesion that is there."""
    import polars as pl

    sure = pl.col("state") == "UNEQUIVOCAL"
    known = pl.col("state").replace_strict(_STATES, default=None, return_dtype=pl.Int8)
    return (
        pl.when(pl.col("small"))
        .then(int(Finding.TOO_SMALL))
        .when(sure & (pl.col("role") == int(Role.NON_TARGET)))
        .then(int(Finding.WORSE))
        .when(sure)
        .then(int(Finding.PRESENT))
        .when(known.is_not_null())
        .then(known)
        .when(pl.col("diameter") == 0)
        .then(int(Finding.ABSENT))
        .when(pl.col("diameter") > 0)
        .then(int(Finding.PRESENT))
        .otherwise(int(Finding.NOT_ASSESSED))
        .cast(pl.Int8)
    )
