"""Survival statistics against R survival 3.5-3 (numbers in the shared reference data)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from protorun.statistics import (
    at_risk_at,
    clopper_pearson,
    kaplan_meier,
    limits,
    logrank,
    median_follow_up,
    quantile,
    survival_at,
    wilson,
)
from protorun.statistics.proportions.intervals import at_least

SETS = ("lung", "veteran", "aml", "colon_death")
KINDS = ("log", "log-log", "plain", "logit", "arcsin")


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "adam" / "survival_ref"


@pytest.fixture(scope="module")
def reference(folder: Path) -> list[dict[str, str]]:
    with (folder / "reference.csv").open() as file:
        return list(csv.DictReader(file))


def columns(folder: Path, name: str) -> dict[str, np.ndarray]:
    with (folder / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(r[key] or "nan") for r in rows]) for key in rows[0]}


def expect(rows: list[dict[str, str]], dataset: str, quantity: str) -> list[tuple[str, float, float]]:
    found = [
        (r["group"], float(r["at"] or "nan"), float(r["value"] or "nan"))
        for r in rows
        if (r["dataset"], r["quantity"]) == (dataset, quantity)
    ]
    assert found, (dataset, quantity)
    return found


@pytest.mark.parametrize("dataset", SETS)
@pytest.mark.parametrize("kind", KINDS)
def test_kaplan_meier_is_that_of_r_with_every_kind_of_limits(folder, reference, dataset, kind):
    data = columns(folder, dataset)
    curve = kaplan_meier(data["time"], data["event"] == 1)
    for quantity, read in (
        ("surv", lambda t: survival_at(curve, t, kind).value),
        ("lower", lambda t: survival_at(curve, t, kind).lower),
        ("upper", lambda t: survival_at(curve, t, kind).upper),
        ("nrisk", lambda t: at_risk_at(curve, t)),
        ("se", lambda t: curve.standard_error[(curve.time <= t).sum() - 1]),
    ):
        for _, at, value in expect(reference, dataset, f"km.{kind}.{quantity}"):
            np.testing.assert_allclose(read(at), value, rtol=0, atol=1e-12, err_msg=f"{quantity} {at}")


@pytest.mark.parametrize("dataset", SETS)
@pytest.mark.parametrize("kind", KINDS)
def test_quantiles_and_their_limits_are_read_off_the_curve_as_r_does(folder, reference, dataset, kind):
    data = columns(folder, dataset)
    curve = kaplan_meier(data["time"], data["event"] == 1)
    for suffix, name in (("q", "value"), ("q_lower", "lower"), ("q_upper", "upper")):
        for _, p, value in expect(reference, dataset, f"km.{kind}.{suffix}"):
            np.testing.assert_equal(float(getattr(quantile(curve, p, kind), name)), value)


@pytest.mark.parametrize("dataset", SETS)
def test_medians_by_arm_with_log_log_limits(folder, reference, dataset):
    data = columns(folder, dataset)
    for suffix, name in (("median", "value"), ("lcl", "lower"), ("ucl", "upper")):
        for group, _, value in expect(reference, dataset, f"arm.{suffix}"):
            arm = data["arm"] == float(group.removeprefix("arm="))
            found = quantile(kaplan_meier(data["time"][arm], data["event"][arm] == 1), 0.5, "log-log")
            np.testing.assert_equal(float(getattr(found, name)), value)


@pytest.mark.parametrize("dataset", SETS)
def test_log_rank_is_that_of_r(folder, reference, dataset):
    data = columns(folder, dataset)
    arms, group = np.unique(data["arm"], return_inverse=True)
    found = logrank(data["time"], data["event"] == 1, group)
    np.testing.assert_allclose(found.chisq, expect(reference, dataset, "logrank.chisq")[0][2], rtol=1e-12)
    assert found.df == expect(reference, dataset, "logrank.df")[0][2] == len(arms) - 1
    for column, quantity in ((found.observed, "obs"), (found.expected, "exp")):
        wanted = [value for _, _, value in expect(reference, dataset, f"logrank.{quantity}")]
        np.testing.assert_allclose(column, wanted, rtol=1e-12)


def test_log_rank_stratified_by_ecog_in_lung(folder, reference):
    data = columns(folder, "lung")
    known = ~np.isnan(data["ecog"])
    found = logrank(
        data["time"][known],
        data["event"][known] == 1,
        data["arm"][known].astype(int),
        data["ecog"][known],
    )
    np.testing.assert_allclose(found.chisq, expect(reference, "lung", "stratified.logrank")[0][2], rtol=1e-12)


@pytest.mark.parametrize("dataset", SETS)
def test_median_follow_up_by_the_reverse_curve(folder, reference, dataset):
    data = columns(folder, dataset)
    found = median_follow_up(data["time"], data["event"] == 1)
    np.testing.assert_equal(float(found.value), expect(reference, dataset, "reverse_km.median")[0][2])


def test_binomial_limits_and_exact_p_are_those_of_r(folder):
    data = columns(folder, "binomial")
    low, high = clopper_pearson(data["x"], data["n"])
    np.testing.assert_allclose(low, data["cp_low"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(high, data["cp_high"], rtol=0, atol=1e-12)
    low, high = wilson(data["x"], data["n"])
    np.testing.assert_allclose(low, data["wilson_low"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(high, data["wilson_high"], rtol=0, atol=1e-12)
    p = at_least(data["x"], data["n"], 0.2)
    np.testing.assert_allclose(p, data["p_greater_0.2"], rtol=0, atol=1e-12)


def test_limits_do_not_exist_once_everybody_has_had_the_event():
    low, high = limits(kaplan_meier([1, 2], [True, True]))
    assert np.isnan([low[1], high[1]]).all()
