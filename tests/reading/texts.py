"""A record made of a few passages, for tests of one chapter of the reading."""

from protorun.reading.arms import read_arms
from protorun.reading.dose_rule import read_dose_rule
from protorun.reading.treatment import read_treatment
from protorun.study.record import Passage, Record
from protorun.study.source import Source
from protorun.study.study import Origin, Study


def record(*passages: tuple[str, str] | tuple[str, str, str]) -> Record:
    """Passages as (field, text) or (field, text, group), one after another in one page."""
    text, found = "", []
    for field, words, *group in passages:
        source = Source(start=len(text), end=len(text) + len(words), quote=words)
        found.append(Passage(field, source, group[0] if group else ""))
        text += words + "\n"
    return Record("test", "test", "0", {"": text}, tuple(found))


def empty() -> Study:
    return Study(key="test", origin=Origin(name="test", format="test", digest="0"))


def arms_of(one: Record) -> Study:
    return read_arms(one, empty()).into(empty())


def treated(one: Record) -> Study:
    """The study after the chapters on arms, treatment and dose rule."""
    study = arms_of(one)
    for chapter in (read_treatment, read_dose_rule):
        study = chapter(one, study).into(study)
    return study


def arm(
    description: str, *interventions: str, label: str = "Arm 1", n: int = 0
) -> list[tuple[str, str, str]]:
    """Passages of one registry arm with its interventions."""
    group = f"arm/{n}"
    rows = [("arm.label", label, group), ("arm.description", description, group)]
    rows += [("arm.interventions", f"Drug: {name}", group) for name in interventions]
    for k, name in enumerate(interventions):
        one = f"intervention/{n}{k}"
        rows += [("intervention.name", name, one), ("intervention.type", "Drug", one)]
    return rows
