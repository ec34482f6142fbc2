"""The 998 rows of R survival 3.5-3 and cmprsk 2.2-11, each with our answer and its tolerance."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from oracle.endpoints.cells import Found, apart
from protorun.statistics import (
    aalen_johansen,
    at_risk_at,
    concordance,
    cox_regression,
    fine_gray,
    gray,
    grho_logrank,
    incidence_at,
    kaplan_meier,
    logrank,
    median_follow_up,
    proportionality,
    quantile,
    restricted_mean,
    survival_at,
)

SETS = ("lung", "veteran", "aml", "colon_death", "mgus2_competing")
MODEL = {
    "lung": ("arm", "age", "ecog"),
    "veteran": ("arm", "karno", "age"),
    "aml": ("arm",),
    "colon_death": ("arm", "age", "nodes", "extent"),
}


class Reference:
    """What we answer to one row of the reference."""

    def __init__(self, folder: Path, name: str) -> None:
        with (folder / f"{name}.csv").open() as file:
            rows = list(csv.DictReader(file))
        self.data = {key: np.array([float(r[key] or "nan") for r in rows]) for key in rows[0]}
        self.name, self.time = name, self.data["time"]
        self.died = self.data["event"] == 1 if "event" in self.data else self.data["status"] > 0
        self.arm = self.data["arm"].astype(int)
        self._curve, self._one, self._several = cache(self._km_curve), cache(self._one_fit), cache(self._fit)

    def answer(self, quantity: str, group: str, at: float) -> tuple[float, float]:
        """The value and the tolerance, relative to the larger of 1 and the reference."""
        family, *rest = quantity.split(".")
        return getattr(self, "_" + family)(rest, group, at)

    def _n(self, rest, group, at):
        return len(self.time), 0

    def _events(self, rest, group, at):
        return self.died.sum(), 0

    def _km(self, rest, group, at):
        kind, what = rest
        curve = self._curve()
        if what == "nrisk":
            return float(at_risk_at(curve, at)), 0
        if what == "se":
            return curve.standard_error[(curve.time <= at).sum() - 1], 1e-12
        if what.startswith("q"):
            names = {"q": "value", "q_lower": "lower", "q_upper": "upper"}
            return float(getattr(quantile(curve, at, kind), names[what])), 0
        names = {"surv": "value", "lower": "lower", "upper": "upper"}
        return float(getattr(survival_at(curve, at, kind), names[what])), 1e-12

    def _km_curve(self):
        return kaplan_meier(self.time, self.died)

    def _arm(self, rest, group, at):
        here = self.arm == int(group.removeprefix("arm="))
        curve = kaplan_meier(self.time[here], self.died[here])
        if rest[0] in ("records", "events"):
            return (here.sum() if rest[0] == "records" else self.died[here].sum()), 0
        if rest[0] in ("median", "lcl", "ucl"):
            names = {"median": "value", "lcl": "lower", "ucl": "upper"}
            return float(getattr(quantile(curve, 0.5, "log-log"), names[rest[0]])), 0
        mean = restricted_mean(curve, at, level=0.682689492137086)
        return float(mean.value if rest[0] == "rmean" else mean.upper - mean.value), 1e-12

    def _logrank(self, rest, group, at):
        found = logrank(self.time, self.died, self.arm)
        if rest[0] in ("chisq", "df"):
            return float(getattr(found, rest[0])), 1e-12
        column = {"obs": found.observed, "exp": found.expected}[rest[0]]
        return column[int(group.removeprefix("arm="))], 1e-12

    def _peto(self, rest, group, at):
        return float(grho_logrank(self.time, self.died, self.arm, 1).chisq), 1e-12

    def _reverse_km(self, rest, group, at):
        return float(median_follow_up(self.time, self.died).value), 0

    def _cox(self, rest, group, at):
        found = self._one(rest[0])
        names = {"coef": "coefficient", "se": "standard_error", "lrt": "likelihood_ratio"}
        return float(np.squeeze(getattr(found, names.get(rest[1], rest[1])))), 1e-8

    def _one_fit(self, ties):
        return cox_regression(self.time, self.died, self.arm[:, None], ties=ties)

    def _fit(self):
        x = np.column_stack([self.data[name] for name in MODEL[self.name]])
        known = ~np.isnan(x).any(axis=1)
        given = (self.time[known], self.died[known], x[known])
        return cox_regression(*given), given

    def _cox_multi(self, rest, group, at):
        fit, (time, died, x) = self._several()
        if rest[0] == "n":
            return len(time), 0
        if rest[0] == "concordance":
            return concordance(time, died, (x * fit.coefficient).sum(axis=1)).value, 1e-12
        value = getattr(fit, {"coef": "coefficient", "se": "standard_error"}.get(rest[0], rest[0]))
        return float(value if value.ndim == 0 else value[MODEL[self.name].index(group)]), 1e-8

    def _zph(self, rest, group, at):
        fit, given = self._several()
        found = proportionality(fit, *given)
        if group == "GLOBAL":
            return (found.overall if rest[0] == "chisq" else found.overall_p), 1e-8
        return getattr(found, rest[0])[MODEL[self.name].index(group)], 1e-8

    def _stratified(self, rest, group, at):
        ecog = self.data["ecog"]
        known = ~np.isnan(ecog)
        time, died, arm, ecog = (v[known] for v in (self.time, self.died, self.arm, ecog))
        if rest[0] == "logrank":
            return float(logrank(time, died, arm, ecog).chisq), 1e-12
        found = cox_regression(time, died, arm[:, None], strata=ecog)
        return float((found.coefficient if rest[1] == "coef" else found.standard_error)[0]), 1e-8

    def _incidence(self, group):
        labels = dict(part.split("=") for part in group.split(";"))
        here = self.arm == int(labels["arm"])
        return aalen_johansen(self.time[here], self.data["status"][here]), labels

    def _cif(self, rest, group, at):
        curves, labels = self._incidence(group)
        found = incidence_at(curves, at)
        cause = int(labels["cause"])
        return float(found.value[cause] if rest[0] == "est" else found.variance[cause]), 1e-10

    def _aj(self, rest, group, at):
        curves, labels = self._incidence(group)
        found = incidence_at(curves, at)
        state = int(labels["state"])
        return float(found.value[state] if rest[0] == "pstate" else found.standard_error[state]), 1e-10

    def _gray(self, rest, group, at):
        found = gray(self.time, self.data["status"], self.arm, cause=int(group.removeprefix("cause=")))
        return float(getattr(found, rest[0])), 1e-10

    def _finegray(self, rest, group, at):
        name, cause = group.split(";")
        x = np.column_stack([self.arm, self.data["age"]])
        found = fine_gray(self.time, self.data["status"], x, cause=int(cause.removeprefix("cause=")))
        place = ("arm", "age").index(name)
        if rest[0] == "coef":
            return found.coefficient[place], 1e-6
        return found.standard_error[place], 1e-7


FAMILIES = {
    "km": "Kaplan-Meier, five kinds of limits, quantiles",
    "arm": "records, medians and restricted means by arm",
    "logrank": "log-rank test",
    "peto": "G-rho test, rho 1",
    "reverse_km": "median follow-up",
    "cox": "Cox, one covariate, three ways with ties",
    "cox_multi": "Cox, several covariates",
    "zph": "proportional-hazards test",
    "stratified": "stratified log-rank and Cox",
    "cif": "cumulative incidence and its variance",
    "aj": "Aalen-Johansen with jackknife errors",
    "gray": "Gray's test",
    "finegray": "Fine-Gray regression",
    "n": "counts",
    "events": "counts",
}


def reference_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "survival_ref" / "reference.csv").open() as file:
        return list(csv.DictReader(file))


def reference(folder: Path) -> Iterator[Found]:
    """One figure for each kind of quantity, over all data sets."""
    ours = {name: Reference(folder / "survival_ref", name) for name in SETS}
    kinds: dict[str, list[tuple[float, float, float]]] = {}
    for row in reference_rows(folder):
        at, wanted = float(row["at"] or "nan"), float(row["value"] or "nan")
        found, tolerance = ours[row["dataset"]].answer(row["quantity"], row["group"], at)
        kind = FAMILIES[row["quantity"].split(".")[0]]
        kinds.setdefault(kind, []).append((float(found), wanted, tolerance))
    for kind, told in kinds.items():
        found, wanted, tolerance = np.array(told).T
        wrong, largest = apart(found, wanted, tolerance)
        yield Found(kind, len(told), len(told), wrong, largest, float(tolerance.max()))
