"""Best responses of admiralonco 1.4.0, row by row: 98,000 rows of a synthetic cohort under 93 settings.

Each row is the answer of one call there; here every patient of a setting is answered at once.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest

from protorun.endpoints import best_of_rows, parameter, policy
from protorun.endpoints.best import Best
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response

NAMES = {
    "RSP": "response",
    "CB": "clinical_benefit",
    "BOR": "best_response",
    "CRSP": "confirmed_response",
    "CCB": "confirmed_clinical_benefit",
    "CBOR": "confirmed_best_response",
}
CODES = {r.text: int(r) for r in Response}
SWITCH = {
    "conf": "confirm_days",
    "window": "min_sd_days",
    "max_ne": "max_ne",
    "accept_sd": "accept_sd",
    "until_pd": "until_pd",
    "missing_as_ne": "missing_as_ne",
}


@pytest.fixture(scope="module")
def cohort(shared):
    folder = shared / "data" / "adam" / "oracle"
    people = pl.read_parquet(folder / "syn_adsl_1000.parquet").sort("USUBJID").with_row_index("patient")
    seen = pl.read_parquet(folder / "syn_ovr_1000.parquet").join(people, on="USUBJID").sort("patient", "ADT")
    rows = (
        seen["patient"].to_numpy().astype(np.int32),
        _days(seen["ADT"]),
        np.array([CODES[w] for w in seen["AVALC"]], np.int8),
    )
    return people, rows, pl.read_parquet(folder / "syn_expected_rs_1000.parquet")


def _days(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Int32).fill_null(int(NO_DAY)).to_numpy().astype(np.int32)


def settings_of(text: str):
    if text.startswith("template"):
        return policy("admiral_template")
    pairs = (pair.split("=") for pair in text.split(";"))
    return replace(
        policy("admiral"), **{SWITCH[k]: v == "TRUE" if v in ("TRUE", "FALSE") else int(v) for k, v in pairs}
    )


def test_every_row_of_every_setting_is_the_same(cohort):
    people, (patient, day, overall), expected = cohort
    reference = _days(people["RANDDT"])

    @cache
    def best(setting: str) -> Best:
        return best_of_rows(patient, day, overall, reference_on=reference, settings=settings_of(setting))

    compared = 0
    for (name, setting), rows in expected.group_by("PARAMCD", "SETTING"):
        rows = rows.join(people.select("USUBJID", "patient"), on="USUBJID")
        code, on, row = (
            column[rows["patient"].to_numpy()] for column in parameter(best(setting), NAMES[name])
        )
        said = (
            [("N", "Y")[c] for c in code]
            if name in ("RSP", "CB", "CRSP", "CCB")
            else [Response(int(c)).text for c in code]
        )
        assert said == rows["AVALC"].to_list(), (name, setting)
        np.testing.assert_array_equal(on, _days(rows["ADT"]), f"{name} {setting}")
        chosen = row >= 0
        np.testing.assert_array_equal(day[row[chosen]], on[chosen])
        np.testing.assert_array_equal(patient[row[chosen]], rows["patient"].to_numpy()[chosen])
        compared += len(rows)
    assert compared == 98_000


def test_shuffled_and_split_rows_give_the_same(cohort):
    people, (patient, day, overall), _ = cohort
    reference, settings = _days(people["RANDDT"]), policy("admiral")
    whole = best_of_rows(patient, day, overall, reference_on=reference, settings=settings)
    mixed = np.random.default_rng(7).permutation(len(patient))
    again = best_of_rows(
        patient[mixed], day[mixed], overall[mixed], reference_on=reference, settings=settings
    )
    half = patient < 500
    part = best_of_rows(
        patient[half], day[half], overall[half], reference_on=reference[:500], settings=settings
    )
    for name in NAMES.values():
        code, on, row = parameter(whole, name)
        np.testing.assert_array_equal(code, parameter(again, name)[0])
        np.testing.assert_array_equal(on, parameter(again, name)[1])
        np.testing.assert_array_equal(row, np.append(mixed, -1)[parameter(again, name)[2]])
        np.testing.assert_array_equal(code[:500], parameter(part, name)[0])
        np.testing.assert_array_equal(row[:500], parameter(part, name)[2])
