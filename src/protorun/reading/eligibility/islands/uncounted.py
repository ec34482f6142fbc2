"""What does not count as the treatment a sentence before speaks of: `Replacement therapy (e.g., thyroxine) is not
considered a form of systemic treatment`. Who had nothing else is not meant; who had something else as well is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag

_NOT_COUNTED = Guarded(
    r"(?:(?<=[.;)] )|(?<=\n))[ *-]{0,6}(?:note:? )?(?P<what>[a-z][a-z -]{2,60})(?: \([^()]{1,200}\))? (?:is|are) not considered "
    r"(?:(?:as|to be) )?(?:an? )?(?:(?:form|type|kind)s? of )?systemic (?:immunosuppressive )?(?:treatment|therapy)"
    r"(?: and (?:is|are) (?:therefore )?(?:allowed|permitted))?(?= ?(?:[.;]|$))"
)
_MORE = re.compile(r"\b(?:and|or|who|with|without|not|no|other|only|if|unless)\b")


WORDS = _NOT_COUNTED.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """On an exclusion list: an exception to the sentence before it."""
    if line.polarity != "exclusion":
        return
    for match in _NOT_COUNTED.finditer(line.text):
        if _MORE.search(match["what"]):
            continue
        source = line.cite(*match.span("what"))
        name = f"{re.sub(r'[^a-z0-9]+', '_', match['what'])}_only"
        flag = Flag.model_construct(variable=name, qualifiers=(), window=None, source=source)
        yield Chunk("e", match.start(), match.start(), "not_counted")
        yield Chunk("A", match.start(), match.end(), flag, own=True)
