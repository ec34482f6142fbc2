"""A round trip study -> YAML -> study loses nothing, and a saved file keeps what its writer put into it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from studies import STUDIES, with_field

from protorun.study.study import Study
from protorun.study_file import dumps, encode, loads
from protorun.study_file.merge import merged
from protorun.study_file.nodes import parse

SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(STUDIES)
def test_a_study_comes_back_from_its_file_as_it_was(study: Study) -> None:
    assert loads(dumps(study)) == study


FIELDS = [name for name in Study.model_fields if name not in ("protorun", "origin", "assumptions")]


@pytest.mark.parametrize("name", FIELDS)
@settings(SLOW, max_examples=30)
@given(st.data())
def test_every_field_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    study = data.draw(with_field(name))
    assert loads(dumps(study)) == study


@SLOW
@given(STUDIES)
def test_the_text_of_a_study_is_the_same_after_a_round_trip(study: Study) -> None:
    assert dumps(loads(dumps(study))) == dumps(study)


@SLOW
@given(STUDIES, STUDIES)
def test_any_study_can_be_saved_over_any_other(old: Study, new: Study) -> None:
    text = dumps(old)
    assert loads(merged(text, parse(text, "old"), encode(new))) == new


def with_comments(text: str) -> tuple[str, list[str]]:
    """The text with a comment above each field of the top level."""
    lines, comments = [], []
    for line in text.splitlines():
        if line[:1].isalpha():
            comments.append(f"# note {len(comments)}")
            lines.append(comments[-1])
        lines.append(line)
    return "\n".join(lines) + "\n", comments


@SLOW
@given(STUDIES, STUDIES)
def test_saving_loses_no_comment_between_fields(old: Study, new: Study) -> None:
    text, comments = with_comments(dumps(old))
    saved = merged(text, parse(text, "old"), encode(new))
    assert loads(saved) == new
    assert [line for line in saved.splitlines() if line in set(comments)] == comments
