"""Group-sequential bounds against gsDesign and rpact; sizes for two rates; exact binomial looks."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle.dosefinding.measure import Measure, absolute, equal, relative
from protorun.statistics.design.sequential.exact_binomial import exact_binomial
from protorun.statistics.design.sequential.group_sequential import group_sequential
from protorun.statistics.design.sizes import rates_size

BINDING = (3, 5)
NOT_OFFERED = "PT"  # Pampallona and Tsiatis


def gsdesign(file: Any) -> Iterator[Measure]:
    """1e-5; 1e-4 for binding lower bounds, which is gsDesign's own tolerance. Below, types 3 and 4 spend the error
    under the effect, the others that under none."""
    for case in file["cases"]:
        names = ("sfupar", "sflpar", "alpha", "beta", "timing", "test_type")
        asked = {name: case.get(name) for name in names}
        design = group_sequential(case["k"], sfu=case["sfu"], sfl=case.get("sfl") or "HSD", **asked)
        binding = case["test_type"] in BINDING
        says, close = ("binding: ", 1e-4) if binding else ("", 1e-5)
        yield absolute(f"{says}upper bounds", design.upper, case["upper"], close)
        yield absolute(f"{says}inflation", design.information, case["n_I"], close)
        yield absolute(f"{says}expected information", design.expected, case["en"], close)
        yield absolute(f"{says}P(upper crossed)", design.upper_prob, case["upper_prob_H0_H1"], close)
        if case.get("upper_spend") is not None:
            spent = np.diff(design.spent_upper, prepend=0)
            yield absolute(f"{says}error spent above", spent, case["upper_spend"], close)
        if case.get("theta") is not None:
            yield absolute(f"{says}drift", [0, design.theta], case["theta"], close)
        if case["lower"] is None:
            yield equal("no lower bound where gsDesign has none", [design.lower is None], [True])
            continue
        yield absolute(f"{says}lower bounds", design.lower, case["lower"], close)
        if case.get("lower_spend") is not None:
            below = (
                np.diff(design.spent_lower, prepend=0)
                if case["test_type"] in (3, 4)
                else design.lower_prob[:, 0]
            )
            yield absolute(f"{says}error spent below", below, case["lower_spend"], close)
        if case.get("lower_prob_H0_H1") is not None:
            yield absolute(f"{says}P(lower crossed)", design.lower_prob, case["lower_prob_H0_H1"], close)


def rpact(file: Any) -> Iterator[Measure]:
    """rpact's two-sided alpha is that of both sides together."""
    for case in (c for c in file["cases"] if c["typeOfDesign"] != NOT_OFFERED):
        sides = case["sided"]
        design = group_sequential(
            case["kMax"],
            test_type=sides,
            alpha=case["alpha"] / sides,
            timing=case["information_rates"],
            sfu=case["typeOfDesign"],
            sfupar=case.get("deltaWT", case.get("gammaA")),
        )
        yield absolute("critical values", design.upper, case["critical_values"], 1e-6)
        yield absolute("levels of the looks", design.nominal, case["stage_levels"], 1e-6)
        yield absolute("alpha spent", np.multiply(design.spent_upper, sides), case["alpha_spent"], 1e-6)


def binomial_gsdesign(file: Any) -> Iterator[Measure]:
    for case in file["nBinomial"]:
        found = rates_size(case["p1"], case["p2"], alpha=case["alpha"], beta=case["beta"])
        yield relative("size for two rates", found, case["n_total"], 1e-9)
    case = file["gsBinomialExact"]
    found = exact_binomial(case["n"], case["a"], case["b"], case["theta"])
    crossed = np.stack([found.lower, found.upper])
    yield absolute("P(crossing) of exact looks", crossed, [case["lower_prob"], case["upper_prob"]], 1e-12)
    yield absolute("expected patients", found.expected, case["en"], 1e-9)


def rates_rpact(file: Any) -> Iterator[Measure]:
    """With looks at .5, .75 and 1 of the information, O'Brien-Fleming-like spending."""
    for case in file["cases"]:
        fixed = rates_size(case["pi1"], case["pi2"], alpha=case["alpha"], beta=case["beta_fixed"])
        yield relative("size for two rates", fixed, case["fixed_n"], 1e-9)
        looks = {"alpha": case["alpha"], "beta": case["beta_gs"], "timing": [0.5, 0.75, 1], "sfu": "LDOF"}
        design = group_sequential(3, test_type=1, **looks)
        yield relative("size with three looks", fixed * design.inflation, case["gs_max_n"], 1e-6)
