"""protorun randomize"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say


def randomize(
    study: Path,
    *,
    n: int = 0,
    seed: int | None = None,
    method: str | None = None,
    blocks: str = "",
    strata: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    ratio: str = "",
    output: Path | None = None,
    export: Literal["redcap"] | None = None,
    development_seed: int | None = None,
    patient: str = "",
    at: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    assume_defaults: bool = False,
    format: Format = "table",
) -> int:
    """Make a concealed allocation list, or assign the next patient from it; export tables for REDCap.

    No arm is printed before its patient is committed. The list goes to a file in --output, which the statistician keeps
    away from the trial team; the terminal shows counts and a digest.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    n
        Planned number of patients; every stratum gets that many slots (with --export redcap 20 % more).
    seed
        Seed of the list; whoever knows it can rebuild the list.
    method
        simple, permuted_blocks or minimization, where the record does not say.
    blocks
        Block sizes for permuted blocks, drawn at random when several: 4,6.
    strata
        A stratification factor with its categories: site:A,B. May be repeated.
    ratio
        The allocation ratio in the order of the arms, where the record does not say: 1:1.
    output
        Folder for the list, or of the list when a patient is assigned.
    export
        redcap: two allocation tables (development and production, from different seeds) and the legend of the codes.
    development_seed
        Seed of the development table; derived from the seed when not given.
    patient
        Assign this patient: the commitment is written to the log first, then the arm is printed.
    at
        The categories of that patient: site=A. May be repeated.
    assume_defaults
        Take the first proposal for what the record leaves open about randomization; each one is printed.
    format
        How to print the summary.
    """
    from protorun.allocation import plan_for
    from protorun.cli import _list_files, _lists
    from protorun.read import load

    where = _lists.folder(output)
    known = load(study)
    if assume_defaults:
        known = _lists.taken(known)
    given = {
        "method": method,
        "blocks": _lists.numbers(blocks, ",", "--blocks"),
        "strata": _lists.factors(strata or ()),
        "ratio": _lists.numbers(ratio, ":", "--ratio"),
    }
    held = _list_files.load_plan(where) if patient else None
    plan = held or plan_for(known, **given)  # type: ignore[arg-type]  # one dict, four types
    if ratio:
        say(f"assumed: randomization.ratio = {plan.ratio_text} (given with --ratio)")
    if patient:
        if held is None:
            _list_files.save_plan(plan, where)
        emit([_lists.assign(plan, where, patient, _lists.categories(at or ()), seed)], format)
    elif export == "redcap":
        emit(_lists.export_redcap(plan, where, n, _lists.need(seed), development_seed), format)
    else:
        emit(_lists.make(plan, where, n, _lists.need(seed)), format)
    return 0
