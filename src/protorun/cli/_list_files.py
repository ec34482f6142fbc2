"""Files beside a concealed list: the list, its plan, the log of commitments, the audit trail."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from protorun.allocation import Allocated, AllocationList, Factor, Plan, audit_line
from protorun.cli.output import spreadsheet_safe
from protorun.errors import PatientDataError, UsageError

LIST, LOG = "allocation_list.csv", "allocation_log.csv"
PLAN, AUDIT, LOCK = "allocation_plan.json", "allocation_audit.txt", "allocation.lock"
LOG_COLUMNS = ("number", "patient", "stratum", "slot", "arm_code", "arm", "at", "list_sha256")


def write(path: Path, rows: Sequence[Mapping[str, Any]], *, secret: bool) -> None:
    """Write rows as CSV, a secret file readable by its owner alone."""
    with os.fdopen(_open(path, os.O_TRUNC, secret=secret), "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: spreadsheet_safe(value) for name, value in row.items()} for row in rows)


def save_plan(plan: Plan, where: Path) -> None:
    """Write the plan; it is secret too, as block sizes help to guess."""
    with os.fdopen(_open(where / PLAN, os.O_TRUNC, secret=True), "w", encoding="utf-8") as out:
        json.dump(asdict(plan), out, indent=2)


def load_plan(where: Path) -> Plan | None:
    """The plan of a list made earlier, or None. Raises PatientDataError for a damaged file."""
    path = where / PLAN
    if not path.exists():
        return None
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        held["factors"] = tuple(Factor(f["name"], tuple(f["values"])) for f in held["factors"])
        lists = {name: tuple(value) for name, value in held.items() if isinstance(value, list)}
        fields: dict[str, Any] = held | lists
        return Plan(**fields)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PatientDataError(f"the plan is damaged: {error}", where=str(path)) from None


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_list(path: Path, plan: Plan) -> AllocationList:
    """The concealed list of a file. Raises UsageError when there is none, PatientDataError when it does not fit the plan."""
    if not path.exists():
        raise UsageError(f"there is no list at {path}; make one first, with --n and --seed")
    keys = {tuple(str(spreadsheet_safe(v)) for v in s): i for i, s in enumerate(plan.strata)}
    slots: list[list[int]] = [[] for _ in plan.strata]
    for line, row in _rows(path, (*(f.name for f in plan.factors), "slot", "arm_code"), "list"):
        try:
            stratum = slots[keys[tuple(row[factor.name] for factor in plan.factors)]]
            arm, slot = int(row["arm_code"]) - 1, int(row["slot"])
        except (KeyError, ValueError, TypeError):
            raise PatientDataError("the list is damaged", where=f"{path}:{line}") from None
        if slot != len(stratum) + 1 or not 0 <= arm < len(plan.arms):
            raise PatientDataError("the list is damaged", where=f"{path}:{line}")
        stratum.append(arm)
    return AllocationList(plan, tuple(tuple(arms) for arms in slots), digest_of(path))


def read_log(path: Path, plan: Plan) -> list[Allocated]:
    """Everybody committed so far. Raises PatientDataError for a line that cannot be, and for a log that has lost
    patients the audit trail tells of: a slot must never be given twice."""
    entries = _entries(path, plan) if path.exists() else []
    audit = path.with_name(AUDIT)
    told = len(audit.read_bytes().splitlines()) if audit.exists() else 0
    if told > len(entries):
        raise PatientDataError(
            f"the log is damaged: it has {len(entries)} patients, the audit trail {told}", where=str(path)
        )
    return entries


def _entries(path: Path, plan: Plan) -> list[Allocated]:
    entries: list[Allocated] = []
    for line, row in _rows(path, LOG_COLUMNS, "log"):
        try:
            numbers = {name: int(row[name]) for name in ("number", "stratum", "slot", "arm_code")}
        except (KeyError, ValueError, TypeError):
            raise PatientDataError("the log is damaged", where=f"{path}:{line}") from None
        if numbers["number"] != len(entries) + 1 or not 0 < numbers["arm_code"] <= len(plan.arms):
            raise PatientDataError("the log is damaged: a number is missing or odd", where=f"{path}:{line}")
        who = row["patient"].removeprefix("'")  # put before what a spreadsheet would run
        entries.append(
            Allocated(
                numbers["number"],
                who,
                numbers["stratum"],
                numbers["slot"],
                numbers["arm_code"] - 1,
                row["at"],
            )
        )
    return entries


def check_same_list(path: Path, digest: str) -> None:
    """Raises PatientDataError when the list is not the one the patients in the log were given."""
    if path.exists():
        for line, row in _rows(path, LOG_COLUMNS, "log"):
            if row["list_sha256"] != digest:
                raise PatientDataError("the list has changed since this patient", where=f"{path}:{line}")


def append(where: Path, plan: Plan, entry: Allocated, digest: str) -> None:
    """Put a commitment on disk, in the log and in the audit trail."""
    new = not (where / LOG).exists()
    with os.fdopen(_open(where / LOG, os.O_APPEND), "a", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        if new:
            writer.writerow(LOG_COLUMNS)
        arm = (entry.arm + 1, plan.arms[entry.arm])
        cells = (entry.number, entry.patient, entry.stratum, entry.slot, *arm, entry.at, digest)
        writer.writerow([spreadsheet_safe(cell) for cell in cells])
        _settle(out)
    with os.fdopen(_open(where / AUDIT, os.O_APPEND), "a", encoding="utf-8") as out:
        out.write(audit_line(plan, entry, digest) + "\n")
        _settle(out)


@contextmanager
def alone(where: Path) -> Iterator[None]:
    """Hold the folder for one allocation at a time. Raises UsageError when another one is under way."""
    path = where / LOCK
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        raise UsageError(
            f"another allocation is under way; if it was interrupted, look into {where / LOG} and remove {path}"
        ) from None
    try:
        yield
    finally:
        path.unlink()


def _open(path: Path, how: int, *, secret: bool = False) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600 if secret else 0o644)


def _settle(out: Any) -> None:
    out.flush()
    os.fsync(out.fileno())


def _rows(path: Path, columns: Sequence[str], what: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file that must begin with these columns. Raises PatientDataError for a file that does not."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        try:
            if set(columns) - set(reader.fieldnames or ()):
                raise PatientDataError(f"the {what} is damaged: its header is gone", where=str(path))
            yield from ((reader.line_num, row) for row in reader)
        except (UnicodeDecodeError, csv.Error) as error:
            raise PatientDataError(f"the {what} is damaged: {error}", where=str(path)) from None
