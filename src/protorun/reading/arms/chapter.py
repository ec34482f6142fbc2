"""Arms and interventions: from the lists of a registry, or from running text where a record has no such lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from protorun.reading.arms.parts import part_of, read_cohorts, read_parts
from protorun.reading.arms.populations import overlaps, population
from protorun.reading.arms.prose import arms_in_prose, prose_conflicts
from protorun.reading.found import Found
from protorun.reading.values import named, of, plain, slug, word
from protorun.study.arm import Arm
from protorun.study.record import Passage, Record
from protorun.study.source import absent
from protorun.study.study import Study
from protorun.study.treatment import Intervention

_TYPED = re.compile(r"^(?:[A-Za-z ]+(?:/[A-Za-z ]+)?):\s*")


def read_arms(record: Record, study: Study) -> Found:
    """`arms`, `parts`, `cohorts` and `interventions`."""
    parts = read_parts(record, study)
    arms = _listed_arms(record) or arms_in_prose(record, study)
    arms = tuple(a.model_copy(update={"part": part_of(a, parts)}) for a in arms)
    interventions, arms = _linked(_listed_interventions(record), arms)
    return Found(
        {
            "parts": parts,
            "arms": arms,
            "interventions": interventions,
            "cohorts": read_cohorts(record, parts, arms),
        },
        conflicts=(*prose_conflicts(record, arms), *overlaps(arms)),
        claimed=tuple(s for a in arms for s in a.sources),
    )


def _listed_arms(record: Record) -> tuple[Arm, ...]:
    arms: list[Arm] = []
    for _, passages in record.groups("arm"):
        label = named(passages, "arm.label", str)
        if not label.known:
            continue
        description = next((p for p in passages if p.field == "arm.description"), None)
        arms.append(
            Arm(
                id=slug(str(label.value), (a.id for a in arms)),
                label=label,
                type=named(passages, "arm.type", word("arm_type")),
                description=of(description, str) if description else absent(),
                population=population(description),
                interventions=tuple(
                    _TYPED.sub("", p.text).strip() for p in passages if p.field == "arm.interventions"
                ),
            )
        )
    return tuple(arms)


def _listed_interventions(record: Record) -> tuple[tuple[Intervention, Sequence[Passage]], ...]:
    return tuple(
        (
            Intervention(
                name=name,
                type=named(passages, "intervention.type", word("intervention_type")),
                description=named(passages, "intervention.description", str),
                other_names=tuple(p.text for p in passages if p.field == "intervention.other_name"),
            ),
            passages,
        )
        for _, passages in record.groups("intervention")
        if (name := named(passages, "intervention.name", str)).known
    )


def _linked(
    listed: Sequence[tuple[Intervention, Sequence[Passage]]], arms: tuple[Arm, ...]
) -> tuple[tuple[Intervention, ...], tuple[Arm, ...]]:
    """Registries tie arms and interventions from either side; here both sides know each other."""
    ids = {plain(str(a.label.value)): a.id for a in arms}
    given: dict[str, list[str]] = {a.id: list(a.interventions) for a in arms}
    linked = []
    for intervention, passages in listed:
        name = str(intervention.name.value)
        of_arms = _arms_of(passages, ids, given, name)
        for arm in of_arms:
            if plain(name) not in {plain(n) for n in given[arm]}:
                given[arm].append(name)
        linked.append(intervention.model_copy(update={"arms": of_arms}))
    return tuple(linked), tuple(a.model_copy(update={"interventions": tuple(given[a.id])}) for a in arms)


def _arms_of(
    passages: Sequence[Passage], ids: Mapping[str, str], given: Mapping[str, Sequence[str]], name: str
) -> tuple[str, ...]:
    named_here = [
        ids[plain(p.text)] for p in passages if p.field == "intervention.arm" and plain(p.text) in ids
    ]
    named_there = [arm for arm, names in given.items() if plain(name) in {plain(n) for n in names}]
    return tuple(dict.fromkeys((*named_here, *named_there)))
