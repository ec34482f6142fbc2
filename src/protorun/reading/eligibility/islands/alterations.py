"""Alterations of a gene as an adjective: `KRAS G12C-mutated`, `ALK-rearranged`, `IDH-wildtype`, `MGMT-unmethylated`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag
from protorun.terms.concepts import named

WORDS = frozenset({"mut", "rearranged", "amplified", "wild", "altered", "methylated", "deficient", "deleted", "fusion"})  # fmt: skip

_NOUNS = (
    ("muta", "mutation"),
    ("rearranged", "rearrangement"),
    ("fusion", "fusion"),
    ("amplified", "amplification"),
    ("altered", "alteration"),
    ("deleted", "deletion"),
    ("deficient", "deficiency"),
    ("wild", "wildtype"),
)


def any_gene() -> str:
    """A pattern of every gene of the table, the longest names first."""
    return "|".join(re.escape(g) for g in sorted(words()["alterations"]["genes"], key=len, reverse=True))


def alteration(name: str) -> str:
    """The variable of an alteration: its concept where the tables have one, else its own words."""
    return named("finding").get(name, re.sub(r"[^a-z0-9]+", "_", name))


@cache
def _altered() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![a-z0-9/-])(?P<gene>{any_gene()})(?P<variant>(?: exon \d{{1,2}}| [a-z]\d{{2,4}}[a-z])?)[- ]"
        r"(?P<sign>mutated|mutant|mutation[- ]positive|rearranged|fusion[- ]positive|amplified|altered|deleted|deficient|"
        r"wild[- ]?type|(?:un|hyper)?methylated)(?![a-z-])"
    )


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Each alteration under the name its noun has (`KRAS mutation`), as a mark of the tumor."""
    for match in _altered().finditer(line.text):
        said = match["sign"].replace("-", " ")
        noun = next((noun for start, noun in _NOUNS if said.startswith(start)), said)
        name = f"{match['gene']}{match['variant']} {noun}"
        flag = Flag.model_construct(
            variable=alteration(name),
            qualifiers=(),
            window=None,
            source=line.cite(*match.span()),
        )
        yield Chunk("A", match.start(), match.end(), flag, own=True)
