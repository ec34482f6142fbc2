"""A format is recognized by what stands in the file; damage is refused with its place."""

import codecs
from pathlib import Path

import pytest

from protorun.errors import RecordError
from protorun.records import open_records, recognize

FIXTURES = Path(__file__).parent / "fixtures"


def bytes_of(name: str) -> bytes:
    return next(FIXTURES.glob(f"{name}.*")).read_bytes()


def test_markers_count_wherever_they_stand():
    page = bytes_of("summary_and_see_also").decode()
    moved = page.replace("Clinical Trials Logo\n", "") + "\nClinical Trials Logo\n"
    assert recognize(moved.encode())[0].format == "summary_and_see_also"


def test_a_byte_order_mark_is_no_part_of_the_text():
    record = recognize(codecs.BOM_UTF8 + bytes_of("title_summary_bullets"))[0]
    assert record.first("title.official").source.start == 0


def test_utf_16_with_its_mark_is_read_and_offsets_count_code_points():
    text = bytes_of("title_summary_bullets").decode()
    record = recognize(text.encode("utf-16"))[0]
    assert record.texts[""] == text
    assert record.passages == recognize(text.encode())[0].passages


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems_stay_in_the_text(ending):
    page = bytes_of("labels_with_help").decode().replace("\n", ending)
    record = recognize(page.encode())[0]
    assert record.texts[""] == page
    assert record.first("phase").text == "Phase 1"
    assert record.first("site.postal_code").text == "200032"


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"", "line 1 column 1", "nothing in it"),
        (b" \n\t\n", "line 1 column 1", "nothing in it"),
        (b"line one\nline \x00two", "line 2 column 6", "null character"),
        ("Größe\n".encode("latin-1"), "line 1, byte 2", "not UTF-8"),
        (b"a\nb\xe2\x82", "line 2, byte 3", "not UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "byte", "not UTF-16"),
        ("a trial".encode("utf-32"), "byte 0", "UTF-32"),
        (b"PK\x03\x04rest", "byte 0", "zip archive"),
        (b"\x1f\x8brest", "byte 0", "gzip archive"),
        (b"%PDF-1.7", "byte 0", "PDF"),
        (b"Once upon a time there was a hospital.", "line 1 column 1", "no form of a trial record"),
    ],
)
def test_what_is_no_record_is_refused_with_its_place(data, where, what):
    with pytest.raises(RecordError) as error:
        recognize(data, "thing.txt")
    assert error.value.where.startswith("thing.txt")
    assert where in error.value.where
    assert what in error.value.what


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path):
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(1_000_000_000)
    with pytest.raises(RecordError, match="more than the limit"):
        open_records(big)


def test_the_limit_is_an_argument():
    data = bytes_of("ctgov_v2")
    with pytest.raises(RecordError, match="limit of 100"):
        recognize(data, max_bytes=100)


def test_a_line_no_page_has_is_refused_with_its_number():
    with pytest.raises(RecordError, match="line 2 column 1"):
        recognize(b"Clinical Trial Summary\n" + b"x" * 3_000_000, "long.txt")


def test_a_page_of_too_many_lines_is_refused_with_its_number():
    with pytest.raises(RecordError, match="line 50001 column 1: more than 50,000 lines"):
        recognize(b"Phase: Phase 1\n" * 60_000, "long.txt")


def test_a_missing_file_is_a_record_error(tmp_path):
    with pytest.raises(RecordError, match=r"nowhere\.txt"):
        open_records(tmp_path / "nowhere.txt")


def test_a_folder_is_a_record_error(tmp_path):
    with pytest.raises(RecordError, match="cannot be opened"):
        open_records(tmp_path)


def test_a_close_race_of_formats_is_a_warning():
    page = bytes_of("summary_and_see_also").decode()
    half = "\n".join(
        line for line in page.splitlines() if not line.startswith(("NCT number", "Related", "See also"))
    )
    record = recognize(half.encode())[0]
    ranked = sorted(record.scores.values())
    assert ranked[-1] - ranked[-2] < 0.15
    assert any("close race" in warning for warning in record.warnings)


def test_signs_that_turn_the_writing_direction_are_a_warning():
    page = bytes_of("title_summary_bullets").decode().replace("helps", "\u202ehelps\u202c")
    assert any("writing direction" in w for w in recognize(page.encode(), "page.txt")[0].warnings)


def test_full_width_digits_are_kept_as_printed():
    page = bytes_of("title_summary_bullets").decode().replace("18 years", "１８ years")
    assert "１８" in recognize(page.encode())[0].first("eligibility.criteria").text


def test_script_tags_and_formula_cells_are_data():
    page = bytes_of("summary_and_see_also").decode()
    page = page.replace("Source University of Somewhere", "Source =cmd()<script>alert(1)</script>")
    assert (
        recognize(page.encode())[0].first("sponsor.lead").text.startswith("=cmd()<script>alert(1)</script>")
    )


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"<!doctype html><html><body>Phase 2</body></html>", "save it as text"),
        (b'{"study": {"id": 1}, "usdmVersion": "4.0"}', "USDM"),
        (b"nothing of a trial", "known forms: administrative_details, bare_cells"),
    ],
)
def test_the_error_says_what_to_do(data, hint):
    with pytest.raises(RecordError) as error:
        recognize(data, "thing")
    assert hint in error.value.hint
