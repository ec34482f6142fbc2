"""Every record format, found by walking the folder, keeps the same promises."""

from pathlib import Path

import pytest

from protorun.errors import RecordError
from protorun.records import open_records, recognize
from protorun.records.files.document import Document
from protorun.terms.fields import kinds
from protorun.terms.plugins import load, names

FIXTURES = Path(__file__).parents[1] / "records" / "fixtures"
FORMATS = names("records")
GARBAGE = [
    b"nothing of a trial",
    b"{",
    b"<a><b></a>",
    b'a,"b\nc',
    b"\xff\xfe\x00",
    b"\x00",
    b"",
    b"\n" * 1000,
    b'{"protocolSection": [',
    b"<clinical_study><x>",
    b"NCT Number,Study Title\n",
]


def fixture(name: str) -> Path:
    """The small record of that format, in our own words."""
    return next(FIXTURES.glob(f"{name}.*"))


@pytest.mark.parametrize("name", FORMATS)
def test_its_fixture_is_recognized_by_markers_and_not_by_name(name):
    records = recognize(fixture(name).read_bytes(), "a-file-of-any-name")
    assert {r.format for r in records} == {name}
    assert records[0].scores[name] == max(records[0].scores.values())
    assert set(records[0].scores) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_every_quote_is_the_slice_of_the_original(name):
    for record in open_records(fixture(name)):
        sources = [p.source for p in record.passages] + [left.source for left in record.leftovers]
        assert sources
        for source in sources:
            assert record.texts[source.locator][source.start : source.end] == source.quote
            assert source.quote == source.quote.strip() != ""


@pytest.mark.parametrize("name", FORMATS)
def test_every_field_is_canonical_and_absence_has_a_known_reason(name):
    for record in open_records(fixture(name)):
        assert {p.field for p in record.passages} <= set(kinds())
        assert set(record.absent) <= set(kinds())
        assert set(record.absent.values()) <= {"layout", "empty label"}
        assert not set(record.absent) & {p.field for p in record.passages}


@pytest.mark.parametrize("name", FORMATS)
def test_every_character_is_accounted_for(name):
    for record in open_records(fixture(name)):
        assert set(record.shares) == {"value", "label", "help", "chrome", "leftover"}
        assert sum(record.shares.values()) == pytest.approx(1)
        assert all(0 <= share <= 1 for share in record.shares.values())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_scores_low_and_is_refused_with_the_place(name, garbage):
    document = Document(garbage, "garbage")
    found, where = [], "garbage"
    try:
        assert 0 <= load("records", name).score(document) <= 1
        found = load("records", name).read(document)
    except RecordError as error:
        where = error.where
    assert "garbage" in where
    # A page reader may find a page in any text, but then it claims nothing that has a check.
    closed = {"date.start", "phase", "status.overall", "identifier.nct"}
    assert not closed & {p.field for r in found for p in r.passages}


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_no_format_recognizes_garbage(garbage):
    with pytest.raises(RecordError):
        recognize(garbage, "garbage")


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_bytes_give_the_same_record(name):
    assert open_records(fixture(name)) == open_records(fixture(name))
