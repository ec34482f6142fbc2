"""The study in a few lines, and which chapters can run with what the record gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from protorun.conduct import plan
from protorun.errors import NotStated, ProtorunError
from protorun.escalation import design_for
from protorun.report.facts import plain
from protorun.report.parts import Parts
from protorun.report.sections.arms import block_words
from protorun.schedule import schedule_of_activities
from protorun.study.study import Study

ORDER, TITLE = 10, "At a glance"


def build(parts: Parts) -> dict[str, Any]:
    """A synopsis row by row, and the readiness of each chapter."""
    study = parts.study
    rows = {
        "design": _design(study),
        "conditions": ", ".join(plain(c.value) for c in study.conditions),
        "arms": "; ".join(plain(a.label.value or a.id) for a in study.arms),
        "treatment": "; ".join(dict.fromkeys(block_words(b) for b in study.blocks)),
        "criteria": _criteria(study),
        "endpoints": "; ".join(f"{e.name.value} ({e.level})" for e in study.endpoints),
        "dates": " to ".join(plain(d.value) for d in (study.dates.start, study.dates.completion) if d.known),
        "patients planned": plain(study.enrollment.size.value),
    }
    return {
        "rows": {k: v for k, v in rows.items() if v},
        "ready": [_ready(*check, study) for check in _CHAPTERS],
    }


def _design(study: Study) -> str:
    facts = (
        study.phases,
        study.design.allocation,
        study.design.masking,
        study.design.model,
        study.design.purpose,
    )
    words = [plain(f.value).replace("_", " ") for f in facts if f.known]
    words += ["multicenter"] if study.design.multicenter.value else []
    return ", ".join(words)


def _criteria(study: Study) -> str:
    counts = Counter(c.klass for c in study.eligibility)
    return ", ".join(f"{n} {klass}" for klass, n in counts.items()) or "none in the record"


def _ready(chapter: str, check: Callable[[Study], str], study: Study) -> dict[str, str]:
    try:
        return {"chapter": chapter, "kind": "met", "state": "runs", "says": check(study)}
    except NotStated as error:
        return {"chapter": chapter, "kind": "assumed", "state": "waits for an answer", "says": str(error)}
    except ProtorunError as error:
        return {"chapter": chapter, "kind": "blocked", "state": "cannot run", "says": str(error)}


def _screening(study: Study) -> str:
    if not study.eligibility:
        raise NotStated("eligibility criteria", looked_in=study.title)
    parsed = sum(c.klass in ("computable", "partial") for c in study.eligibility)
    return f"{parsed} of {len(study.eligibility)} criteria are computed at least in part; the others are shown as unknown"


def _schedule(study: Study) -> str:
    rows = [row for arm in study.arms for row in schedule_of_activities(study, arm.id)]
    if not rows:
        raise NotStated("arms with a treatment", looked_in=study.title)
    waiting = sorted({row["open"] for row in rows if row["open"]})
    if waiting:
        raise NotStated(f"everything the calendar needs ({'; '.join(waiting[:4])})")
    return f"{len(study.arms)} arm{'s' * (len(study.arms) > 1)} laid out by day"


def _dose_rule(study: Study) -> str:
    if study.dose_rule is None:
        return "the record has no dose rule, and none is invented"
    return f"read as {design_for(study).variant.replace('_', ' ')}"


def _conduct(study: Study) -> str:
    planned = plan(study)
    if planned.missing:
        raise NotStated("; ".join(what for what, _ in planned.missing))
    return "; ".join(f"{stage.name}: {stage.kind.replace('_', ' ')}" for stage in planned.stages)


def _endpoints(study: Study) -> str:
    if not study.endpoints:
        raise NotStated("endpoints", looked_in=study.title)
    return f"{len(study.endpoints)} endpoints as data, each rule with its sentence"


_CHAPTERS: tuple[tuple[str, Callable[[Study], str]], ...] = (
    ("screening", _screening),
    ("schedule", _schedule),
    ("dose rule", _dose_rule),
    ("conduct and simulation", _conduct),
    ("endpoints", _endpoints),
)
