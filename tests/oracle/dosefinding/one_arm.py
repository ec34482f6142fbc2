"""Trials with one arm: Simon's designs and their inference, single-stage designs, monitoring of toxicity and response."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.optimize import brentq

from oracle.dosefinding.measure import Measure, absolute, equal
from protorun.statistics.design.one_arm.bayesian_monitoring import (
    posterior_boundary,
    predictive_boundary,
    predictive_probability,
)
from protorun.statistics.design.one_arm.monitoring import monitoring_rates, toxicity_boundary
from protorun.statistics.design.one_arm.simon import TwoStage, simon, two_stage_rates
from protorun.statistics.design.one_arm.simon_inference import tail, two_stage_inference
from protorun.statistics.design.one_arm.single_stage import single_stage


def told(design: Any) -> list[int]:
    return [design.r1, design.n1, design.r, design.n]


def simon_two_stage(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        found = simon(case["p0"], case["p1"], alpha=case["alpha"], beta=case["beta"])
        for kind, ours in (("optimal", found.optimal), ("minimax", found.minimax)):
            yield equal(f"{kind} design", [told(ours)], [[case[kind][k] for k in ("r1", "n1", "r", "n")]])
            wanted = [case[kind]["EN_p0"], case[kind]["PET_p0"]]
            yield absolute("expected patients, P(early stop)", [ours.patients, ours.early], wanted, 1e-9)
        yield equal(
            "admissible designs", map(told, found.admissible), [row[:4] for row in case["admissible"]]
        )
        figures = [[d.patients, d.early] for d in found.admissible]
        yield absolute(
            "expected patients, P(early stop)", figures, [row[4:6] for row in case["admissible"]], 1e-9
        )
        weights = [[d.q_from, d.q_to] for d in found.admissible]  # three digits are printed there
        yield absolute(
            "weights of admissible designs", weights, [row[6:] for row in case["admissible"]], 6e-4
        )


def simon_oc(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        truth = np.array(case["p_pet_reject_en"])
        found = two_stage_rates(TwoStage(case["r1"], case["n1"], case["r"], case["n"]), truth[:, 0])
        ours = np.column_stack([found.early, found.accept, found.patients])
        yield absolute("P(early stop), P(reject), expected patients", ours, truth[:, 1:], 1e-9)


def simon_inference(file: Any) -> Iterator[Measure]:
    """clinfun's upper limit solves P(x or more) = 1 - alpha, which is Jung and Kim's for one response less; it is
    compared by its own definition, and with ours for x - 1."""
    for case in file["cases"]:
        x, design = case["x"], (case["r1"], case["n1"], case["n"])
        found = two_stage_inference(x, *design, case["p0"])
        yield absolute("estimate", found.estimate, case["pumvue"], 1e-9)
        yield absolute("p-value", found.p_value, case["p_value"], 1e-9)
        if case["ci_lower"] is None:
            continue
        yield absolute("lower limit (4 decimals there)", found.lower, case["ci_lower"], 2e-4)
        theirs = brentq(lambda p, x=x, design=design: tail(*design)(x, p) - 0.95, 0, 1, xtol=1e-13)
        yield absolute("upper limit by clinfun's definition (*)", theirs, case["ci_upper"], 2e-4)
        less = two_stage_inference(x - 1, *design, case["p0"]).upper
        yield absolute("our upper limit for one response less", less, case["ci_upper"], 2e-4)


def single_stage_exact(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        found = single_stage(case["p0"], case["p1"], alpha=case["alpha"], beta=case["beta"])
        yield equal(
            "n and r of the five smallest",
            [(d.n, d.r) for d in found],
            zip(case["n"], case["r"], strict=True),
        )
        errors = [[d.alpha, 1 - d.power] for d in found]
        yield absolute("both errors", errors, np.column_stack([case["type1"], case["type2"]]), 1e-9)


def toxicity_monitoring(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        found = toxicity_boundary(case["pLo"], case["pHi"], case["n"])
        yield equal("boundaries", found.allowed_lo + found.allowed_hi, case["lo_bdry"] + case["hi_bdry"])
        truth = np.array(case["bdry_oc"])
        for boundary, column in ((found.lo, 1), (found.hi, 4)):
            rates = monitoring_rates(boundary, truth[:, 0])
            ours = np.column_stack([rates.crosses_high, rates.early, rates.patients])
            yield absolute("P(crossing), P(early), patients", ours, truth[:, column : column + 3], 1e-9)


def bayes_monitoring(file: Any) -> Iterator[Measure]:
    for case in file["boundaries"]:
        settings: dict[str, Any] = {"prior": (case["alpha_e"], case["beta_e"])}
        if "p_s" in case:
            find: Any = predictive_boundary
            settings |= {k: case[k] for k in ("p_s", "theta_t")}
        else:
            find = posterior_boundary
            settings |= {"standard": (case["alpha_s"], case["beta_s"]), "delta": case["delta"]}
        found = find(case["nmax"], case["theta"], case["type"], **settings)
        bounds = [None if b < 0 or b > n else int(b) for n, b in enumerate(found, start=1)]
        changes = [i for i, b in enumerate(bounds) if i == 0 or b != bounds[i - 1]]
        ours = [(i + 1, bounds[i]) for i in changes]
        yield equal(f"{case['kind']}, bounds", ours, zip(case["n"], case["bound"], strict=True))
    for case in file["predprob"]:
        prior = (case["alpha_e"], case["beta_e"])
        criteria = {k: case[k] for k in ("p_s", "theta_t")}
        found = predictive_probability(case["y"], case["n"], case["nmax"], prior, **criteria)
        yield absolute("predictive probability", found, case["predprob"], 1e-9)
