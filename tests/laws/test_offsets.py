"""Cleaned text remembers where each character stood: a quote is always a slice of the original."""

import re

from hypothesis import given
from hypothesis import strategies as st

from protorun.terms.offsets import Mapped, identity

TEXT = st.text(st.sampled_from("ab\\*<> \n9µ≥"), max_size=30)
RULES = st.lists(
    st.sampled_from([(r"\\([*<>])", r"\1"), (r"\s+", " "), (r"≥", ">="), (r"a+", ""), (r"(b)(9)", r"\2\1x")]),
    max_size=4,
)


def cleaned(text: str, rules: list[tuple[str, str]], offset: int = 0) -> Mapped:
    mapped = identity(text, offset)
    for pattern, by in rules:
        mapped = mapped.replace(re.compile(pattern), by)
    return mapped


@given(TEXT, st.integers(0, 99))
def test_untouched_text_stands_where_it_stood(text: str, offset: int) -> None:
    mapped = identity(text, offset)
    for at, letter in enumerate(text):
        low, high = mapped.span(at, at + 1)
        assert text[low - offset : high - offset] == letter


@given(TEXT, RULES)
def test_there_is_one_origin_for_each_character(text: str, rules: list[tuple[str, str]]) -> None:
    mapped = cleaned(text, rules)
    assert len(mapped.text) == len(mapped.starts) == len(mapped.ends)
    assert all(0 <= low < high <= len(text) for low, high in zip(mapped.starts, mapped.ends, strict=True))


@given(TEXT, RULES)
def test_the_order_of_characters_is_the_order_of_their_origins(
    text: str, rules: list[tuple[str, str]]
) -> None:
    mapped = cleaned(text, rules)
    assert list(mapped.starts) == sorted(mapped.starts)
    assert list(mapped.ends) == sorted(mapped.ends)


@given(TEXT, RULES)
def test_cleaning_gives_the_same_words_as_plain_substitution(text: str, rules: list[tuple[str, str]]) -> None:
    plain = text
    for pattern, by in rules:
        plain = re.sub(pattern, by, plain)
    assert cleaned(text, rules).text == plain


@given(TEXT, RULES, st.data())
def test_a_cut_keeps_its_origins(text: str, rules: list[tuple[str, str]], data: st.DataObject) -> None:
    mapped = cleaned(text, rules)
    start = data.draw(st.integers(0, len(mapped.text)))
    end = data.draw(st.integers(start, len(mapped.text)))
    part = mapped.cut(start, end)
    assert part.text == mapped.text[start:end]
    if part.text:
        assert part.span(0, len(part.text)) == mapped.span(start, end)


@given(TEXT, RULES, st.integers(0, 99))
def test_an_offset_moves_every_span_alike(text: str, rules: list[tuple[str, str]], offset: int) -> None:
    here, there = cleaned(text, rules), cleaned(text, rules, offset)
    assert there.text == here.text
    assert [s + offset for s in here.starts] == list(there.starts)


def test_an_escaped_star_points_at_both_characters() -> None:
    mapped = cleaned(r"10\*9", [(r"\\([*<>])", r"\1")])
    assert mapped.text == "10*9"
    assert mapped.span(2, 3) == (2, 4)
