"""How fast patients are screened: a million by 30 criteria from columns, a million by 24 from long tables, one explained.

The population of the long tables is generated once into a folder (default: beside the system's temporary files);
generating it is not part of any figure. `tables_seconds` is from the criteria to the masks in memory: reading and
decoding the Parquet files, finding which codes and facts occur in them, writing the statement, and running it. Prints a table, or one JSON object per line; exit code 1
when a bar is missed or the two readers differ.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from screening_population import AS_OF, columns, study, write

from protorun.patients.warehouse import open_tables, read_facts, screen_tables
from protorun.screening import explain, screen
from protorun.screening.masks import masks

BARS = {
    "columns_seconds": 2.0,
    "tables_seconds": 6.0,
    "tables_gb": 2.0,
    "one_patient_ms": 5.0,
    "differences": 0,
}
COMPARED = 20_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--patients", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "protorun-screening")
    parser.add_argument("--only", choices=("columns", "tables", "one"), help="one of the three")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inner:
        print(json.dumps(_tables_here(asked.folder)))
        return 0
    steps = {"columns": _columns, "one": _one, "tables": _tables}
    wrong = False
    for name, step in steps.items():
        if asked.only in (None, name):
            line = step(asked)
            wrong |= any(line[k] > bar for k, bar in BARS.items() if k in line)
            print(
                json.dumps(line) if asked.json else "  ".join(f"{k} {v}" for k, v in line.items()), flush=True
            )
    return int(wrong)


def _columns(asked: argparse.Namespace) -> dict[str, Any]:
    """Columns of a population in memory, every criterion with its reasons."""
    facts, of = columns(asked.patients), study(30)
    begun = time.perf_counter()
    found = screen(of, facts)
    seconds = time.perf_counter() - begun
    return {
        "what": "from columns",
        "patients": len(found),
        "criteria": 30,
        "columns_seconds": round(seconds, 2),
    }


def _one(asked: argparse.Namespace) -> dict[str, Any]:
    """One patient as a table of one row: screened and explained."""
    facts, of = columns(1000), study(30)
    rows = [facts.take(np.array([at])) for at in range(50)]
    begun, busy = time.perf_counter(), time.process_time()
    for row in rows:
        explain(screen(of, row), row.patients[0])
    both, cpu = time.perf_counter() - begun, time.process_time() - busy
    everybody = screen(of, facts)
    begun = time.perf_counter()
    for row in rows:
        explain(everybody, row.patients[0])
    return {
        "what": "one patient screened and explained, 30 criteria; explained out of a thousand screened",
        "one_patient_ms": round(both / len(rows) * 1000, 2),
        "cpu_ms": round(cpu / len(rows) * 1000, 2),
        "explained_ms": round((time.perf_counter() - begun) / len(rows) * 1000, 2),
    }


def _tables(asked: argparse.Namespace) -> dict[str, Any]:
    """In a process of its own, so that its peak of memory is its own."""
    for folder, n in ((asked.folder, asked.patients), (asked.folder / "some", COMPARED)):
        if not (folder / "treatment.parquet").is_file():
            write(folder, n)
    command = [sys.executable, __file__, "--inner", "--folder", str(asked.folder)]
    line: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return line


def _tables_here(folder: Path) -> dict[str, Any]:
    of = study(24)
    connection = open_tables(folder, memory="1500MB")
    begun, busy = time.perf_counter(), time.process_time()
    found = screen_tables(connection, of, as_of=AS_OF)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - busy
    peak = _peak_gb()
    some = open_tables(folder / "some")
    arrays = masks(screen(of, read_facts(some, of, as_of=AS_OF)))
    other = screen_tables(some, of, as_of=AS_OF)
    return {
        "what": "from long tables by SQL",
        "patients": len(found),
        "criteria": 24,
        "tables_seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "tables_gb": round(peak, 2),
        "eligible": int(((found.fail[0] == 0) & (found.unknown[0] == 0)).sum()),
        "potentially": int(((found.fail[0] == 0) & (found.unknown[0] != 0)).sum()),
        "differences": int(((arrays.fail != other.fail) | (arrays.unknown != other.unknown)).sum()),
    }


def _peak_gb() -> float:
    """The peak of this process. Linux hands `ru_maxrss` of the parent on to a child; VmHWM is the child's own."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(x for x in status.read_text(encoding="utf-8").splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    sys.exit(main())
