"""Laboratory grades: thresholds of CTCAE and DAIDS, and what is said where a grade is missing."""

import polars as pl
import pytest

from protorun.errors import PatientDataError, UsageError
from protorun.toxicity.grading import VERSIONS, grade_labs, overall, rules


def grades(version="ctcae_v5", clinical="worst_case", convert_units=False, units="either", **row):
    """(direction, grade, reason) of one result."""
    named = {} if {"test", "term", "term_low", "term_high"} & set(row) else {"test": "hemoglobin"}
    frame = pl.DataFrame([{"unit": None, **named, **row}])
    found = grade_labs(frame, version=version, clinical=clinical, convert_units=convert_units, units=units)
    return [(d, g, r) for d, g, r in found.select("direction", "grade", "reason").iter_rows()]


def one(**row):
    return grades(**row)[0][1]


def why(**row):
    return grades(**row)[0][2]


def test_401_rules_are_shipped_in_four_versions():
    assert sum(len(rules(version, "worst_case")) for version in VERSIONS) == 401


@pytest.mark.parametrize(("version", "grade"), [("ctcae_v4", 4), ("ctcae_v5", 4), ("ctcae_v6", 3)])
def test_a_neutrophil_count_of_0_3_is_grade_4_until_v5_and_grade_3_in_v6(version, grade):
    assert one(version=version, test="ANC", value=0.3, unit="10^9/L") == grade
    assert one(version=version, test="ANC", value=0.09, unit="10^9/L") == 4


@pytest.mark.parametrize(
    ("value", "grade"), [(79.9, 3), (80, 2), (99.9, 2), (100, 1), (119.9, 1), (120, 0), (140, 0)]
)
def test_anemia_with_its_limits(value, grade):
    assert one(value=value, unit="g/L", lln=120, uln=160) == grade


def test_both_directions_and_the_overall_grade():
    frame = pl.DataFrame(
        {"test": ["K"] * 4, "value": [2.8, 6.2, 4.0, 4.0], "unit": ["mmol/L"] * 4, "lln": [3.5] * 3 + [None],
         "uln": [5.0] * 4}
    )  # fmt: skip
    found = overall(grade_labs(frame, version="ctcae_v5", clinical="worst_case"))
    assert found["low"].to_list() == [3, 0, 0, None]
    assert found["high"].to_list() == [0, 3, 0, 0]
    assert found["overall"].to_list() == ["-3", "3", "0", None]


def test_three_times_the_limit_is_exactly_that():
    """3 x 0.1 is 0.30000000000000004; both sides count with 15 significant digits."""
    assert one(test="ALT", value=0.3, unit="U/L", uln=0.1) == 1
    assert one(test="ALT", value=3 * 0.1, unit="U/L", uln=0.1) == 1
    assert one(test="ALT", value=0.3000000000001, unit="U/L", uln=0.1) == 2


def test_an_abnormal_baseline_replaces_the_limit_from_v5_on():
    row = {
        "test": "AST",
        "value": 200,
        "unit": "U/L",
        "uln": 40,
        "baseline": 150,
        "baseline_indicator": "HIGH",
    }
    assert one(version="ctcae_v4", **row) == 2
    assert one(version="ctcae_v5", **row) == 0
    assert one(version="ctcae_v5", **(row | {"value": 230})) == 1


def test_a_high_baseline_without_a_value_is_no_grade_0():
    found = grades(test="AST", value=200, unit="U/L", uln=40, baseline=None, baseline_indicator="HIGH")
    assert found == [("high", None, "the baseline value is missing")]


