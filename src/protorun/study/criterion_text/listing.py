"""The criteria of a study as they were read, for people."""

from __future__ import annotations

from dataclasses import dataclass

from protorun.study.criterion import Criterion, Klass
from protorun.study.criterion_text.atoms import atoms_of
from protorun.study.criterion_text.writing import write
from protorun.study.study import Study


@dataclass(frozen=True)
class Reading:
    """One criterion: its line in the text form, whose reading it is, what the line does not cover, doubts, and the parts
    that are unknown until a person has answered them."""

    id: str
    klass: Klass
    reads: str
    not_covered: tuple[str, ...]
    doubts: tuple[str, ...]
    read_by: str
    text: str
    waits_for: tuple[str, ...] = ()


def criteria(study: Study) -> tuple[Reading, ...]:
    """Every eligibility criterion of a study in its text form, in the order of the record."""
    return tuple(
        Reading(c.id, c.klass, write(c.expr), _not_covered(c), _doubts(c), c.read_by, c.text, asked(c))
        for c in study.eligibility
    )


def _not_covered(criterion: Criterion) -> tuple[str, ...]:
    """The words of the residue, and those that stand in the tree as `unparsed`."""
    words = [s.quote for s in criterion.residual]
    words += [a.text for a in atoms_of(criterion.expr) if a.atom == "unparsed"]
    return tuple(dict.fromkeys(words))


def asked(criterion: Criterion) -> tuple[str, ...]:
    """The words of the parts that the investigator judges or somebody states."""
    said = (a.text for a in atoms_of(criterion.expr) if a.atom in ("judgment", "attestation"))
    return tuple(dict.fromkeys(said))


def _doubts(criterion: Criterion) -> tuple[str, ...]:
    """Doubts, and the other ways to read the same words with their line."""
    others = (f"or, if {a.says}: {write(a.expr)}" for a in criterion.alternatives)
    return (*criterion.doubts, *others)
