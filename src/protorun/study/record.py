"""A record as published: its original texts, and the named passages a format could tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from protorun.study.source import Source


@dataclass(frozen=True)
class Passage:
    """One named stretch of a record, such as the value behind `Start date`.

    `field` is a canonical name of `terms/fields.toml` (`date.start`, `eligibility.criteria`, `arm.description` ...);
    `group` ties the passages of one repeated thing together (`arm/0`, `related/3`).
    """

    field: str
    source: Source
    group: str = ""
    label: str = ""
    sure: bool = True
    """False when the record does not mark where the value begins and ends, and more than one cut is possible."""

    @property
    def text(self) -> str:
        return self.source.quote


@dataclass(frozen=True)
class Leftover:
    """Text that no rule claimed, with the reason."""

    source: Source
    reason: str


@dataclass(frozen=True)
class Record:
    """A record as published. `texts` maps a locator to the original text at that place; a plain page has one, under ''.

    `shares` accounts for every non-blank character: value, label, help, chrome, leftover; the shares sum to 1.
    `absent` maps fields this record cannot give to the reason (`layout`, `empty label`).
    """

    format: str
    name: str
    digest: str
    texts: Mapping[str, str]
    passages: tuple[Passage, ...]
    leftovers: tuple[Leftover, ...] = ()
    warnings: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    scores: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    shares: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def all(self, name: str) -> tuple[Passage, ...]:
        """Every passage of that field, in the order of the record."""
        return tuple(p for p in self.passages if p.field == name)

    def first(self, name: str) -> Passage | None:
        """The first passage of that field, or None."""
        return next((p for p in self.passages if p.field == name), None)

    def groups(self, kind: str) -> Iterator[tuple[str, tuple[Passage, ...]]]:
        """The passages of each repeated thing of a kind (`arm`, `related` ...), group by group."""
        seen: dict[str, list[Passage]] = {}
        for p in self.passages:
            if p.group.startswith(f"{kind}/"):
                seen.setdefault(p.group, []).append(p)
        yield from ((name, tuple(found)) for name, found in seen.items())

    def quote(self, source: Source) -> str:
        """The original characters a source points at."""
        return self.texts[source.locator][source.start : source.end]
