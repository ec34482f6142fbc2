"""Where something is said, and how sure we may be that the record says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

T = TypeVar("T")

Basis = Literal["stated", "derived", "assumed", "absent", "unread"]
"""`stated` has spans; `derived` is computed from stated values and has their spans; `assumed` is a named default or a
person's answer, with its reason in `note`; `absent` is not in the record; `unread` is there and nobody understood it."""


class Frozen(BaseModel):
    """Base of every noun: immutable, and a misspelled field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:  # type: ignore[override]
        """What pydantic's own gives, in a third of the time: a reader makes thousands of nouns for one record."""
        blank, needed = _BLANKS.get(cls) or _blank(cls)
        fields = {**blank, **values}
        if _fields_set is not None or len(fields) != len(blank) or not values.keys() >= needed:
            return super().model_construct(_fields_set, **values)
        return _made(cls, fields, set(values))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values in some fields; like pydantic's own, it does not check them."""
        if deep or self.__pydantic_extra__ is not None or self.__pydantic_private__ is not None:
            return super().model_copy(update=update, deep=deep)
        changed = update or {}
        return _made(type(self), {**self.__dict__, **changed}, self.__pydantic_fields_set__.union(changed))


_Noun = TypeVar("_Noun", bound=Frozen)
_Blank = tuple[dict[str, Any], frozenset[str]]
_BLANKS: dict[type[Frozen], _Blank] = {}
"""The fields of each noun in order, with their defaults, and which of them have none."""
_new = object.__new__
# What pydantic keeps in a noun, set directly: by name, each costs a search through the classes of the noun.
_dict, _given, _extra, _private = (
    BaseModel.__dict__[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


def _made(noun: type[_Noun], fields: dict[str, Any], given: set[str]) -> _Noun:
    made = _new(noun)
    _dict(made, fields)
    _given(made, given)
    _extra(made, None)
    _private(made, None)
    return made


def _blank(noun: type[Frozen]) -> _Blank:
    """Defaults that may be shared; a noun with any other default, or with an alias, is left to pydantic."""
    fields = noun.__pydantic_fields__
    shared = (str, int, float, bool, type(None))
    plain = not noun.__pydantic_post_init__ and all(
        not (f.alias or f.validation_alias or f.default_factory)
        and (f.is_required() or f.default == () or isinstance(f.default, shared))
        for f in fields.values()
    )
    needed = frozenset(n for n, f in fields.items() if f.is_required())
    _BLANKS[noun] = {n: f.default for n, f in fields.items()}, needed if plain else frozenset([""])
    return _BLANKS[noun]


class Source(Frozen):
    """A stretch of the original record. Law: `record.texts[locator][start:end] == quote`."""

    start: int
    end: int
    quote: str
    locator: str = ""
    """JSON pointer, XPath or `row/column`; empty for a plain page. Offsets count code points inside that text."""


def source_at(start: int, end: int, quote: str, locator: str) -> Source:
    """A source whose parts need no check: a reader makes several for each line."""
    fields = {"start": start, "end": end, "quote": quote, "locator": locator}
    return _made(Source, fields, {"start", "end", "quote", "locator"})


class Sourced(Frozen, Generic[T]):
    """A value with its basis and the places that state it."""

    value: T | None = None
    basis: Basis = "absent"
    sources: tuple[Source, ...] = ()
    note: str = ""
    """Why: the rule of a derivation, the reason and origin of an assumption, or the kind of absence
    (`layout` never carries it, `empty label`, `not stated`)."""

    @model_validator(mode="after")
    def _consistent(self) -> Sourced[T]:
        if self.basis in ("absent", "unread") and self.value is not None:
            raise ValueError(f"a value that is {self.basis} cannot be given: {self.value!r}")
        if self.basis in ("stated", "derived", "assumed") and self.value is None:
            raise ValueError(f"basis {self.basis} needs a value")
        if self.basis in ("stated", "derived", "unread") and not self.sources:
            raise ValueError(f"basis {self.basis} needs at least one source")
        if self.basis == "assumed" and not self.note:
            raise ValueError("an assumed value needs a note: where does it come from?")
        return self

    @property
    def known(self) -> bool:
        """True when there is a value, on whatever basis."""
        return self.value is not None


def stated(value: T, *sources: Source, note: str = "") -> Sourced[T]:
    """A value the record prints."""
    return Sourced[T](value=value, basis="stated", sources=sources, note=note)


def derived(value: T, *sources: Source, note: str) -> Sourced[T]:
    """A value computed from stated ones; `note` says how."""
    return Sourced[T](value=value, basis="derived", sources=sources, note=note)


def assumed(value: T, note: str) -> Sourced[T]:
    """A default of ours or an answer of the user; `note` says whose and why."""
    return Sourced[T](value=value, basis="assumed", note=note)


def absent(note: str = "not stated") -> Sourced[T]:
    """The record does not say it."""
    return Sourced[T](note=note)
