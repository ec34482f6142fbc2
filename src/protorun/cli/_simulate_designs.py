"""protorun simulate with dose designs: exact where they can be enumerated, on the same virtual patients where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from protorun.cli._designs import Asked, Named
from protorun.cli._sheets import deliver, print_rows, print_tables
from protorun.cli.output import say, spreadsheet_safe

if TYPE_CHECKING:
    from protorun.escalation import Comparison, Truth
    from protorun.study.study import Study

Sheet = Literal["table", "json", "csv", "html"]
DecideAfter = Literal["cohort", "patient"]


@dataclass(frozen=True)
class Settings:
    """What the command asks for besides the designs."""

    rates: str = ""
    scenarios: Path | None = None
    compare: bool = False
    monte_carlo: bool = False
    examples: int = 0
    trials: int = 10_000
    seed: int = 1
    jobs: int | None = None
    over: float = 0.6
    decide_after: DecideAfter = "cohort"
    figures: Path | None = None
    output: Path | None = None
    format: Sheet = "table"


def simulate_designs(study: Path | None, asked: Asked, settings: Settings) -> int:
    """Print operating characteristics of dose designs; examples and figures where they are wanted."""
    from protorun.cli._designs import designs_of, say_levels, study_of
    from protorun.escalation import compare

    known = study_of(study)
    named = designs_of(known, asked)
    truths, effects = _truths(named, settings)
    found = compare(
        [d.design for d in named],
        truths,
        names=[d.name for d in named],
        target=asked.target if asked.target is not None else _target(known),
        over=settings.over,
        trials=settings.trials,
        seed=settings.seed,
        monte_carlo=settings.monte_carlo,
        firing="cohort" if settings.decide_after == "cohort" else "immediate",
        jobs=settings.jobs,
    )
    say_levels(named)
    told = _examples(named, truths, settings)
    footer = [*_footer(found, known, named, settings), *(("scenario", effect) for effect in effects)]
    _deliver(found, told, footer, settings)
    if settings.figures is not None:
        _write_figures(found, settings.figures)
    for name, value in footer:
        say(f"{name}: {value}")
    return 0


def _target(study: Study | None) -> float | None:
    rule = study.dose_rule if study is not None else None
    return rule.target_rate.value if rule is not None and rule.target_rate.known else None


def _truths(named: Sequence[Named], settings: Settings) -> tuple[tuple[Truth, ...], list[str]]:
    """The scenarios, and what their settings do. Raises UsageError for none, or for both kinds at once."""
    from protorun.cli._rates import rates_of
    from protorun.errors import UsageError
    from protorun.escalation import Truth

    if bool(settings.rates) == (settings.scenarios is not None):
        raise UsageError("say what is true: --rates .1,.2,.3 (one for each level), or --scenarios FILE")
    if settings.scenarios is None:
        return (Truth("scenario 1", tuple(rates_of(named[0].design, settings.rates))),), []
    from protorun.patients.dose_scenarios import effects, load_dose_scenarios, truth_of

    loaded = load_dose_scenarios(settings.scenarios)
    says = [words for scenario in loaded for words in effects(scenario)]
    return tuple(truth_of(scenario, named[0].design.labels) for scenario in loaded), says


Told = list[tuple[str, list[dict[str, Any]]]]


def _examples(named: Sequence[Named], truths: Sequence[Truth], settings: Settings) -> Told:
    """The first trials of each design under each scenario, patient by patient."""
    from protorun.escalation import narrate

    if settings.examples < 1:
        return []
    return [
        (f"{d.name}; {t.name}", narrate(d.design, t.dlt, trials=settings.examples, seed=settings.seed))
        for t in truths
        for d in named
    ]


def _deliver(found: Comparison, told: Told, footer: list[tuple[str, str]], settings: Settings) -> None:
    from protorun.escalation.comparison.narrating import sentences
    from protorun.escalation.comparison.printing import tables

    if settings.format in ("json", "csv"):
        print_rows(_rows(found, told, settings), settings.format, settings.output)
        return
    shown = tables(found, with_differences=settings.compare)
    if settings.format == "html":
        deliver(_page(found, shown, told, footer), settings.output)
        return
    print_tables(shown, settings.output)
    if settings.output is None:
        for title, rows in told:
            print("\n".join([title, *sentences(rows), ""]))


def _rows(found: Comparison, told: Told, settings: Settings) -> list[dict[str, Any]]:
    """Everything as rows: `table` is truth, measure, difference or example."""
    rows: list[dict[str, Any]] = [
        {"table": "truth", "scenario": t.name, "quantity": "true_dlt_rate", "level": label, "value": p}
        for t in found.truths
        for label, p in zip(found.labels, t.dlt, strict=True)
    ]
    rows += [{"table": "measure", **row} for row in found.rows]
    if settings.compare:
        rows += [{"table": "difference", **row} for row in found.differences]
    return rows + [{"table": "example", "of": title, **row} for title, ways in told for row in ways]


def _footer(
    found: Comparison, study: Study | None, named: Sequence[Named], settings: Settings
) -> list[tuple[str, str]]:
    """What it takes to get these numbers again, and what was taken for granted."""
    from importlib.metadata import version
    from platform import python_version

    from protorun.escalation._slots import Needs

    how = (
        "exact, nothing was simulated"
        if found.trials is None
        else f"seed {found.seed}, {found.trials:,} trials"
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("protorun", "numpy", "scipy"))
    lines = [
        ("run", how),
        *([("examples", f"seed {settings.seed}")] if settings.examples else []),
        ("versions", f"python {python_version()}, {packages}"),
        ("input", found.input_hash[:16]),
        ("digest", found.digest),
        ("assumed", f"every patient is evaluable; the rule decides after each {settings.decide_after}"),
    ]
    if any(d.design.needs >= Needs.PENDING for d in named):
        lines.append(("assumed", "every outcome is known before the next patients; time plays no part"))
    assumptions = study.assumptions if study is not None else ()
    return lines + [("assumed", f"{a.path} = {a.value!r} ({a.reason})") for a in assumptions]


def _page(
    found: Comparison, shown: Sequence[tuple[str, Any]], told: Told, footer: list[tuple[str, str]]
) -> str:
    from protorun.escalation.comparison.narrating import sentences
    from protorun.report.figures.dose_finding import KINDS, dose_finding_figure
    from protorun.report.sheet import Part, sheet

    kinds = [kind for kind in KINDS if kind != "overdosing" or found.target is not None]
    drawings = [dose_finding_figure(found, kind, name=kind) for kind in kinds]
    parts = [Part("Figures", drawings=drawings)]
    parts += [Part(title, tables=[("", rows)]) for title, rows in shown]
    parts += [Part(f"Examples: {title}", lines=sentences(rows)) for title, rows in told]
    return sheet("Operating characteristics of dose designs", parts, footer)


def _write_figures(found: Comparison, folder: Path) -> None:
    """Each figure as SVG, and the data behind it as CSV."""
    import csv

    from protorun.report.figures.dose_finding import KINDS, dose_finding_figure, figure_rows

    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        rows = figure_rows(found, kind)
        if not rows:
            continue
        (folder / f"{kind}.svg").write_text(
            str(dose_finding_figure(found, kind, name=kind)), encoding="utf-8"
        )
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({k: spreadsheet_safe(v) for k, v in row.items()} for row in rows)
    say(f"figures and their data: {folder}")
