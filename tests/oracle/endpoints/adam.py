"""Data sets of ADaM out of SDTM, as published (pharmaverseadam) or derived by the published recipe."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from oracle.endpoints.cells import Found, frames, words
from protorun.cdisc.adae import adae
from protorun.cdisc.adex import adex
from protorun.cdisc.adlbhy import adlbhy
from protorun.cdisc.adrs import adrs
from protorun.cdisc.adtr import adtr
from protorun.cdisc.adtte import adtte

READERS = ("INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2")
KEY = ("USUBJID", "ASEQ")
CBCP = "N for everybody there: the template reads the table from before CBOR exists; ours is Y where CBOR is CR or PR"
_CONFIRMED = pl.col("PARAMCD") == "CBCP"


def reader(folder: Path) -> Callable[[str], pl.DataFrame]:
    """Tables of the folder by name."""
    return lambda name: pl.read_parquet(folder / f"{name}.parquet")


def published(folder: Path) -> dict[str, pl.DataFrame]:
    """ADRS, ADTR and ADTTE out of RS, TU, TR and ADSL."""
    data = reader(folder)
    rs, tu, tr = (data(f"sdtm/{d}_onco_recist") for d in ("rs", "tu", "tr"))
    responses = adrs(rs, tu, data("adam/adsl"))
    return {
        "adrs": responses,
        "adtr": adtr(tr, tu, rs, data("adam/adsl")),
        "adtte": adtte(responses, data("adam/adsl")),
    }


def adrs_onco(folder: Path) -> Iterator[Found]:
    ours, theirs = published(folder)["adrs"], reader(folder)("adam/adrs_onco")
    yield frames("ADRS, every parameter but CBCP", ours.filter(~_CONFIRMED), theirs.filter(~_CONFIRMED), KEY)
    yield confirmed(ours, theirs, ("USUBJID",))


def confirmed(ours: pl.DataFrame, theirs: pl.DataFrame, key: tuple[str, ...]) -> Found:
    """CBCP beside the confirmed best response of the reference itself: Y where that is CR or PR."""
    cbcp = [d.filter(_CONFIRMED).sort(key) for d in (ours, theirs)]
    best = theirs.filter((pl.col("PARAMCD") == "CBOR") & pl.col("AVALC").is_in(["CR", "PR"]))
    return words("CBCP, answers", cbcp[0]["AVALC"], cbcp[1]["AVALC"], expected=len(best), known=CBCP)


def adtr_onco(folder: Path) -> Iterator[Found]:
    yield frames("ADTR", published(folder)["adtr"], reader(folder)("adam/adtr_onco"), KEY)


def adtte_onco(folder: Path) -> Iterator[Found]:
    yield frames("ADTTE", published(folder)["adtte"], reader(folder)("adam/adtte_onco"), KEY)


def three_readers(folder: Path) -> pl.DataFrame:
    """ADRS of 205 subjects with responses, once for each reader."""
    data = reader(folder)
    made = (
        adrs(data("sdtm/rs_onco"), data("sdtm/tu_onco"), data("adam/adsl"), reader=who, reader_says="Investigator")
        .with_columns(READER=pl.lit(who))
        for who in READERS
    )  # fmt: skip
    return pl.concat(list(made))


def readers_adrs(folder: Path) -> Iterator[Found]:
    ours, theirs = three_readers(folder), reader(folder)("oracle/rs_onco_expected_adrs")
    key = ("READER", *KEY)
    yield frames(
        "ADRS of three readers, every parameter but CBCP",
        ours.filter(~_CONFIRMED), theirs.filter(~_CONFIRMED), key,
    )  # fmt: skip
    yield confirmed(ours, theirs, ("READER", "USUBJID"))


def readers_adtte(folder: Path) -> Iterator[Found]:
    data, responses = reader(folder), three_readers(folder)
    subjects = data("adam/adsl")
    made = [
        adtte(responses.filter(pl.col("READER") == who).drop("READER"), subjects).with_columns(READER=pl.lit(who))
        for who in READERS
    ]  # fmt: skip
    theirs = data("oracle/rs_onco_expected_adtte")
    yield frames("ADTTE of three readers", pl.concat(made), theirs, ("READER", *KEY))


def adverse_events(folder: Path) -> Iterator[Found]:
    data = reader(folder)
    theirs, names = data("adam/adae"), (
        *("USUBJID", "AESEQ", "ASTDT", "ASTDTF", "AENDT", "AENDTF", "ASTDY", "AENDY", "ADURN", "ADURU"),
        *("ASEV", "ASEVN", "AREL", "TRTEMFL", "AOCCIFL"),
    )  # fmt: skip
    ours = adae(data("sdtm/ae"), data("adam/adsl"))
    yield frames("ADAE, the 13 derived columns", ours, theirs.select(names), ("USUBJID", "AESEQ"))


def exposure(folder: Path) -> Iterator[Found]:
    """EX with the planned doses and adjustments that the published table alone has."""
    data = reader(folder)
    theirs = data("adam/adex")
    changed = theirs.filter(pl.col("PARAMCD") == "DOSE").select(
        "USUBJID", "EXSEQ", "EXDOSE", "EXPLDOS", "EXADJ"
    )
    ex = data("sdtm/ex").drop("EXDOSE").join(changed, on=["USUBJID", "EXSEQ"], maintain_order="left")
    ours = adex(ex, part=("WEEK 2", "WEEK 24"), part_name="WEEK 2-24")
    theirs = theirs.filter(pl.col("PARAMCD").is_in(ours["PARAMCD"].unique().to_list()))
    key = ("USUBJID", "PARAMCD", "PARCAT1", "EXSEQ")
    yield frames("ADEX, values and days", ours, theirs.select(*key, "AVAL", "AVALC", "ASTDT", "AENDT"), key)


def hys_law(folder: Path) -> Iterator[Found]:
    data = reader(folder)
    theirs = data("adam/adlbhy")
    adlb = data("adam/adlb").filter(pl.col("USUBJID").is_in(theirs["USUBJID"].unique().to_list()))
    ours = adlbhy(adlb.filter(pl.col("LBSEQ").is_not_null()))
    law = [d.filter(pl.col("PARAMCD") == "HYSLAW").sort("USUBJID") for d in (ours, theirs)]
    yield words("Hy's law of a subject", law[0]["AVALC"], law[1]["AVALC"])
    key = ("USUBJID", "PARAMCD", "LBSEQ", "AVISIT")
    rest = theirs.filter(pl.col("PARAMCD") != "HYSLAW").select(*key, "CRIT1", "CRIT1FL")
    mine = ours.filter(pl.col("PARAMCD") != "HYSLAW").join(rest.select(key), on=list(key), how="semi")
    yield frames("criteria of results", mine, rest, key)
