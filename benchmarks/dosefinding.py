"""Dose finding and trial design: rates of whole public calls. `--json` prints one line for each measure.

Seconds are those of the processor, on one core, so that other work on the machine counts for nothing. A peer is measured
here, on the same data, when it can be imported or called; `elsewhere` tells rates that were measured on another machine,
and no ratio is made of those. A design that is missing is skipped with the reason, until it exists.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from time import process_time
from typing import Any

# One core: threads of the matrix library that wait for one another would count as work.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
import numpy as np

FIVE = [0.05, 0.12, 0.25, 0.40, 0.55]
LABELS = tuple(f"level {i + 1}" for i in range(5))
SKELETON = (0.05, 0.12, 0.25, 0.40, 0.55)
PATIENTS = 300
Line = dict[str, Any]

# name, file and arguments of the design, trials in one call, bar in trials a second, rates seen on another machine
DESIGNS: tuple[tuple[str, str, dict[str, Any], int, float, str], ...] = (
    (
        "3+3",
        "three_plus_three",
        {"variant": "bcrm"},
        4_000_000,
        1e6,
        "UBCRM 2,880, crmPack 175, escalation 68",
    ),
    (
        "BOIN",
        "boin",
        {"target": 0.25},
        4_000_000,
        1e6,
        "simFastBOIN 53,000-65,000, BOIN 2,259, escalation 41",
    ),
    ("mTPI-2", "mtpi2", {"target": 0.25}, 4_000_000, 1e6, "escalation 15"),
    ("Keyboard", "keyboard", {"target": 0.25}, 4_000_000, 1e6, "Keyboard 2,592"),
    ("i3+3", "i3plus3", {"target": 0.25}, 4_000_000, 1e6, ""),
    (
        "CRM",
        "crm",
        {"target": 0.25, "prior": SKELETON},
        400_000,
        5e4,
        "bcrm 231, dfcrm 194, UBCRM 147, escalation 50",
    ),
    ("BLRM with EWOC", "blrm", {"doses": (10, 25, 50, 100, 200)}, 200_000, 1e4, "crmPack 1.2-1.6"),
)


class Missing(Exception):
    """What is measured does not exist yet, or a peer is not installed; the text says which."""


def best_of(times: int, work: Callable[[], Any]) -> float:
    """The shortest of several runs, in seconds of the processor, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return min(taken)


def here(module: str, name: str) -> Any:
    """Something of a module. Raises Missing when there is none."""
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as missing:
        raise Missing(f"{missing}") from None


def row(name: str, value: float, unit: str, bar: float, *, elsewhere: str = "") -> Line:
    """One line of the table, without a peer."""
    less_is_better = unit in ("ms", "s")
    return {
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "peer": None,
        "ratio": None,
        "bar": bar,
        "holds": value <= bar if less_is_better else value >= bar,
        "elsewhere": elsewhere or None,
    }


def beside(line: Line, peer: str, rate: float) -> Line:
    """The line again, beside a peer measured here: `ratio` is ours / theirs for rates."""
    return {**line, "peer": f"{peer} {rate:,.0f}", "ratio": round(line["value"] / rate, 1)}


def design(file: str, arguments: dict[str, Any]) -> Any:
    """A design over five levels by the name of its file."""
    return here(f"protorun.escalation.{file}", "make")(LABELS, **arguments)


def simulated(
    name: str, file: str, arguments: dict[str, Any], trials: int, bar: float, other: str
) -> Iterator[Line]:
    """Trials a second, with the making of the decision table; then the exact characteristics of 10 cohorts of 3."""
    from protorun.escalation import exact, monte_carlo, tabulate

    compiled = tabulate(design(file, arguments))
    seconds = best_of(2, lambda: monte_carlo(design(file, arguments), FIVE, trials=trials, seed=1))
    yield row(f"{name}, simulated", trials / seconds, "trials/s", bar, elsewhere=other)
    one = best_of(3, lambda: exact(design(file, arguments), FIVE))
    grid = np.linspace(0.1, 1, 50)[:, None] * np.array(FIVE)
    more = best_of(5, lambda: exact(compiled, grid))
    yield row(f"{name}, exact", one, "s", 1)
    yield row(f"{name}, exact, each further scenario", more / 50 * 1e3, "ms", 5)


def tite_crm() -> Iterator[Line]:
    """TITE-CRM of 30 patients by the calendar of dfcrm's simulation."""
    calendar = "protorun.escalation.engine.calendar"
    play, timing = here(calendar, "by_calendar"), here(calendar, "as_dfcrm")
    trials = 10_000

    def run() -> Any:
        made = design("tite_crm", {"target": 0.25, "prior": SKELETON})
        return play(made, FIVE, timing=timing(90, 4), trials=trials, seed=1)

    yield row("TITE-CRM, 30 patients", trials / best_of(1, run), "trials/s", 5_000, elsewhere="dfcrm 64")


