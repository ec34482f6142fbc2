"""What `protorun randomize` does: make a concealed list, assign a patient, export tables for REDCap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np

from protorun.allocation import (
    Allocated,
    Plan,
    allocate,
    commit,
    disclose,
    list_for,
    method_of,
    redcap_tables,
    stratum_name,
)
from protorun.cli._list_files import (
    LIST,
    LOG,
    alone,
    append,
    check_same_list,
    digest_of,
    read_list,
    read_log,
    save_plan,
    write,
)
from protorun.cli.output import say
from protorun.errors import PatientDataError, UsageError
from protorun.study.assume import assume
from protorun.study.study import Assumption, Study

_TAKEN = frozenset({"slot", "arm", "arm_code", "nonce"})


def taken(study: Study) -> Study:
    """The study with the first proposal of each open question about randomization, every one said aloud."""
    asked = [q for q in study.open_questions if q.path.startswith("randomization") and q.proposals]
    answers = [Assumption(path=q.path, value=q.proposals[0].value, reason=q.proposals[0].note) for q in asked]
    for answer in answers:
        say(f"assumed: {answer.path} = {answer.value!r} ({answer.reason})")
    return assume(study, answers)


def numbers(text: str, separator: str, option: str) -> tuple[int, ...]:
    """`4,6` or `1:1` as whole numbers. Raises UsageError naming the option."""
    parts = [part.strip() for part in text.split(separator)] if text else []
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise UsageError(f"{option} {text!r}: whole numbers separated by {separator!r} are wanted")
    return tuple(int(part) for part in parts)


def factors(strata: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`site:A,B` as a factor with categories. Raises UsageError for anything else."""
    found: dict[str, tuple[str, ...]] = {}
    for text in strata:
        name, _, values = text.partition(":")
        categories = tuple(value.strip() for value in values.split(","))
        if not name.strip() or not all(categories) or len(set(categories)) < len(categories):
            raise UsageError(f"--strata {text!r}: write a factor and its categories, such as site:A,B")
        if name.strip().lower() in _TAKEN:
            raise UsageError(
                f"--strata {text!r}: {name.strip()!r} is a column of the list already; name the factor apart"
            )
        found[name.strip()] = categories
    return found


def categories(at: Sequence[str]) -> dict[str, str]:
    """`site=A` as the category of a factor. Raises UsageError for anything else."""
    pairs = [text.partition("=") for text in at]
    if not all(name.strip() and sign and value.strip() for name, sign, value in pairs):
        raise UsageError(f"--at {' '.join(at)!r}: write a factor and the patient's category, such as site=A")
    return {name.strip(): value.strip() for name, _, value in pairs}


def folder(output: Path | None) -> Path:
    """The folder of the list. Raises UsageError without one: a list is never printed."""
    if output is None:
        raise UsageError("name a folder with --output; the list goes to a file there and is never printed")
    output.mkdir(parents=True, exist_ok=True)
    return output


def need(seed: int | None) -> int:
    """The seed. Raises UsageError without one."""
    if seed is None or seed < 0:
        raise UsageError("give a seed (0 or above) with --seed, and keep it as secret as the list")
    return seed


def make(plan: Plan, where: Path, n: int, seed: int) -> list[dict[str, Any]]:
    """Write a concealed list; the rows tell its size by stratum and nothing about its order."""
    sealed = list_for(plan, n, seed=seed)
    if (where / LOG).exists():
        raise UsageError(f"{where / LOG} has patients already; a new list would break their concealment")
    # The digest is printed; without the random column a short list could be found by trying all of them.
    write(where / LIST, [{**row, "nonce": token_hex(8)} for row in disclose(sealed)], secret=True)
    save_plan(plan, where)
    say(f"{where / LIST}: keep it and the seed away from the trial team; sha256:{digest_of(where / LIST)}")
    return [
        {
            "stratum": stratum_name(plan, s),
            "slots": len(slots),
            "ratio": plan.ratio_text,
            "method": plan.method,
        }
        for s, slots in enumerate(sealed.slots)
    ]


def export_redcap(
    plan: Plan, where: Path, n: int, seed: int, development_seed: int | None
) -> list[dict[str, Any]]:
    """Write both REDCap tables and the legend."""
    tables = redcap_tables(plan, n, seed=seed, development_seed=development_seed)
    files: tuple[tuple[str, Sequence[Mapping[str, Any]], bool], ...] = (
        ("redcap_allocation_development.csv", tables.development, True),
        ("redcap_allocation_production.csv", tables.production, True),
        ("redcap_allocation_legend.csv", tables.legend, False),
    )
    for name, rows, secret in files:
        write(where / name, rows, secret=secret)
    say(
        "keep both tables away from the trial team; rename the columns if your REDCap fields have other names"
    )
    return [{"file": str(where / name), "rows": len(rows)} for name, rows, _ in files]


def assign(plan: Plan, where: Path, patient: str, at: Mapping[str, str], seed: int | None) -> dict[str, Any]:
    """Commit a patient and tell the arm: the log is on disk before the arm is known to anybody."""
    if not patient.isprintable() or patient != patient.strip() or patient.startswith(tuple("=+-@'")):
        raise UsageError(
            f"{patient!r} cannot be a patient's number in a table; begin with a letter or a digit"
        )
    with alone(where):
        log = read_log(where / LOG, plan)
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        if method_of(plan).LISTABLE:
            sealed = read_list(where / LIST, plan)
            check_same_list(where / LOG, sealed.digest)
            entry, digest = commit(sealed, log, patient, at, at=now), sealed.digest
        else:
            entry, digest = follow(plan, log, patient, plan.stratum(at), seed=need(seed), at=now), ""
        if entry not in log:
            append(where, plan, entry, digest)
    told = {"patient": entry.patient, "stratum": stratum_name(plan, entry.stratum), "slot": entry.slot}
    return {**told, "arm": plan.arms[entry.arm], "at": entry.at, "number": entry.number}


def follow(
    plan: Plan, log: Sequence[Allocated], patient: str, stratum: int, *, seed: int, at: str
) -> Allocated:
    """The next entry of a method without a list. Raises PatientDataError when the log does not follow from the seed."""
    before = next((entry for entry in log if entry.patient == patient), None)
    if before is not None:
        return before
    strata = [*(entry.stratum for entry in log), stratum]
    sizes = [len(factor.values) for factor in plan.factors]
    codes = np.stack(np.unravel_index(strata, sizes), axis=1) if sizes else None
    arms = allocate(plan, len(strata), seed=seed, strata=codes)[0].tolist()
    if arms[:-1] != [entry.arm for entry in log]:
        raise PatientDataError("the earlier allocations do not follow from this seed and plan", where=LOG)
    return Allocated(len(log) + 1, patient, stratum, strata[:-1].count(stratum) + 1, arms[-1], at)
