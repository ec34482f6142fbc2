"""Simulate: the same `conduct` with virtual patients, in chunks of copies, on as many workers as there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from protorun.conduct import Plan, conduct, plan
from protorun.conduct.terms import Terms
from protorun.errors import UsageError
from protorun.patients.scenario import Scenario, figures
from protorun.patients.virtual import virtual
from protorun.simulate.comparing import fixed_parts
from protorun.simulate.counting import dose_finding, whole
from protorun.simulate.keeping import Kept
from protorun.simulate.simulation import Simulation, hash_of
from protorun.study.assume import assume
from protorun.study.study import Study

Arrays = dict[str, NDArray[np.generic]]
BATCH = 2000
_LARGEST = 10_000_000


@dataclass(frozen=True)
class Task:
    """Everything a worker needs to run some copies."""

    study: Study
    scenario: Scenario
    seed: int
    reading: str | None


def simulate(
    study: Study,
    scenario: Scenario,
    *,
    copies: int,
    seed: int,
    jobs: int | None = None,
    batch: int = BATCH,
    reading: str | None = None,
    output: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Run the trial `copies` times with virtual patients of this scenario.

    The assumptions of the scenario answer open questions of the study. `jobs` workers take chunks of `batch` copies
    through joblib, in whatever back end is active; the result does not depend on either. With `output` every finished
    chunk is kept in that folder, and a run that was stopped goes on where it was. `progress` hears (done, of all).

    A study whose rule misses something gives a simulation that is `blocked`, without any number. Raises NotStated for a
    window, size or reading nobody has given, UsageError where scenario and study do not fit.
    """
    _check(study, scenario, copies, batch)
    if jobs == 0:
        raise UsageError("0 workers do nothing; ask for 1 or more, or for -1, one per processor")
    answered = assume(study, scenario.assumptions)
    task = Task(answered, scenario, seed, reading)
    planned = plan(answered, reading=reading)
    arrays: Arrays = {}
    if not planned.missing:
        chunks = [(at, min(batch, copies - at)) for at in range(0, copies, batch)]
        kept = Kept(output, _settings(task), copies) if output else None
        arrays = _collect(_all(task, chunks, jobs, kept), copies, progress)
    return _result(task, planned, copies, arrays)


def _check(study: Study, scenario: Scenario, copies: int, batch: int) -> None:
    if not 1 <= copies <= _LARGEST:
        raise UsageError(f"between 1 and {_LARGEST:,} copies can be run, not {copies}")
    if batch < 1:
        raise UsageError("a batch holds one copy or more")
    if scenario.study and scenario.study not in (study.nct, study.key):
        raise UsageError(
            f"scenario {scenario.name!r} is for {scenario.study}, not for {study.nct or study.key}"
        )


def _all(
    task: Task, chunks: list[tuple[int, int]], jobs: int | None, kept: Kept | None
) -> Iterator[tuple[int, Arrays]]:
    """Every chunk, those already kept first."""
    open_chunks = []
    for first, count in chunks:
        found = kept.load(first, count) if kept else None
        if found is None:
            open_chunks.append((first, count))
        else:
            yield first, found
    if not open_chunks:
        return
    for first, arrays in _worker(jobs)(delayed(run_chunk)(task, *chunk) for chunk in open_chunks):
        if kept:
            kept.save(first, arrays)
        yield first, arrays


def _worker(jobs: int | None) -> Parallel:
    """Workers of the active joblib back end; one that cannot hand over chunks as they finish hands them over at the end."""
    try:
        return Parallel(n_jobs=jobs, return_as="generator_unordered")
    except ValueError:
        return Parallel(n_jobs=jobs)


def run_chunk(task: Task, first: int, count: int) -> tuple[int, Arrays]:
    """Copies `first` .. `first + count - 1`, each reduced to one row of numbers."""
    planned = plan(task.study, reading=task.reading)
    source = virtual(
        task.scenario,
        seed=task.seed,
        arms=[a.id for a in task.study.arms],
        levels=planned.design.labels if planned.design else (),
        window_days=planned.window_days,
    )
    terms = _terms(task.scenario)
    trial = conduct(
        task.study,
        source,
        copies=count,
        first_copy=first,
        seed=task.seed,
        reading=task.reading,
        terms=terms,
    )
    found: Arrays = dict(whole(trial))
    found |= dose_finding(trial, planned)
    found |= fixed_parts(trial, planned, task.scenario)
    return first, found


def _terms(scenario: Scenario) -> Terms:
    timing = scenario.timing
    return Terms(
        suspended=timing.suspended,
        stagger_days=timing.stagger_days,
        follow_up_days=int(timing.follow_up_days.value) if timing.follow_up_days else 0,
    )


def _collect(
    parts: Iterator[tuple[int, Arrays]], copies: int, progress: Callable[[int, int], None] | None
) -> Arrays:
    found: dict[int, Arrays] = {}
    done = 0
    for first, arrays in parts:
        found[first] = arrays
        done += len(next(iter(arrays.values())))
        if progress:
            progress(done, copies)
    ordered = [found[first] for first in sorted(found)]
    return {name: np.concatenate([part[name] for part in ordered]) for name in ordered[0]}


def _settings(task: Task) -> str:
    """The hash of everything the result depends on besides the number of copies."""
    return hash_of(
        task.study.model_dump(mode="json"),
        task.scenario.model_dump(mode="json"),
        task.seed,
        task.reading,
        _versions()["protorun"],
    )


def _versions() -> dict[str, str]:
    return {"python": python_version()} | {name: version(name) for name in ("protorun", "numpy", "scipy")}


def _result(task: Task, planned: Plan, copies: int, arrays: Arrays) -> Simulation:
    design, study = planned.design, task.study
    fixed = next((s for s in planned.stages if s.kind == "fixed"), None)
    return Simulation(
        study=study.nct or study.key,
        scenario=task.scenario.name,
        seed=task.seed,
        copies=copies,
        reading=f"{design.name}, {design.variant}" if design else "",
        levels=tuple(design.labels) if design else (),
        arms=tuple(study.arms[a].id for a in fixed.arms if a >= 0) if fixed else (),
        input_hash=hash_of(
            study.model_dump(mode="json"),
            task.scenario.model_dump(mode="json"),
            task.reading,
            task.seed,
            copies,
        ),
        versions=_versions(),
        arrays=arrays,
        missing=tuple(f"{what} (path {path})" if path else what for what, path in planned.missing),
        notes=_terms(task.scenario).notes(planned) if not planned.missing else (),
        assumptions=study.assumptions,
        figures=tuple(figures(task.scenario)),
    )
