"""Reference ranges of a site: used where a result has none of its own, and said so; without them the answer is unknown."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from protorun.errors import PatientDataError
from protorun.patients.csv import parse_patients
from protorun.patients.ref_ranges import parse_ref_ranges, with_ref_ranges

sys.path.insert(0, str(Path(__file__).parents[1] / "screening"))
from screened_tables import study_of

from protorun.screening import explain, screen
from protorun.study.criterion import Bound, Number

ALT = study_of(Number(variable="alt", high=Bound(value=3, times="uln")))
CREATININE = study_of(Number(variable="creatinine", high=Bound(value=1.5, times="uln")))


def facts(text):
    return parse_patients(text, as_of=date(2025, 1, 15)).facts


def answers(study, table, ranges=()):
    filled, notes = with_ref_ranges(table, ranges)
    screening = screen(study, filled)
    return [explain(screening, p).criteria[0].answer for p in filled.patients], notes


def test_without_a_range_the_answer_is_unknown_and_with_one_it_says_where_it_is_from():
    table = facts("patient,alt,alt_uln\na,100,\nb,100,30\nc,,\n")
    assert answers(ALT, table)[0] == ["unknown", "not met", "unknown"]
    assert explain(screen(ALT, table), "a").criteria[0].code == "NO_REF_RANGE"
    ranges = parse_ref_ranges("variable,low,high,unit\nalt,5,40,U/L\n", "site.csv")
    found, notes = answers(ALT, table, ranges)
    assert found == ["met", "not met", "unknown"]
    assert notes == ("alt: reference limits assumed from site.csv:2 for 1 results reported without",)
    filled, _ = with_ref_ranges(table, ranges)
    (finding,) = explain(screen(ALT, filled), "a").criteria[0].findings
    assert "limits assumed from site.csv:2" in finding.source


def test_a_range_for_women_is_not_for_those_of_unknown_sex():
    table = facts("patient,sex,creatinine\na,female,1.6\nb,male,1.6\nc,,1.6\n")
    ranges = parse_ref_ranges(
        "variable,high,unit,sex\ncreatinine,88.42,umol/L,F\ncreatinine,1.3,mg/dL,male\n"
    )
    assert answers(CREATININE, table, ranges)[0] == ["not met", "met", "unknown"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("variable,high\nalt,40\nalt,50\n", "has a range already, at ranges.csv:2"),
        ("variable,high\nrubbish,40\n", "no variable"),
        ("variable,high,unit\nalt,40,mg/dL\n", "no unit of alt"),
        ("variable,high,age\nalt,40,50\n", "no use for the column 'age'"),
        ("variable,low,high\nalt,40,30\n", "no range of alt"),
        ("variable,high\nalt,\n", "no range of alt"),
    ],
)
def test_what_is_no_range_is_refused(text, says):
    with pytest.raises(PatientDataError, match=says):
        parse_ref_ranges(text)
