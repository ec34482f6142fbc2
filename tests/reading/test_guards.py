"""A pattern that is looked for only where one of its words stands finds what it would find anyway."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.reading.eligibility import pieces as methods
from protorun.reading.eligibility import requirements, sentence
from protorun.reading.eligibility.islands import participation, plans
from protorun.reading.eligibility.words import personal
from protorun.reading.eligibility.words.guards import Choices, Guarded, pieces

MODULES = (personal, sentence, requirements, methods, participation, plans)
PATTERNS = [p for module in MODULES for p in vars(module).values() if isinstance(p, Guarded)]
CHOICES = [
    (c, p) for module in MODULES for c in vars(module).values() if isinstance(c, Choices) for p in c.patterns
]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.pattern[:20])
@given(st.data())
def test_what_the_pattern_finds_is_found(pattern: Guarded, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.from_regex(pattern.pattern) | st.text(max_size=12), max_size=4))
    text = data.draw(st.sampled_from([" ", "", "\n", "-"])).join(words)
    plain, guarded = re.search(pattern.pattern, text), pattern.search(text)
    assert (plain and plain.span()) == (guarded and guarded.span())


@pytest.mark.parametrize(("choices", "pattern"), CHOICES, ids=lambda p: str(p)[:20])
@given(st.data())
def test_what_one_of_many_patterns_finds_is_found(
    choices: Choices, pattern: str, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(pattern) | st.text(max_size=30))
    assert choices.search(text) == any(re.search(p, text) for p in choices.patterns)


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
    assert pieces(pattern)[0] == needed


def test_every_match_holds_one_of_each_of_several_sets() -> None:
    assert pieces(r"\b(?:planned|scheduled)(?: \w+){1,9} during the (?:study|trial)") == [
{"planned", "scheduled"}, {"during"}, {"study", "trial"}
    ]  # fmt: skip
