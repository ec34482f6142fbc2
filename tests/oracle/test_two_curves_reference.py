"""Tests of two survival curves against simtrial 1.0.2 and survival 3.5-3 (numbers in the shared reference data)."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from protorun.statistics import (
    EarlyZero,
    FlemingHarrington,
    ModestlyWeighted,
    cox,
    cox_regression,
    logrank,
    max_combo,
    milestone,
    rmst,
    weighted_logrank,
)

WEIGHTS = {
    "fh(0,0)": FlemingHarrington(0, 0),
    "fh(0,0.5)": FlemingHarrington(0, 0.5),
    "fh(0,1)": FlemingHarrington(0, 1),
    "fh(1,0)": FlemingHarrington(1, 0),
    "fh(1,1)": FlemingHarrington(1, 1),
    "fh(0.5,0.5)": FlemingHarrington(0.5, 0.5),
    "mb(4,2)": ModestlyWeighted(delay=4, most=2),
    "early_zero(3)": EarlyZero(until=3),
}
SETS = ("lung", "veteran", "aml", "colon_death")


@pytest.fixture(scope="module")
def trial(shared: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with (shared / "data" / "dosefinding" / "wlr_data.csv").open() as file:
        rows = list(csv.DictReader(file))
    return (
        np.array([float(row["tte"]) for row in rows]),
        np.array([row["event"] == "1" for row in rows]),
        np.array([int(row["treatment"] == "experimental") for row in rows]),
    )


@pytest.fixture(scope="module")
def found_by_r(shared: Path) -> dict:
    return json.loads((shared / "data" / "dosefinding" / "wlr_results.json").read_text())["tests"]


@pytest.mark.parametrize("name", WEIGHTS)
def test_weighted_log_rank_is_that_of_simtrial_with_the_sign_of_logrank(trial, found_by_r, name):
    found, wanted = weighted_logrank(*trial, WEIGHTS[name]), found_by_r[name]
    assert found.score == pytest.approx(wanted["estimate"], abs=1e-10)
    assert np.sqrt(found.variance) == pytest.approx(wanted["se"], abs=1e-10)
    assert -found.z == pytest.approx(
        wanted["z"], abs=1e-10
    )  # simtrial's z is positive when the new arm is better


def test_max_combo_is_that_of_simtrial(trial, found_by_r):
    """The three tests are linearly dependent: (0, 0) = (0, 1) + (1, 0)."""
    found, wanted = max_combo(*trial), found_by_r["maxcombo fh(0,0),fh(0,1),fh(1,0)"]
    np.testing.assert_allclose(found.z, wanted["z"], atol=1e-10)
    assert found.p == pytest.approx(wanted["p_value"], abs=2e-5)
    assert np.linalg.eigvalsh(found.correlation)[0] == pytest.approx(0, abs=1e-12)


def test_restricted_mean_and_milestone_are_those_of_simtrial(trial, found_by_r):
    for found, name in ((rmst(*trial, tau=10), "rmst(tau=10)"), (milestone(*trial, at=8), "milestone(8)")):
        wanted = found_by_r[name]
        assert found.value == pytest.approx(wanted["estimate"], abs=1e-10)
        assert found.standard_error == pytest.approx(wanted["se"], abs=1e-10)
        assert found.z == pytest.approx(wanted["z"], abs=1e-10)


def test_cox_and_log_rank_of_the_same_trial_are_those_of_survival(trial, found_by_r):
    for ties in ("efron", "breslow"):
        found, wanted = cox(*trial, ties=ties), found_by_r[f"coxph_{ties}"]
        assert found.coefficient == pytest.approx(wanted["coef"], abs=1e-9)
        assert found.standard_error == pytest.approx(wanted["se"], abs=1e-9)
    tested, wanted = logrank(*trial), found_by_r["survdiff"]
    assert tested.chisq == pytest.approx(wanted["chisq"], rel=1e-12)
    np.testing.assert_allclose(tested.observed, wanted["obs"])
    np.testing.assert_allclose(tested.expected, wanted["exp"], rtol=1e-12)


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "adam" / "survival_ref"


@pytest.fixture(scope="module")
def reference(folder: Path) -> dict[tuple[str, str, str], float]:
    with (folder / "reference.csv").open() as file:
        return {
            (r["dataset"], r["quantity"], r["group"]): float(r["value"] or "nan")
            for r in csv.DictReader(file)
        }


def columns(folder: Path, name: str) -> dict[str, np.ndarray]:
    with (folder / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(r[key] or "nan") for r in rows]) for key in rows[0]}


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("dataset", SETS)
def test_cox_with_ties_is_that_of_survival(folder, reference, dataset, ties):
    data = columns(folder, dataset)
    time, event, arm = data["time"], data["event"] == 1, data["arm"]
    ways = [cox_regression(time, event, arm[:, None], ties=ties)]
    if set(arm) == {0, 1}:
        ways.append(cox(time, event, arm.astype(int), ties=ties))
    for found in ways:
        got = {
            "coef": found.coefficient,
            "se": found.standard_error,
            "loglik": found.loglik,
            "loglik_null": found.loglik_null,
            "score": found.score,
        }
        for quantity, value in got.items():
            wanted = reference[dataset, f"cox.{ties}.{quantity}", "arm"]
            np.testing.assert_allclose(np.ravel(value)[0], wanted, rtol=1e-7, err_msg=quantity)


@pytest.mark.parametrize("dataset", SETS)
def test_cox_with_several_covariates_is_that_of_survival(folder, reference, dataset):
    data = columns(folder, dataset)
    names = [g for d, quantity, g in reference if (d, quantity) == (dataset, "cox_multi.coef")]
    x = np.column_stack([data[name] for name in names])
    known = ~np.isnan(x).any(axis=1)
    found = cox_regression(data["time"][known], data["event"][known] == 1, x[known])
    for at, name in enumerate(names):
        assert found.coefficient[at] == pytest.approx(reference[dataset, "cox_multi.coef", name], rel=1e-6)
        assert found.standard_error[at] == pytest.approx(reference[dataset, "cox_multi.se", name], rel=1e-6)
    assert found.loglik == pytest.approx(reference[dataset, "cox_multi.loglik", ""], rel=1e-10)


def test_stratified_cox_in_lung_is_that_of_survival(folder, reference):
    data = columns(folder, "lung")
    known = ~np.isnan(data["ecog"])
    kept = {name: column[known] for name, column in data.items()}
    found = cox_regression(kept["time"], kept["event"] == 1, kept["arm"][:, None], strata=kept["ecog"])
    (coefficient,) = (v for (d, q, _), v in reference.items() if (d, q) == ("lung", "stratified.cox.coef"))
    (error,) = (v for (d, q, _), v in reference.items() if (d, q) == ("lung", "stratified.cox.se"))
    assert found.coefficient[0] == pytest.approx(coefficient, rel=1e-7)
    assert found.standard_error[0] == pytest.approx(error, rel=1e-7)


@pytest.mark.parametrize("dataset", ["lung", "veteran", "aml"])
def test_restricted_means_by_arm_are_those_of_survival(folder, dataset):
    data = columns(folder, dataset)
    with (folder / "reference.csv").open() as file:
        wanted = [
            (r["quantity"], float(r["at"]), float(r["value"]))
            for r in csv.DictReader(file)
            if r["dataset"] == dataset and r["quantity"] in ("arm.rmean", "arm.se_rmean")
        ]
    tau = wanted[0][1]
    found = rmst(data["time"], data["event"] == 1, data["arm"].astype(int), tau, small_sample=False)
    assert list(found.of) == pytest.approx([v for q, _, v in wanted if q == "arm.rmean"], rel=1e-10)
    assert list(found.of_standard_error) == pytest.approx(
        [v for q, _, v in wanted if q == "arm.se_rmean"], rel=1e-10
    )
