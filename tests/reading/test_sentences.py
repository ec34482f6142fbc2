"""Running text becomes sentences whose sources are slices of the original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.reading.sentences import sentences, split
from protorun.study.record import Passage
from protorun.study.source import Source
from reading.texts import record


def texts(words: str) -> list[str]:
    return [s.text for s in sentences(record(("summary.detailed", words)))]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Dose 1.5 mg/kg by RECIST 1.1. Then rest.", 2),
        ("Response (e.g. CR) counts. It is confirmed.", 2),
        ("Smith et al. Found nothing.", 1),
        ("First line\nstill the first sentence", 1),
        ("First paragraph\n\nSecond paragraph", 2),
        ("Arms:\n* one arm\n* another arm", 3),
        ("1. First item of a list", 1),
        (" ; \n", 0),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(words: str, count: int) -> None:
    assert len(texts(words)) == count


def test_signs_get_one_spelling_and_the_source_keeps_the_original() -> None:
    one = record(("summary.detailed", r"Platelets \>= 80\*10\^9/L are needed."))
    (sentence,) = sentences(one)
    assert "≥" in sentence.text
    assert sentence.source().quote == r"Platelets \>= 80\*10\^9/L are needed."


@given(st.text(alphabet="aB1 .;:\n\\*≥\u00a0×(é", max_size=80))
def test_every_sentence_is_a_slice_of_its_passage(words: str) -> None:
    offset = 7
    passage = Passage("summary.brief", Source(start=offset, end=offset + len(words), quote=words))
    for sentence in split(passage):
        for source in (sentence.source(), sentence.source(0, 1)):
            assert words[source.start - offset : source.end - offset] == source.quote
