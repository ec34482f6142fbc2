"""Names that lead nowhere, stand twice, or are never used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from protorun.study.study import Study
from protorun.study_file.checks.finding import Finding

_LISTS = ("parts", "arms", "cohorts", "gates", "eligibility", "blocks", "activities", "endpoints")


def references(study: Study) -> Iterator[Finding]:
    """Duplicate ids; arms, blocks, gates, cohorts and anchors that name what does not exist; what is never used."""
    for name in _LISTS:
        for id, times in Counter(item.id for item in getattr(study, name)).items():
            if times > 1:
                yield _error("DUPLICATE_ID", f"{name}[{id}]", f"the id {id!r} stands {times} times in {name}")
    yield from _unknown_names(study)
    yield from _unused(study)
    yield from _anchors(study)


def _unknown_names(study: Study) -> Iterator[Finding]:
    arms, blocks = [a.id for a in study.arms], [b.id for b in study.blocks]
    parts, rule, chance = [p.id for p in study.parts], study.dose_rule, study.randomization
    for arm in study.arms:
        yield from _missing(f"arms[{arm.id}]", "block", arm.blocks, blocks)
        yield from _missing(f"arms[{arm.id}]", "part", [arm.part], parts)
    for cohort in study.cohorts:
        yield from _missing(f"cohorts[{cohort.id}]", "part", [cohort.part], parts)
        yield from _missing(f"cohorts[{cohort.id}]", "arm", [cohort.arm], arms)
    for gate in study.gates:
        yield from _missing(f"gates[{gate.id}]", "arm", [gate.from_arm], arms)
        yield from _missing(f"gates[{gate.id}]", "arm or block", gate.holds, arms + blocks)
        if not gate.holds:
            yield _error("EMPTY_GATE", f"gates[{gate.id}]", "nothing waits for this result")
    for activity in study.activities:
        yield from _missing(f"activities[{activity.id}]", "arm", activity.arms, arms)
    if rule:
        yield from _missing("dose_rule", "arm", [rule.arm], arms)
        yield from _missing("dose_rule", "block", rule.blocks, blocks)
    if chance:
        yield from _missing("randomization", "arm", chance.arms, arms)


def _missing(path: str, kind: str, named: Iterable[str], there_are: list[str]) -> Iterator[Finding]:
    for name in named:
        if name and name not in there_are:
            known = ", ".join(there_are) or "none"
            yield _error("UNKNOWN_NAME", path, f"there is no {kind} {name!r}; there are: {known}")


def _unused(study: Study) -> Iterator[Finding]:
    used = {block for arm in study.arms for block in arm.blocks}
    for arm in study.arms:
        if study.blocks and not arm.blocks:
            says = "no treatment block: the record does not say how it is treated, or nobody understood it"
            yield Finding("open", "ARM_WITHOUT_BLOCKS", f"arms[{arm.id}]", says)
    for block in study.blocks:
        if study.arms and block.id not in used:
            yield _error("BLOCK_WITHOUT_ARM", f"blocks[{block.id}]", "no arm gives this block")


def _anchors(study: Study) -> Iterator[Finding]:
    """Start anchors lead to blocks that exist, and following them comes to an end."""
    follows = {b.id: _anchor_block(b.start.value.anchor) for b in study.blocks if b.start.value}
    ids = [b.id for b in study.blocks]
    for id, to in follows.items():
        path = f"blocks[{id}].start"
        if to and to not in ids:
            yield _error("UNKNOWN_NAME", path, f"there is no block {to!r}; there are: {', '.join(ids)}")
        if id in _chain(follows, id):
            yield _error("CIRCULAR_START", path, "the block starts after itself")


def _anchor_block(anchor: str) -> str:
    return anchor.removeprefix("end of ").removeprefix("block:") if "block:" in anchor else ""


def _chain(follows: dict[str, str], id: str) -> list[str]:
    chain: list[str] = []
    at = follows.get(id, "")
    while at and at not in chain:
        chain.append(at)
        at = follows.get(at, "")
    return chain


def _error(code: str, path: str, says: str) -> Finding:
    return Finding("error", code, path, says)
