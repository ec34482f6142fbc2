"""protorun plan: one kind of plan, one file in `plans/`, one Python function of the same name."""

from __future__ import annotations

from cyclopts import App

PLANS = {
    "group-sequential": "Bounds, sizes and error rates of a trial with interim looks: means, rates, survival.",
    "simon": "Simon's optimal, minimax and admissible two-stage designs of a single-arm trial.",
    "single-stage": "Exact single-stage designs of a single-arm trial.",
    "monitoring": "Boundaries that stop a single-arm trial for toxicity, with exact characteristics.",
    "logrank": "Events, patients, calendar time and power of a two-arm trial with a time to event.",
}

plan = App(
    name="plan",
    help="Plan a trial: sizes, bounds and power before the first patient.",
    result_action="return_value",
)
for _kind, _says in PLANS.items():
    _file = _kind.replace("-", "_")
    plan.command(f"protorun.cli.plans.{_file}:{_file}", name=_kind, help=_says)
