"""protorun simulate"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli.output import Format, emit, say


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
        Which reading of the dose rule holds.
    assume_defaults
        Take the first proposal for what the record leaves open; each one is printed.
    output
        A folder in which finished parts are kept, so that a run that was stopped goes on.
    format
        How to print the operating characteristics.
    """
    from protorun.cli.conduct import taken
    from protorun.patients.scenario_file import load_scenarios
    from protorun.read import load
    from protorun.simulate import simulate as run
    from protorun.simulate.operating import operating_characteristics, rounded
    from protorun.study.assume import assume

    known = load(study)
    rows, blocked = [], False
    for truth in load_scenarios(scenario):
        answered = assume(known, truth.assumptions)
        answered = taken(answered) if assume_defaults else answered
        folder = output / _file_name(truth.name) if output else None
        found = run(
            answered,
            truth,
            copies=copies,
            seed=seed,
            jobs=jobs,
            reading=reading,
            output=folder,
            progress=_progress,
        )
        _say(found)
        blocked = blocked or bool(found.missing)
        table = operating_characteristics(found)
        rows += [{"scenario": truth.name, **row} for row in (rounded(table) if format == "table" else table)]
    if rows or format != "table":
        emit(rows, format, title="operating characteristics")
    return 3 if blocked else 0


def _progress(done: int, of_all: int) -> None:
    say(f"{done:,} of {of_all:,} copies")


def _say(found: object) -> None:
    """Everything needed to run it again, and every choice that is not the record's."""
    from protorun.simulate.simulation import Simulation

    if not isinstance(found, Simulation):
        return
    if found.missing:
        say(f"{found.study}, scenario {found.scenario!r}: blocked. Missing:")
        for item in found.missing:
            say(f"  - {item}")
        return
    for answer in found.assumptions:
        say(f"assumed: {answer.path} = {answer.value!r} ({answer.reason})")
    for note in found.notes:
        say(f"note: {note}")
    for figure in found.figures:
        say(f"scenario: {figure['parameter']} = {figure['value']} ({figure['basis']}: {figure['source']})")
    versions = ", ".join(f"{name} {number}" for name, number in found.versions.items())
    say(f"seed {found.seed}, {found.copies:,} copies, input {found.input_hash[:16]}, {versions}")
    say(f"digest {found.digest}")


def _file_name(name: str) -> str:
    """The scenario's name as a folder name."""
    return "".join(c if c.isalnum() else "-" for c in name).strip("-")[:80] or "scenario"