def three_designs() -> Iterator[Line]:
    """3+3, BOIN and mTPI-2 on the same virtual patients: compilation, trials, all measures and paired differences."""
    from protorun.escalation import compare

    names = ("three_plus_three variant=bcrm", "boin target=.25", "mtpi2 target=.25")
    for trials in (10_000, 200_000):
        seconds = best_of(2, lambda n=trials: compare(names, FIVE, trials=n, monte_carlo=True))  # type: ignore[misc]
        name = f"three designs on the same patients, {trials:,} trials"
        yield row(name, trials / seconds, "comparisons/s", 10_000, elsewhere="escalation 20")


def on_a_calendar() -> Iterator[Line]:
    """Other designs by the calendar; the rule of NCT06462092 with deaths and replacement."""
    from escalation import two_states

    calendar = "protorun.escalation.engine.calendar"
    play, timing, accrual, leaving = (
        here(calendar, n) for n in ("by_calendar", "Timing", "Accrual", "Leaving")
    )
    trials, days = 20_000, timing(90, accrual(10))
    for name, file, arguments in (
        ("TITE-BOIN", "tite_boin", {"target": 0.25}),
        ("rolling six", "rolling_six", {}),
        ("BOIN", "boin", {"target": 0.25}),
    ):
        run = partial(play, design(file, arguments), FIVE, timing=days, trials=trials, seed=1)
        yield row(f"{name}, on a calendar", trials / best_of(1, run), "trials/s", 2_000)
    stated = here("protorun.escalation.stated", "for_rule")(two_states(), "six")
    dying = timing(42, accrual(14), leaving=leaving(death_median_days=3.5 * 30.4375))
    run = partial(play, stated, [0.1, 0.2], timing=dying, trials=trials, seed=1)
    yield row("NCT06462092, deaths and replacement", trials / best_of(1, run), "trials/s", 10_000)


