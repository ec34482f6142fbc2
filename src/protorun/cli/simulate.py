"""protorun simulate"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    from protorun.simulate.simulation import Simulation
    from protorun.study.study import Study


def simulate(
    study: Path,
    *,
    scenario: Path,
    copies: Annotated[int, Parameter(validator=Number(gte=1))] = 10_000,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 1,
    jobs: int | None = None,
    reading: str | None = None,
    assume_defaults: bool = False,
    output: Path | None = None,
    format: Format = "table",
) -> int:
    """Simulate the trial many times with virtual patients and count what became of it, with Monte Carlo errors.

    The result is the same for any number of workers. Exit code 3 when the trial is blocked because the study misses
    something; then there are no numbers.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    scenario
        A scenario file: what is true of the virtual patients, each figure with its source.
    copies
        How many trials to run.
    seed
        The same seed gives the same trials.
    jobs
        Workers; -1 = one per processor.
    reading
        Which reading of the dose rule holds; `all` runs every reading side by side.
    assume_defaults
        Take the first proposal for what the record leaves open; each one is printed.
    output
        A folder in which finished parts are kept, so that a run that was stopped goes on.
    format
        How to print the operating characteristics.
    """
    from protorun.cli.conduct import CHAPTERS, taken
    from protorun.patients.scenario_file import load_scenarios
    from protorun.read import load
    from protorun.simulate import simulate as run
    from protorun.simulate.operating import operating_characteristics, rounded
    from protorun.study.assume import assume

    known = load(study)
    rows: list[dict[str, Any]] = []
    said: set[str] = set()
    blocked = False
    for truth in load_scenarios(scenario):
        answered = assume(known, truth.assumptions)
        if assume_defaults:
            answered = taken(answered, needed_for=CHAPTERS, quiet=True)
        for name in _readings(answered, reading):
            folder = output / _file_name(f"{truth.name} {name or ''}") if output else None
            settings = {"copies": copies, "seed": seed, "jobs": jobs, "reading": name, "output": folder}
            found = run(answered, truth, **settings, progress=_progress)  # type: ignore[arg-type]
            _say(found, said)
            blocked = blocked or bool(found.missing)
            table = operating_characteristics(found)
            shown = {"scenario": truth.name} | ({"reading": name} if name else {})
            rows += [shown | row for row in (rounded(table) if format == "table" else table)]
    if rows or format != "table":
        emit(rows, format, title="operating characteristics")
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
