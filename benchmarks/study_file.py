"""Real records through the study file and back: how many come back equal, how large the files are, how long it takes.

Reads the shared reference records when they lie beside the checkout. `--json` prints one JSON line per figure.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from protorun.reading import understand
from protorun.records import open_records
from protorun.study.assume import as_read, take_defaults
from protorun.study.study import Study
from protorun.study_file import dumps, loads
from protorun.study_file.checks import against_record

RECORDS = Path(__file__).resolve().parents[2] / "shared" / "records"
SETS = {"seeds": "*.txt", "ctgov_v2": "*.json", "ctgov_xml": "*.xml", "rendered": "**/*.txt"}
MOST = 250


def measured(study: Study) -> tuple[int, float, float, bool]:
    """Size of the file, seconds to write and to read it, and whether nothing was lost."""
    at = time.perf_counter()
    text = dumps(study)
    written = time.perf_counter()
    back = loads(text)
    read = time.perf_counter()
    answered = take_defaults(study)
    same = back == study and loads(dumps(answered)) == answered and as_read(answered) == study
    return len(text), written - at, read - written, same


def main() -> None:
    """Print a table, or one JSON object per line; exit code 1 when a file does not come back as it was."""
    as_json = "--json" in sys.argv
    lines = [line for name, pattern in SETS.items() for line in _lines(name, pattern)]
    for line in lines:
        bar = "" if line["bar"] is None else f"of {line['bar']}"
        print(
            json.dumps(line)
            if as_json
            else f"{line['name']:36} {line['value']:10,.1f} {line['unit']:7} {bar}"
        )
    sys.exit(0 if all(line["holds"] in (True, None) for line in lines) else 1)


def _lines(name: str, pattern: str) -> list[dict[str, Any]]:
    """The figures of one set of records; none when it is not there."""
    files = sorted((RECORDS / name).glob(pattern))[:MOST]
    pairs = [(record, understand(record)) for file in files for record in open_records(file)]
    if not pairs:
        return []
    rows = [measured(study) for _, study in pairs]
    size, write, read = (sum(row[i] for row in rows) / len(rows) for i in range(3))
    return [
        _line(f"{name}: come back equal", sum(row[3] for row in rows), "studies", len(rows)),
        _line(
            f"{name}: every quote where it says",
            sum(not against_record(study, record) for record, study in pairs),
            "studies",
            len(rows),
        ),
        _line(f"{name}: size of a file", size / 1000, "kB"),
        _line(f"{name}: to write one", write * 1000, "ms"),
        _line(f"{name}: to read one", read * 1000, "ms"),
    ]


def _line(name: str, value: float, unit: str, bar: int | None = None) -> dict[str, Any]:
    holds = None if bar is None else value == bar
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "peer": None,
        "ratio": None,
        "bar": bar,
        "holds": holds,
    }


if __name__ == "__main__":
    main()
