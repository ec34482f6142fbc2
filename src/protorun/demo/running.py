"""Run the demo studies: read, screen, schedule, simulate, analyze, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from time import perf_counter

from protorun.demo.index import index_page
from protorun.demo.ran import Ran
from protorun.patients.scenario_file import load_scenarios
from protorun.read import load_with_record
from protorun.report import report
from protorun.report.exhibits import exhibits, write
from protorun.report.gather import Settings, gather
from protorun.study.assume import take_defaults
from protorun.study_file import save_study

_MADE_UP = "Made-up patients, shipped with protorun for the demonstration; nobody of them is real."
STUDIES = ("NCT06462092", "NCT05305885", "NCT07134153", "CONQUER", "IVONESCIMAB")


def demo(
    output: Path,
    *,
    copies: int = 1000,
    seed: int = 1,
    jobs: int = 1,
    say: Callable[[str], None] = lambda text: None,
) -> tuple[Ran, ...]:
    """Run the five demo studies and write their study files, reports and an index page into the folder `output`.

    Open questions are answered with the proposals protorun offers; every report lists each of them.
    """
    output.mkdir(parents=True, exist_ok=True)
    with as_file(files("protorun.demo")) as shipped:
        done = tuple(_run(name, shipped, output, Settings(copies, seed, jobs), say) for name in STUDIES)
    (output / "report.html").write_text(index_page(done), encoding="utf-8")
    return done


def _run(name: str, shipped: Path, output: Path, settings: Settings, say: Callable[[str], None]) -> Ran:
    say(f"{name}: reading the record")
    study, record = load_with_record(shipped / "records" / f"{name}.txt")
    answered = take_defaults(study)
    save_study(study, output / f"{name}.yaml")
    say(
        f"{name}: {len(study.open_questions)} open questions, {len(answered.assumptions)} answered by defaults; running"
    )
    patients, recorded = shipped / "patients" / f"{name}.csv", shipped / "recorded" / name
    began = perf_counter()
    parts = gather(
        answered,
        record=record,
        scenarios=load_scenarios(shipped / "scenarios" / f"{name}.yaml"),
        settings=settings,
        data=recorded if recorded.is_dir() else None,
        patients=patients if patients.is_file() else None,
        command=f"protorun demo --copies {settings.copies} --seed {settings.seed}",
    )
    if recorded.is_dir():
        parts = replace(parts, results_of=f"{parts.results_of} {_MADE_UP}")
    page = output / f"{name}.html"
    page.write_text(report(parts), encoding="utf-8")
    seconds = perf_counter() - began
    shown = write(exhibits(parts.study, parts.results), output / name) if parts.results else []
    return Ran(name, parts, page, seconds, tuple(shown))
