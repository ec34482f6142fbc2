"""Scores of questionnaires against the published packages: QLQ-C30, BN20, BR23, LC13, FACT-B, FACT-Br."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from protorun.quality_of_life import questionnaire, score_answers

FILES = ("qlq_c30", "qlq_bn20", "qlq_br23", "qlq_lc13", "fact_b", "fact_br")


def compared(table: pl.DataFrame, key: str) -> int:
    """How many scores were compared; every one must agree, and be missing where the oracle's is."""
    asked = questionnaire(key)
    found = score_answers(
        asked, table.select(asked.items).cast(pl.Float64).fill_null(np.nan).to_numpy()
    ).value
    names = [s.name for s in asked.scores if s.name in table.columns]
    assert set(table.columns) - {*asked.items, *names} <= {"record", "USUBJID", "AVISIT"}
    mine = found[:, [[s.name for s in asked.scores].index(n) for n in names]]
    expected = table.select(names).cast(pl.Float64).fill_null(np.nan).to_numpy()
    np.testing.assert_allclose(mine, expected, rtol=0, atol=1e-9, equal_nan=True)
    return int(expected.size)


@pytest.mark.parametrize("key", FILES)
def test_every_score_of_the_random_questionnaires_agrees(shared: Path, key: str) -> None:
    assert compared(pl.read_csv(shared / "data" / "adam" / "qol" / f"{key}.csv"), key) >= 200 * 8


def test_every_scale_of_2399_questionnaires_agrees(shared: Path) -> None:
    table = pl.read_parquet(shared / "data" / "adam" / "qol" / "qlq_c30_random_cdisc.parquet")
    assert compared(table, "qlq_c30") == 35_985
