"""Studies of every shape for property tests: each noun is filled field by field from its own type."""

from __future__ import annotations

import string
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from protorun.study.source import Source, Sourced
from protorun.study.study import Study

WORDS = st.text(
    st.sampled_from("abz XYZ 019 .,:;#-?!'\"|>%@`&*{}[]=~\\\n\tµ≥é\u00a0\u2028\x85\x07\ufeff🙂"), max_size=40
)
ID = st.text(string.ascii_lowercase + "_", min_size=1, max_size=6)
TEXT = st.one_of(
    WORDS,
    st.text(max_size=12),
    st.sampled_from(["NO", "1:1", "0x1F", "null", "2024-06", "- a", "1e3", "", " "]),
)
DATES = st.sampled_from(["2024", "2024-06", "2024-02-29", "1999-12-31"])
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)


@st.composite
def sources(draw: Any) -> Source:
    quote = draw(TEXT)
    start = draw(st.integers(0, 9999))
    return Source(
        start=start, end=start + len(quote), quote=quote, locator=draw(st.sampled_from(["", "/a/0/b"]))
    )


@st.composite
def facts(draw: Any, model: type[Sourced[Any]]) -> Sourced[Any]:
    basis = draw(st.sampled_from(["stated", "derived", "assumed", "absent", "unread"]))
    wants = basis in ("stated", "derived", "assumed")
    least = 1 if basis in ("stated", "derived", "unread") else 0
    members = [m for m in get_args(model.model_fields["value"].annotation) if m is not NoneType]
    value = draw(of(members[0])) if wants else None
    found = draw(st.lists(sources(), min_size=least, max_size=2))
    if found and isinstance(value, str) and draw(st.booleans()):
        found[0] = Source(start=3, end=3 + len(value), quote=value)
    note = draw(TEXT.map(lambda t: t or "(ours)") if basis == "assumed" else TEXT)
    return model(value=value, basis=basis, sources=tuple(found), note=note)


@cache
def of(want: Any, depth: int = 1) -> st.SearchStrategy[Any]:
    """A strategy for any type a field of a study has; trees stop growing at depth 0."""
    origin, inside = get_origin(want), get_args(want)
    if origin is Annotated:
        return DATES if inside[0] is str else of(inside[0], depth)
    if origin in (Union, UnionType):
        members = [m for m in inside if depth or m is NoneType or not _grows(m)]
        return st.one_of([st.deferred(lambda m=m: of(m, depth)) for m in members])
    if origin is tuple:
        return st.lists(of(inside[0], depth), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(of(inside[0], depth), of(inside[1], depth), max_size=2)
    if origin is Literal:
        return st.sampled_from(inside)
    if want is Any:
        return PLAIN
    if isinstance(want, type) and issubclass(want, BaseModel):
        return _noun(want, depth - 1 if _grows(want) else depth)
    floats = st.floats(0, 1e6) | st.sampled_from([0.1, 15.0, 1e-9, 1e22])
    return {str: TEXT, int: st.integers(1, 400), float: floats, bool: st.booleans(), NoneType: st.none()}[
        want
    ]


def _grows(want: Any) -> bool:
    return isinstance(want, type) and want.__name__ in ("All", "Any", "Not", "AtLeast", "If", "Unless")


def _noun(model: type[BaseModel], depth: int) -> st.SearchStrategy[Any]:
    if issubclass(model, Sourced):
        return facts(model)
    if issubclass(model, Source):
        return sources()
    return _filled(model, depth, 5 if model is Study else 3)


@st.composite
def _filled(draw: Any, model: type[BaseModel], depth: int, many: int) -> BaseModel:
    """The required fields and a few of the others; the rest stays at its default."""
    there_are = {n: f for n, f in model.model_fields.items() if n not in ("assumptions", "replaces")}
    optional = [n for n, f in there_are.items() if not f.is_required()]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=many, unique=True)) if optional else []
    needed = [n for n, f in there_are.items() if f.is_required()]
    return model(
        **{n: draw(ID if n == "id" else of(there_are[n].annotation, depth)) for n in needed + chosen}
    )


STUDIES = _noun(Study, 1)


@st.composite
def with_field(draw: Any, name: str) -> Study:
    """A study that has that field, filled, and little else."""
    value = draw(of(Study.model_fields[name].annotation, 2))
    return Study.model_validate(
        {"key": "k", "origin": {"name": "n", "format": "f", "digest": "d"}, name: value}
    )
