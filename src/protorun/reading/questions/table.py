"""The words of open questions, from the table beside the code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from protorun.reading.values import table
from protorun.study.study import OpenQuestion, Proposal


def ask(kind: str, *, id: str = "", name: str = "", proposals: Sequence[Proposal] = ()) -> OpenQuestion:
    """The question of that kind about one thing (`id`, called `name`); table defaults follow those given."""
    row = table("questions")[kind]
    offered = [Proposal.model_validate(p) for p in row.get("proposals", ())]
    return OpenQuestion(
        id=f"{kind}_{id}" if id else kind,
        asks=row["asks"].format(name=name, id=id),
        path=row.get("path", "").format(id=id),
        needed_for=tuple(row["needed_for"]),
        proposals=(*proposals, *offered),
    )


@cache
def words(name: str) -> re.Pattern[str]:
    """A pattern of the table."""
    return re.compile(table("questions")["words"][name], re.IGNORECASE)
