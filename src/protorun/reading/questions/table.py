"""The words of open questions, from the table beside the code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from protorun.reading.values import table
from protorun.study.source import Sourced
from protorun.study.study import OpenQuestion, Proposal

_SHOWN = 12
"""More things than this are not named one by one."""


def ask(
    kind: str,
    *,
    id: str = "",
    name: str = "",
    proposals: Sequence[Proposal] = (),
    fact: Sourced[Any] | None = None,
) -> OpenQuestion:
    """The question of that kind about one thing (`id`, called `name`); table defaults follow those given. Where the
    record speaks of the `fact` asked for in words nobody understood, the question says so."""
    row = table("questions")[kind]
    why = ""
    if fact is not None and fact.basis == "unread":
        why = f"; the record has words on it that were not understood ({fact.note})"
    offered = [Proposal.model_validate(p) for p in row.get("proposals", ())]
    return OpenQuestion(
        id=f"{kind}_{id}" if id else kind,
        asks=row["asks"].format(name=name, id=id) + why,
        path=row.get("path", "").format(id=id),
        needed_for=tuple(row["needed_for"]),
        proposals=(*proposals, *offered),
    )


def names(things: Sequence[str]) -> str:
    """Things in one line: `A, B and C`; of many the first ones, with the number of the others."""
    shown = (
        list(things) if len(things) <= _SHOWN else [*things[: _SHOWN - 1], f"{len(things) - _SHOWN + 1} more"]
    )
    return ", ".join(shown[:-1]) + f" and {shown[-1]}" if len(shown) > 1 else "".join(shown)


@cache
def words(name: str) -> re.Pattern[str]:
    """A pattern of the table."""
    return re.compile(table("questions")["words"][name], re.IGNORECASE)
