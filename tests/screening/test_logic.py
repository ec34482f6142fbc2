"""Kleene logic against the official CQL tests of logical operators."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from protorun.screening.answers import Answer, all_of, any_of, choose, not_
from protorun.terms.truth import FALSE, TRUE, UNKNOWN

WORDS = {"true": TRUE, "false": FALSE, "null": UNKNOWN}


def answer(word):
    return Answer(np.array([WORDS[word]], np.uint8), np.array([0], np.uint8))


def cql(expression):
    """`a and b`, `a xor b`, `not a`, `a implies b` by the verbs of the tree."""
    if match := re.fullmatch(r"not \(?(\w+)\)?", expression):
        return not_(answer(match[1]))
    left, verb, right = expression.split()
    a, b = answer(left), answer(right)
    return {
        "and": lambda: all_of([a, b]),
        "or": lambda: any_of([a, b]),
        "implies": lambda: any_of([not_(a), b]),
        "xor": lambda: choose(a, not_(b), b),
    }[verb]()


def test_all_39_cql_tests_of_logical_operators(shared):
    path = shared / "data" / "eligibility" / "CqlLogicalOperatorsTest.xml"
    if not path.is_file():
        pytest.skip("the CQL tests are not beside this checkout")
    tests = list(ET.parse(path).getroot().iter("{http://hl7.org/fhirpath/tests}test"))
    assert len(tests) == 39
    wrong = [
        t.get("name")
        for t in tests
        if cql(t.find("{*}expression").text.strip()).truth[0] != WORDS[t.find("{*}output").text.strip()]
    ]
    assert wrong == []
