"""Names of drugs, and how to find them in text."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

GLUED = r"(?<=[a-z])(?=\d+(?:\.\d+)?\s?(?:mg|g|[µu]g|mcg|IU)\b)"
"""A name may run into its amount: `Bevacizumab15mg/kg`."""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("protorun.terms") / "drugs.toml").read_text(encoding="utf-8"))


@cache
def known_names() -> dict[str, str]:
    """Every printed name of the table, lower case, with the one name of its drug."""
    table: dict[str, list[str]] = _table()["names"]
    return {printed: name for name, others in table.items() for printed in (name, *others)}


@cache
def pattern() -> re.Pattern[str]:
    """Finds names of the table, and words that end like a nonproprietary name (two-part names included)."""
    listed = "|".join(re.escape(n) for n in sorted(known_names(), key=len, reverse=True))
    stems = "|".join(sorted(_table()["stems"], key=len, reverse=True))
    second = (
        r"(?:[ -](?:vedotin|deruxtecan|govitecan|tirumotecan|emtansine|duocarmazine|soravtansine|tesirine))?"
    )
    not_drugs = "|".join(_table()["not_drugs"])
    # Another formulation is another drug: nab paclitaxel is no paclitaxel.
    form = r"(?:nab[- ]?|(?:pegylated[- ])?liposomal |pegylated |albumin[- ]bound )?"
    stem = rf"(?!(?:{not_drugs})\b)[a-z][a-z-]{{3,}}(?:{stems}){second}"
    return re.compile(
        rf"(?<![\w-]){form}(?:{listed}|{stem})(?: (?:hydrochloride )?liposomes?)?(?:(?![\w-]|\s*resist)|{GLUED})",
        re.IGNORECASE,
    )


def canonical(printed: str) -> str:
    """The one name of a drug; a name that is not in the table stays as it is, in lower case."""
    low = " ".join(printed.lower().split())
    return known_names().get(low, low)
