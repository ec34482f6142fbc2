"""protorun simulate"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli._designs import Asked
from protorun.cli._simulate_designs import DecideAfter, Settings, Sheet, simulate_designs
from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    from protorun.simulate.simulation import Simulation
    from protorun.study.study import Study


def simulate(
    study: Path | None = None,
    *,
    scenario: Path | None = None,
    design: list[str] | None = None,
    levels: str = "",
    target: float | None = None,
    rates: str = "",
    scenarios: Path | None = None,
    compare: bool = False,
    monte_carlo: bool = False,
    examples: Annotated[int, Parameter(validator=Number(gte=0, lte=1000))] = 0,
    copies: Annotated[
        int, Parameter(name=["--copies", "--trials"], validator=Number(gte=1, lte=10_000_000))
    ] = 10_000,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 1,
    jobs: int | None = None,
    over: Annotated[float, Parameter(validator=Number(gte=0, lte=1))] = 0.6,
    decide_after: DecideAfter = "cohort",
    figures: Path | None = None,
    reading: str | None = None,
    assume_defaults: bool = False,
    output: Path | None = None,
    format: Sheet = "table",
) -> int:
    """Simulate the trial many times with virtual patients and count what became of it, with Monte Carlo errors; or tell
    the operating characteristics of dose designs, exactly where they can be computed.

    With `--scenario` the whole trial is conducted. With `--rates` or `--scenarios` the dose rule stands alone: the
    study's own in every reading, or the designs named. The result is the same for any number of workers. Exit code 3 when
    the trial is blocked because the study misses something; then there are no numbers.

    Parameters
    ----------
    study
        A study file (.yaml) or a record; not needed when designs and levels are named.
    scenario
        A scenario file for the whole trial: what is true of the virtual patients, each figure with its source.
    design
        A dose design with its settings, such as "boin target=.25"; several are put side by side. `record` is the study's
        own rule, in each reading.
    levels
        How many dose levels, or their names, lowest dose first. Without it the study's.
    target
        The DLT rate aimed at: for designs whose own text does not say, and for what counts as a correct selection.
    rates
        True DLT rates for dose designs, in the order of the level numbers or by name: .1,.2 or "15 mg=.2,10 mg=.1".
    scenarios
        A file with several scenarios of true DLT rates, each with `name` and `dlt` (lowest dose first).
    compare
        Also print the difference of each later design from the first, with its paired standard error.
    monte_carlo
        Simulate dose designs even where they could be computed exactly.
    examples
        Tell so many example trials of each design patient by patient.
    copies
        How many trials to run.
    seed
        The same seed gives the same trials.
    jobs
        Workers; -1 = one per processor.
    over
        A trial overdoses when more than this share of its patients is treated above the correct level.
    decide_after
        Whether a dose rule decides after each cohort or after each patient.
    figures
        A folder for the figures of dose designs (SVG), each with its data (CSV).
    reading
        Which reading of the dose rule holds; `all` runs every reading side by side.
    assume_defaults
        Take the first proposal for what the record leaves open; each one is printed.
    output
        For the whole trial a folder in which finished parts are kept, so that a run that was stopped goes on; for dose
        designs a file for the result.
    format
        How to print the operating characteristics; a page (html) for dose designs only.
    """
    if design or rates or scenarios is not None:
        asked = Asked(design or (), levels, target, None if reading == "all" else reading)
        settings = Settings(
            rates,
            scenarios,
            compare,
            monte_carlo,
            examples,
            copies,
            seed,
            jobs,
            over,
            decide_after,
            figures,
            output,
            format,
        )
        return simulate_designs(study, asked, settings)
    whole = Whole(*_given(study, scenario, format), copies, seed, jobs, reading, assume_defaults, output)
    return _simulate_whole(whole)


@dataclass(frozen=True)
class Whole:
    """What the command asks for when the whole trial is conducted."""

    study: Path
    scenario: Path
    format: Format
    copies: int
    seed: int
    jobs: int | None
    reading: str | None
    assume_defaults: bool
    output: Path | None


def _given(study: Path | None, scenario: Path | None, format: Sheet) -> tuple[Path, Path, Format]:
    """What the whole trial cannot do without."""
    from protorun.errors import UsageError

    if study is None or scenario is None:
        raise UsageError(
            "name a study with --scenario FILE for the whole trial, or --rates / --scenarios for dose designs alone"
        )
    if format == "html":
        raise UsageError("the whole trial is printed as a table, JSON or CSV; protorun report makes the page")
    return study, scenario, format


def _simulate_whole(asked: Whole) -> int:
    from protorun.cli.conduct import CHAPTERS, taken
    from protorun.patients.scenario_file import load_scenarios
    from protorun.read import load
    from protorun.simulate import simulate as run
    from protorun.simulate.operating import operating_characteristics, rounded
    from protorun.study.assume import assume

    known = load(asked.study)
    rows: list[dict[str, Any]] = []
    said: set[str] = set()
    blocked = False
    for truth in load_scenarios(asked.scenario):
        answered = assume(known, truth.assumptions)
        if asked.assume_defaults:
            answered = taken(answered, needed_for=CHAPTERS, quiet=True)
        for name in _readings(answered, asked.reading):
            folder = asked.output / _file_name(f"{truth.name} {name or ''}") if asked.output else None
            found = run(
                answered,
                truth,
                copies=asked.copies,
                seed=asked.seed,
                jobs=asked.jobs,
                reading=name,
                output=folder,
                progress=_progress,
            )
            _say(found, said)
            blocked = blocked or bool(found.missing)
            table = operating_characteristics(found)
            shown = {"scenario": truth.name} | ({"reading": name} if name else {})
            rows += [shown | row for row in (rounded(table) if asked.format == "table" else table)]
    if rows or asked.format != "table":
        emit(rows, asked.format, title="operating characteristics")
    return 3 if blocked else 0


def _readings(study: Study, asked: str | None) -> tuple[str | None, ...]:
    """The readings to run: the one asked for, or `all` of them side by side."""
    if asked != "all":
        return (asked,)
    from protorun.escalation import readings_of

    return readings_of(study)


def _progress(done: int, of_all: int) -> None:
    say(f"{done:,} of {of_all:,} copies")


def _say(found: Simulation, said: set[str]) -> None:
    """Everything needed to run it again, and every choice that is not the record's; what was said before is not repeated."""
    lines = [f"assumed: {a.path} = {a.value!r} ({a.reason})" for a in found.assumptions]
    lines += [f"note: {note}" for note in found.notes]
    lines += [
        f"scenario: {f['parameter']} = {f['value']} ({f['basis']}: {f['source']})" for f in found.figures
    ]
    for line in lines if not found.missing else ():
        if line not in said:
            say(line)
            said.add(line)
    who = f"{found.study}, scenario {found.scenario!r}"
    if found.missing:
        say(f"{who}: blocked. Missing:")
        for item in found.missing:
            say(f"  - {item}")
        return
    versions = ", ".join(f"{name} {number}" for name, number in found.versions.items())
    say(f"{who}: seed {found.seed}, {found.copies:,} copies, input {found.input_hash[:16]}, {versions}")
    say(f"digest {found.digest}")


def _file_name(name: str) -> str:
    """The scenario's name as a folder name."""
    return "".join(c if c.isalnum() else "-" for c in name).strip("-")[:80] or "scenario"
