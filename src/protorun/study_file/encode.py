"""Study -> compact plain data: what stands at its default is left out, small nouns take their short form."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from protorun.study.assume import as_read
from protorun.study.criterion import Alternative, Criterion
from protorun.study.source import Source, Sourced
from protorun.study.study import Assumption, Study
from protorun.study.written import Written, number, written
from protorun.study_file import readings

Plain = dict[str, Any]


def encode(study: Study) -> Plain:
    """The study as plain data; facts stand as they were read, answers under `assumptions`."""
    found: Plain = {"protorun": study.protorun}
    found |= _model(as_read(study))
    if study.assumptions:
        found["assumptions"] = [_answer(a) for a in study.assumptions]
    return found


def _answer(answer: Assumption) -> Plain:
    return {"path": answer.path, "value": _value(answer.value), "reason": answer.reason}


def _value(value: Any) -> Any:
    if isinstance(value, Sourced):
        return _fact(value)
    if isinstance(value, Source):
        return _source(value)
    if isinstance(value, Written):
        return _short(value)
    if isinstance(value, BaseModel):
        return _model(value)
    if isinstance(value, dict):
        return {key: _value(v) for key, v in value.items()}
    return [_value(v) for v in value] if isinstance(value, (list, tuple)) else value


def _short(noun: Written) -> Any:
    text = written(noun)
    if text is None:
        return {name: getattr(noun, name) for name in type(noun).model_fields}
    return _digits(text)


def _digits(text: str) -> str | int | float:
    """A bound such as `18` stands as a number, not as text."""
    try:
        value = float(text)
    except ValueError:
        return text
    if number(value) != text:
        return text
    return int(value) if value.is_integer() else value


def _model(model: BaseModel) -> Plain:
    found: Plain = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name == "expr" and isinstance(model, (Criterion, Alternative)):
            found |= _reading(model)
            continue
        left_out = not field.is_required() and value == field.get_default(call_default_factory=True)
        if not left_out:
            found[name] = _value(value)
    return found


def _reading(model: Criterion | Alternative) -> Plain:
    """The tree as a line, with the places of its atoms; a quote is left out where the criterion's own gives it."""
    found = readings.plain(model)
    around = model.sources if isinstance(model, Criterion) else ()
    if "atoms" in found:
        found["atoms"] = [
            {"atom": text, **_source(s, implied=readings.implied(s, around))} for text, s in found["atoms"]
        ]
    return found


def _fact(fact: Sourced[Any]) -> Plain:
    has_value = fact.value is not None
    found: Plain = {fact.basis: _value(fact.value) if has_value else fact.note}
    sources = [_source(s, implied=fact.value) for s in fact.sources]
    if len(sources) == 1:
        found |= sources[0]
    elif sources:
        found["sources"] = sources
    if has_value and fact.note:
        found["why"] = fact.note
    return found


def _source(source: Source, implied: Any = None) -> Plain:
    """`quote` is left out where it equals the value it states."""
    found: Plain = {"at": f"{source.start}-{source.end}"}
    if source.locator:
        found["in"] = source.locator
    if source.quote != implied:
        found["quote"] = source.quote
    return found
