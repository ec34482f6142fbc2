"""Best responses by iRECIST as the admiralonco vignette derives them, row by row: 291 rows of 27 subjects."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from protorun.endpoints import best_immune_rows, policy
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response

CODES = {r.text: int(r) for r in Response}
YES = {
    "ICPD": "progression",
    "IUPD": "pending",
    "IRSP": "response",
    "ICB": "benefit",
    "ICRSP": "confirmed",
    "ICCB": "confirmed_benefit",
}
EPOCH = date(1970, 1, 1)


@pytest.fixture(scope="module")
def immune(shared):
    folder = shared / "data" / "adam"
    expected = pl.read_parquet(folder / "oracle" / "irecist_expected_adrs.parquet")
    people = expected.select("USUBJID", "RANDDT").unique().sort("USUBJID").with_row_index("patient")
    seen = pl.read_parquet(folder / "sdtm" / "rs_onco_irecist.parquet").filter(
        (pl.col("RSTESTCD") == "OVRLRESP") & (pl.col("RSEVAL") == "INVESTIGATOR")
    )
    return people, seen.join(people.drop_nulls("RANDDT"), on="USUBJID", how="inner"), expected


def _last_day(text: str) -> int:
    if len(text) >= 10:
        return (date.fromisoformat(text[:10]) - EPOCH).days
    year, month = map(int, text.split("-"))
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(1) - EPOCH).days


def _days(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Int32).fill_null(int(NO_DAY)).to_numpy().astype(np.int32)


def test_every_derived_row_is_the_same(immune):
    people, seen, expected = immune
    day = np.array([_last_day(text) for text in seen["RSDTC"]], np.int32)
    overall = np.array([CODES[word] for word in seen["RSSTRESC"]], np.int8)
    patient, reference = seen["patient"].to_numpy().astype(np.int32), _days(people["RANDDT"])
    kept = day >= reference[patient]
    numbers = np.flatnonzero(kept)
    best = best_immune_rows(
        patient[kept], day[kept], overall[kept], reference_on=reference, settings=policy("admiral_template")
    )
    sequence = seen["RSSEQ"].to_numpy()
    compared = 0
    for row in expected.filter(pl.col("PARAMCD") != "OVR").join(people, on="USUBJID").iter_rows(named=True):
        name, at = row["PARAMCD"], row["patient"]
        kind = YES.get(name, name.lower())
        on, chosen = getattr(best, f"{kind}_on")[at], getattr(best, f"{kind}_row")[at]
        code = "NY"[int(chosen >= 0)] if name in YES else Response(int(getattr(best, kind)[at])).text
        said = None if on == NO_DAY else EPOCH + timedelta(int(on))
        assert (code, said) == (row["AVALC"], row["ADT"]), row
        assert (sequence[numbers[chosen]] if chosen >= 0 else None) == row["RSSEQ"], row
        compared += 1
    given = expected.filter(pl.col("PARAMCD") == "OVR")
    whose = np.array(people.sort("patient")["USUBJID"].to_list())[patient]
    ours = {
        (who, EPOCH + timedelta(int(d)), Response(int(o)).text, s)
        for who, d, o, s in zip(whose, day, overall, sequence, strict=True)
    }
    assert ours == set(given.select("USUBJID", "ADT", "AVALC", "RSSEQ").iter_rows())
    assert compared + len(given) == len(expected) == 291
