"""Real records through the whole door: record -> study -> file -> study, with every quote where the file says."""

from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from protorun.reading import understand
from protorun.records import open_records
from protorun.study.assume import as_read, take_defaults
from protorun.study.record import Record
from protorun.study.study import Study
from protorun.study_file import dumps, loads, save_study
from protorun.study_file.checks import against_record, check
from protorun.study_file.nodes import parse, plain_value
from protorun.study_file.schema import schema

SHARED = Path(__file__).resolve().parents[3] / "shared" / "records"
FILES = [*sorted((SHARED / "seeds").glob("*.txt")), *sorted((SHARED / "ctgov_v2").glob("*.json"))[::45]]
DEMO = sorted((Path(__file__).resolve().parents[2] / "src/protorun/demo/records").glob("*.txt"))
VALID = Draft202012Validator(schema())


@cache
def read(path: Path) -> tuple[tuple[Record, Study], ...]:
    return tuple((record, understand(record)) for record in open_records(path))


@pytest.fixture(params=[*DEMO, *FILES], ids=lambda path: path.stem)
def pair(request: pytest.FixtureRequest) -> tuple[Record, Study]:
    return read(request.param)[0]


def test_it_comes_back_from_its_file_as_it_was(pair: tuple[Record, Study]) -> None:
    text = dumps(pair[1])
    assert loads(text) == pair[1]
    assert dumps(loads(text)) == text


def test_its_file_satisfies_the_schema(pair: tuple[Record, Study]) -> None:
    VALID.validate(plain_value(parse(dumps(pair[1]), "study.yaml")))


def test_every_quote_stands_where_its_file_says(pair: tuple[Record, Study]) -> None:
    record, study = pair
    assert against_record(loads(dumps(study)), record) == ()


def test_it_holds_together(pair: tuple[Record, Study]) -> None:
    """What a record contradicts is reported as a conflict by the reading; the study made of it has no loose ends."""
    loose = {"DUPLICATE_ID", "UNKNOWN_NAME", "EMPTY_GATE", "CIRCULAR_START", "DOSE_RULE"}
    assert [f for f in check(pair[1]) if f.code in loose] == []


def test_taking_the_proposals_and_taking_them_back_changes_nothing(pair: tuple[Record, Study]) -> None:
    study = pair[1]
    answered = take_defaults(study)
    assert loads(dumps(answered)) == answered
    assert as_read(answered) == study


def test_saving_answers_into_its_file_rewrites_nothing_else(
    pair: tuple[Record, Study], tmp_path: Path
) -> None:
    file, study = tmp_path / "study.yaml", pair[1]
    save_study(study, file)
    before = file.read_text()
    save_study(take_defaults(study), file)
    assert file.read_text().startswith(before)
