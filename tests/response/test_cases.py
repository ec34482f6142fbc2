"""Hand-written cases, one file per criterion, each case with the rule of its paper."""

import csv
import re
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from protorun.patients._exams import parse_exams
from protorun.patients.tables import parse_lesions
from protorun.response import Settings, assess, eano_esmo_type, merged
from protorun.response import settings_for as named_settings
from protorun.trial.facts import NO_DAY
from protorun.trial.leptomeninges import LeptomeningealExams
from protorun.trial.response import Response
from protorun.trial.tables import TimePoints, calls

HERE = Path(__file__).parent / "cases"
TRUTH = {"yes": 2, "?": 1, "no": 0}


def cases(name: str) -> list:
    found = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=f"{i + 1} {case['rule'][:60]}") for i, case in enumerate(found)]


def keep_their_word(case, points, first) -> None:
    assert [Response(code).text for code in points.overall] == case["overall"], case["rule"]
    for at, words in enumerate(case.get("why", [])):
        assert words in points.why(at)
    progressed = np.isin(points.overall, (Response.PD, Response.ICPD))
    assert (points.progression_on[~progressed] == NO_DAY).all()
    for column in {"at_best", "at_worst"} & set(case):
        assert [Response(code).text for code in getattr(points, column)] == case[column]
    if "progression_at" in case:
        assert points.progression_on[progressed].min() == first + 42 * case["progression_at"]
    if "progression_day" in case:
        assert points.progression_on[progressed].min() == first + case["progression_day"]


def time_points(criteria: str, case: dict, as_csv) -> TimePoints:
    """What the rule makes of a case."""
    settings = settings_for(criteria, case.get("policy", ""))
    if criteria == "compartments":
        return merged(*(side(answer) for answer in case["sides"]))
    if criteria == "rano_lm":
        return assess(criteria, exams=exams_of(case, as_csv), settings=settings)
    status = as_csv.visits("\n".join(case["visits"])) if "visits" in case else ""
    text = as_csv.table("\n".join(case["lesions"]))
    for visit, on in sorted(enumerate(case.get("days", [])), reverse=True):
        text = text.replace(as_csv.day(visit), as_csv.day(on / 42))
    lesions, seen, _ = parse_lesions(text, status)
    return assess(criteria, lesions, seen, settings=settings)


def exams_of(case: dict, as_csv) -> LeptomeningealExams:
    words = [line.split() for line in case["exams"]]
    if case.get("steroids", True):
        words += [[str(visit), "steroids", "-", "0"] for visit in range(1 + len(case["overall"]))]
    rows = ["patient,visit,date,input,item,value"] + [
        f"P1,{visit},{as_csv.day(int(visit))},{kind},{item.replace('_', ' ').strip('-')},{value.replace('_', ' ')}"
        for visit, kind, item, value in words
    ]
    return parse_exams("\n".join(rows))[0]


def side(answer: str) -> TimePoints:
    """One compartment at the visits 1 and 2; the case is about visit 2."""
    codes = {r.text: r for r in Response}
    seen = {"-": [], "?": [Response.SD]}.get(answer) if answer in "-?" else [Response.SD, codes[answer]]
    place = np.arange(len(seen))
    found = calls(0 * place, 0 * place, 42 + 42 * place, np.array(seen, np.int8))
    return replace(found, visit=(place + 1).astype(np.int16))


def settings_for(criteria: str, policy: str) -> Settings | None:
    return None if criteria == "compartments" else named_settings(criteria, policy)


BY_LESIONS = ("recist_1_1", "rano_bm", "irecist")


@pytest.mark.parametrize(
    ("criteria", "case"),
    [pytest.param(n, *c.values, id=f"{n} {c.id}") for n in (*BY_LESIONS, "rano_lm") for c in cases(n)],
)
def test_time_points_by_the_rule_of_the_paper(criteria, case, as_csv):
    keep_their_word(case, time_points(criteria, case, as_csv), as_csv.first)


@pytest.mark.parametrize("case", cases("compartments"))
def test_two_compartments_merged(case, as_csv):
    points = time_points("compartments", case, as_csv)
    assert Response(int(points.overall[-1])).text == case["overall"]
    assert points.visit[-1] == 2


@pytest.mark.parametrize("criteria", [*BY_LESIONS, "rano_lm", "compartments"])
def test_every_row_of_the_rule_table_decides_a_case(criteria, as_csv):
    text = files("protorun.response").joinpath(f"{criteria}.csv").read_text(encoding="utf-8")
    rows = [line["reason"] for line in csv.DictReader(text.splitlines())]
    said = set()
    for case in cases(criteria):
        points = time_points(criteria, case.values[0], as_csv)
        said |= {points.why(at) for at in range(len(points))}
    patterns = {row: re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(row))) for row in rows}
    assert [row for row, pattern in patterns.items() if not any(map(pattern.match, said))] == []


@pytest.mark.parametrize("case", cases("eano_esmo"))
def test_types_of_leptomeningeal_metastases(case):
    found = eano_esmo_type(*(np.array([TRUTH[word]], np.uint8) for word in case["seen"]))
    assert (found.type[0], found.certainty[0]) == (case["type"], case["certainty"])
    assert case.get("why", "") in found.why[0]


def test_254_patients_of_eight_types():
    found = [
        (case.values[0], case.values[0]["patients"])
        for case in cases("eano_esmo")
        if "patients" in case.values[0]
    ]
    columns = [np.repeat([TRUTH[c["seen"][i]] for c, _ in found], [n for _, n in found]) for i in range(4)]
    types = eano_esmo_type(*(column.astype(np.uint8) for column in columns))
    assert len(types.type) == 254
    assert types.certainty.count("confirmed") == 189
    assert types.certainty.count("probable or possible") == 51 + 14
    assert {c["type"]: types.type.count(c["type"]) for c, _ in found} == {c["type"]: n for c, n in found}
