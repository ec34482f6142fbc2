"""Hand-written cases, one file per criterion, each case with the rule of its paper."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from protorun.patients._exams import parse_exams
from protorun.patients.tables import parse_lesions
from protorun.response import assess, eano_esmo_type, settings_for
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response

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
    if "progression_at" in case:
        assert points.progression_on[progressed].min() == first + 42 * case["progression_at"]


@pytest.mark.parametrize(
    ("criteria", "case"),
    [pytest.param(n, *c.values, id=f"{n} {c.id}") for n in ("rano_bm", "irecist") for c in cases(n)],
)
def test_lesions_by_the_rule_of_the_paper(criteria, case, as_csv):
    status = as_csv.visits("\n".join(case["visits"])) if "visits" in case else ""
    lesions, seen, _ = parse_lesions(as_csv.table("\n".join(case["lesions"])), status)
    settings = settings_for(criteria, case.get("policy", ""))
    keep_their_word(case, assess(criteria, lesions, seen, settings=settings), as_csv.first)


@pytest.mark.parametrize("case", cases("rano_lm"))
def test_leptomeningeal_exams_by_the_rule_of_the_paper(case, as_csv):
    words = [line.split() for line in case["exams"]]
    if case.get("steroids", True):
        words += [[str(visit), "steroids", "-", "0"] for visit in range(1 + len(case["overall"]))]
    rows = ["patient,visit,date,input,item,value"] + [
        f"P1,{visit},{as_csv.day(int(visit))},{kind},{item.replace('_', ' ').strip('-')},{value.replace('_', ' ')}"
        for visit, kind, item, value in words
    ]
    exams, _ = parse_exams("\n".join(rows))
    settings = settings_for("rano_lm", case.get("policy", ""))
    keep_their_word(case, assess("rano_lm", exams=exams, settings=settings), as_csv.first)


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
