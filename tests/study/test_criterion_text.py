"""The text form of a criterion: readable, correctable, and nothing is lost on the way there and back."""

from typing import Any as Anything

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protorun.errors import CriterionTextError
from protorun.reading import understand
from protorun.records import open_records
from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Attestation,
    Bound,
    Code,
    Expr,
    Flag,
    If,
    Judgment,
    Not,
    Number,
    Treated,
    Unless,
    Unparsed,
    Washout,
    Window,
)
from protorun.study.criterion_text import atoms_of, parse, with_sources, write
from protorun.study.criterion_text.writing import KEYWORDS
from protorun.study.source import Source

AGE = Number(variable="age", low=Bound(value=18), unit="years")
LIVER = Flag(variable="liver_metastasis")


def limit(variable: str, value: float) -> Number:
    return Number(variable=variable, high=Bound(value=value, times="uln"))


LINES: dict[str, Expr] = {
    "platelets >= 80 10^9/L": Number(variable="platelets", low=Bound(value=80), unit="10^9/L"),
    "18 < age <= 75 years": Number(
        variable="age", low=Bound(value=18, inclusive=False), high=Bound(value=75), unit="years"
    ),
    "bmi 25 to 30 kg/m2": Number(variable="bmi", low=Bound(value=25), high=Bound(value=30), unit="kg/m2"),
    "hemoglobin >= 8 g/L perhaps g/dL": Number(
        variable="hemoglobin", low=Bound(value=8), unit="g/L", suggested_unit="g/dL"
    ),
    "if liver_metastasis then (alt <= 5 x ULN and ast <= 5 x ULN) else (alt <= 3 x ULN and ast <= 3 x ULN)": If(
        condition=LIVER,
        then=All(parts=(limit("alt", 5), limit("ast", 5))),
        otherwise=All(parts=(limit("alt", 3), limit("ast", 3))),
    ),
    "her2_ihc in (0, 1+) or (her2_ihc is 2+ and her2_ish is negative)": Any(
        parts=(
            Code(variable="her2_ihc", values=("0", "1+")),
            All(
                parts=(
                    Code(variable="her2_ihc", values=("2+",)),
                    Code(variable="her2_ish", values=("negative",)),
                )
            ),
        )
    ),
    "washout of chemotherapy, radiotherapy: 2 weeks or 5 half-lives, whichever is shorter, before enrollment": Washout(
        classes=("chemotherapy", "radiotherapy"),
        window=Window(amount=2, unit="weeks", anchor="enrollment"),
        half_lives=5,
        which="shorter",
    ),
    "treated with steroid at > 10 mg/day prednisone for edema other than inhaled within 2 weeks before first_dose": Treated(
        classes=("steroid",),
        dose=Bound(value=10, inclusive=False),
        dose_unit="mg/day prednisone",
        purpose="edema",
        exempt_routes=("inhaled",),
        window=Window(amount=2, unit="weeks", anchor="first_dose"),
    ),
    "at least 2 of (infection [active, severe]; age >= 18 years; not liver_metastasis)": AtLeast(
        n=2, parts=(Flag(variable="infection", qualifiers=("active", "severe")), AGE, Not(part=LIVER))
    ),
    "other_malignancy within 5 years before screening unless malignancy_type only in (basal_cell, skin)": Unless(
        part=Flag(variable="other_malignancy", window=Window(amount=5, unit="years")),
        exception=Code(variable="malignancy_type", values=("basal_cell", "skin"), every=True),
    ),
    'attested consent "signs the \\"form\\"" and judgment "adequate" and unparsed "the rest"': All(
        parts=(
            Attestation(variable="consent", text='signs the "form"'),
            Judgment(text="adequate"),
            Unparsed(text="the rest"),
        )
    ),
    "receiving warfarin": Treated(classes=("warfarin",), ongoing=True),
    "treated with anticancer except radiotherapy, endocrine within 4 weeks before enrollment": Treated(
        classes=("anticancer",),
        exempt_classes=("radiotherapy", "endocrine"),
        window=Window(amount=4, unit="weeks", anchor="enrollment"),
    ),
    "washout of anticancer except radiotherapy: 4 weeks before enrollment": Washout(
        classes=("anticancer",),
        exempt_classes=("radiotherapy",),
        window=Window(amount=4, unit="weeks", anchor="enrollment"),
    ),
}


@pytest.mark.parametrize(("line", "tree"), LINES.items(), ids=list(LINES))
def test_a_tree_is_written_as_a_clinician_would_read_it(line: str, tree: Expr) -> None:
    assert write(tree) == line
    assert parse(line) == tree


def test_and_binds_tighter_than_or_when_a_person_leaves_out_the_parentheses() -> None:
    assert parse("a or b and c") == parse("a or (b and c)")


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("age ≥ 18 years", "age >= 18 years"),
        ("chemotherapy_history within 1 month before screening", "chemotherapy_history within 1 months before screening"),
        ("  ecog\n  <= 2 ", "ecog <= 2"),
    ],
)  # fmt: skip
def test_signs_singulars_and_line_breaks_of_a_person_are_taken(written: str, means: str) -> None:
    assert parse(written) == parse(means)


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("platelets => 80", 12, "a number"),
        ("platelets >= eighty", 14, "a number"),
        ("(alt <= 3 x ULN", 16, ")"),
        ("alt <= 3 x NORMAL", 12, "ULN, LLN or baseline"),
        ("pregnant within 2 weeks", 24, "before"),
        ("if liver_metastasis alt <= 5 x ULN", 21, "then"),
        ("", 1, "a name"),
    ],
)
def test_an_error_points_at_the_place_and_says_what_could_stand_there(
    line: str, column: int, expected: str
) -> None:
    with pytest.raises(CriterionTextError) as caught:
        parse(line)
    assert (caught.value.line, caught.value.column) == (1, column)
    assert expected in caught.value.expected


