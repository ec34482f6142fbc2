"""The schema editors use is the committed one, and every study file satisfies it."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from studies import STUDIES

from protorun.study.study import Study
from protorun.study_file import dumps
from protorun.study_file.nodes import parse, plain_value
from protorun.study_file.schema import schema, schema_text

COMMITTED = Path(__file__).resolve().parents[2] / "schema" / "study-1.json"
VALID = Draft202012Validator(schema())


def test_the_committed_schema_is_the_one_of_the_study() -> None:
    assert COMMITTED.read_text() == schema_text(), "renew it: protorun check --schema > schema/study-1.json"


def test_the_schema_itself_is_valid() -> None:
    Draft202012Validator.check_schema(json.loads(COMMITTED.read_text()))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(STUDIES)
def test_every_written_study_file_satisfies_the_schema(study: Study) -> None:
    VALID.validate(plain_value(parse(dumps(study), "study.yaml")))


HEAD = "protorun: 1\nkey: demo\norigin: {name: a, format: b, digest: c}\n"


@pytest.mark.parametrize(
    "line",
    [
        "staus: {absent: layout}",
        "status: recruiting",
        "status: {stated: recruiting}",
        "status: {assumed: recruiting}",
        "blocks: [{id: a, agent: {absent: x}, dose: {assumed: 15mg, why: x}}]",
        "eligibility: [{id: a, polarity: inclusion, text: t, klass: partial, expr: {flag: x}}]",
        "eligibility: [{id: a, polarity: inclusion, text: t, klass: partial}]",
    ],
)
def test_an_editor_marks_what_protorun_would_refuse(line: str) -> None:
    assert not VALID.is_valid(plain_value(parse(HEAD + line, "study.yaml")))
