"""P5, unit safety: printed values of patients in the canonical unit of their variable, refused where no factor is in the
table, unknown where the value is not plausible. Factors are those of `conversions.csv`, checked here by molar mass (88.42 and 17.1 are the rounded ones in use)."""

from __future__ import annotations

import math
from itertools import product

import pytest

from protorun.patients._cells import measured, read_unit
from protorun.terms.reasons import Reason
from protorun.terms.variables import canonical_unit, factor, factors, variables

COUNTS = ("platelets", "neutrophils", "leukocytes", "lymphocytes", "eosinophils", "cd4")
# How 100 x 10^9/L is printed: the number, and every spelling of its unit.
SPELLINGS = {
    100.0: ("10^9/L", "10*9/L", "x10^9/L", "x 10^9 / L", "x10e9/L", "10⁹/L", "10(9)/L", "10**9/L", "K/uL", "k/µL", "K/mcL",
            "K/mm3", "K/cumm", "10^3/uL", "10*3/uL", "10E3/uL", "x10^3/µL", "10^3/mm3", "x10(3)/mm3", "10^6/mL", "thousand/uL"),
    100_000.0: ("/uL", "/µL", "/mcL", "/mm3", "/mm^3", "/mm³", "/cumm", "/cu mm", "cells/uL", "cells/mm3", "{cells}/uL",
                "per mm3", "per cubic millimeter", "10^6/L", "10^3/mL"),
    10.0: ("10^4/uL",),
    1e11: ("/L", "cells/L"),
}  # fmt: skip
PRINTED = [(number, unit) for number, units in SPELLINGS.items() for unit in units]


@pytest.mark.parametrize("variable", COUNTS[:3])
@pytest.mark.parametrize(("one", "other"), list(product(PRINTED, PRINTED)))
def test_every_pair_of_spellings_of_a_count_is_the_same_count(variable, one, other):
    low = [measured(f"{number:g} {unit}", variable).low for number, unit in (one, other)]
    assert low[0] == pytest.approx(low[1], rel=1e-12) == pytest.approx(100, rel=1e-12)


@pytest.mark.parametrize("variable", COUNTS)
def test_all_counts_share_one_table(variable):
    assert factors(variable) == factors("platelets")
    assert {read_unit(unit) for _, unit in PRINTED} <= set(factors(variable))


