"""Exact characteristics and decisions per second. `--json` prints one line for each measure."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from protorun.allocation import Factor, Plan, allocate
from protorun.escalation import exact
from protorun.escalation._design import Design
from protorun.escalation.stated import for_rule
from protorun.escalation.three_plus_three import three_plus_three
from protorun.study.dose_rule import DoseRule, Level, RuleReading, State, Transition
from protorun.trial.outcomes import Outcomes

FIVE = [0.05, 0.12, 0.25, 0.40, 0.55]
ROWS = 1_000_000


def two_states() -> DoseRule:
    """Six patients at 15 mg; two with DLT -> six more at 10 mg; two again -> stop (NCT06462092, filled to six)."""

    def guards(state: str, toxic: Transition) -> tuple[Transition, ...]:
        return (
            toxic,
            Transition(state=state, n_from=6, n_to=6, action="finish"),
            Transition(state=state, n_to=5, action="enroll"),
        )

    down = Transition(state="L15", dlt_from=2, action="go", to="L10")
    stop = Transition(state="L10", dlt_from=2, action="stop")
    reading = RuleReading(name="six", says="six", transitions=(*guards("L15", down), *guards("L10", stop)))
    return DoseRule(
        levels=(Level(label="10 mg"), Level(label="15 mg")),
        states=(
            State(name="L15", level=1, minimum=3, maximum=6),
            State(name="L10", level=0, minimum=6, maximum=6),
        ),
        start_state="L15",
        readings=(reading,),
    )


def best_of(times: int, work: Callable[[], Any]) -> float:
    """The shortest of several runs, in seconds, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return min(taken)


def counts(design: Design, rows: int) -> Outcomes:
    """Rows of possible counts: at most six patients at each level."""
    draw = np.random.default_rng(1)
    n = draw.integers(0, 7, (rows, design.levels)).astype(np.int16)
    dlt = draw.integers(0, n + 1).astype(np.int16)
    return Outcomes(
        draw.integers(0, design.levels, rows).astype(np.int16),
        n,
        dlt,
        np.zeros((rows, design.levels), np.int16),
    )


def measures() -> list[dict[str, Any]]:
    """Every measure with its bar; a peer's figure is the one of `dosefinding.md` section 6, another machine's."""
    stated = for_rule(two_states(), "six")
    classical = three_plus_three(tuple(f"level {i + 1}" for i in range(5)), "bcrm")
    grid = np.linspace(0.1, 1, 100)[:, None] * np.array(FIVE)
    one = best_of(7, lambda: exact(classical, FIVE))
    hundred = best_of(5, lambda: exact(classical, grid))
    rule, ladder = counts(stated, ROWS), counts(classical, ROWS)
    blocks = Plan(("a", "b"), (1, 1), "permuted_blocks", (4, 6), (Factor("site", ("A", "B")),))
    sites = np.random.default_rng(2).integers(0, 2, (10_000, 100, 1))

    def list_rate() -> Any:
        return allocate(blocks, 100, seed=1, copies=np.arange(10_000), strata=sites)

    return [
        row("exact, stated rule", best_of(7, lambda: exact(stated, [0.1, 0.2])) * 1e3, "ms", bar=5),
        row("exact, 3+3 with 5 levels", one * 1e3, "ms", bar=5, peer=58, of="bcrm"),
        row("exact, 3+3, each further scenario", (hundred - one) / 99 * 1e3, "ms", bar=5),
        row("decide, stated rule", ROWS / best_of(3, lambda: stated.decide(rule)), "rows/s", bar=1e6),
        row(
            "decide, 3+3 with 5 levels",
            ROWS / best_of(3, lambda: classical.decide(ladder)),
            "rows/s",
            bar=1e6,
        ),
        row("permuted blocks in 2 strata", 1e6 / best_of(3, list_rate), "patients/s", bar=1e6),
    ]


def row(
    name: str, value: float, unit: str, *, bar: float, peer: float | None = None, of: str = ""
) -> dict[str, Any]:
    """One line of the table; for times the ratio is peer / ours, for rates ours / peer."""
    slower_is_worse = unit in ("ms", "s")
    ratio = None if peer is None else (peer / value if slower_is_worse else value / peer)
    return {
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "peer": f"{of} {peer:g}" if peer is not None else None,
        "ratio": None if ratio is None else round(ratio, 2),
        "bar": bar,
        "holds": value <= bar if slower_is_worse else value >= bar,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    lines = parser.parse_args().json
    for line in measures():
        if lines:
            print(json.dumps(line))
        else:
            holds = "holds" if line["holds"] else "MISSED"
            print(
                f"{line['name']:36} {line['value']:>16,.4g} {line['unit']:10} bar {line['bar']:>10,.4g} {holds}"
            )


if __name__ == "__main__":
    main()
