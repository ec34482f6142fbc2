"""TrialMatchAI's deterministic extractor on the same lines, from an environment of its own outside the checkout.

It is never a dependency: a scratch environment is made, the package installed without what it drags along, its module
run in that interpreter. Where that fails the comparison is skipped, with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from eligibility_scoring.limits import Limit, Side

PACKAGE = "trialmatchai==0.9.1"
_NEEDS = ("pydantic", "pandas")
_RUN = """
import json, sys, time, types
rows = json.load(sys.stdin)
from trialmatchai.constraints.extraction import extract_constraint_set
def run(row):
    return extract_constraint_set(nct_id="x", criteria_id="1", criterion=row["text"], eligibility_type=row["section"])
for row in rows[:200]: run(row)
start = time.process_time()
found = [run(row) for row in rows]
seconds = time.process_time() - start
keep = ("kind", "label", "comparator", "value", "min_value", "max_value", "unit", "evidence_start", "evidence_end")
json.dump({"seconds": seconds, "found": [[{k: getattr(c, k) for k in keep} for c in f.constraints] for f in found]}, sys.stdout)
"""
_COMPARATORS = {"ge": ("low", True), "gt": ("low", False), "le": ("high", True), "lt": ("high", False)}


class Skipped(Exception):
    """The peer cannot be run here; says why."""


def extracted(rows: list[dict[str, str]]) -> tuple[list[list[dict[str, Any]]], float]:
    """What the peer finds in each line, and the seconds of processor time it took."""
    with tempfile.TemporaryDirectory() as folder:
        python = _installed(Path(folder))
        done = subprocess.run(
            [python, "-c", _RUN],
            input=json.dumps(rows),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    if done.returncode:
        raise Skipped((done.stderr.strip().splitlines() or ["no message"])[-1])
    answer = json.loads(done.stdout)
    return answer["found"], answer["seconds"]


def _installed(folder: Path) -> str:
    python = str(folder / "bin" / "python")
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [python, "-m", "pip", "install", "--quiet", "--no-deps", PACKAGE],
        [python, "-m", "pip", "install", "--quiet", *_NEEDS],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Skipped(str(error)) from error
        if done.returncode:
            raise Skipped(f"{' '.join(command[1:4])}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    return python


def limits(found: list[dict[str, Any]], start: int, end: int) -> list[Limit]:
    """Its numeric constraints as limits; they stand somewhere on the line, and keep their unit as it gives it."""
    read = []
    for one in found:
        sides = _sides(one)
        if sides:
            times = "uln" if "uln" in str(one["unit"]).lower() else ""
            sides = frozenset(s._replace(times=times) for s in sides)
            unit = "" if times else (one["unit"] or "")
            read.append(Limit(sides, unit, "age" if one["kind"] == "age" else one["label"], start, end, ""))
    return read


def _sides(one: dict[str, Any]) -> frozenset[Side]:
    if one["comparator"] == "between" and isinstance(one["min_value"], (int, float)):
        low, high = float(one["min_value"]), float(one["max_value"])
        return frozenset({Side("low", low, True), Side("high", high, True)})
    if one["comparator"] in _COMPARATORS and isinstance(one["value"], (int, float)):
        which, inclusive = _COMPARATORS[one["comparator"]]
        return frozenset({Side(which, float(one["value"]), inclusive)})  # type: ignore[arg-type]
    if one["comparator"] == "eq" and isinstance(one["value"], (int, float)):
        value = float(one["value"])
        return frozenset({Side("low", value, True), Side("high", value, True)})
    return frozenset()
