"""How fast the general loop conducts NCT06462092's phase I, how much memory it takes, and that the digest never changes."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from protorun.simulate import simulate
from trials import dose_study, scenario, two_arm_study

COPIES = 10_000
BAR_SECONDS, BAR_MB = 5.0, 1000


Line = dict[str, object]


def main() -> None:
    """Print one line per measurement; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--copies", type=int, default=COPIES)
    asked = parser.parse_args()
    lines = [*_phase_one(asked.copies), *_digests(asked.copies), _comparison(asked.copies // 10)]
    for line in lines:
        print(json.dumps(line) if asked.json else _row(line))
    sys.exit(0 if all(line["holds"] is not False for line in lines) else 1)


def _line(
    name: str, value: float | str, unit: str, bar: float | str | None = None, holds: bool | None = None
) -> Line:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "peer": None,
        "ratio": None,
        "bar": bar,
        "holds": holds,
    }


def _row(line: Line) -> str:
    verdict = "" if line["holds"] is None else f"bar {line['bar']}" + ("" if line["holds"] else "  missed")
    return f"{line['name']:<58} {line['value']!s:>18}  {line['unit']:<9} {verdict}"


def _phase_one(copies: int) -> list[Line]:
    deaths = {"any": {"os_median_months": 3.5}}
    cases = {"phase I": scenario(dlt=[0.1, 0.2]), "phase I, deaths": scenario(dlt=[0.1, 0.2], courses=deaths)}
    lines = []
    for name, truth in cases.items():
        start = time.perf_counter()
        simulate(dose_study(), truth, copies=copies, seed=1, jobs=1)
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
        label = f"{name}, {copies:,} copies, one core"
        lines.append(_line(label, round(seconds, 3), "s", BAR_SECONDS, seconds < BAR_SECONDS))
        lines.append(_line(f"{label}, peak memory", memory, "MB", BAR_MB, memory < BAR_MB))
    return lines


def _digests(copies: int) -> list[Line]:
    truth = scenario(dlt=[0.1, 0.2], courses={"any": {"os_median_months": 3.5}})
    ways = [(1, 2000), (1, 777), (2, 2000), (3, 1000), (5, 501)]
    found = [
        simulate(dose_study(), truth, copies=copies, seed=1, jobs=jobs, batch=batch).digest
        for jobs, batch in ways
    ]
    return [
        _line(
            f"digest, {jobs} workers, batches of {batch}", one[:16], "SHA-256", found[0][:16], one == found[0]
        )
        for (jobs, batch), one in zip(ways, found, strict=True)
    ]


def _comparison(copies: int) -> Line:
    survival = scenario(
        courses={"a": {"os_median_months": 6}, "b": {"os_median_months": 4}},
        timing={"follow_up_days": 365},
    )
    start = time.perf_counter()
    simulate(two_arm_study(120), survival, copies=copies, seed=1, jobs=1)
    rate = copies / (time.perf_counter() - start)
    return _line("trials of 120 patients in two arms, with log-rank", round(rate), "copies/s")


if __name__ == "__main__":
    main()