# Printed value, variable, value in the canonical unit (None: no such unit, nan: not plausible).
CASES = [
    ("12 g/dL", "hemoglobin", 12),
    ("120 g/L", "hemoglobin", 12),
    ("12 g/L", "hemoglobin", math.nan),
    ("120 g/dL", "hemoglobin", math.nan),
    ("7.45 mmol/L", "hemoglobin", 12.0045),
    ("12000 mg/dL", "hemoglobin", 12),
    ("12 umol/L", "hemoglobin", None),
    ("12 %", "hemoglobin", None),
    ("12", "hemoglobin", 12),
    ("120", "hemoglobin", math.nan),
    ("1.5 mg/dL", "creatinine", 1.5),
    ("132.63 umol/L", "creatinine", 1.5),
    ("132.63 µmol/L", "creatinine", 1.5),
    ("0.13263 mmol/L", "creatinine", 1.5),
    ("15 mg/L", "creatinine", 1.5),
    ("60 mL/min", "creatinine", None),
    ("132 mg/dL", "creatinine", math.nan),
    ("1.2 mg/dL", "bilirubin", 1.2),
    ("20.52 umol/L", "bilirubin", 1.2),
    ("20.52 mmol/L", "bilirubin", None),
    ("12 mg/L", "bilirubin", 1.2),
    ("0.5 mg/dL", "direct_bilirubin", 0.5),
    ("8.55 umol/L", "direct_bilirubin", 0.5),
    ("60 mL/min", "creatinine_clearance", 60),
    ("1 mL/s", "creatinine_clearance", 60),
    ("60 mL/min/1.73m2", "creatinine_clearance", None),
    ("1.2 mg/dL", "creatinine_clearance", None),
    ("60 mL/min/1.73 m²", "egfr_rate", 60),
    ("60 mL/min/{1.73_m2}", "egfr_rate", 60),
    ("60 mL/min", "egfr_rate", None),
    ("40 U/L", "alt", 40),
    ("40 IU/L", "alt", 40),
    ("40 [iU]/L", "alt", 40),
    ("0.5 ukat/L", "alt", 30),
    ("40 mg/dL", "alt", None),
    ("3.5 g/dL", "albumin", 3.5),
    ("35 g/L", "albumin", 3.5),
    ("35 g/dL", "albumin", math.nan),
    ("600 umol/L", "albumin", None),
    ("1.1", "inr", 1.1),
    ("1.1 {INR}", "inr", 1.1),
    ("13 s", "inr", None),
    ("13 s", "pt", 13),
    ("35 sec", "aptt", 35),
    ("1.2", "aptt", math.nan),
    ("9 mg/dL", "calcium", 9),
    ("2.25 mmol/L", "calcium", 9.018),
    ("4 mmol/L", "potassium", 4),
    ("4 mEq/L", "potassium", 4),
    ("140 mg/dL", "sodium", None),
    ("100 mg/dL", "glucose", 100),
    ("5.55 mmol/L", "glucose", 99.98658),
    ("450 ms", "qtc", 450),
    ("0.45 s", "qtc", 450),
    ("55 %", "lvef", 55),
    ("0.55", "lvef", math.nan),
    ("70 kg", "weight", 70),
    ("154.32 lb", "weight", 69.998),
    ("154.32 [lb_av]", "weight", 69.998),
    ("70 cm", "weight", None),
    ("170 cm", "height", 170),
    ("1.7 m", "height", 170),
    ("66.89 [in_i]", "height", 169.9006),
    ("170 m", "height", math.nan),
    ("120 mmHg", "sbp", 120),
    ("16 kPa", "sbp", 120.00992),
    ("-1", "ecog", math.nan),
    ("2", "ecog", 2),
    ("3000 10*3/uL", "neutrophils", math.nan),
    ("3000 /uL", "neutrophils", 3),
    ("100 mg/dL", "platelets", None),
    ("100000", "platelets", math.nan),
]


def test_there_are_at_least_sixty_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize(("printed", "variable", "expected"), CASES, ids=[f"{p} {v}" for p, v, _ in CASES])
def test_a_printed_value_in_the_unit_of_its_variable(printed, variable, expected):
    found = measured(printed, variable)
    if expected is None:
        assert (found.reason, math.isnan(found.low)) == (Reason.NO_UNIT, True)
    elif math.isnan(expected):
        assert (found.reason, math.isnan(found.low)) == (Reason.IMPLAUSIBLE_VALUE, True)
    else:
        assert found.low == found.high == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("variable", "unit", "molar_mass", "per_liter"),
    [
        ("creatinine", "umol/L", 113.12, 1e-6 * 100),  # mg/dL = g/mol x mol/L x 1000 / 10
        ("bilirubin", "umol/L", 584.66, 1e-6 * 100),
        ("glucose", "mmol/L", 180.156, 1e-3 * 100),
        ("calcium", "mmol/L", 40.08, 1e-3 * 100),
        ("uric_acid", "umol/L", 168.11, 1e-6 * 100),
        ("cholesterol", "mmol/L", 386.65, 1e-3 * 100),
        ("hemoglobin", "mmol/L", 16114, 1e-3 / 10),  # g/dL, by the monomer
        ("magnesium", "mg/dL", 1 / 24.305, 10),  # mmol/L
        ("testosterone", "nmol/L", 288.42, 0.1),  # ng/dL
    ],
)
def test_factors_follow_from_the_molar_mass(variable, unit, molar_mass, per_liter):
    assert factor(variable, unit) == pytest.approx(molar_mass * per_liter, rel=3e-4)


@pytest.mark.parametrize("name", sorted(variables()))
def test_every_variable_knows_its_own_unit_and_a_plausible_range(name):
    known = variables()[name]
    assert factor(name, canonical_unit(name)) == 1
    assert known.low < known.high
