"""The same criterion in other words, another unit, another order: the same verdicts on the same patients."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protorun.reading.eligibility import read_eligibility
from protorun.screening.evaluate import View, evaluate
from protorun.study.criterion import Criterion
from protorun.study.record import Passage, Record
from protorun.study.source import Source
from protorun.study.study import Origin, Study
from protorun.terms.concepts import concepts
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.terms.variables import factors, variables
from protorun.trial.facts import NO_DAY, Facts, Flags, Numbers

STUDY = Study(key="x", origin=Origin(name="x", format="x", digest=""))
MEASURED = [v for v in variables().values() if v.kind in ("lab", "vital") and "+" not in v.name]
NAMES = [c for c in concepts().values() if c.domain == "condition" and "+" not in c.name and not c.applies]


def read(line: str, which: str = "inclusion") -> Criterion:
    text = f"{which.title()} Criteria:\n\n* {line}\n"
    passage = Passage("eligibility.criteria", Source(start=0, end=len(text), quote=text))
    (criterion,) = read_eligibility(Record("x", "x", "", {"": text}, (passage,)), STUDY).fields["eligibility"]
    return criterion


def measured(**values: list[float]) -> Facts:
    """One patient per value, in canonical units, all taken on the day of screening."""
    n = len(next(iter(values.values())))
    day, none = np.zeros(n, np.int32), np.full(n, np.nan)
    columns = {
        name: Numbers(np.array(v, float), np.array(v, float), variables()[name].unit, day, none, none, none)
        for name, v in values.items()
    }
    return Facts(tuple(map(str, range(n))), day, columns)


def conditions(**truths: list[int]) -> Facts:
    n = len(next(iter(truths.values())))
    day = np.zeros(n, np.int32)
    columns = {c: Flags(np.array(t, np.uint8), np.full(n, NO_DAY, np.int32)) for c, t in truths.items()}
    return Facts(tuple(map(str, range(n))), day, columns)


def verdicts(criterion: Criterion, facts: Facts) -> list[int]:
    """TRUE where the criterion lets a patient in."""
    includes = criterion.polarity == "inclusion"
    truth = evaluate(criterion.expr, facts, View("strict", TRUE if includes else FALSE)).truth
    return [int(t) if includes else int(TRUE - t) for t in truth]


def limit_of(variable) -> float:
    """A round limit inside the plausible range."""
    high = min(variable.high, 1e4)
    return float(f"{(max(variable.low, high / 1e4) * high) ** 0.5:.2g}")


def unit_of(variable) -> str:
    return "" if variable.unit == "1" else variable.unit


AT_LEAST = [
    "{name} ≥ {x} {unit}",
    "{name} >= {x} {unit}",
    "{name} => {x} {unit}",
    "{name} of at least {x} {unit}",
    "{name} at least {x} {unit}",
    "{name} no less than {x} {unit}",
    "{name} not less than {x} {unit}",
    "{name} greater than or equal to {x} {unit}",
    "{name} must be {x} {unit} or higher",
    "{name} must be ≥ {x} {unit}",
    "{name}: ≥ {x} {unit}",
    "{name} equal to or greater than {x} {unit}",
    "{name} of {x} {unit} or more",
    "Patients must have {name} ≥ {x} {unit}",
]
AT_MOST = [
    "{name} ≤ {x} {unit}",
    "{name} =< {x} {unit}",
    "{name} ≦ {x} {unit}",
    "{name} no more than {x} {unit}",
    "{name} not more than {x} {unit}",
    "{name} less than or equal to {x} {unit}",
    "{name} must be {x} {unit} or lower",
    "{name} of {x} {unit} or less",
    "{name} not exceeding {x} {unit}",
    "{name} at most {x} {unit}",
]
ABOVE = [
    "{name} > {x} {unit}",
    "{name} above {x} {unit}",
    "{name} greater than {x} {unit}",
    "{name} more than {x} {unit}",
]
BELOW = [
    "{name} < {x} {unit}",
    "{name} below {x} {unit}",
    "{name} less than {x} {unit}",
    "{name} lower than {x} {unit}",
]
SIGNS = {
    "at least": (AT_LEAST, [FALSE, TRUE, TRUE]),
    "at most": (AT_MOST, [TRUE, TRUE, FALSE]),
    "above": (ABOVE, [FALSE, FALSE, TRUE]),
    "below": (BELOW, [TRUE, FALSE, FALSE]),
}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("variable", MEASURED, ids=lambda v: v.name)
def test_every_wording_of_a_limit_decides_alike_below_at_and_above_it(variable, sign):
    wordings, expected = SIGNS[sign]
    x = limit_of(variable)
    facts = measured(**{variable.name: [x * 0.99, x, x * 1.01]})
    for wording in wordings:
        line = wording.format(name=variable.aliases[0], x=f"{x:g}", unit=unit_of(variable))
        assert verdicts(read(line), facts) == expected, line


@pytest.mark.parametrize("variable", MEASURED, ids=lambda v: v.name)
def test_a_limit_excludes_those_whom_its_opposite_does_not_include(variable):
    x = limit_of(variable)
    facts = measured(**{variable.name: [x * 0.99, x, x * 1.01, np.nan]})
    name = variable.aliases[0]
    for included, excluded in (("≥", "<"), ("≤", ">"), (">", "≤"), ("<", "≥")):
        inside = read(f"{name} {included} {x:g} {unit_of(variable)}")
        outside = read(f"{name} {excluded} {x:g} {unit_of(variable)}", "exclusion")
        if outside.klass == "computable":  # good values on an exclusion list stay open
            assert verdicts(inside, facts) == verdicts(outside, facts), (name, included)


PRINTED = {"in": "inches"}
UNITS = [(v, unit, by) for v in MEASURED for unit, by in factors(v.name).items() if unit != v.unit]


@pytest.mark.parametrize(("variable", "unit", "by"), UNITS, ids=[f"{v.name}-{u}" for v, u, _ in UNITS])
def test_an_equivalent_limit_in_another_unit_decides_alike(variable, unit, by):
    x = limit_of(variable)
    facts = measured(**{variable.name: [x / 10, x * 0.98, x * 1.02, x * 10, np.nan]})
    name = variable.aliases[0]
    plain = verdicts(read(f"{name} ≥ {x:g} {unit_of(variable)}"), facts)
    other = read(
        f"{name} ≥ {np.format_float_positional(x / by, precision=6, trim='-')} {PRINTED.get(unit, unit)}"
    )
    assert verdicts(other, facts) == plain == [FALSE, FALSE, TRUE, TRUE, UNKNOWN], other.expr


COUNTS = ["100 x 10^9/L", "100*10^9/L", "100 x10^9/L", "100,000/mm3", "100 000/mm^3", "100000/uL", "100,000 cells/mm3",
          "100 x 10^3/uL", "100 K/uL", "100 × 10e9/L", "0.1 x 10^12/L", "100 G/L"]  # fmt: skip


@pytest.mark.parametrize("printed", COUNTS)
def test_a_count_is_the_same_however_it_is_printed(printed):
    facts = measured(platelets=[99, 100, 101])
    criterion = read(f"Platelets ≥ {printed}")
    if criterion.klass == "computable":  # a unit that is not in the table is refused, never misread
        assert verdicts(criterion, facts) == [FALSE, TRUE, TRUE]
    else:
        assert TRUE not in verdicts(criterion, facts)


WHOLE = {"age": (18, "{name} {sign} {x} years"), "ecog": (2, "ECOG {sign} {x}"), "karnofsky": (70, "Karnofsky {sign} {x}"),
         "nyha": (2, "NYHA class {sign} {x}")}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_one_more_or_less_than_a_limit_changes_the_verdict_where_it_should(name):
    x, wording = WHOLE[name]
    facts = measured(**{name: [x - 1, x, x + 1]})
    for sign, expected in (("≥", "FTT"), (">", "FFT"), ("≤", "TTF"), ("<", "TFF")):
        line = wording.format(name=name.title(), sign=sign, x=x)
        assert verdicts(read(line), facts) == [{"T": TRUE, "F": FALSE}[e] for e in expected], line


def test_a_range_takes_in_both_its_ends_in_every_wording():
    facts = measured(age=[17, 18, 75, 76])
    for line in (
        "Age 18 to 75 years",
        "18-75 years of age",
        "Between 18 and 75 years of age",
        "Age ≥ 18 and ≤ 75 years",
        "Aged 18 - 75 years, inclusive",
        "Patients aged from 18 to 75 years",
    ):
        assert verdicts(read(line), facts) == [FALSE, TRUE, TRUE, FALSE], line


DENIALS = [
    "No {x}",
    "Patients without {x}",
    "Absence of {x}",
    "Patients must not have {x}",
    "No evidence of {x}",
    "Free of {x}",
]


@pytest.mark.parametrize("concept", NAMES, ids=lambda c: c.name)
def test_a_condition_denied_among_the_inclusions_is_one_that_excludes(concept):
    excluded = read(concept.aliases[0], "exclusion")
    if excluded.klass != "computable" or concept.name not in str(excluded.expr):
        pytest.skip("read as something else than a condition")
    facts = conditions(**{concept.name: [TRUE, FALSE, UNKNOWN]})
    assert verdicts(excluded, facts) == [FALSE, TRUE, UNKNOWN]
    for wording in DENIALS:
        denied = read(wording.format(x=concept.aliases[0]))
        # What is not understood may stay open; it must never turn round.
        for found, sure in zip(verdicts(denied, facts), [FALSE, TRUE, UNKNOWN], strict=True):
            assert found in (sure, UNKNOWN), wording
        if wording in DENIALS[:2]:
            assert denied.klass == "computable", wording


LISTED = ["heart_failure", "asthma", "stroke", "pneumonitis", "liver_metastasis", "seizure"]
THREE = st.lists(
    st.sampled_from([c for c in NAMES if c.name in LISTED]),
    min_size=3,
    max_size=3,
    unique_by=lambda c: c.name,
)


@settings(max_examples=15, deadline=None)
@given(THREE)
def test_the_order_of_a_list_decides_nothing(members):
    states = list(product([TRUE, FALSE, UNKNOWN], repeat=3))
    facts = conditions(**{c.name: [s[i] for s in states] for i, c in enumerate(members)})
    for head, which in (("", "exclusion"), ("No ", "inclusion"), ("Patients without ", "inclusion")):
        found = {
            tuple(verdicts(read(f"{head}{a}, {b} or {c}", which), facts))
            for a, b, c in permutations([m.aliases[0] for m in members])
        }
        assert found == {tuple(min(TRUE - t for t in s) for s in states)}, head


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(MEASURED), min_size=3, max_size=3, unique_by=lambda v: v.name))
def test_the_order_of_limits_decides_nothing(members):
    limits = [limit_of(v) for v in members]
    states = list(product([0.9, 1.1], repeat=3))
    facts = measured(**{v.name: [s[i] * limits[i] for s in states] for i, v in enumerate(members)})
    each = [f"{v.aliases[0]} ≥ {x:g} {unit_of(v)}" for v, x in zip(members, limits, strict=True)]
    found = {tuple(verdicts(read(f"{a}, {b} and {c}"), facts)) for a, b, c in permutations(each)}
    assert found == {tuple(TRUE if min(s) > 1 else FALSE for s in states)}
