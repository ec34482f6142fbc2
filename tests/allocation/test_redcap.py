"""REDCap wants two tables of coded rows, larger than the sample, from different seeds."""

from collections import Counter

import pytest

from protorun.allocation import Factor, Plan, redcap_tables
from protorun.errors import UsageError

PLAN = Plan(
    ("concomitant", "alone"), (1, 1), "permuted_blocks", (4, 6), (Factor("site", ("North", "South")),)
)


def test_two_tables_twenty_percent_larger_in_every_stratum():
    tables = redcap_tables(PLAN, 100, seed=7)
    for rows in (tables.development, tables.production):
        assert list(rows[0]) == ["redcap_randomization_group", "site"]
        assert Counter(row["site"] for row in rows) == {1: 120, 2: 120}
        assert {row["redcap_randomization_group"] for row in rows} == {1, 2}
    assert len(redcap_tables(PLAN, 34, seed=7).production) == 2 * 41  # 40.8 rounded up


def test_the_tables_come_from_different_seeds():
    tables = redcap_tables(PLAN, 100, seed=7)
    assert tables.development != tables.production
    assert tables.digests[0] != tables.digests[1]
    assert redcap_tables(PLAN, 100, seed=7, development_seed=8).production == tables.production
    with pytest.raises(UsageError, match="different seeds"):
        redcap_tables(PLAN, 100, seed=7, development_seed=7)


def test_the_legend_explains_every_code():
    legend = redcap_tables(PLAN, 10, seed=7).legend
    assert {(r["field"], r["code"]): r["label"] for r in legend} == {
        ("redcap_randomization_group", 1): "concomitant",
        ("redcap_randomization_group", 2): "alone",
        ("site", 1): "North",
        ("site", 2): "South",
    }


def test_arms_are_balanced_in_each_site():
    rows = redcap_tables(PLAN, 100, seed=3).production
    for site in (1, 2):
        arms = Counter(r["redcap_randomization_group"] for r in rows if r["site"] == site)
        assert abs(arms[1] - arms[2]) <= 3
