"""Signs of registry text come out in one spelling and still point at what was printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.terms.normalize import lost_superscripts, normalize
from protorun.terms.offsets import identity


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        (r"≥80\*10\^9/L", "≥80x10^9/L"),
        (r"\>= 1\.5", "≥ 1.5"),
        (r"AST \<=3\*ULN", "AST ≤3 x ULN"),
        ("2.5×ULN", "2.5 x ULN"),
        ("3 X ULN", "3 x ULN"),
        ("≥ 100 × 10⁹/L", "≥ 100 x10^9/L"),
        ("≥ 1.5 x 109/L", "≥ 1.5 x10^9/L"),
        ("1.5 x 10E9/L", "1.5 x10^9/L"),
        ("1.5 x 10(9)/L", "1.5 x10^9/L"),
        ("100 10**9/L", "100 10^9/L"),
        ("75 mg/m²", "75 mg/m2"),
        ("1,500/mm^3", "1,500/mm3"),
        ("（NMPA）：１８", "(NMPA):18"),
        ("=<5 and => 3", "≤5 and ≥ 3"),
        ("≧2, ≦4", "≥2, ≤4"),
        ("> or = 18", "≥ 18"),
        ("≥/= 6", "≥ 6"),
        ("[email\u00a0protected]", "[email protected]"),
        ("Day\u00a08–15", "Day 8-15"),
        ("patients&#39; age &gt; 18", "patients' age > 18"),
        ("㎎ and ㎡", "mg and m2"),
        ("PD\u200b-L1", "PD-L1"),
    ],
)
def test_each_spelling_of_a_sign_has_one_reading(printed, read):
    assert normalize(identity(printed)).text == read


@pytest.mark.parametrize(
    "text", ["platelets above 109/L", "RECIST 1.1", "CR => PR", "grade 3+3", "v5.0", "m23"]
)
def test_what_is_no_sign_stays(text):
    assert normalize(identity(text)).text == text


def test_a_lost_superscript_is_flagged_at_its_original_place():
    text = r"ANC \>= 1.5 x 109/L"
    assert [text[a:b] for a, b in lost_superscripts(identity(text))] == ["109"]


def test_a_printed_superscript_is_not_flagged():
    assert lost_superscripts(identity(r"≥80\*10\^9/L")) == ()


def test_a_rewritten_value_still_quotes_the_original():
    text = r"Platelet count ≥80\*10\^9/L;"
    clean = normalize(identity(text))
    at = clean.text.index("80x10^9/L")
    start, end = clean.span(at, at + len("80x10^9/L"))
    assert text[start:end] == r"80\*10\^9/L"


@given(st.text(alphabet="10 9^*\\<>=≥xX/L.mu²⁹()&;#gtU\u00a0\u200b（", max_size=60), st.data())
def test_every_stretch_maps_into_the_original_in_order(text, data):
    clean = normalize(identity(text))
    assert len(clean.text) == len(clean.starts) == len(clean.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(clean.starts, clean.ends, strict=True))
    assert list(clean.starts) == sorted(clean.starts)
    assert list(clean.ends) == sorted(clean.ends)


WRAPPED = (
    "Inclusion Criteria:\r\n\r\n          -  Age of 18 years or more, and a life\r\n"
    "             expectancy of 12 weeks\r\n\r\n               -  or less\r\n"
)


def test_hard_wrapped_paragraphs_of_legacy_xml_are_joined_and_keep_their_depth():
    text = WRAPPED.replace("\r\n", "\n")
    assert normalize(identity(text)).text.splitlines() == [
        "Inclusion Criteria:",
        "",
        "-  Age of 18 years or more, and a life expectancy of 12 weeks",
        "",
        "     -  or less",
    ]


def test_joined_words_quote_the_original_with_its_line_break():
    text = WRAPPED.replace("\r\n", "\n")
    clean = normalize(identity(text))
    at = clean.text.index("life expectancy")
    start, end = clean.span(at, at + len("life expectancy"))
    assert text[start:end] == "life\n             expectancy"


@pytest.mark.parametrize("text", ["one\n  • - two\n  • - three", "a\nb", "1. a\n\n   * b\n   * c"])
def test_other_lists_keep_their_lines(text):
    assert normalize(identity(text)).text == text
