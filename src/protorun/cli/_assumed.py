"""Defaults taken at the command line, each one printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protorun.cli.output import say

if TYPE_CHECKING:
    from protorun.study.study import Study


def with_defaults(study: Study, take: bool, *, needed_for: str = "schedule") -> Study:
    """The study, with the first offered default of every open question of a chapter when that is asked for; every
    assumption in force is printed on stderr."""
    from protorun.study.assume import take_defaults

    if take:
        study = take_defaults(study, needed_for=needed_for)
    for assumption in study.assumptions:
        where = assumption.path or "in general"
        say(f"assumed: {where} = {assumption.value} [{assumption.reason}]")
    return study
