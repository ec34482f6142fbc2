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


def main() -> None:
    """Print one line per measurement; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--copies", type=int, default=COPIES)
    asked = parser.parse_args()
    lines = [*_phase_one(asked.copies), *_digests(asked.copies), _comparison(asked.copies // 10)]
    for line in lines:
        print(json.dumps(line) if asked.json else "  ".join(f"{k} {v}" for k, v in line.items()))
    sys.exit(0 if all(line.get("met", True) for line in lines) else 1)


def _phase_one(copies: int) -> list[dict[str, object]]:
    deaths = {"any": {"os_median_months": 3.5}}
    cases = {"phase I": scenario(dlt=[0.1, 0.2]), "phase I, deaths": scenario(dlt=[0.1, 0.2], courses=deaths)}
    lines = []
    for name, truth in cases.items():
        start = time.perf_counter()
        simulate(dose_study(), truth, copies=copies, seed=1, jobs=1)
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
        lines.append(
            {
                "what": name,
                "copies": copies,
                "seconds": round(seconds, 3),
                "copies_per_second": round(copies / seconds),
                "peak_mb": memory,
                "met": seconds < BAR_SECONDS and memory < BAR_MB,
            }
        )
    return lines


def _digests(copies: int) -> list[dict[str, object]]:
    truth = scenario(dlt=[0.1, 0.2], courses={"any": {"os_median_months": 3.5}})
    ways = [(1, 2000), (1, 777), (2, 2000), (3, 1000), (5, 501)]
    found = {
        (jobs, batch): simulate(dose_study(), truth, copies=copies, seed=1, jobs=jobs, batch=batch).digest
        for jobs, batch in ways
    }
    return [
        {"what": "digest", "workers": jobs, "batch": batch, "digest": digest, "met": digest == found[ways[0]]}
        for (jobs, batch), digest in found.items()
    ]


def _comparison(copies: int) -> dict[str, object]:
    survival = scenario(
        courses={"a": {"os_median_months": 6}, "b": {"os_median_months": 4}},
        timing={"follow_up_days": 365},
    )
    start = time.perf_counter()
    simulate(two_arm_study(120), survival, copies=copies, seed=1, jobs=1)
    seconds = time.perf_counter() - start
    return {
        "what": "120 patients in two arms, log-rank",
        "copies": copies,
        "seconds": round(seconds, 3),
        "copies_per_second": round(copies / seconds),
    }


if __name__ == "__main__":
    main()
