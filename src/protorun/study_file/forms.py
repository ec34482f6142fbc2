"""The compact forms of the study file: which key names a basis, what a source looks like."""

from __future__ import annotations

import re
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from protorun.study.source import Sourced

BASES = ("stated", "derived", "assumed", "absent", "unread")
"""A fact is a map with exactly one of these keys. Behind `stated`, `derived`, `assumed` stands the value; behind
`absent` and `unread` the reason, since there is no value."""

SOURCE_KEYS = ("at", "in", "quote")
SPAN = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")


def bare(want: Any) -> tuple[Any, bool]:
    """A type without Annotated and `| None`, and whether None was allowed."""
    while get_origin(want) is Annotated:
        want = get_args(want)[0]
    if get_origin(want) in (Union, UnionType):
        members = [m for m in get_args(want) if m is not NoneType]
        if len(members) == 1:
            return bare(members[0])[0], True
    return want, False


def inside(model: type[Sourced[Any]]) -> Any:
    """The T of a Sourced[T]."""
    return bare(model.model_fields["value"].annotation)[0]