def test_an_error_on_a_second_line_names_that_line() -> None:
    with pytest.raises(CriterionTextError) as caught:
        parse("age >= 18 years\nand ecog <= x2")
    assert (caught.value.line, caught.value.column) == (2, 13)


@pytest.mark.parametrize("line", ["3 > ecog > 1", "treated with x at < 3 mg", "a <= 1e999", "()" * 500, "not " * 500 + "a"])  # fmt: skip
def test_a_line_that_makes_no_criterion_is_refused(line: str) -> None:
    with pytest.raises(CriterionTextError):
        parse(line)


@pytest.mark.parametrize("line", ["(" * 20_000, "not " * 20_000 + "a", "a and " * 10_000, '"' * 10_001])
def test_an_attack_ends_in_a_refusal(line: str) -> None:
    with pytest.raises(CriterionTextError):
        parse(line)


# --- every tree there can be ---

TEXT = st.text(max_size=12) | st.sampled_from(
    [*sorted(KEYWORDS), "2+", "80", "% predicted", "mg/24h", 'a"b', "a b"]
)
FLOAT = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 400).map(float)
NAMES = st.lists(TEXT, max_size=3).map(tuple)
WINDOW = st.none() | st.builds(
    Window,
    amount=FLOAT,
    unit=st.sampled_from(["days", "weeks", "months", "years", "hours"]),
    anchor=st.sampled_from(["screening", "enrollment", "last_dose"]),
)
BOUND = st.none() | st.builds(
    Bound, value=FLOAT, inclusive=st.booleans(), times=st.sampled_from(["", "uln", "lln", "baseline"])
)
ATOM = st.one_of(
    st.builds(
        Number, variable=TEXT, low=BOUND, high=BOUND, unit=TEXT, window=WINDOW, excluding=NAMES,
        suggested_unit=TEXT, note=TEXT, source=st.none(),
    ),
    st.builds(Code, variable=TEXT, values=NAMES, every=st.booleans(), window=WINDOW, source=st.none()),
    st.builds(Flag, variable=TEXT, qualifiers=NAMES, window=WINDOW, source=st.none()),
    st.builds(
        Treated, classes=NAMES, window=WINDOW, ongoing=st.booleans(), purpose=TEXT, dose=BOUND, dose_unit=TEXT,
        exempt_routes=NAMES, exempt_classes=NAMES, source=st.none(),
    ),
    st.builds(
        Washout, classes=NAMES, exempt_classes=NAMES, window=WINDOW, half_lives=st.none() | FLOAT,
        which=st.sampled_from(["fixed", "shorter", "longer"]), source=st.none(),
    ),
    st.builds(Attestation, text=TEXT, variable=TEXT, source=st.none()),
    st.builds(Judgment, text=TEXT, variable=TEXT, source=st.none()),
    st.builds(Unparsed, text=TEXT, source=st.none()),
)  # fmt: skip


def _joined(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    parts = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All, parts=parts),
        st.builds(Any, parts=parts),
        st.builds(Not, part=inner),
        st.builds(AtLeast, n=st.integers(-3, 400), parts=parts),
        st.builds(If, condition=inner, then=inner, otherwise=st.none() | inner),
        st.builds(Unless, part=inner, exception=inner),
    )


TREE: st.SearchStrategy[Expr] = st.recursive(ATOM, _joined, max_leaves=8)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TREE)
def test_every_tree_comes_back_from_its_text(tree: Expr) -> None:
    assert parse(write(tree)) == tree


def bare(expr: Anything) -> Anything:
    """The tree without sources."""
    return type(expr).model_validate(_without(expr.model_dump()))


def _without(data: Anything) -> Anything:
    if isinstance(data, dict):
        return {k: _without(v) for k, v in data.items() if k != "source"}
    return [_without(v) for v in data] if isinstance(data, (list, tuple)) else data


def test_every_criterion_of_real_records_comes_back_from_its_text(shared: Anything) -> None:
    files = [
        *sorted((shared / "records/seeds").glob("*.txt")),
        *sorted((shared / "records/ctgov_v2").glob("*.json"))[:60],
    ]
    trees = [
        expr
        for path in files
        for record in open_records(path)
        for criterion in understand(record).eligibility
        for expr in (criterion.expr, *(a.expr for a in criterion.alternatives))
    ]
    assert len(trees) > 700
    assert [write(t) for t in trees if parse(write(t)) != bare(t)] == []


def test_atoms_get_back_the_sources_listed_under_their_text() -> None:
    tree = parse("a and (b or a)")
    places = [Source(start=n, end=n + 1, quote="x") for n in range(2)]
    found = with_sources(tree, {"a": places})
    assert [getattr(atom, "source", None) for atom in atoms_of(found)] == [places[0], None, places[1]]
