"""What execution needs and the record does not say, asked with the path to fill and the defaults on offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from protorun.reading.arms.populations import same_patients
from protorun.reading.found import Found
from protorun.reading.questions.endpoints import endpoint_questions
from protorun.reading.questions.table import ask, names, words
from protorun.reading.values import table
from protorun.study.record import Record
from protorun.study.source import assumed
from protorun.study.study import OpenQuestion, Proposal, Study
from protorun.study.visit import Activity

_SCANNED = ("progression", "intracranial_progression", "neurological_progression", "relapse")


def read_open_questions(record: Record, study: Study) -> Found:
    """Every question the study leaves open that no chapter has asked yet; a question is asked once."""
    activities = study.activities
    if _needs_assessments(study) and not any(a.id == "tumor_assessment" for a in activities):
        activities = (*activities, _ASSESSMENT)
    study = study.model_copy(update={"activities": activities})
    asked = {q.id for q in study.open_questions} | {q.path for q in study.open_questions if q.path}
    found: dict[str, OpenQuestion] = {}
    for chapter in _CHAPTERS:
        for question in chapter(record, study):
            if question.id not in asked and (not question.path or question.path not in asked):
                found.setdefault(question.id, question)
    return Found({"activities": activities}, open_questions=tuple(found.values()))


_ASSESSMENT = Activity(
    id="tumor_assessment",
    name=assumed(
        "tumor assessment", "response or progression decides something here; no schedule is stated (ours)"
    ),
)


def _needs_assessments(study: Study) -> bool:
    """Response or progression is measured, ends a treatment, or opens one."""
    measured = any(
        e.kind in ("response_rate", "duration") or any(x.kind in _SCANNED for x in e.events)
        for e in study.endpoints
    )
    decides = any(
        b.condition.known or set(b.until.value or ()) & {"progression", "relapse"} for b in study.blocks
    )
    return measured or decides


def _identity(record: Record, study: Study) -> Iterator[OpenQuestion]:
    if study.nct is None:
        yield ask("nct")


def _sizes(record: Record, study: Study) -> Iterator[OpenQuestion]:
    if study.enrollment.size.known:
        return
    yield ask("sample_size")
    for part in study.parts[1:]:
        if not part.sample_size.known:
            yield ask("part_size", id=part.id, name=part.phase.value or part.id)
    unknown = [arm for arm in study.arms if not arm.sample_size.known]
    if study.design.allocation.value != "randomized" and len(study.arms) > 1 and unknown:
        yield ask("arm_sizes", name=names([arm.label.value or arm.id for arm in unknown]))


def _allocation(record: Record, study: Study) -> Iterator[OpenQuestion]:
    for a, b in same_patients(study.arms):
        if study.design.allocation.value != "randomized":
            yield ask("same_patients", id=f"{a.id}_{b.id}", name=f"{a.label.value} and {b.label.value}")
    randomization = study.randomization
    if randomization is None:
        return
    count = len(randomization.arms)
    offered: dict[str, list[Proposal]] = {
        "ratio": [Proposal(value=[1] * count, note="(ours) equal numbers in each arm")] if count > 1 else [],
        "block_sizes": [
            Proposal(value=[2 * count, 3 * count], note="(ours) two and three times the number of arms")
        ]
        if count > 1
        else [],
        "strata": [Proposal(value=["center"], note="(ours) by center, for the trial has several")]
        if study.design.multicenter.value
        else [],
    }
    for name in ("ratio", "method", "block_sizes", "strata", "concealment"):
        if not getattr(randomization, name).known and not (name == "block_sizes" and _not_blocks(study)):
            yield ask(name, proposals=offered.get(name, ()), fact=getattr(randomization, name))


def _not_blocks(study: Study) -> bool:
    method = study.randomization.method.value if study.randomization else None
    return method is not None and method != "permuted_blocks"


def _dose_rule(record: Record, study: Study) -> Iterator[OpenQuestion]:
    rule = study.dose_rule
    if rule is None:
        return
    if not rule.dlt_definition.known:
        yield ask("dlt_definition", proposals=_dlt_definition(study))
    if not rule.window_days.known and not rule.window_cycles.known:
        yield ask("dlt_window", proposals=_dlt_window(study))
    if not rule.levels:
        yield ask("dose_levels")
    if not rule.design.known and not rule.readings:
        yield ask("escalation_rule")
    if not rule.readings:
        yield ask("stop_rules")


def _dlt_definition(study: Study) -> Sequence[Proposal]:
    routes = {r for b in study.blocks for r in b.routes.value or ()}
    if not any(way in r for r in routes for way in ("thecal", "ventricular", "lumbar")):
        return ()
    own = table("questions")["words"]
    return (Proposal(value=own["intrathecal_dlt"], note=own["intrathecal_note"]),)


def _dlt_window(study: Study) -> Sequence[Proposal]:
    """The bounded phases of the drug whose dose the rule sets, or one cycle of it."""
    ruled = [b for b in study.blocks if study.dose_rule and b.id in study.dose_rule.blocks] or [
        b for b in study.blocks if b.dose_by_rule
    ]
    weeks = sum(b.weeks.value or 0 for b in ruled)
    if weeks:
        return (Proposal(value=7 * weeks, note=f"(ours) the {weeks} weeks of treatment before maintenance"),)
    cycle = next((b.cycle_days.value for b in ruled if b.cycle_days.value), None)
    return (Proposal(value=cycle, note="(ours) one cycle"),) if cycle else ()


def _assessments(record: Record, study: Study) -> Iterator[OpenQuestion]:
    for activity in study.activities:
        if activity.id == "tumor_assessment" and not activity.every_days.known and not activity.days.known:
            yield ask("assessments")
        if activity.id.startswith("pharmacokinetics") and not activity.days.known:
            place = ", ".join(activity.arms) or "all arms"
            yield ask("pharmacokinetics", id=activity.id, name=place)
    text = " ".join(p.text for p in record.passages if p.field.startswith(("title.", "summary.")))
    measured = " ".join(e.name.value or "" for e in study.endpoints)
    wanted = words("quality_of_life").search(text) or words("quality_of_life").search(measured)
    everything = text + " ".join(f"{e.name.value} {e.description.value}" for e in study.endpoints)
    if wanted and not words("instrument").search(everything):
        yield ask("quality_of_life")


_CHAPTERS: tuple[Callable[[Record, Study], Iterator[OpenQuestion]], ...] = (
    _identity,
    _sizes,
    _allocation,
    _dose_rule,
    endpoint_questions,
    _assessments,
)
