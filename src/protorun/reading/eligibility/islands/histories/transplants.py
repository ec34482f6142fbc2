"""Lists of transplants: `allogeneic or autologous stem cell, bone marrow or solid organ transplant` is one treatment each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line

_DONOR = r"allogen(?:e)?ic|autologous"
_CELLS = r"(?:peripheral )?(?:blood |ha?ematopoietic |bone marrow )?(?:stem|progenitor)[ -]cells?"
_WHAT = rf"(?:{_CELLS}|bone[ -]marrow|solid[ -]organs?|organs?|tissues?)"
_JOINT = r"(?:,? (?:and/or|or|and) |, ?| ?/ ?)"
_LIST = Guarded(
    rf"(?<![a-z-])(?P<donors>(?:{_DONOR})(?:{_JOINT}(?:{_DONOR}))?)? ?"
    rf"(?P<what>{_WHAT}(?: \([a-z]{{2,5}}\))?(?:{_JOINT}(?:{_DONOR})? ?{_WHAT}){{0,3}}) (?:transplants?|transplantations?|grafts?|allografts?)(?![a-z-])"
)
_MEMBER = re.compile(rf"(?P<donor>{_DONOR})? ?(?P<what>{_WHAT})")
_NAMES = {
    ("allo", "cells"): "allogeneic_transplant",
    ("auto", "cells"): "autologous_transplant",
    ("", "cells"): "stem_cell_transplant",
    ("allo", "marrow"): "allogeneic_transplant",
    ("auto", "marrow"): "autologous_bone_marrow_transplant",
    ("", "marrow"): "bone_marrow_transplant",
}


WORDS = frozenset({"transplant", "graft"})


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Each member of a list of transplants as a treatment; a list with one donor and one graft is in the tables."""
    for match in _LIST.finditer(line.text):
        members = list(_MEMBER.finditer(line.text, *match.span("what")))
        donors = list(re.finditer(_DONOR, match["donors"] or ""))
        if len(members) == 1 and len(donors) < 2:
            continue
        yield from _members(match, members, donors)


def _members(
    match: re.Match[str], members: list[re.Match[str]], donors: list[re.Match[str]]
) -> Iterator[Chunk]:
    """The donors named before the list go for every graft of cells in it; an organ is somebody else's."""
    led = [d[0][:4] for d in donors]
    start = match.start()
    if len(donors) > 1:
        first = match.start("donors") + donors[0].end()
        yield Chunk("y", start, first, _name(led[0], members[0]["what"]))
        start = match.start("donors") + donors[1].start()
    for at, member in enumerate(members):
        own = (member["donor"] or "")[:4] or (led[-1] if led else "")
        end = match.end() if at == len(members) - 1 else member.end()
        yield Chunk("y", start if not at else member.start(), end, _name(own, member["what"]))


def _name(donor: str, what: str) -> str:
    if "organ" in what:
        return "organ_transplant"
    if "tissue" in what:
        return {"allo": "allogeneic_tissue_transplant", "auto": "autologous_tissue_transplant"}.get(
            donor, "tissue_transplant"
        )
    return _NAMES[(donor, "cells" if "cell" in what else "marrow")]
