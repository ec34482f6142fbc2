"""From a record to a study: one file per chapter of a protocol, each fact tied to the words that state it."""

from __future__ import annotations

from collections.abc import Callable

from protorun.reading.arms import read_arms, read_gates
from protorun.reading.conflicts import read_conflicts
from protorun.reading.design import read_design
from protorun.reading.dose_rule import read_dose_rule
from protorun.reading.eligibility import read_eligibility
from protorun.reading.endpoints import read_endpoints
from protorun.reading.found import Found
from protorun.reading.questions import read_open_questions
from protorun.reading.randomization import read_randomization
from protorun.reading.registration import read_registration
from protorun.reading.treatment import read_treatment
from protorun.reading.unread import unread
from protorun.reading.values import slug
from protorun.reading.visits import read_visits
from protorun.study.record import Record
from protorun.study.source import Source
from protorun.study.study import Origin, Study

__all__ = ["understand"]

Chapter = Callable[[Record, Study], Found]


CHAPTERS: tuple[Chapter, ...] = (
    read_registration,
    read_design,
    read_arms,
    read_treatment,
    read_dose_rule,
    read_gates,
    read_randomization,
    read_endpoints,
    read_visits,
    read_eligibility,
    read_conflicts,
    read_open_questions,
)
"""In this order: a chapter may look at what earlier ones found. Open questions come last, for they ask what is absent."""


def understand(record: Record) -> Study:
    """The study a record describes; every stated fact has its source, and what nobody understood is listed.

    Never raises on odd content: what a chapter cannot read stays absent, unread, or becomes an open question.
    """
    nct = record.first("identifier.nct")
    study = Study(
        key=nct.text if nct else slug(record.name.rpartition("/")[2].partition(".")[0]),
        origin=Origin(name=record.name, format=record.format, digest=record.digest),
        warnings=record.warnings,
    )
    claimed: list[Source] = []
    for chapter in CHAPTERS:
        found = chapter(record, study)
        study = found.into(study)
        claimed += found.claimed
    return study.model_copy(update={"unread": unread(record, study, claimed)})