def test_without_the_indicator_column_the_baseline_is_compared_with_the_limits():
    assert one(test="AST", value=230, unit="U/L", uln=40, baseline=150) == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"value": None, "unit": "g/L"}, "the value is missing"),
        ({"value": 90, "unit": "mmol/L"}, "the unit 'mmol/L' is not the one of the rule, g/L or g/dL"),
        ({"value": 90, "unit": ""}, "the unit is missing; the rule is for g/L or g/dL"),
        ({"value": 110, "unit": "g/L"}, "the lower limit of normal is missing"),
        ({"value": -1, "unit": "g/L"}, "a value below 0 cannot be"),
        ({"value": float("nan"), "unit": "g/L"}, "the value is missing"),
        ({"value": float("inf"), "unit": "g/L"}, "the value is too large to be one"),
        ({"value": 1e300, "unit": "g/L"}, "the value is too large to be one"),
        ({"test": "foo", "value": 1, "unit": "g/L"}, "no laboratory test called 'foo' is known"),
        ({"test": "phosphate", "value": 1, "unit": "mmol/L"}, "ctcae_v5 has no laboratory rule for 'phosphate'"),
        ({"term": "Foo", "value": 1, "unit": "g/L"}, "ctcae_v5 has no laboratory rule for 'Foo'"),
        ({"test": "", "value": 1, "unit": "g/L"}, "no test is named"),
    ],
)  # fmt: skip
def test_a_missing_grade_names_the_item(row, says):
    assert why(**row) == says
    assert one(**row) is None


def test_a_unit_is_never_converted_unless_it_may_be():
    row = {"test": "hemoglobin", "value": 4.5, "unit": "mmol/L", "lln": 7.5, "uln": 10.0}
    assert one(**row) is None
    assert one(convert_units=True, **row) == 3  # 72.5 g/L
    frame = pl.DataFrame([row])
    found = grade_labs(frame, version="ctcae_v5", clinical="worst_case", convert_units=True)
    assert found["unit"].to_list() == ["g/L", "g/L"]
    assert found["check"][0] == "converted from mmol/L by 16.113438"


def test_us_units_have_their_own_rules():
    assert one(test="hemoglobin", value=7.9, unit="g/dL", lln=12) == 3
    assert one(test="hemoglobin", value=7.9, unit="g/dL", lln=12, units="si") is None
    # The legacy label 10^3/mL holds counts per microliter.
    assert one(test="platelets", value=24000, unit="10^3/mL") == 4


def test_hemoglobin_8_g_per_l_is_marked():
    """CONQUER prints "Hemoglobin >= 8 g/L", clearly g/dL."""
    frame = pl.DataFrame({"test": ["hemoglobin"], "value": [8.0], "unit": ["g/L"]})
    found = grade_labs(frame, version="ctcae_v5", clinical="worst_case")
    assert found["grade"][0] == 3
    assert found["check"][0] == "outside 20 to 250 g/L: is the unit right?"


@pytest.mark.parametrize(
    ("row", "worst", "alone"),
    [
        ({"test": "lipase", "value": 501, "uln": 100, "unit": "U/L"}, 4, 3),
        ({"test": "lipase", "value": 301, "uln": 100, "unit": "U/L"}, 3, 2),
        ({"test": "sodium", "value": 127, "lln": 135, "unit": "mmol/L"}, 3, 2),
        ({"test": "sodium", "value": 124, "lln": 135, "unit": "mmol/L"}, 3, 3),
        ({"test": "sodium", "value": 119, "lln": 135, "unit": "mmol/L"}, 4, 4),
        ({"test": "potassium", "value": 3.2, "lln": 3.5, "unit": "mmol/L"}, 2, 1),
        ({"test": "uric acid", "value": 8, "uln": 7, "unit": "mg/dL"}, 3, 1),
        ({"test": "INR", "value": 1.1, "baseline": 1.0, "unit": "1"}, 1, 0),
    ],
)
def test_signs_and_symptoms_are_taken_for_granted_only_when_asked(row, worst, alone):
    assert one(clinical="worst_case", **row) == worst
    assert one(clinical="lab_only", **row) == alone
    assert "assumes" in why(clinical="worst_case", **row) or worst == alone
    assert "assumes" not in why(clinical="lab_only", **row)


def test_v5_sodium_between_129_and_130_is_grade_1():
    assert one(test="sodium", value=129.5, lln=135, unit="mmol/L") == 1
    assert one(version="ctcae_v4", test="sodium", value=129.5, lln=135, unit="mmol/L") == 3


@pytest.mark.parametrize(("value", "v5", "v6"), [(24, 4, 3), (9.9, 4, 4)])
def test_platelets_are_grade_4_under_25_until_v5_and_under_10_in_v6(value, v5, v6):
    row = {"test": "platelets", "value": value, "unit": "10^9/L", "lln": 150}
    assert [one(version=f"ctcae_{v}", **row) for v in ("v4", "v5", "v6")] == [v5, v5, v6]


