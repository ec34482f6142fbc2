"""Alterations of several genes with one noun: `no EGFR, ALK or ROS1 alterations`, `KRAS/NRAS mutation`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from protorun.reading.eligibility.islands.alterations import alteration, any_gene
from protorun.reading.eligibility.words.lexicon import Chunk, stem
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any, Flag

WORDS = frozenset({"mutation", "alteration", "rearrangement", "fusion", "aberration", "translocation"})
_SILENT = frozenset({"gene", "genomic", "genetic", "tumor"})


@cache
def _genes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Several genes and their noun; each of them."""
    each = rf"(?<![a-z0-9])(?:{any_gene()})(?![a-z0-9])"
    listed = re.compile(
        rf"(?<![/-])(?P<genes>{each}(?:(?: ?, ?(?:and/or |or )?| or | and/or |/){each}){{1,6}})"
        r" (?:(?:genes?|genomic|genetic|tumou?r|driver|sensiti[sz]ing|activating|actionable) ){0,2}"
        r"(?P<what>mutation|alteration|rearrangement|fusion|aberration|translocation)s?(?![a-z-])"
    )
    return listed, re.compile(each)


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """One mark of the tumor for each gene; any one of them counts."""
    listed, each = _genes()
    for match in listed.finditer(line.text):
        between = line.text[match.end("genes") : match.start("what")].split()
        noun = " ".join([*(w for w in between if stem(w) not in _SILENT), match["what"]])
        source = line.cite(*match.span())
        known = [alteration(f"{gene[0]} {noun}") for gene in each.finditer(match["genes"])]
        flags = tuple(
            Flag.model_construct(variable=n, qualifiers=(), window=None, source=source) for n in known
        )
        yield Chunk("A", *match.span(), Any.model_construct(parts=flags))
