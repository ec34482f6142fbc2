"""What the reading left open: questions, doubts, conflicts, ambiguities, words nobody understood."""

from __future__ import annotations

from collections.abc import Iterator

from protorun.study.assume import unanswered
from protorun.study.study import Study
from protorun.study_file.checks.finding import Finding

_SHOWN = 80


def open_points(study: Study) -> Iterator[Finding]:
    """One finding for each open question, conflict, ambiguity, warning, doubt, and for each passage not understood."""
    for question in unanswered(study):
        offer = f" (protorun proposes {question.proposals[0].value!r})" if question.proposals else ""
        here = f"open_questions[{question.id}]"
        yield Finding("open", "OPEN_QUESTION", question.path or here, question.asks + offer, here)
    for at, conflict in enumerate(study.conflicts):
        says = f"{conflict.says}; taken: {conflict.taken}"
        yield Finding("review", "CONFLICT", f"conflicts[{at}]", says)
    for at, doubt in enumerate(study.ambiguities):
        says = f"{doubt.says}; readings: {', '.join(doubt.readings)}"
        yield Finding("review", "AMBIGUITY", f"ambiguities[{at}]", says)
    for at, warning in enumerate(study.warnings):
        yield Finding("review", "WARNING", f"warnings[{at}]", warning)
    for at, unread in enumerate(study.unread):
        says = f"{unread.reason}: {_short(unread.source.quote)}"
        yield Finding("review", "UNREAD", f"unread[{at}]", says)
    yield from _criteria(study)


def _criteria(study: Study) -> Iterator[Finding]:
    for criterion in study.eligibility:
        path = f"eligibility[{criterion.id}]"
        for doubt in criterion.doubts:
            code, _, says = doubt.partition(":")
            yield Finding("review", code.strip(), path, says.strip() or code)
        if criterion.klass == "unparsed":
            yield Finding("review", "UNPARSED", path, _short(criterion.text))
        for rest in criterion.residual:
            yield Finding("review", "NOT_COVERED", path, _short(rest.quote))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
