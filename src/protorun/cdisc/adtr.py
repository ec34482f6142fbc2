"""ADTR: the analysis data set of target lesions and of the sum of their diameters, from TR, TU, RS and ADSL.

Equal to the template of admiralonco 1.4 (Apache-2.0) as the pharmaverse publishes it. A partial date is its first day
here (ADRS takes the last); an incomplete sum is the sum of what was measured, and ANL01FL keeps it out of the nadir.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protorun.cdisc._tables import table
from protorun.cdisc.dates import check_dates, dated, imputed
from protorun.cdisc.diameters import check_diameters
from protorun.cdisc.readers import of_reader, spoken
from protorun.cdisc.subjects import check_subjects, data_set, places
from protorun.cdisc.sums import with_flags, with_nadir

if TYPE_CHECKING:
    import polars as pl

_ANALYSIS = (
    *("ASEQ", "PARAMCD", "PARAM", "PARCAT1", "PARCAT2", "PARCAT3", "AVAL", "BASE", "CHG", "PCHG", "NADIR"),
    *("CHGNAD", "PCHGNAD", "ADT", "ADTF", "ADY", "AVISIT", "AVISITN", "ABLFL", "PDFL"),
    *("ANL01FL", "ANL02FL", "ANL03FL", "ANL04FL", "LSEXP", "LSASS", "TULOC", "TULOCGR1"),
)
_NEEDS = ("USUBJID", "TRGRPID", "TRLNKID", "TRTESTCD", "TRSTRESN", "TRDTC", "TRSEQ", "VISIT", "VISITNUM")
_SUM_ONLY = ("BASE", "CHG", "PCHG", "NADIR", "CHGNAD", "PCHGNAD")


def adtr(
    tr: Any,
    tu: Any,
    rs: Any,
    adsl: Any,
    *,
    reader: str = "INVESTIGATOR",
    criteria: str = "RECIST 1.1",
    baseline_visits: tuple[str, ...] = ("SCREENING", "BASELINE"),
    reader_says: str = "",
) -> pl.DataFrame:
    """One row per target lesion, diameter and visit, and one sum per visit; polars, sorted by subject.

    Nodes (TULOC `LYMPH NODE`) enter the sum with their perpendicular diameter, other lesions with the longest. Raises
    PatientDataError for missing columns and unknown subjects, UsageError for a reader who is not there.
    """
    subjects = check_subjects(data_set(adsl, "ADSL", needs=("USUBJID", "TRTSDT", "RANDDT")))
    results = check_diameters(check_dates(data_set(tr, "TR", needs=_NEEDS), "TR", "TRDTC"))
    tumors = data_set(tu, "TU", needs=("USUBJID", "TULNKID", "TULOC"))
    responses = data_set(rs, "RS", needs=("USUBJID", "RSTESTCD", "RSSTRESC", "RSDTC"))
    responses = check_dates(responses, "RS", "RSDTC")
    lesions = _lesions(
        of_reader(results, "TR", reader), of_reader(tumors, "TU", reader), subjects, baseline_visits
    )
    sums = _sums(lesions, of_reader(responses, "RS", reader), subjects)
    return _finished(lesions, sums, subjects, (reader_says or spoken(reader), criteria))


def _lesions(
    tr: pl.DataFrame, tu: pl.DataFrame, adsl: pl.DataFrame, baseline_visits: tuple[str, ...]
) -> pl.DataFrame:
    """Diameters of target lesions with parameter, day, visit and place of the lesion."""
    import polars as pl

    known = table("adtr")
    names = {p["test"]: name for name, p in known.items() if "test" in p}
    texts = {p["test"]: p["param"] for p in known.values() if "test" in p}
    where = tu.select("USUBJID", pl.col("TULNKID").alias("TRLNKID"), "TULOC").unique(
        ["USUBJID", "TRLNKID"], keep="first", maintain_order=True
    )
    mine = tr.filter((pl.col("TRGRPID") == "TARGET") & pl.col("TRTESTCD").is_in(list(names)))
    number = pl.col("TRLNKID").str.slice(2)
    baseline = pl.col("VISIT").is_in(baseline_visits)
    mine = mine.join(where, on=["USUBJID", "TRLNKID"], how="left", maintain_order="left").with_columns(
        PARAMCD=pl.col("TRTESTCD").replace_strict(names) + number,
        PARAM=pl.col("TRTESTCD").replace_strict(texts).str.replace("{n}", number, literal=True),
        AVAL=pl.col("TRSTRESN").cast(pl.Float64),
        ADT=dated("TRDTC", missing_day="first"),
        ADTF=imputed("TRDTC"),
        AVISIT=pl.when(baseline).then(pl.lit("BASELINE")).otherwise("VISIT"),
        AVISITN=pl.when(baseline).then(0.0).otherwise(pl.col("VISITNUM").cast(pl.Float64)),
        TULOCGR1=pl.when(pl.col("TULOC") == "LYMPH NODE")
        .then(pl.lit("NODAL"))
        .otherwise(pl.lit("NON-NODAL")),
        LSEXP="TRLNKID",
        LSASS=pl.when(pl.col("TRSTRESN").is_not_null()).then("TRLNKID"),
        ANL01FL=pl.when(pl.col("TRSTRESN").is_not_null()).then(pl.lit("Y")),
        row=pl.Series(places(mine["USUBJID"], adsl, "TR"), dtype=pl.Int64),
    )
    return mine.with_columns(ADY=_study_day(mine, adsl))


def _study_day(mine: pl.DataFrame, adsl: pl.DataFrame) -> pl.Expr:
    """Days from the first dose, which is day 1; the day before it is -1."""
    import polars as pl

    start = adsl["TRTSDT"].cast(pl.Date).gather(places(mine["USUBJID"], adsl, "TR"))
    days = (pl.col("ADT") - start).dt.total_days()
    return pl.when(days >= 0).then(days + 1).otherwise(days).cast(pl.Float64)


def _sums(lesions: pl.DataFrame, rs: pl.DataFrame, adsl: pl.DataFrame) -> pl.DataFrame:
    """The sum of diameters of every visit with baseline, change, nadir and flags."""
    import polars as pl

    wanted = pl.when(pl.col("TULOCGR1") == "NODAL").then(pl.lit("LPERP")).otherwise(pl.lit("LDIAM"))
    measured = lesions.filter(pl.col("AVAL").is_not_null() & (pl.col("TRTESTCD") == wanted))
    names = pl.col("TRLNKID").unique().sort().str.join(", ")
    by_visit = measured.group_by("row", "USUBJID", "AVISIT", "AVISITN", maintain_order=True)
    sums = by_visit.agg(pl.col("AVAL").sum(), pl.col("ADT").min(), pl.col("ADY").min(), LSASS=names)
    expected = measured.filter(pl.col("AVISIT") == "BASELINE").group_by("row").agg(LSEXP=names)
    sums = sums.join(expected, on="row", how="left", maintain_order="left").with_columns(
        PARAMCD=pl.lit("SDIAM"),
        ANL01FL=pl.when(pl.col("LSASS") == pl.col("LSEXP")).then(pl.lit("Y")),
        RANDDT=adsl["RANDDT"].gather(sums["row"]),
    )
    worse = rs.filter((pl.col("RSTESTCD") == "OVRLRESP") & (pl.col("RSSTRESC") == "PD")).select(
        "USUBJID", ADT=dated("RSDTC", missing_day="first"), PDFL=pl.lit("Y")
    )
    sums = sums.join(worse.unique(), on=["USUBJID", "ADT"], how="left", maintain_order="left")
    return with_flags(with_nadir(sums)).drop("RANDDT")


def _finished(
    lesions: pl.DataFrame, sums: pl.DataFrame, adsl: pl.DataFrame, says: tuple[str, str]
) -> pl.DataFrame:
    import polars as pl

    reader, criteria = says
    sums = sums.with_columns(PARAM=pl.lit(table("adtr")["SDIAM"]["param"].format(reader=reader)))
    rows = pl.concat([lesions, sums], how="diagonal_relaxed")
    rows = rows.sort("row", "PARAMCD", "AVISITN", "TRSEQ", nulls_last=True, maintain_order=True)
    levels = adsl.select(pl.all().gather(rows["row"]))
    copied = [c for c in rows.columns if c not in (*_ANALYSIS, "row", *levels.columns)]
    found = pl.concat([levels, rows.drop(levels.columns, strict=False)], how="horizontal").with_columns(
        PARCAT1=pl.lit("Target Lesion(s)"),
        PARCAT2=pl.lit(reader),
        PARCAT3=pl.lit(criteria),
        ASEQ=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("row"),
    )
    return found.select([*levels.columns, *_ANALYSIS, *copied])
