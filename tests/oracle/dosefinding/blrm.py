"""The two-parameter BLRM against crmPack (JAGS draws and a grid) and OncoBayes2 (Stan)."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle.dosefinding.measure import Measure, absolute, equal
from protorun.escalation.blrm import Blrm
from protorun.escalation.models.two_parameter import Nodes, TwoParameter


def model_of(case: Any, nodes: Nodes | None = None) -> TwoParameter:
    cov = tuple(float(v) for row in case["prior_cov"] for v in row)
    settings = {} if nodes is None else {"nodes": nodes}
    return TwoParameter(
        tuple(case["doses"]),
        case["ref_dose"],
        tuple(case["prior_mean"]),
        cov,
        tuple(case["target_interval"]),
        **settings,
    )


def counts_of(case: Any) -> tuple[np.ndarray, np.ndarray]:
    """One row of patients and DLTs by level."""
    at = [case["doses"].index(dose) for dose in case["data"]["dose"]]
    levels = len(case["doses"])
    n = np.bincount(at, minlength=levels)[None, :]
    return n, np.bincount(at, weights=case["data"]["dlt"], minlength=levels)[None, :].astype(int)


def recommended(case: Any) -> tuple[Any, list[bool]]:
    """The dose that is recommended, and which doses overdose control allows."""
    rule = Blrm(
        tuple(case["doses"]),
        tuple(case["target_interval"]),
        case["max_overdose_prob"],
        tuple(case["prior_mean"]),
        tuple(float(v) for row in case["prior_cov"] for v in row),
        case["ref_dose"],
    )
    fit = rule.model.fit(*counts_of(case))
    best = rule._best(fit, np.zeros(fit.mean.shape, bool))[0]
    return case["doses"][best], (fit.overdose[0] <= rule.ewoc).tolist()


def crmpack(file: Any) -> Iterator[Measure]:
    """The grid's interval probabilities count cells wholly in or out: .005, where its means are held to 1e-6."""
    for case in file["cases"]:
        fit, grid = model_of(case).fit(*counts_of(case)), case["exact_quadrature"]
        yield absolute("posterior means, 801 x 801 grid", fit.mean[0], grid["mean"], 1e-6)
        intervals = np.stack([fit.target[0], fit.overdose[0]])
        yield absolute(
            "interval probabilities, same grid (*)", intervals, [grid["p_target"], grid["p_over"]], 5e-3
        )
        drawn = [case["post_mean_ptox"], case["prob_target"], case["prob_overdose"]]
        yield absolute("means and intervals, JAGS", np.vstack([fit.mean[0], intervals]), drawn, 6e-3)
        dose, allowed = recommended(case)
        yield equal("next dose", [dose, dose], [case["next_best"], grid["next_best_ncrm"]])
        yield equal("doses that overdose control allows", allowed, grid["ewoc_eligible"])


def oncobayes2(file: Any, priors: Any) -> Iterator[Measure]:
    """The same cases by Stan, where the prior is uncorrelated."""
    for prior, case in zip(priors["cases"], file["cases"], strict=True):
        if case is None:
            continue
        fit, summary = model_of(prior).fit(*counts_of(prior)), np.array(case["summary"])
        found = np.column_stack([fit.mean[0], fit.target[0], fit.overdose[0]])
        yield absolute("means and intervals, Stan", found, summary[:, [0, 6, 7]], 1e-2)