def log_rank() -> Iterator[Line]:
    """The log-rank test of many trials, beside what is installed; one large data set; whole event-driven trials."""
    from protorun.statistics import logrank

    draw = np.random.default_rng(1)
    shape = (4_000, PATIENTS)
    time, event = draw.exponential(10, shape), draw.random(shape) < 0.75
    group = np.tile([0, 1], PATIENTS // 2)
    ours = len(time) / best_of(5, lambda: logrank(time, event, group))
    line = row(
        "log-rank test, 300 patients", ours, "trials/s", 20_000, elsewhere="R survdiff 1,374, lifelines 137"
    )
    yield line
    for peer, rate in PEERS.items():
        name = f"log-rank test, beside {peer}"
        try:
            yield beside({**line, "name": name}, peer, rate(time, event, group))
        except Missing as missing:
            yield skipped(name, str(missing))
    many = 1_000_000
    large = (draw.exponential(10, many), draw.random(many) < 0.7, draw.integers(0, 2, many))
    yield row("log-rank test, 1,000,000 patients", best_of(5, lambda: logrank(*large)), "s", 0.1)
    days = (np.ceil(large[0] * 30), *large[1:])
    yield row("log-rank test, 1,000,000 patients, days", best_of(5, lambda: logrank(*days)), "s", 0.1)


def _rate_of(one: Callable[[int], Any], trials: int) -> float:
    return trials / best_of(3, lambda: [one(i) for i in range(trials)])


def scipy_rate(time: Any, event: Any, group: Any) -> float:
    """scipy's log-rank test, trial by trial."""
    from scipy.stats import CensoredData, logrank

    def one(i: int) -> Any:
        arms = [
            CensoredData(uncensored=time[i][event[i] & (group == g)], right=time[i][~event[i] & (group == g)])
            for g in (0, 1)
        ]
        return logrank(*arms)

    return _rate_of(one, 20)


def lifelines_rate(time: Any, event: Any, group: Any) -> float:
    """lifelines' log-rank test, trial by trial."""
    test = here("lifelines.statistics", "logrank_test")
    a, b = group == 0, group == 1
    return _rate_of(lambda i: test(time[i][a], time[i][b], event[i][a], event[i][b]), 20)


def r_rate(time: Any, event: Any, group: Any) -> float:
    """R's survdiff, trial by trial, on trials of the same size that R draws."""
    if shutil.which("Rscript") is None:
        raise Missing("Rscript is not installed")
    script = (
        "suppressMessages(library(survival)); set.seed(1); g <- rep(0:1, 150); k <- 200;"
        "t <- matrix(rexp(k * 300), k); e <- matrix(runif(k * 300) < .75, k);"
        "s <- system.time(for (i in 1:k) survdiff(Surv(t[i,], e[i,]) ~ g))[['elapsed']]; cat(k / s)"
    )
    found = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
    if found.returncode:
        raise Missing(found.stderr.strip().splitlines()[-1] if found.stderr.strip() else "Rscript failed")
    return float(found.stdout)


PEERS = {"scipy": scipy_rate, "lifelines": lifelines_rate, "R survival": r_rate}


def two_arms() -> Iterator[Line]:
    """Event-driven trials of 300 patients: 25 a month, median 6 months, hazard ratio .7, dropout, the 228th event."""
    survival = "protorun.statistics.design.survival"
    run = here(f"{survival}.simulation", "simulate_two_arms")
    rates, accrual = (
        here(f"{survival}.piecewise", "piecewise"),
        here(f"{survival}.piecewise", "steady_accrual"),
    )
    arms = here(f"{survival}.two_arms", "TwoArms")
    hazards = (rates(np.log(2) / 6), rates(0.7 * np.log(2) / 6))
    trial = arms(hazards, (rates(0.01), rates(0.01)), accrual(25, 12))
    trials = 10_000
    one = trials / best_of(5, lambda: run(trial, 228, trials=trials))
    yield row(
        "event-driven trial, 300 patients",
        one,
        "trials/s",
        20_000,
        elsewhere="lrstat 18,250, rpact 13,210, simtrial 98-229, TrialSimulator 56",
    )
    bounds = (2.9626, 2.3590, 2.0141)
    looks = trials / best_of(5, lambda: run(trial, (114, 171, 228), upper=bounds, trials=trials))
    yield row("event-driven trial, 3 looks", looks, "trials/s", 8_000, elsewhere="rpact 7,994")


def simon() -> Iterator[Line]:
    """The search for Simon's two-stage designs of .1 against .3."""
    search = here("protorun.statistics.design.one_arm.simon", "simon")
    seconds = best_of(20, lambda: search(0.1, 0.3, alpha=0.05, beta=0.1))
    yield row("Simon two-stage, .1 against .3", seconds * 1e3, "ms", 5, elsewhere="clinfun 8.6 ms")


def bounds() -> Iterator[Line]:
    """Lan-DeMets O'Brien-Fleming bounds of three looks."""
    make = here("protorun.statistics.design.sequential.group_sequential", "group_sequential")
    designs = [(0.3 + 0.01 * i, 0.7, 1.0) for i in range(20)]
    seconds = best_of(9, lambda: [make(k=3, test_type=1, timing=t, sfu="LDOF") for t in designs])
    yield row(
        "group-sequential bounds, k = 3",
        len(designs) / seconds,
        "designs/s",
        500,
        elsewhere="rpact 202, gsDesign 178",
    )


def skipped(name: str, reason: str) -> Line:
    """A line without a value."""
    return {
        "name": name,
        "value": None,
        "unit": "",
        "peer": None,
        "ratio": None,
        "bar": None,
        "holds": None,
        "skipped": reason,
    }


def measures() -> Iterator[Line]:
    """Every measure, as it is made."""
    parts: list[tuple[str, Callable[[], Iterator[Line]]]] = [
        (asked[0], partial(simulated, *asked)) for asked in DESIGNS
    ]
    parts += [("three designs", three_designs)]
    parts += [
        ("TITE-CRM", tite_crm),
        ("calendar", on_a_calendar),
        ("log-rank", log_rank),
        ("event-driven trial", two_arms),
    ]
    parts += [("Simon two-stage", simon), ("group-sequential bounds", bounds)]
    for name, part in parts:
        try:
            yield from part()
        except Missing as missing:
            yield skipped(name, str(missing))


def shown(line: Line) -> str:
    """A line for people."""
    if line["value"] is None:
        return f"{line['name']:44} skipped: {line['skipped']}"
    verdict = "holds" if line["holds"] else "MISSED"
    beside_it = f"{line['ratio']:g} x {line['peer']} trials/s" if line["peer"] else ""
    other = f"measured elsewhere: {line['elsewhere']}" if line["elsewhere"] and not beside_it else ""
    return f"{line['name']:44} {line['value']:>14,.5g} {line['unit']:9} bar {line['bar']:>11,.6g} {verdict:6} {beside_it}{other}"


def main() -> None:
    """Measure and print; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    asked = parser.parse_args()
    missed = False
    for line in measures():
        missed |= line["holds"] is False
        print(json.dumps(line) if asked.json else shown(line), flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
