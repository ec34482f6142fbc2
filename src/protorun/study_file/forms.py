"""The compact forms of the study file: which key names a basis, which field an atom is written behind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from protorun.study.source import Sourced

BASES = ("stated", "derived", "assumed", "absent", "unread")
"""A fact is a map with exactly one of these keys. Behind `stated`, `derived`, `assumed` stands the value; behind
`absent` and `unread` the reason, since there is no value."""

SOURCE_KEYS = ("at", "in", "quote")
SPAN = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")

_BEHIND = {"unless": "exception"}  # "unless: <exception>" reads as English; all others: the first field


def main_field(atom: str, fields: Iterable[str]) -> str:
    """The field written behind the name of an atom: `flag: pregnancy` is Flag(variable="pregnancy")."""
    return _BEHIND.get(atom) or next(name for name in fields if name != "atom")


def atom_name(model: type[BaseModel]) -> str | None:
    """`number` for Number and so on; None for a noun that is no node of a criterion tree."""
    field = model.model_fields.get("atom")
    return str(field.default) if field else None


def bare(want: Any) -> tuple[Any, bool]:
    """A type without Annotated and `| None`, and whether None was allowed."""
    while get_origin(want) is Annotated:
        want = get_args(want)[0]
    if get_origin(want) in (Union, UnionType):
        members = [m for m in get_args(want) if m is not NoneType]
        if len(members) == 1:
            return bare(members[0])[0], True
    return want, False


def atoms(want: Any) -> dict[str, type[BaseModel]]:
    """The atoms of a union of tree nodes by name; empty for any other type."""
    if get_origin(want) not in (Union, UnionType):
        return {}
    members = [m for m in get_args(want) if isinstance(m, type) and issubclass(m, BaseModel)]
    return {name: m for m in members if (name := atom_name(m))}


def inside(model: type[Sourced[Any]]) -> Any:
    """The T of a Sourced[T]."""
    return bare(model.model_fields["value"].annotation)[0]
