"""R survival and lifelines at the work of `endpoints.py`, on the same numbers, when they are there."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TRIALS_R, TRIALS_LIFELINES = 300, 20  # of the many, scaled up: their loops are slow

R_WORK = """
suppressMessages(library(survival))
con <- file("data", "rb"); n <- readBin(con, "double", 1); get <- function() readBin(con, "double", n)
d <- data.frame(time = get(), event = get(), arm = get(), age = get(), ecog = get(), bm = get())
k <- readBin(con, "double", 1); m <- readBin(con, "double", 1)
tt <- matrix(readBin(con, "double", k * m), m); te <- matrix(readBin(con, "double", k * m), m)
ta <- rep(0:1, length.out = m)
timed <- function(work, times) min(sapply(seq_len(times), function(i) { gc(FALSE); sum(system.time(work())[c(1, 2)]) }))
say <- function(name, values) cat(name, format(as.numeric(values), digits = 17), "\\n")
S <- with(d, Surv(time, event))
say("version", as.numeric(unlist(packageVersion("survival"))))
say("km", timed(function() survfit(S ~ arm, d, conf.type = "log-log"), 3))
say("logrank", timed(function() survdiff(S ~ arm, d), 3))
say("cox", timed(function() coxph(S ~ arm + age + ecog + bm, d), 3))
f <- coxph(S ~ arm + age + ecog + bm, d, control = coxph.control(eps = 1e-13, toler.chol = 1e-14))
say("cox.values", c(coef(f), sqrt(diag(f$var)))); say("logrank.values", survdiff(S ~ arm, d)$chisq)
s <- survfit(Surv(time, event) ~ 1, d); say("km.values", summary(s, times = c(100, 400, 900))$surv)
say("trials", timed(function() for (i in seq_len(k)) {
  s <- Surv(tt[, i], te[, i]); survdiff(s ~ ta); coxph(s ~ ta); summary(survfit(s ~ ta))$table[, "median"] }, 1) / k)
"""


@dataclass(frozen=True)
class Trials:
    """One large trial with four covariates, and many small ones of two arms in turn."""

    time: Floats
    event: NDArray[np.bool_]
    covariates: Floats  # arm, age, ecog, biomarker
    many_time: Floats
    many_event: NDArray[np.bool_]


def r_survival(trials: Trials) -> dict[str, Any] | str:
    """CPU seconds of `km`, `logrank`, `cox` and of one of the `trials`, with values; or why there are none."""
    script = shutil.which("Rscript")
    if script is None:
        return "there is no Rscript"
    with tempfile.TemporaryDirectory() as folder:
        some = slice(0, TRIALS_R)
        small = (trials.many_time[some], trials.many_event[some].astype(float))
        parts = [np.array([len(trials.time)]), trials.time, trials.event, *trials.covariates.T,
                 np.array(small[0].shape), small[0].ravel(), small[1].ravel()]  # fmt: skip
        (Path(folder) / "data").write_bytes(b"".join(np.asarray(p, np.float64).tobytes() for p in parts))
        (Path(folder) / "work.R").write_text(R_WORK)
        done = subprocess.run(
            [script, "--vanilla", "work.R"], cwd=folder, capture_output=True, text=True, check=False
        )
    if done.returncode:
        return f"R: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}"
    lines = (line.split() for line in done.stdout.splitlines())
    found = {name: np.array([float(v) for v in values]) for name, *values in lines}
    version = "-".join(f"{v:.0f}" for v in found.pop("version")).replace("-", ".", 1)
    return {"name": f"R survival {version}", **found}


def lifelines(trials: Trials) -> dict[str, Any] | str:
    """The same by lifelines, once each; or why not."""
    try:
        import lifelines as peer
        import pandas
        from lifelines.statistics import logrank_test
    except ImportError as missing:
        return str(missing)
    frame = pandas.DataFrame(trials.covariates, columns=["arm", "age", "ecog", "bm"])
    frame["time"], frame["event"] = trials.time, trials.event
    arms = [frame[frame.arm == arm] for arm in (0, 1)]

    def curves(parts: list[Any]) -> list[Any]:
        return [peer.KaplanMeierFitter().fit(part.time, part.event) for part in parts]

    def test(parts: list[Any]) -> Any:
        return logrank_test(parts[0].time, parts[1].time, parts[0].event, parts[1].event)

    def one(i: int) -> None:
        small = pandas.DataFrame({"time": trials.many_time[i], "event": trials.many_event[i]})
        small["arm"] = np.arange(len(small)) % 2
        parts = [small[small.arm == arm] for arm in (0, 1)]
        test(parts)
        peer.CoxPHFitter().fit(small, "time", "event")
        for curve in curves(parts):
            _ = curve.median_survival_time_

    one(0)
    return {
        "name": f"lifelines {peer.__version__}",
        "km": _cpu(lambda: curves(arms)),
        "logrank": _cpu(lambda: test(arms)),
        "cox": _cpu(lambda: peer.CoxPHFitter().fit(frame, "time", "event")),
        "trials": _cpu(lambda: [one(i) for i in range(TRIALS_LIFELINES)]) / TRIALS_LIFELINES,
    }


def _cpu(work: Any) -> float:
    start = process_time()
    work()
    return process_time() - start
