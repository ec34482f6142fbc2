"""Published dose-modification rules that ship with protorun, each with its source and what of it is unverified."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from protorun.errors import UsageError
from protorun.study.dose_modification import DoseModification, ModificationRule, ToxicityTrigger
from protorun.study.source import assumed
from protorun.study.treatment import Dose


def agents() -> tuple[str, ...]:
    """The agents that have published rules here."""
    folder = files("protorun.schedule.doses").joinpath("published")
    return tuple(sorted(f.name.removesuffix(".toml").replace("_", " ") for f in folder.iterdir()))


@cache
def published(agent: str) -> DoseModification:
    """The rules of an agent such as `sacituzumab govitecan`. Raises UsageError, listing the agents there are."""
    name = agent.strip().lower()
    if name not in agents():
        raise UsageError(f"no published dose modification for {agent!r}; there are: {', '.join(agents())}")
    path = files("protorun.schedule.doses").joinpath("published").joinpath(f"{name.replace(' ', '_')}.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    ladder = tuple(_dose(text) for text in table["ladder"])
    rules = tuple(rule for row in table["rules"] for rule in _rules(row))
    return DoseModification(agent=table["agent"], ladder=ladder, rules=rules)


def _rules(row: dict[str, Any]) -> list[ModificationRule]:
    """One rule per trigger; rules of one line share their count."""
    triggers, basis = row.pop("when"), row.pop("basis")
    return [
        ModificationRule(
            **(row | {"id": row["id"] if len(triggers) == 1 else f"{row['id']}_{number}"}),
            when=ToxicityTrigger(**trigger),
            basis=assumed(basis, basis),
        )
        for number, trigger in enumerate(triggers, 1)
    ]


def _dose(text: str) -> Dose:
    amount, unit = text.split(" ", 1)
    return Dose(amount=float(amount), unit=unit)
