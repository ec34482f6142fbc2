"""protorun report"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli.output import say


def report(
    study: Path,
    *,
    scenario: Path | None = None,
    data: Path | None = None,
    patients: Path | None = None,
    output: Path | None = None,
    copies: Annotated[int, Parameter(validator=Number(gte=1))] = 1000,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 1,
    jobs: int = 1,
    weight: Annotated[float, Parameter(validator=Number(gt=0))] = 60.0,
    assume_defaults: bool = False,
) -> None:
    """Write one self-contained HTML report of a study; its path is printed.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    scenario
        A scenario file; with it the report shows simulations and one virtual trial.
    data
        A folder of CSV tables of a recorded trial; with it the report shows that trial's endpoints.
    patients
        A CSV table of patients to screen; with it the report shows the CONSORT flow and the screening log.
    output
        The file to write; by default the key of the study, with .html.
    copies
        Copies of each scenario.
    seed
        The same seed gives the same report.
    jobs
        Workers; -1 = one per processor.
    weight
        Weight in kg of the example patient of the calendar.
    assume_defaults
        Take the first proposal for what the record leaves open; the report lists each one.
    """
    from protorun.cli.conduct import taken
    from protorun.patients.scenario_file import load_scenarios
    from protorun.read import load_with_record
    from protorun.report import report as write
    from protorun.report.gather import Settings, default_output, gather

    known, record = load_with_record(study)
    known = taken(known) if assume_defaults else known
    settings = Settings(copies, seed, jobs, weight, lambda done, of: say(f"{done:,} of {of:,} copies"))
    command = " ".join(
        [f"protorun report {study.name}", f"--scenario {scenario.name}" if scenario else "", f"--data {data.name}" if data else "", f"--patients {patients.name}" if patients else "", f"--copies {copies} --seed {seed}",
         f"--weight {weight:g}", "--assume-defaults" if assume_defaults else ""]
    )  # fmt: skip
    parts = gather(
        known,
        record=record,
        scenarios=load_scenarios(scenario) if scenario else (),
        settings=settings,
        data=data,
        patients=patients,
        command=" ".join(command.split()),
    )
    target = output or default_output(known)
    target.write_text(write(parts), encoding="utf-8")
    print(target)
