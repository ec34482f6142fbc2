"""A pattern that is looked for only where one of its words stands finds what it would find anyway."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.reading.eligibility import sentence
from protorun.reading.eligibility.words import personal
from protorun.reading.eligibility.words.guards import Guarded, pieces

PATTERNS = [p for module in (personal, sentence) for p in vars(module).values() if isinstance(p, Guarded)]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.pattern[:20])
@given(st.data())
def test_what_the_pattern_finds_is_found(pattern: Guarded, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.from_regex(pattern.pattern) | st.text(max_size=12), max_size=4))
    text = data.draw(st.sampled_from([" ", "", "\n", "-"])).join(words)
    plain, guarded = re.search(pattern.pattern, text), pattern.search(text)
    assert (plain and plain.span()) == (guarded and guarded.span())


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("consent|assent", {"consent", "assent"}),
        (r"\bsign(?:ed|ing)?\b", {"sign"}),
        (r"judg(?:e?ment|ed)", {"judg"}),
        (r"may (?!not)", {"may"}),
        (r"(?:is|are) allowed", {"allowed"}),
        (r"(?:x|[0-9])*", {""}),
        ("(?i)consent", {""}),
        ("consent|(?i:assent)", {""}),
    ],
)
def test_every_match_holds_one_of_the_pieces(pattern: str, needed: set[str]) -> None:
    assert pieces(pattern) == needed
