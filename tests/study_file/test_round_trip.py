"""A round trip study -> YAML -> study loses nothing, and a saved file keeps what its writer put into it."""

from hypothesis import HealthCheck, given, settings
from studies import STUDIES

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


@SLOW
@given(STUDIES)
def test_the_text_of_a_study_is_the_same_after_a_round_trip(study: Study) -> None:
    assert dumps(loads(dumps(study))) == dumps(study)


@SLOW
@given(STUDIES, STUDIES)
def test_any_study_can_be_saved_over_any_other(old: Study, new: Study) -> None:
    text = dumps(old)
    assert loads(merged(text, parse(text, "old"), encode(new))) == new
