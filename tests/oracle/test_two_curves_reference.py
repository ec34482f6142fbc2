"""Cox and restricted means against survival 3.5-3 (numbers in the shared reference data)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from protorun.statistics import (
    EarlyZero,
    FlemingHarrington,
    ModestlyWeighted,
    cox,
    cox_regression,
    rmst,
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
