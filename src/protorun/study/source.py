"""Where something is said, and how sure we may be that the record says it."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

T = TypeVar("T")

Basis = Literal["stated", "derived", "assumed", "absent", "unread"]
"""`stated` has spans; `derived` is computed from stated values and has their spans; `assumed` is a named default or a
person's answer, with its reason in `note`; `absent` is not in the record; `unread` is there and nobody understood it."""


class Frozen(BaseModel):
    """Base of every noun: immutable, and a misspelled field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Source(Frozen):
    """A stretch of the original record. Law: `record.texts[locator][start:end] == quote`."""

    start: int
    end: int
    quote: str
    locator: str = ""
    """JSON pointer, XPath or `row/column`; empty for a plain page. Offsets count code points inside that text."""


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
