"""Whatever stands in a file, it is a study or a StudyFileError that names the place (P19)."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_study_file import COMMENTED, STUDY

from protorun.errors import StudyFileError
from protorun.study.study import Study
from protorun.study_file import dumps, load_study, loads, save_study

PIECES = st.sampled_from(
    [": ", "- ", "\n", "\n  ", "{", "}", "[", "]", '"', "'", "|", ">-", "&a", "*a", "!!x", "<<", "? ", "#", "%", "@",
     "\t", "\x00", "\ud800", "\u2028", "\ufeff", "---", "...", "~", "null", "true", ".inf", "1e999", "9" * 400, "0x1F",
     "assumed", "stated", "at", "quote", "id", "blocks", "value", "why", "key", "1-2", "café", "<script>", "=1+1"]
)  # fmt: skip


def a_study_or_a_typed_error(text: str) -> None:
    try:
        found: Study | StudyFileError = loads(text, "hostile.yaml")
    except StudyFileError as error:
        found = error
    if isinstance(found, StudyFileError):
        assert found.findings
        assert all(line >= 1 and path and says for line, path, says in found.findings)
        assert str(found).startswith("hostile.yaml:")


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_text_of_yaml_signs(text: str) -> None:
    a_study_or_a_typed_error(text)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(COMMENTED)), st.integers(0, 40), st.lists(PIECES, max_size=3).map("".join))
def test_a_damaged_study_file(at: int, cut: int, put: str) -> None:
    a_study_or_a_typed_error(COMMENTED[:at] + put + COMMENTED[at + cut :])


def shuffled(value: object, chance: random.Random) -> object:
    """The same data with some values replaced by values of another type."""
    if chance.random() < 0.05:
        return chance.choice([None, True, 1, 1.5, "x", [], {}, [[]], {"": None}, {"stated": {}}, [None]])
    if isinstance(value, dict):
        return {k: shuffled(v, chance) for k, v in value.items()}
    return [shuffled(v, chance) for v in value] if isinstance(value, list) else value


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_values_of_the_wrong_type(chance: random.Random) -> None:
    from protorun.study_file.emit import emit
    from protorun.study_file.encode import encode

    data = shuffled(encode(STUDY) | {"assumptions": [{"path": "status", "value": 1, "reason": "x"}]}, chance)
    a_study_or_a_typed_error(emit(data) if isinstance(data, dict) else str(data))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(data)
    with pytest.raises(StudyFileError):
        load_study(file)


@pytest.mark.parametrize(
    "text",
    [
        "a: " * 100_000,
        "- " * 100_000,
        "[" * 100_000,
        "{a: " * 50_000,
        "x" * 5_000_000,
        "a: |\n" + " x\n" * 100_000,
        "\n" * 1_000_000,
        "'" + "''" * 100_000,
        "? " * 10_000,
        "key: " + "9" * 1_000_000,
    ],
    ids=lambda text: f"{text[:4]!r} x {len(text)}",
)
def test_very_large_and_very_deep_files(text: str) -> None:
    a_study_or_a_typed_error(text)


def test_a_file_above_the_limit_is_not_parsed(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_bytes(b"#" * 20_000_001)
    with pytest.raises(StudyFileError, match="larger than 20,000,000 bytes"):
        load_study(file)


def test_saving_over_a_damaged_file_writes_the_study_anew(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    for text in ("", "[1, 2]", "{protorun: 1}", "\x00", COMMENTED[:300]):
        file.write_text(text)
        save_study(STUDY, file)
        assert file.read_text() == dumps(STUDY)


def test_windows_line_ends_are_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + COMMENTED.replace("\n", "\r\n").encode())
    assert load_study(file) == STUDY
