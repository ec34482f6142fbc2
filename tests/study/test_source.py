"""Nouns made without checks are the nouns pydantic makes; a copy is pydantic's copy."""

from __future__ import annotations

import pickle
from typing import Any as Anything

import pytest
from pydantic import BaseModel

from protorun.study import arm, criterion, dose_rule, endpoint, randomization, study, treatment, visit
from protorun.study.criterion import Bound, Flag, Number, Window
from protorun.study.source import Frozen, Source

NOUNS = sorted(
    {
        noun
        for module in (arm, criterion, dose_rule, endpoint, randomization, study, treatment, visit)
        for noun in vars(module).values()
        if isinstance(noun, type) and issubclass(noun, Frozen) and noun is not Frozen
    },
    key=lambda noun: noun.__name__,
)


def _parts(noun: BaseModel) -> tuple[Anything, ...]:
    fields = list(noun.__dict__.items())
    return (
        type(noun),
        fields,
        noun.__pydantic_fields_set__,
        noun.__pydantic_extra__,
        noun.__pydantic_private__,
    )


def _pydantic(noun: type[Frozen], **values: object) -> BaseModel:
    return BaseModel.model_construct.__func__(noun, **values)  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_a_noun_made_without_checks_is_the_one_pydantic_makes(noun: type[Frozen]) -> None:
    values = {name: object() for name, field in noun.model_fields.items() if field.is_required()}
    backwards = dict.fromkeys(reversed(list(noun.model_fields)), "x")
    for given in (values, backwards, {}, {**values, "nobody": 1}):
        assert _parts(noun.model_construct(**given)) == _parts(_pydantic(noun, **given))


def test_two_nouns_share_nothing_that_can_change() -> None:
    one, two = Flag.model_construct(variable="a"), Flag.model_construct(variable="b")
    assert one.__dict__ is not two.__dict__
    assert one.model_fields_set == {"variable"}
    assert Flag.model_construct({"window"}, variable="a").model_fields_set == {"window"}


def test_a_copy_has_the_new_values_and_leaves_the_first_as_it_was() -> None:
    first = Number(
        variable="age", low=Bound(value=18), unit="years", source=Source(start=0, end=2, quote="18")
    )
    update = {"window": Window(amount=2, unit="weeks"), "unit": "months"}
    copied = first.model_copy(update=update)
    assert _parts(copied) == _parts(BaseModel.model_copy(first, update=update))
    assert first.unit == "years"
    assert first.window is None
    assert copied.low is first.low
    assert first.model_copy() == first
    assert first.model_copy(deep=True).low is not first.low


def test_a_noun_made_without_checks_compares_prints_hashes_and_travels_like_any_other() -> None:
    made = Flag.model_construct(variable="hiv", qualifiers=(), source=None)
    checked = Flag(variable="hiv", qualifiers=(), source=None)
    assert made == checked
    assert hash(made) == hash(checked)
    assert made.model_dump_json() == checked.model_dump_json()
    assert pickle.loads(pickle.dumps(made)) == checked
