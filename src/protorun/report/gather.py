"""Everything a report can show, made by the same verbs people call: simulate, conduct, analyze, exact."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

from protorun.analyze import Results, analyze
from protorun.conduct import conduct, plan
from protorun.conduct.status import status
from protorun.conduct.terms import Terms
from protorun.errors import ProtorunError
from protorun.patients.csv import read_patients
from protorun.patients.recorded import load_recorded
from protorun.patients.scenario import Scenario
from protorun.patients.virtual import virtual
from protorun.report.drawn import with_drawn_tables
from protorun.report.exhibits.collect import safety_exhibits
from protorun.report.parts import Example, Parts
from protorun.screening import screen, template
from protorun.simulate import simulate
from protorun.study.assume import assume
from protorun.study.record import Record
from protorun.study.study import Study
from protorun.study_file import dumps
from protorun.terms.dates import first_day
from protorun.trial.events import Kind

_VERSIONS = ("protorun", "numpy", "scipy", "pydantic", "matplotlib")


@dataclass(frozen=True)
class Settings:
    """How much to run: copies of each scenario, the seed, workers, and the weight of the example patient."""

    copies: int = 1000
    seed: int = 1
    jobs: int = 1
    weight_kg: float = 60.0
    progress: Callable[[int, int], None] | None = None


def gather(
    study: Study,
    *,
    record: Record | None = None,
    scenarios: Sequence[Scenario] = (),
    settings: Settings | None = None,
    data: Path | None = None,
    patients: Path | None = None,
    command: str = "",
) -> Parts:
    """The parts of a report: with scenarios also simulations, and the analysis of one trial, recorded in the folder
    `data` or else virtual; with a table of `patients` their screening.

    The assumptions of the first scenario are part of the study that is shown, so the report prints them.
    """
    chosen = settings or Settings()
    shown = assume(study, scenarios[0].assumptions) if scenarios else study
    parts = Parts(
        study=shown,
        record=record,
        example=_example(shown, chosen.weight_kg),
        dlt_rates=_rates(shown, scenarios),
        simulations=tuple(
            simulate(
                study, s, copies=chosen.copies, seed=chosen.seed, jobs=chosen.jobs, progress=chosen.progress
            )
            for s in scenarios
        ),
        provenance=_provenance(shown, record, chosen, command),
    )
    if patients is not None:
        parts = with_screening(parts, patients)
    if data is not None:
        return with_recorded_trial(parts, data)
    return with_virtual_trial(parts, scenarios[0], chosen.seed) if scenarios else parts


def with_screening(parts: Parts, patients: Path) -> Parts:
    """The parts with the screening of a patient table; `X.treatments.csv` beside `X.csv` is read too. Raises PatientDataError."""
    kinds = {row["column"]: row["kind"] for row in template(parts.study)}
    courses = patients.with_suffix(".treatments.csv")
    table = read_patients(patients, treatments=courses if courses.is_file() else None, kinds=kinds)
    screening = screen(parts.study, table.facts)
    return replace(parts, screening=screening, screening_of=f"{len(screening)} patients of {patients.name}.")


def with_recorded_trial(parts: Parts, data: Path) -> Parts:
    """The parts with the analysis of the trial recorded in a folder of CSV tables. Raises PatientDataError."""
    rule = parts.study.dose_rule
    levels = [level.label for level in rule.levels] if rule else []
    recorded = load_recorded(data, levels=levels, arms=[a.id for a in parts.study.arms])
    results = analyze(parts.study, recorded)
    if rule is not None:
        trial = conduct(parts.study, recorded, terms=Terms(explain=True))
        parts = replace(parts, status=status(trial, plan(parts.study)))
    about = f"The trial recorded in {data.name}: {len(results.tables.patients)} patients."
    return replace(parts, results=results if _shows(parts.study, results) else None, results_of=about)


def _shows(study: Study, results: Results) -> bool:
    """Whether there is anything to show: an endpoint, or a table that needs none."""
    return bool(results.endpoints or safety_exhibits(study, results, ""))


def with_virtual_trial(parts: Parts, scenario: Scenario, seed: int) -> Parts:
    """The parts with the analysis of one virtual trial: copy 0 of the scenario under this seed."""
    try:
        results = _one_virtual_trial(parts.study, scenario, seed)
    except ProtorunError as error:
        return replace(parts, results_of=f"No virtual trial can be run: {error}")
    if not len(results.tables.patients):
        return parts
    about = f"One virtual trial, made up by the scenario “{scenario.name}”: copy 0 of seed {seed}. No real patients."
    return replace(parts, results=results, results_of=about)


def _one_virtual_trial(study: Study, scenario: Scenario, seed: int) -> Results:
    planned = plan(study)
    patients = virtual(
        scenario,
        seed=seed,
        arms=[a.id for a in study.arms],
        levels=planned.design.labels if planned.design else (),
        window_days=planned.window_days,
    )
    trial = conduct(study, patients, seed=seed)
    closed = trial.events.of(Kind.CLOSED)
    cutoff = int(closed.day.max()) if len(closed) else None
    known = trial if cutoff is None else trial.cut(cutoff)
    tables, notes = with_drawn_tables(study, scenario, known, seed=seed)
    results = analyze(study, tables, cutoff=cutoff, calendar=False)
    return replace(results, assumptions=(*results.assumptions, *trial.notes, *notes))


def _example(study: Study, weight_kg: float) -> Example | None:
    if not study.arms:
        return None
    start = first_day(study.dates.start.value) if study.dates.start.value else date(2026, 1, 5)
    monday = start + timedelta(days=-start.weekday() % 7)
    return Example(study.arms[0].id, monday, weight_kg, monday + timedelta(days=83))


def _rates(study: Study, scenarios: Sequence[Scenario]) -> tuple[float, ...]:
    if not scenarios or study.dose_rule is None:
        return ()
    given = scenarios[0].dlt
    if isinstance(given, dict):
        labels = [level.label for level in study.dose_rule.levels]
        return tuple(given[label].value for label in labels) if all(x in given for x in labels) else ()
    return tuple(share.value for share in given)


def _provenance(
    study: Study, record: Record | None, settings: Settings, command: str
) -> tuple[tuple[str, str], ...]:
    study_hash = hashlib.sha256(dumps(study).encode()).hexdigest()
    rows = [
        ("record", f"{study.origin.name} ({study.origin.format}), SHA-256 {study.origin.digest}"),
        ("study", f"SHA-256 {study_hash} of the study with its assumptions"),
        ("seed", str(settings.seed)),
        ("copies", f"{settings.copies} per scenario"),
        ("versions", ", ".join(f"{name} {version(name)}" for name in _VERSIONS)),
    ]
    if record is not None:
        scores = ", ".join(
            f"{name} {score:g}" for name, score in sorted(record.scores.items(), key=lambda s: -s[1])[:3]
        )
        rows.insert(1, ("read as", f"{record.format}; best scores: {scores}"))
    return (*rows, ("repeat with", command)) if command else tuple(rows)


def default_output(study: Study) -> Path:
    """The file name of a report when nobody names one."""
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in study.key) or "study"
    return Path(f"{safe}.html")