def test_daids_asks_for_age_and_sex():
    row = {"version": "daids", "test": "hemoglobin", "value": 105, "unit": "g/L", "date": "2024-06-01"}
    assert one(**row, sex="M", birth_date="1980-01-01") == 1
    assert one(**row, sex="F", birth_date="1980-01-01") == 0
    assert why(**row, sex="", birth_date="1980-01-01") == "the sex is missing"
    assert why(**row, sex="M", birth_date="") == "the date of birth or of the sample is missing"
    ldl = {"version": "daids", "test": "LDL", "value": 4.0, "unit": "mmol/L", "date": "2024-06-01"}
    assert one(**ldl, birth_date="1980-01-01") == 1
    assert one(**ldl, birth_date="2010-01-01") == 2
    assert why(**ldl, birth_date="2022-01-01") == "no grade is defined"


@pytest.mark.parametrize("version", ["v5", "ctcae_v7", ""])
def test_a_version_has_to_be_one(version):
    with pytest.raises(UsageError, match="there are: ctcae_v4"):
        grades(version=version, value=1, unit="g/L")


def test_a_table_must_have_its_columns_and_numbers():
    with pytest.raises(PatientDataError, match="no column unit"):
        grade_labs(pl.DataFrame({"test": ["K"], "value": [1]}), version="ctcae_v5", clinical="lab_only")
    with pytest.raises(PatientDataError, match="no column test, term"):
        grade_labs(pl.DataFrame({"value": [1], "unit": ["g"]}), version="ctcae_v5", clinical="lab_only")
    with pytest.raises(PatientDataError, match="row 1, column value: '<5' is no number"):
        grades(value="<5", unit="g/L")


def test_an_empty_table_has_no_grades():
    frame = pl.DataFrame(
        {"test": [], "value": [], "unit": []}, schema=dict.fromkeys(["test", "value", "unit"], pl.String)
    )
    assert len(grade_labs(frame, version="ctcae_v6", clinical="lab_only")) == 0


def test_the_order_of_rows_and_their_company_do_not_matter():
    values = [60.0, 95.0, 110.0, 130.0, 170.0, None]
    frame = pl.DataFrame({"test": ["hemoglobin"] * 6, "value": values, "unit": ["g/L"] * 6, "lln": [120.0] * 6,
                          "uln": [150.0] * 6})  # fmt: skip
    together = grade_labs(frame, version="ctcae_v5", clinical="worst_case")
    turned = grade_labs(frame.reverse(), version="ctcae_v5", clinical="worst_case")
    back = turned.with_columns(source_row=5 - pl.col("source_row")).sort("source_row", "term")
    assert together.sort("source_row", "term").equals(back)
    alone = pl.concat([grade_labs(frame[i], version="ctcae_v5", clinical="worst_case") for i in range(6)])
    assert together.drop("source_row").equals(alone.drop("source_row"))


@pytest.mark.parametrize("library", ["pandas", "pyarrow", "lazy"])
def test_any_data_frame_is_taken_and_left_as_it_was(library):
    frame = pl.DataFrame(
        {"test": ["K", None], "value": [2.8, None], "unit": ["mmol/L", None], "lln": [3.5, 3.5]}
    )
    given = {"pandas": frame.to_pandas, "pyarrow": frame.to_arrow, "lazy": frame.lazy}[library]()
    before = given.copy() if library == "pandas" else given
    found = grade_labs(given, version="ctcae_v5", clinical="lab_only")
    assert found["grade"][0] == 3
    if library == "pandas":
        assert given.equals(before)


@pytest.mark.parametrize(("flag", "grade"), [("LOW", 3), ("LOW LOW", 0), ("NORMAL", 0)])
def test_creatinine_of_v6_is_measured_from_the_baseline_only_where_that_was_low(flag, grade):
    one = {"test": ["creatinine"], "value": [36.0], "unit": ["umol/L"], "lln": [33.0], "uln": [67.0]}
    labs = pl.DataFrame({**one, "baseline": [6.0], "baseline_indicator": [flag]})
    found = grade_labs(labs, version="ctcae_v6", clinical="worst_case")
    assert found.filter(pl.col("direction") == "high")["grade"].to_list() == [grade]
