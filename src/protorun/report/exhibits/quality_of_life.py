"""Change of quality of life from baseline as a table."""

from __future__ import annotations

from dataclasses import asdict

from protorun.analyze import Results
from protorun.analyze.quality_of_life import Mean, changes_from_baseline
from protorun.report.exhibits.exhibit import Exhibit


def quality_of_life_exhibits(results: Results, below: str) -> list[Exhibit]:
    """One line for each scale and arm, and the difference of two arms; nothing without scores."""
    found = changes_from_baseline(results.tables, cutoff_day=results.cutoff_day)
    scores = results.tables.scores
    if scores is None or not found:
        return []
    shown, data = [], []
    for scale in found:
        for arm, asked, base, moved in zip(
            scale.arms, scale.with_baseline, scale.baseline, scale.change, strict=True
        ):
            line = {"Scale": scale.scale, "Arm": arm, "With a baseline": str(asked)}
            line |= {"With a later score": str(moved.n), "Baseline": _mean(base), "Change": _mean(moved)}
            shown.append(line | {"95 % limits": _limits(moved)})
            data.append({"scale": scale.scale, "arm": arm, "with_baseline": asked, **asdict(moved)})
        if scale.difference is not None:
            both = f"{scale.arms[1]} minus {scale.arms[0]}"
            line = {"Scale": scale.scale, "Arm": both, "With a baseline": "", "With a later score": ""}
            line |= {"Baseline": "", "Change": _number(scale.difference.value)}
            shown.append(line | {"95 % limits": _limits(scale.difference)})
            data.append(
                {"scale": scale.scale, "arm": both, "with_baseline": None, **asdict(scale.difference)}
            )
    notes = (
        f"Questionnaire {scores.questionnaire}, scored by its manual, 0 to 100. Mean (SD) of patients with a baseline and a "
        "later score; the last score of each counts, the others (dead or gone by then) are in no mean.",
        "Limits by Student's t; of the difference by Welch.",
        below,
    )
    about = f"Patients who entered the trial: N = {len(results.tables.patients)}"
    return [
        Exhibit("quality_of_life", "Quality of life: change from baseline", about, notes, data, shown=shown)
    ]


def _mean(mean: Mean) -> str:
    return f"{_number(mean.value)} ({_number(mean.sd)})"


def _limits(mean: Mean) -> str:
    return "—" if mean.lower != mean.lower else f"{mean.lower:.1f} to {mean.upper:.1f}"


def _number(value: float) -> str:
    return "—" if value != value else f"{value:.1f}"
