"""Endpoints, timed: best response, PFS, RANO-BM; Kaplan-Meier, log-rank, Cox; many small trials. Beside R and lifelines.

CPU seconds, the best of three runs, because others share the machine. R survival and lifelines do the same work on the
same numbers in the same run when they are there (`Rscript`, an importable lifelines); admiralonco's times are those
measured for the same task on one core. Exit code 1 when a bar is missed; `--json` prints one JSON line per measure.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import numpy as np
from survival_peers import Trials, lifelines, r_survival

from protorun.endpoints import Course, best_of_rows, best_response, derive, policy
from protorun.response import assess
from protorun.statistics import cox, cox_regression, kaplan_meier, limits, logrank, quantile, survival_at
from protorun.study.endpoint import Censoring, Endpoint, EndpointEvent
from protorun.study.source import assumed
from protorun.trial.response import Clinical, Finding, Response, Role
from protorun.trial.tables import Lesions, Tables, Visits, calls, patients

SEED = 20250106
CODES = np.array([Response.CR, Response.PR, Response.SD, Response.PD, Response.NE], np.int8)
PATIENTS, TRIALS, SMALL = 1_000_000, 10_000, 60
LIFELINES_COX = 5.0  # at least this many times as fast
Line = dict[str, Any]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    as_json = parser.parse_args().json
    missed = False
    for measure in (_best, _pfs, _rano, _survival):
        for line in measure():
            missed |= line["holds"] is False
            print(json.dumps(line) if as_json else _shown(line), flush=True)
    sys.exit(1 if missed else 0)


def _shown(line: Line) -> str:
    if line["value"] is None:
        return f"{line['name']:62} skipped: {line['skipped']}"
    bar = "" if line["bar"] is None else f"bar {line['bar']:g} {'holds' if line['holds'] else 'MISSED'}"
    beside = (
        ""
        if line["peer"] is None
        else f"{line['peer']}" + (f", {line['ratio']:g} x" if line["ratio"] else "")
    )
    return f"{line['name']:62} {line['value']:>10.4g} {line['unit']:10} {bar:18} {beside}"


def _line(name: str, value: float, unit: str, *, bar: float | None = None, more: bool = False) -> Line:
    """One measure; `more` when the bar is the least allowed."""
    holds = None if bar is None else bool(value >= bar if more else value <= bar)
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "peer": None,
        "ratio": None,
        "bar": bar,
        "holds": holds,
    }


def _timed(
    name: str, work: Callable[[], object], *, bar: float | None = None, peer: tuple[str, float] | None = None
) -> Line:
    """CPU seconds of a piece of work, beside those of a peer measured elsewhere."""
    best = min(_cpu(work) for _ in range(3))
    line = _line(name, round(best, 5), "s", bar=bar)
    return (
        line
        if peer is None
        else {**line, "peer": f"{peer[0]} {peer[1]:g} s", "ratio": round(peer[1] / best, 1)}
    )


def _cpu(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def _courses(count: int) -> Course:
    rng = np.random.default_rng(SEED)
    code = rng.choice(CODES, (count, 9), p=[0.1, 0.3, 0.4, 0.1, 0.1])
    day = np.cumsum(rng.integers(25, 60, (count, 9)), axis=1).astype(np.int32)
    gone = np.arange(9) >= rng.integers(0, 10, count)[:, None]
    return Course(np.where(gone, 0, code).astype(np.int8), np.where(gone, -(2**31), day).astype(np.int32))


def _best() -> Iterator[Line]:
    for count, bar, peer in ((20_000, 0.1, ("admiralonco 1.4.0", 27.5)), (1_000_000, 2.5, None)):
        course, start = _courses(count), np.zeros(count, np.int32)
        yield _timed(
            f"BOR and confirmed BOR, {count:,} patients",
            lambda c=course, s=start: best_response(c, s, policy("admiral")),
            bar=bar,
            peer=peer,
        )
        patient, place = np.nonzero(course.overall)
        mixed = np.random.default_rng(SEED).permutation(len(patient))
        rows = [
            a[mixed]
            for a in (patient.astype(np.int32), course.day[patient, place], course.overall[patient, place])
        ]
        yield _timed(
            f"all best responses from {len(patient):,} shuffled rows, sort included",
            lambda r=rows, s=start: best_of_rows(*r, reference_on=s, settings=policy("admiral")),
            bar=bar,
            peer=peer,
        )


def _answer(value):
    return assumed(value, "benchmark")


def _pfs() -> Iterator[Line]:
    for count, bar, peer in ((20_000, 0.1, ("admiralonco 1.4.0", 3.5)), (1_000_000, None, None)):
        course, who = _courses(count), np.arange(count)
        row, place = np.nonzero(course.overall)
        points = calls(np.zeros(len(row), int), row, course.day[row, place], course.overall[row, place])
        people = patients(
            np.zeros(count, int), who, enrolled_on=np.zeros(count, np.int32), baseline_complete=np.full(count, 2, np.uint8),
            death_on=np.random.default_rng(SEED).integers(50, 900, count).astype(np.int32),
        )  # fmt: skip
        tables = Tables(people, timepoints={("recist_1_1", "whole_body"): points})
        endpoint = Endpoint(
            id="PFS", name=_answer("PFS"), kind="time_to_event", origin=_answer("enrollment"), criteria=_answer("recist_1_1"),
            events=(EndpointEvent(kind="progression"), EndpointEvent(kind="death")),
            censoring=(Censoring(when="no_event_by_cutoff", at="last_adequate_assessment"),),
        )  # fmt: skip
        yield _timed(
            f"PFS, {count:,} patients, {len(row):,} assessments",
            lambda e=endpoint, t=tables: derive(e, t, cutoff_day=400, policy="treatment_policy"),
            bar=bar,
            peer=peer,
        )


def _rano() -> Iterator[Line]:
    count, visits, lesions = 20_000, 9, 3
    patient, visit, lesion = (a.ravel() for a in np.indices((count, visits, lesions)))
    n = len(patient)
    size = np.random.default_rng(SEED).integers(0, 4000, n).astype(np.int32)
    table = Lesions(
        np.zeros(n, np.int32), patient.astype(np.int32), visit.astype(np.int16), (42 * visit).astype(np.int32), lesion.astype(np.int32),
        np.full(n, Role.TARGET, np.int8), np.zeros(n, np.int8), np.zeros(n, bool), size,
        np.where(size > 0, Finding.PRESENT, Finding.ABSENT).astype(np.int8), np.full(n, -1, np.int16), np.full(n, -1, np.int32),
    )  # fmt: skip
    p, v = (a.ravel() for a in np.indices((count, visits)))
    m = len(p)
    seen = Visits(np.zeros(m, np.int32), p.astype(np.int32), v.astype(np.int16), (42 * v).astype(np.int32), np.zeros(m), np.full(m, Clinical.STABLE, np.int8), np.full(m, 2, np.uint8))  # fmt: skip
    yield _timed(
        f"RANO-BM time points of {count:,} patients from {n:,} lesion rows",
        lambda: assess("rano_bm", table, seen),
    )


def _trials() -> Trials:
    """Whole days, two arms, 88 % events; and small trials whose patients go to the arms in turn."""
    rng = np.random.default_rng(SEED)
    arm, age = rng.integers(0, 2, PATIENTS), rng.normal(60, 10, PATIENTS).round()
    ecog, bm = rng.integers(0, 3, PATIENTS), rng.normal(size=PATIENTS)
    speed = np.exp(0.3 * arm - 0.01 * (age - 60) - 0.2 * ecog - 0.1 * bm)
    time = np.minimum(np.ceil(rng.exponential(400, PATIENTS) * speed), 2000)
    many = np.ceil(rng.exponential(400, (TRIALS, SMALL)))
    covariates = np.column_stack([arm, age, ecog, bm]).astype(float)
    return Trials(time, rng.random(PATIENTS) < 0.88, covariates, many, rng.random(many.shape) < 0.8)


def _survival() -> Iterator[Line]:
    trials = _trials()
    arm = trials.covariates[:, 0].astype(int)
    works: dict[str, tuple[str, Callable[[], object], float]] = {
        "km": ("Kaplan-Meier of both arms with limits, 1,000,000 rows", lambda: _curves(trials, arm), 0.1),
        "logrank": ("log-rank, 1,000,000 rows", lambda: logrank(trials.time, trials.event, arm), 0.1),
        "cox": (
            "Cox, 4 covariates, Efron, 1,000,000 rows",
            lambda: cox_regression(trials.time, trials.event, trials.covariates),
            1.5,
        ),
        "trials": (
            f"log-rank, Cox and both medians of {TRIALS:,} trials of {SMALL}",
            lambda: _small(trials),
            1.0,
        ),
    }
    ours = {}
    for key, (name, work, bar) in works.items():
        ours[key] = _timed(name, work, bar=bar)
        yield ours[key]
    yield from _continuous(trials, arm)
    yield from _beside(ours, r_survival(trials), "R survival", dict.fromkeys(works, 1.0))
    yield from _beside(ours, lifelines(trials), "lifelines", {"cox": LIFELINES_COX})
    yield from _agreement(trials, arm)


def _curves(trials: Trials, arm: np.ndarray[Any, Any]) -> None:
    for one in (0, 1):
        limits(kaplan_meier(trials.time[arm == one], trials.event[arm == one]), "log-log")


def _small(trials: Trials) -> None:
    time, event = trials.many_time, trials.many_event
    arm = np.broadcast_to(np.arange(SMALL) % 2, time.shape)
    logrank(time, event, arm)
    cox(time, event, arm)
    for one in (0, 1):
        quantile(kaplan_meier(time[:, one::2], event[:, one::2]), kind="log-log")


def _continuous(trials: Trials, arm: np.ndarray[Any, Any]) -> Iterator[Line]:
    """The same with times of which hardly two are equal."""
    time = trials.time - np.random.default_rng(SEED).random(PATIENTS)
    event, x = trials.event, trials.covariates
    yield _timed("Kaplan-Meier, 1,000,000 continuous times", lambda: kaplan_meier(time, event))
    yield _timed("log-rank, 1,000,000 continuous times", lambda: logrank(time, event, arm))
    yield _timed("Cox, 4 covariates, 1,000,000 continuous times", lambda: cox_regression(time, event, x))


def _beside(
    ours: dict[str, Line], found: dict[str, Any] | str, peer: str, bars: dict[str, float]
) -> Iterator[Line]:
    """How many times as fast as a peer; where it is missing, a line that says why."""
    for key, line in ours.items():
        name = f"{line['name']}, against {peer}"
        if isinstance(found, str):
            yield {**_line(name, 0.0, ""), "value": None, "skipped": found}
            continue
        seconds = float(np.squeeze(found[key])) * (TRIALS if key == "trials" else 1)
        ratio = float(f"{seconds / line['value']:.3g}")
        again = _line(name, ratio, "x", bar=bars.get(key), more=True)
        yield {**again, "peer": f"{found['name']} {seconds:.4g} s", "ratio": ratio}
    if not isinstance(found, str) and "cox.values" in found:
        PEER_VALUES.update(found)


PEER_VALUES: dict[str, Any] = {}


def _agreement(trials: Trials, arm: np.ndarray[Any, Any]) -> Iterator[Line]:
    """Largest differences from R on the million rows, relative to the larger of 1 and the value."""
    if not PEER_VALUES:
        return
    curve = kaplan_meier(trials.time, trials.event)
    fit = cox_regression(trials.time, trials.event, trials.covariates)
    pairs = {
        "km": ([survival_at(curve, at).value for at in (100, 400, 900)], 1e-12),
        "logrank": ([logrank(trials.time, trials.event, arm).chisq], 1e-10),
        "cox": ([*fit.coefficient, *fit.standard_error], 1e-8),
    }
    for key, (values, bar) in pairs.items():
        wanted = PEER_VALUES[f"{key}.values"]
        gap = np.max(np.abs(np.array(values) - wanted) / np.maximum(1, np.abs(wanted)))
        line = _line(f"{key}: largest difference from R, 1,000,000 rows", float(f"{gap:.2g}"), "", bar=bar)
        yield {**line, "peer": PEER_VALUES["name"]}


if __name__ == "__main__":
    main()
