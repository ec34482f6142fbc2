"""What every dose-finding design offers, and the closed list of reasons it may give."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Protocol

from protorun.escalation._slots import Needs
from protorun.study.dose_rule import DoseRule
from protorun.trial.decision import Decision
from protorun.trial.outcomes import Outcomes


class Design(Protocol):
    """One pure rule. Next dose, decision table, pathways, exact characteristics and simulation all call `decide`.

    `reasons` are the codes it may give. `labels` name its levels from the lowest dose up. `order[i]` is the level that
    the outcome notation calls number i + 1. `monotone` says that one more DLT never raises the dose. `local`: patients and
    DLTs of the current level decide alone. `needs`: what it has to see. `fills_cohorts`: asked within a cohort, it looks
    at `Outcomes.last_n` and has the cohort completed.
    """

    @property
    def name(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def levels(self) -> int: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def order(self) -> tuple[int, ...]: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...
    @property
    def monotone(self) -> bool: ...
    @property
    def local(self) -> bool: ...
    @property
    def needs(self) -> Needs: ...
    @property
    def fills_cohorts(self) -> bool: ...

    def start(self) -> tuple[int, int]:
        """Level of the first patients, and how many of them."""
        ...

    def decide(self, outcomes: Outcomes) -> Decision:
        """One decision for each row of counts."""
        ...


class Plugin(Protocol):
    """A module of this folder: a design, or a family of designs, made from a study's dose rule."""

    def readings(self, rule: DoseRule) -> tuple[str, ...]:
        """The named ways to execute the rule: readings of a text, variants of a design."""
        ...

    def for_rule(self, rule: DoseRule, reading: str) -> Design:
        """The design in that reading. Raises NotStated for what the rule lacks."""
        ...


@cache
def sentences() -> dict[str, str]:
    """Every reason code with its sentence."""
    text = (files("protorun.escalation") / "reasons.toml").read_text(encoding="utf-8")
    return {str(code): str(sentence) for code, sentence in tomllib.loads(text).items()}


def templates(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """The sentences of these codes, in their order."""
    return tuple(sentences()[code] for code in reasons)


def labels_of(rule: DoseRule) -> tuple[str, ...]:
    """The printed names of the levels."""
    return tuple(level.label for level in rule.levels)
