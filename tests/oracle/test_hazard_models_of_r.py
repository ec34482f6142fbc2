"""Cox models of the colon data (911 patients without gaps) against R survival 3.5-3, run with eps = 1e-14.

Numbers of our own run of R 4.2.2; `months` are the times in units of 60 days, rounded up, which gives large ties.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from protorun.statistics import (
    baseline_hazard,
    concordance,
    cox_regression,
    fleming_harrington,
    grho_logrank,
    nelson_aalen,
    proportionality,
)


@pytest.fixture(scope="module")
def colon(shared: Path) -> dict[str, np.ndarray]:
    with (shared / "data" / "adam" / "survival_ref" / "colon_death.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if all(v not in ("", "NA") for v in r.values())]
    data = {key: np.array([float(r[key]) for r in rows]) for key in rows[0]}
    data["x"] = np.column_stack([data[key] for key in ("arm", "age", "nodes", "extent")])
    data["months"] = np.ceil(data["time"] / 60)
    data["cluster"] = np.arange(1, len(rows) + 1) % 100
    return data


ROBUST = {
    "efron": ([0.0586222906611978747, 0.0043312795580122279, 0.0117335015730356818, 0.1119350333745200016],
              [0.0564888672230255684, 0.0047809781023359704, 0.0108537820788557268, 0.1100718480227834417]),
    "breslow": ([0.0586111352682163814, 0.0043298844790420048, 0.0117223083790939236, 0.1119447471149826318],
                [0.0564774348184278949, 0.0047799376534605493, 0.0108432903091005006, 0.1100773564675156108]),
}  # fmt: skip


@pytest.mark.parametrize("ties", ROBUST)
def test_robust_and_clustered_errors(colon, ties):
    given = (colon["time"], colon["event"], colon["x"])
    alone, clustered = ROBUST[ties]
    found = cox_regression(*given, ties=ties, robust=True)
    np.testing.assert_allclose(found.standard_error, alone, rtol=1e-10)
    plain = cox_regression(*given, ties=ties)
    np.testing.assert_allclose(found.model_covariance, plain.covariance, rtol=1e-12)
    by_cluster = cox_regression(*given, ties=ties, cluster=colon["cluster"])
    np.testing.assert_allclose(by_cluster.standard_error, clustered, rtol=1e-10)


def test_robust_errors_with_strata_and_with_large_ties(colon):
    by_extent = cox_regression(
        colon["time"], colon["event"], colon["x"][:, :3], strata=colon["extent"], robust=True
    )
    wanted = [0.0584579342211460351, 0.0043295131449693847, 0.0120489608605988605]
    np.testing.assert_allclose(by_extent.standard_error, wanted, rtol=1e-10)
    tied = cox_regression(colon["months"], colon["event"], colon["x"], robust=True)
    wanted = [0.0586583028378770688, 0.0043285277873403843, 0.0117225654023910275, 0.1121554594515757619]
    np.testing.assert_allclose(tied.standard_error, wanted, rtol=1e-10)


MONTHS = {
    "efron": ([-1.9731286359044090e-01, 5.6302404293821729e-03, 9.0798656510932746e-02, 5.3532575692849371e-01],
              [5.8820695900167391e-02, 4.0554372492076080e-03, 9.0613321906647185e-03, 1.1133253579617675e-01],
              [-2.8525971881801211e03, -2.7970055099147216e03, 1.4117244035202282e02]),
    "breslow": ([-1.9406863923420856e-01, 5.5822141940673579e-03, 8.9515738754639515e-02, 5.3027712147072581e-01],
                [5.8817130154667767e-02, 4.0554999197971895e-03, 9.0852097629048559e-03, 1.1128968495056540e-01],
                [-2.8569347131390105e03, -2.8026935318373103e03, 1.3703360831667177e02]),
    "exact": ([-1.9905095112428134e-01, 5.6670250639241464e-03, 9.5129902846330952e-02, 5.3946897710439046e-01],
              [5.9541056741093716e-02, 4.1148692736369917e-03, 9.8255808296000818e-03, 1.1314514920462938e-01],
              [-2.0846269989359721e03, -2.0285017526472798e03, 1.3985724586443584e02]),
}  # fmt: skip


@pytest.mark.parametrize("ties", MONTHS)
def test_every_way_to_handle_large_ties(colon, ties):
    found = cox_regression(colon["months"], colon["event"], colon["x"], ties=ties)
    coefficient, error, rest = MONTHS[ties]
    np.testing.assert_allclose(found.coefficient, coefficient, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.standard_error, error, rtol=0, atol=1e-9)
    np.testing.assert_allclose([found.loglik_null, found.loglik, found.score], rest, rtol=1e-11)


def test_exact_ties_with_strata(colon):
    found = cox_regression(
        colon["months"], colon["event"], colon["x"][:, :2], strata=colon["extent"], ties="exact"
    )
    np.testing.assert_allclose(
        found.coefficient, [-1.8518721332370855e-01, 2.8959471611049673e-03], atol=1e-9
    )
    np.testing.assert_allclose(found.loglik, -1.9601050745973989e03, rtol=1e-11)


def test_the_proportional_hazards_test_with_strata_and_with_another_clock(colon):
    given = (colon["time"], colon["event"], colon["x"][:, :3])
    fit = cox_regression(*given, strata=colon["extent"])
    found = proportionality(fit, *given, strata=colon["extent"])
    wanted = [2.061304207141359868, 0.980157513155743954, 0.055097310147274481, 2.951938454113010035]
    np.testing.assert_allclose([*found.chisq, found.overall], wanted, rtol=1e-9)
    given = (colon["time"], colon["event"], colon["x"])
    found = proportionality(cox_regression(*given), *given, clock="rank")
    wanted = [
        2.0700356968166536,
        0.3589525277251623,
        0.0047983509635194,
        2.7303776767828047,
        5.0999572256957535,
    ]
    np.testing.assert_allclose([*found.chisq, found.overall], wanted, rtol=1e-9)


def test_concordance_with_its_error_alone_and_within_strata(colon):
    given = (colon["time"], colon["event"])
    lp = (colon["x"] * cox_regression(*given, colon["x"]).coefficient).sum(axis=1)
    found = concordance(*given, lp)
    assert (found.concordant, found.discordant, found.equal_risk) == (194087, 102324, 228)
    np.testing.assert_allclose(found.value, 6.5467116596266839e-01, rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, 1.2865411529548360e-02, rtol=1e-12)
    x = colon["x"][:, :3]
    fit = cox_regression(*given, x, strata=colon["extent"])
    found = concordance(*given, (x * fit.coefficient).sum(axis=1), strata=colon["extent"])
    np.testing.assert_allclose(found.value, 0.634673490335545210, rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, 0.014328454359012593, rtol=1e-12)


def test_the_hazard_of_a_patient_with_given_covariates(colon):
    given = (colon["time"], colon["event"], colon["x"])
    found = baseline_hazard(cox_regression(*given), *given, [1, 50, 3, 2])
    assert len(found.time) == 399
    np.testing.assert_allclose(found.hazard[-1], 0.44008565350027545326, rtol=1e-10)
    np.testing.assert_allclose(found.standard_error[-1], 0.06171567026127774275, rtol=1e-10)
    given = (*given[:2], colon["x"][:, :3])
    fit = cox_regression(*given, strata=colon["extent"])
    found = baseline_hazard(fit, *given, [1, 50, 3], strata=colon["extent"])
    second = found.stratum == 1  # extent 2
    np.testing.assert_allclose(found.hazard[second][-1], 0.5066488578085635019, rtol=1e-10)
    np.testing.assert_allclose(found.standard_error[second][-1], 0.1176791087023353749, rtol=1e-10)


def test_cumulative_hazards_without_a_model(colon):
    given = (colon["months"], colon["event"])
    for found, wanted in (
        (nelson_aalen(*given), (0.7597940769392537153, 0.0507271860155367391)),
        (fleming_harrington(*given), (0.7662738327070950373, 0.0509530068040833575)),
    ):
        np.testing.assert_allclose((found.hazard[-1], found.standard_error[-1]), wanted, rtol=1e-12)


def test_g_rho_of_three_arms_alone_and_within_strata(colon):
    given = (colon["months"], colon["event"], colon["arm"].astype(int))
    found = grho_logrank(*given, 0.5)
    wanted = [144.909392321332177, 136.560128797521031, 102.600391596784505]
    np.testing.assert_allclose(found.chisq, 11.643508272008324, rtol=1e-12)
    np.testing.assert_allclose(found.observed, wanted, rtol=1e-12)
    found = grho_logrank(*given, 1, colon["extent"])
    wanted = [112.0934709579179582, 109.8261564883436847, 113.3806236208846343]
    np.testing.assert_allclose(found.chisq, 9.4587380932420331, rtol=1e-12)
    np.testing.assert_allclose(found.expected, wanted, rtol=1e-12)
