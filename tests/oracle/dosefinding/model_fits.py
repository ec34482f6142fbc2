"""Fits of CRM and TITE-CRM against dfcrm, skeletons, and every pathway of a small trial."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle.dosefinding.measure import Measure, absolute, equal
from protorun.escalation import next_dose
from protorun.escalation.crm import Crm
from protorun.escalation.models.one_parameter import OneParameter
from protorun.escalation.models.skeleton import skeleton
from protorun.escalation.models.under_observation import pending_of
from protorun.escalation.modifiers import Cohorts, Start
from protorun.escalation.tite_crm import TiteCrm
from protorun.trial.outcomes import Outcomes, Patients


def counts(case: Any) -> tuple[np.ndarray, np.ndarray]:
    """One row of patients and DLTs by level."""
    levels = len(case["prior"])
    at = np.array(case["level"]) - 1
    n = np.bincount(at, minlength=levels)[None, :]
    dlt = np.bincount(at, weights=case["tox"], minlength=levels)[None, :].astype(int)
    return n, dlt


def closest(ptox: np.ndarray, target: float) -> int:
    return int(np.abs(ptox - target).argmin()) + 1


def crm_fits(file: Any) -> Iterator[Measure]:
    """Posterior means promise 1e-4 and reach 1e-6; maximum likelihood 2e-3, dfcrm's own `optimize` stops there."""
    for case in file["cases"]:
        model = OneParameter(tuple(case["prior"]), case["model"], case["scale"], case["intcpt"])
        if case["method"] == "mle":
            fit = model.maximum(*counts(case))
            yield absolute("maximum likelihood: DLT rates", fit.ptox[0], case["ptox"], 2e-3)
            yield equal("maximum likelihood: MTD", [closest(fit.ptox[0], case["target"])], [case["mtd"]])
            yield equal("maximum likelihood, asked of the design", [_by_the_design(case)], [case["mtd"]])
            continue
        fit = model.fit(*counts(case))
        yield absolute("Bayes: DLT rates", fit.ptox[0], case["ptox"], 1e-6)
        yield absolute("Bayes: parameter", fit.estimate[0], case["estimate"], 2e-6)
        yield absolute("Bayes: posterior variance", fit.sd[0] ** 2, case["post_var"], 2e-6)
        limits = np.concatenate(model.limits(fit, case["conf_level"]))
        yield absolute("Bayes: limits", limits, [case["ptoxL"], case["ptoxU"]], 5e-6)
        yield equal("Bayes: MTD", [closest(fit.ptox[0], case["target"])], [case["mtd"]])


def _by_the_design(case: Any) -> int:
    n, dlt = (x.astype(np.int16) for x in counts(case))
    settings = (case["target"], tuple(case["prior"]), case["model"], case["scale"], case["intcpt"])
    rule = Crm(*settings, method="mle", initial=(1,))
    seen = Outcomes(np.zeros(1, np.int16), n, dlt, 0 * n)
    return int(rule.propose(seen, np.zeros(n.shape, bool)).level[0]) + 1


def under_observation(case: Any) -> Outcomes:
    """One row: the patients of a TITE-CRM case, the completed ones counted by level."""
    levels, window = len(case["prior"]), case["obswin"]
    level, dlt = np.array(case["level"]) - 1, np.array(case["tox"], bool)
    passed = np.minimum(np.array(case["followup"], float) / window, 1)
    followed = np.where(dlt, 1.0, passed)
    done = followed >= 1
    count = lambda which: np.bincount(level[which], minlength=levels)[None, :].astype(np.int16)  # noqa: E731
    people = Patients(level[None, :], dlt[None, :], followed[None, :], np.where(dlt, passed, np.nan)[None, :])
    return Outcomes(level[-1:], count(done), count(dlt), count(~done), patients=people)


def tite_rule(case: Any) -> TiteCrm:
    return TiteCrm(
        case["target"],
        tuple(case["prior"]),
        case["scheme"],
        case["model"],
        scale=case.get("scale", 1.34**0.5),
        intcpt=case.get("intcpt", 3.0),
    )


def titecrm_fits(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        seen, rule = under_observation(case), tite_rule(case)
        people = seen.patients
        weight = np.ones(len(case["level"]))
        waits = ~people.dlt[0] & (people.followed[0] < 1)
        weight[waits] = pending_of(people, adaptive=case["scheme"] == "adaptive").weight
        yield absolute("weights", weight, case["weights"], 1e-12)
        fit = rule.fit(seen)
        yield absolute("DLT rates", fit.ptox[0], case["ptox"], 1e-6)
        yield absolute("parameter", fit.estimate[0], case["estimate"], 2e-6)
        if case["post_var"] is not None:
            yield absolute("posterior variance", fit.sd[0] ** 2, case["post_var"], 2e-6)
            limits = np.concatenate(rule.curve.limits(fit, case.get("conf_level", 0.9)))
            yield absolute("limits", limits, [case["ptoxL"], case["ptoxU"]], 5e-6)
        found = int(rule.mtd(seen, np.zeros((1, len(case["prior"])), bool))[0]) + 1
        yield equal("MTD", [found], [case["mtd"]])


def crm_getprior(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        asked = {k: case[k] for k in ("halfwidth", "target", "nu", "nlevel", "model", "intcpt")}
        yield absolute("skeleton", skeleton(**asked), case["prior"], 1e-10)


def crm_dtp(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        (size,), levels = set(case["cohorts"]), len(case["prior"])
        design = Crm(case["target"], tuple(case["prior"])) + Cohorts(size) + Start(case["start"])
        for path in case["paths"]:
            steps = zip(path["path"][::2], path["path"][1::2], strict=True)
            text = " ".join(f"{level}{'T' * dlt}{'N' * (size - dlt)}" for level, dlt in steps)
            found = int(next_dose(design, text, levels=levels).level[0]) + 1
            yield equal("next dose on every pathway", [found], [path["next_dose"]])
