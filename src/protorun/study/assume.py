"""Answers to open questions, put into the study as assumptions that every report prints, and taken back again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from protorun.errors import UsageError
from protorun.study.dose_rule import Level
from protorun.study.source import Sourced
from protorun.study.study import Assumption, OpenQuestion, Study

_STEP = re.compile(r"([a-z_0-9]+)(?:\[([^\]]+)\])?")
_KEYS = ("id", "name", "label")
_LEVELS = "dose_rule.levels"
"""The one list that may be assumed whole, as doses from the lowest up: ["15 mg", "20 mg"]."""

Step = tuple[str, str]


@dataclass(frozen=True)
class _Walk:
    """On the way along `path` to the fact that `change` replaces."""

    path: str
    change: Callable[[Sourced[Any]], Sourced[Any]]


def assume(study: Study, answers: Iterable[Assumption]) -> Study:
    """The study with each answer at its path, on the basis `assumed`. A question of free text is answered at
    `open_questions[id]`, and the answer only listed.

    Raises UsageError for a path or value that does not fit, and for a value the record states (`derived` and `assumed`
    ones may be overruled).
    """
    for answer in answers:
        earlier = next((a for a in study.assumptions if a.path and a.path == answer.path), None)
        if answer.path and not _is_free(study, answer.path):
            fact = fact_at(study, answer.path)
            answer = answer.model_copy(update={"replaces": earlier.replaces if earlier else _plain(fact)})
            study = _put(study, _steps(answer.path), _Walk(answer.path, _answering(answer)))
        study = study.model_copy(
            update={"assumptions": (*(a for a in study.assumptions if a is not earlier), answer)}
        )
    return study


def as_read(study: Study) -> Study:
    """The study without its assumptions: each answered fact is again what it was before."""
    for answer in reversed(study.assumptions):
        if answer.path and not _is_free(study, answer.path):
            study = _put(study, _steps(answer.path), _Walk(answer.path, _restoring(answer)))
    return study.model_copy(update={"assumptions": ()})


def take_defaults(study: Study, *, needed_for: str = "") -> Study:
    """The study with the first proposal of every open question taken (or of those a chapter needs)."""
    return assume(
        study,
        (
            Assumption(path=q.path, value=q.proposals[0].value, reason=q.proposals[0].note)
            for q in unanswered(study)
            if q.path and q.proposals and (not needed_for or needed_for in q.needed_for)
        ),
    )


def unanswered(study: Study) -> tuple[OpenQuestion, ...]:
    """The open questions no assumption has answered."""
    answered = {a.path for a in study.assumptions}
    return tuple(q for q in study.open_questions if (q.path or _free_path(q)) not in answered)


def _free_path(question: OpenQuestion) -> str:
    return f"open_questions[{question.id}]"


def _is_free(study: Study, path: str) -> bool:
    """Whether the path is that of a question of free text, which changes no fact. Raises UsageError for another one."""
    if not path.startswith("open_questions["):
        return False
    known = {_free_path(q): q.path for q in study.open_questions}
    if path not in known:
        raise UsageError(f"{path}: there is no such question{_did_you_mean(path, known)}")
    if known[path]:
        raise UsageError(f"{path}: answer this question at its path, {known[path]}")
    return True


def fact_at(study: Study, path: str) -> Sourced[Any]:
    """The fact a path such as `blocks[it_induction].dose` leads to. Raises UsageError when there is none."""
    found: list[Sourced[Any]] = []

    def note(fact: Sourced[Any]) -> Sourced[Any]:
        found.append(fact)
        return fact

    _put(study, _steps(path), _Walk(path, note))
    return found[0]


def _plain(fact: Sourced[Any]) -> Sourced[Any]:
    return Sourced[Any](value=fact.value, basis=fact.basis, sources=fact.sources, note=fact.note)


def _steps(path: str) -> list[Step]:
    steps = [_STEP.fullmatch(part) for part in re.split(r"\.(?![^\[]*\])", path)]
    if not all(steps):
        raise UsageError(f"{path!r} is no path; write it like blocks[it_induction].dose")
    return [(s[1], s[2] or "") for s in steps if s]


def _put(node: Any, steps: list[Step], walk: _Walk) -> Any:
    """A copy of the node in which the fact at the end of the steps is changed."""
    if not steps:
        if walk.path == _LEVELS and isinstance(node, tuple):
            before = _fact_of(node)
            after = walk.change(before)
            return node if after is before else _levels(after)
        if not isinstance(node, Sourced):
            raise UsageError(f"{walk.path}: the path does not end at a single fact")
        return walk.change(node)
    (name, key), rest = steps[0], steps[1:]
    if not isinstance(node, BaseModel) or name not in type(node).model_fields:
        fields = type(node).model_fields if isinstance(node, BaseModel) else ()
        raise UsageError(f"{walk.path}: there is no {name!r} here{_did_you_mean(name, fields)}")
    child = _typed(node, name)
    new = _put_in(child, steps[0], rest, walk) if key else _put(child, rest, walk)
    return node.model_copy(update={name: new})


def _typed(node: BaseModel, name: str) -> Any:
    """The field; a fact that was built without its type gets that of its place, so that an answer is checked."""
    child, kind = getattr(node, name), type(node).model_fields[name].annotation
    bare = isinstance(child, Sourced) and isinstance(kind, type) and issubclass(kind, Sourced)
    return kind.model_construct(**child.__dict__) if bare and kind is not None else child


def _put_in(child: Any, step: Step, rest: list[Step], walk: _Walk) -> Any:
    name, key = step
    if isinstance(child, dict) and key in child:
        return child | {key: _put(child[key], rest, walk)}
    keys = keys_of(child) if isinstance(child, tuple) else []
    if key not in keys:
        raise UsageError(f"{walk.path}: there is no {name}[{key}]{_did_you_mean(key, keys)}")
    at = keys.index(key)
    return (*child[:at], _put(child[at], rest, walk), *child[at + 1 :])


def keys_of(items: tuple[Any, ...]) -> list[str]:
    """How a path names each item of a list: by its id, name or label, else by its place from 0."""
    return [
        next((k for k in (getattr(i, a, None) for a in _KEYS) if isinstance(k, str) and k), str(at))
        for at, i in enumerate(items)
    ]


def _fact_of(levels: tuple[Level, ...]) -> Sourced[Any]:
    """Dose levels as one fact: their labels, assumed when every dose is, else as stated as the record has them."""
    if not levels:
        return Sourced[tuple[str, ...]]()
    labels, first = tuple(level.label for level in levels), levels[0].dose
    if all(level.dose.basis == "assumed" for level in levels):
        return Sourced[tuple[str, ...]](value=labels, basis="assumed", note=first.note)
    sources = tuple(source for level in levels for source in level.dose.sources)
    if not sources:
        raise UsageError(f"{_LEVELS}: the study lists its levels already")
    return Sourced[tuple[str, ...]](value=labels, basis="stated", sources=sources)


def _levels(fact: Sourced[Any]) -> tuple[Level, ...]:
    """Levels from assumed doses, each labeled by its dose as written."""
    return tuple(Level(label=text, dose=_dose(text, fact.note)) for text in fact.value or ())


def _dose(text: str, note: str) -> Sourced[Any]:
    given = {"value": text, "basis": "assumed", "note": note}
    try:
        return Level.model_validate({"label": text, "dose": given}).dose
    except ValidationError as error:
        raise UsageError(f"{_LEVELS}: {text!r} is no dose; write it like 15 mg") from error


def _answering(answer: Assumption) -> Callable[[Sourced[Any]], Sourced[Any]]:
    def change(fact: Sourced[Any]) -> Sourced[Any]:
        given = {"value": answer.value, "basis": "assumed", "note": answer.reason}
        try:
            new = type(fact).model_validate(given)
        except ValidationError as error:
            why = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise UsageError(f"{answer.path}: {answer.value!r} does not fit: {why}") from error
        if fact.basis == "stated" and fact.value == new.value:
            return fact
        if fact.basis == "stated":
            raise UsageError(
                f"{answer.path}: the record states {fact.value!r}; an assumption cannot overrule it"
            )
        return new

    return change


def _restoring(answer: Assumption) -> Callable[[Sourced[Any]], Sourced[Any]]:
    def change(fact: Sourced[Any]) -> Sourced[Any]:
        was = answer.replaces
        given = {"value": was.value, "basis": was.basis, "sources": was.sources, "note": was.note}
        return type(fact).model_validate(given)

    return change


def _did_you_mean(word: str, there_are: Iterable[str]) -> str:
    close = get_close_matches(word, list(there_are), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
