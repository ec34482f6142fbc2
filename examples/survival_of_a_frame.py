"""A data frame with one row per patient -> Kaplan-Meier, log-rank, Cox, restricted means, and a figure.

The 30 patients are invented. Any frame with an arm, days and an event will do: polars, pandas, pyarrow.
"""

from pathlib import Path

import numpy as np
import polars as pl

from protorun.report.figures.kaplan_meier import Curve, kaplan_meier_figure
from protorun.statistics import (
    cox_regression,
    kaplan_meier,
    limits,
    logrank,
    proportionality,
    quantile,
    rmst,
    survival_at,
)

CONTROL = """41 66, 57 71, 80 58, 98 63, 112 74, 118 69, 139 55, 160 61, 171 67, 205 52, 214 70, 233+ 64, 268 59,
             301 62, 340+ 57"""
NEW = """62 60, 95 73, 131+ 56, 150 68, 188 65, 210 72, 247+ 54, 262 63, 290 61, 311+ 58, 333 66, 356+ 53, 381+ 59,
         402 64, 420+ 55"""
rows = [
    {"arm": arm, "days": int(days.strip("+")), "event": "+" not in days, "age": int(age)}
    for arm, listed in (("control", CONTROL), ("new", NEW))
    for days, age in (patient.split() for patient in listed.split(","))
]
frame = pl.DataFrame(rows)  # a plus sign above is a patient without the event so far

# 1. Arrays: times, events, and the arm as a number.
arms = frame["arm"].unique(maintain_order=True).to_list()
days, event = frame["days"].to_numpy().astype(float), frame["event"].to_numpy()
arm = np.array([arms.index(name) for name in frame["arm"]])

# 2. Kaplan-Meier of each arm, with the median and survival at six months (log-log limits, as R with conf.type).
curves = {name: kaplan_meier(days[arm == number], event[arm == number]) for number, name in enumerate(arms)}
print("arm        n  events  median (95 % limits)           at 183 days")
for name, curve in curves.items():
    here = frame.filter(pl.col("arm") == name)
    median, half = quantile(curve, 0.5, "log-log"), survival_at(curve, 183, "log-log")
    counts = f"{name:9}{here.height:3}{here['event'].sum():8}"
    upper = "not reached" if np.isnan(median.upper) else f"{median.upper:g}"
    print(f"{counts}  {median.value:g} ({median.lower:g} to {upper})".ljust(52), end="")
    print(f"{half.value:.3f} ({half.lower:.3f} to {half.upper:.3f})")

# 3. Tests: log-rank, Cox with the arm and age, its proportional hazards, and the difference of restricted means.
test = logrank(days, event, arm)
print(f"\nlog-rank: chi-squared {test.chisq:.4f}, p {test.p:.4f}")
covariates = np.column_stack([arm, frame["age"].to_numpy()])
fit = cox_regression(days, event, covariates)
for place, name in enumerate(("new arm", "age")):
    b, error = fit.coefficient[place], fit.standard_error[place]
    low, high = np.exp(b - 1.959964 * error), np.exp(b + 1.959964 * error)
    print(f"Cox, {name:8} hazard ratio {np.exp(b):.3f} ({low:.3f} to {high:.3f})")
print(f"proportional hazards: p {proportionality(fit, days, event, covariates).overall_p:.4f}")
gain = rmst(days, event, arm, 300, small_sample=False)
low, high = gain.interval()
print(f"days gained until day 300: {gain.value:.1f} ({low:.1f} to {high:.1f})")

# 4. A figure with the numbers at risk below, as SVG.
drawn = []
for number, (name, curve) in enumerate(curves.items()):
    low, high = limits(curve, "log-log")
    mine = arm == number
    drawn.append(
        Curve(name, curve.time, curve.survival, low, high, raw_time=days[mine], raw_event=event[mine])
    )
Path("survival.svg").write_text(kaplan_meier_figure(drawn, name="survival", title="Survival by arm"), "utf-8")
print("\nwritten: survival.svg")
