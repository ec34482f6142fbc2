"""Real records through the study file and back: how many come back equal, how large the files are, how long it takes.

Reads the shared reference records when they lie beside the checkout; prints one table.
"""

import time
from pathlib import Path

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
    print(
        f"{'records':10} {'n':>4} {'equal':>6} {'quotes right':>13} {'kB each':>8} {'ms to write':>12} {'ms to read':>11}"
    )
    for name, pattern in SETS.items():
        files = sorted((RECORDS / name).glob(pattern))[:MOST]
        pairs = [(record, understand(record)) for file in files for record in open_records(file)]
        if not pairs:
            print(f"{name:10} not there")
            continue
        rows = [measured(study) for _, study in pairs]
        quotes = sum(not against_record(study, record) for record, study in pairs)
        size, write, read = (sum(row[i] for row in rows) / len(rows) for i in range(3))
        equal = sum(row[3] for row in rows)
        print(
            f"{name:10} {len(rows):4} {equal:6} {quotes:13} {size / 1000:8.1f} {write * 1000:12.1f} {read * 1000:11.1f}"
        )


if __name__ == "__main__":
    main()
