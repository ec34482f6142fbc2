"""Answers to open questions, put into the study as assumptions that every report prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from protorun.errors import UsageError
from protorun.study.source import Sourced
from protorun.study.study import Assumption, Study

_STEP = re.compile(r"([a-z_0-9]+)(?:\[([^\]]+)\])?")


def assume(study: Study, answers: Iterable[Assumption]) -> Study:
    """The study with each answer at its path, on the basis `assumed`. Raises UsageError for a path or value that does
    not fit, and for a value the record states (`derived` and `assumed` ones may be overruled)."""
    for answer in answers:
        if answer.path:
            study = _put(study, _steps(answer.path), answer)
        study = study.model_copy(
            update={
                "assumptions": (
                    *(a for a in study.assumptions if a.path != answer.path or not a.path),
                    answer,
                )
            }
        )
    return study


def take_defaults(study: Study, *, needed_for: str = "") -> Study:
    """The study with the first proposal of every open question taken (or of those a chapter needs)."""
    asked = [q for q in study.open_questions if not needed_for or needed_for in q.needed_for]
    taken = {a.path for a in study.assumptions}
    return assume(
        study,
        (
            Assumption(path=q.path, value=q.proposals[0].value, reason=q.proposals[0].note)
            for q in asked
            if q.path and q.proposals and q.path not in taken
        ),
    )


def _steps(path: str) -> list[tuple[str, str]]:
    steps = [_STEP.fullmatch(part) for part in path.split(".")]
    if not all(steps):
        raise UsageError(f"{path!r} is no path; write it like blocks[it_induction].dose")
    return [(s[1], s[2] or "") for s in steps if s]


def _put(node: Any, steps: list[tuple[str, str]], answer: Assumption) -> Any:
    if isinstance(node, Sourced) and not steps:
        return _answered(node, answer)
    if not steps:
        raise UsageError(f"{answer.path}: the path does not end at a single fact")
    (name, key), rest = steps[0], steps[1:]
    if not isinstance(node, BaseModel) or name not in type(node).model_fields:
        raise UsageError(f"{answer.path}: there is no {name!r} here")
    child = getattr(node, name)
    if key:
        if not any(getattr(item, "id", getattr(item, "label", None)) == key for item in child):
            raise UsageError(f"{answer.path}: there is no {name}[{key}]")
        new: Any = tuple(
            _put(item, rest, answer) if getattr(item, "id", getattr(item, "label", None)) == key else item
            for item in child
        )
    else:
        new = _put(child, rest, answer)
    return node.model_copy(update={name: new})


def _answered(fact: Sourced[Any], answer: Assumption) -> Sourced[Any]:
    if fact.basis == "stated" and fact.value != answer.value:
        raise UsageError(f"{answer.path}: the record states {fact.value!r}; an assumption cannot overrule it")
    try:
        return type(fact).model_validate({"value": answer.value, "basis": "assumed", "note": answer.reason})
    except ValidationError as error:
        raise UsageError(
            f"{answer.path}: {answer.value!r} does not fit: {error.errors()[0]['msg']}"
        ) from error
