"""Alterations of a gene as an adjective: `KRAS G12C-mutated`, `ALK-rearranged`, `IDH-wildtype`, `MGMT-unmethylated`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag
from protorun.terms.concepts import concepts

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


@cache
def _altered() -> re.Pattern[str]:
    genes = "|".join(re.escape(g) for g in sorted(words()["alterations"]["genes"], key=len, reverse=True))
    return re.compile(
        rf"(?<![a-z0-9/-])(?P<gene>{genes})(?P<variant>(?: exon \d{{1,2}}| [a-z]\d{{2,4}}[a-z])?)[- ]"
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
            variable=known_alterations().get(name, re.sub(r"[^a-z0-9]+", "_", name)),
            qualifiers=(),
            window=None,
            source=line.cite(*match.span()),
        )
        yield Chunk("A", match.start(), match.end(), flag, own=True)


@cache
def known_alterations() -> dict[str, str]:
    """The names the tables have for alterations."""
    return {alias: c.name for c in concepts().values() if c.domain == "finding" for alias in c.aliases}
