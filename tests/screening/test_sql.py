"""Criteria as SQL: the array reader and the SQL reader give the same masks, on every engine at hand."""

from __future__ import annotations

import numpy as np
import pytest
from engines import postgres, postgres_masks, sqlite_masks
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from screened_tables import study_of
from test_screening import population
from trap_tables import AS_OF, tables

from protorun.errors import PatientDataError
from protorun.patients.warehouse import (
    codebook,
    died,
    fact_tables,
    hold,
    open_tables,
    read_facts,
    screen_tables,
    stated,
    treatments,
    write_tables,
)
from protorun.screening import screen
from protorun.screening.masks import Masks, masks
from protorun.screening.sql import statement
from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Attestation,
    Bound,
    Code,
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

WINDOWS = st.one_of(
    st.none(),
    st.builds(
        Window,
        amount=st.sampled_from([0, 1, 7, 14, 28]),
        unit=st.sampled_from(["days", "weeks", "months"]),
        anchor=st.sampled_from(["screening", "enrollment", "first_dose", "diagnosis"]),
    ),
    st.just(Window(amount=6, unit="months")),
    st.just(Window(amount=1, unit="years")),
    st.just(Window(amount=1.5, unit="months")),
)
YES_NO = st.booleans()


def bounds(*values, times=("",)):
    return st.one_of(
        st.none(),
        st.builds(Bound, value=st.sampled_from(values), inclusive=YES_NO, times=st.sampled_from(times)),
    )


NUMBER = st.one_of(
    st.builds(
        Number,
        variable=st.just("platelets"),
        low=bounds(80, 100),
        high=bounds(100, 120),
        unit=st.just("10^9/L"),
        window=WINDOWS,
    ),
    st.builds(
        Number, variable=st.just("platelets"), low=bounds(80_000), unit=st.sampled_from(["/uL", "", "mg/dL"])
    ),
    st.builds(Number, variable=st.just("alt"), high=bounds(3, 2, 2.9975, times=("uln",)), window=WINDOWS),
    st.builds(Number, variable=st.just("alt"), low=bounds(3, times=("uln", "lln", "baseline"))),
    st.builds(
        Number,
        variable=st.just("hemoglobin"),
        low=bounds(8),
        unit=st.just("g/L"),
        suggested_unit=st.sampled_from(["g/dL", "g/L"]),
    ),
    st.builds(
        Number,
        variable=st.just("age"),
        low=bounds(18, 17.5, 0.5),
        high=bounds(75, 76),
        unit=st.sampled_from(["years", ""]),
    ),
    st.builds(
        Number,
        variable=st.just("age"),
        low=bounds(216, 912),
        unit=st.sampled_from(["months", "weeks", "days"]),
    ),
    st.builds(
        Number,
        variable=st.just("residual_toxicity_grade"),
        high=bounds(1),
        excluding=st.sampled_from([(), ("alopecia",)]),
        window=WINDOWS,
    ),
)
CODE = st.one_of(
    st.builds(
        Code, variable=st.just("sex"), values=st.sampled_from([("female",), ("male",), ("female", "male")])
    ),
    st.builds(
        Code,
        variable=st.just("her2_status"),
        values=st.sampled_from([("negative", "low", "zero"), ("low",), ("positive",)]),
        window=WINDOWS,
    ),
    st.builds(
        Code, variable=st.just("her2_ihc"), values=st.sampled_from([("0", "1+"), ("3+",)]), window=WINDOWS
    ),
    st.builds(
        Code,
        variable=st.just("hcv_rna"),
        values=st.sampled_from([("negative",), ("positive",), ("negative:repeated",)]),
        every=YES_NO,
        window=WINDOWS,
    ),
)
FLAG = st.one_of(
    st.builds(
        Flag, variable=st.just("infection"), qualifiers=st.sampled_from([(), ("active",)]), window=WINDOWS
    ),
    st.builds(
        Flag, variable=st.sampled_from(["stroke", "hiv", "pregnant", "measurable_disease"]), window=WINDOWS
    ),
    st.builds(
        Flag, variable=st.sampled_from(["platelets", "creatinine"]), qualifiers=st.just(("performed",))
    ),
)
CLASSES = st.sampled_from(
    [
        ("chemotherapy",),
        ("taxane",),
        ("radiotherapy", "surgery"),
        ("any",),
        ("chemotherapy", "endocrine_therapy", "radiotherapy"),
    ]
)
EXEMPT = st.sampled_from([(), (), ("taxane",), ("radiotherapy", "endocrine_therapy")])
COURSE = st.one_of(
    st.builds(Treated, classes=CLASSES, exempt_classes=EXEMPT, window=WINDOWS, ongoing=YES_NO),
    st.builds(
        Treated,
        classes=st.just(("systemic_corticosteroid",)),
        window=WINDOWS,
        dose=bounds(10),
        purpose=st.sampled_from(["", "immunosuppression"]),
        exempt_routes=st.sampled_from([(), ("inhaled",)]),
    ),
    st.builds(
        Washout,
        classes=CLASSES,
        exempt_classes=EXEMPT,
        window=WINDOWS,
        half_lives=st.sampled_from([None, 5, 1]),
        which=st.sampled_from(["fixed", "shorter", "longer"]),
    ),
)
OTHER = st.sampled_from(
    [
        Attestation(text="consent", variable="consent"),
        Judgment(text="x", variable="judgment_x"),
        Unparsed(text="?"),
        Judgment(text="y"),
    ]
)
LEAF = st.one_of(NUMBER, CODE, FLAG, COURSE, OTHER)
TREE = st.recursive(
    LEAF,
    lambda t: st.one_of(
        st.lists(t, min_size=1, max_size=3).map(lambda p: All(parts=tuple(p))),
        st.lists(t, min_size=1, max_size=3).map(lambda p: Any(parts=tuple(p))),
        t.map(lambda p: Not(part=p)),
        st.lists(t, min_size=2, max_size=3).map(lambda p: AtLeast(n=2, parts=tuple(p))),
        st.tuples(t, t, t).map(lambda p: If(condition=p[0], then=p[1], otherwise=p[2])),
        st.tuples(t, t).map(lambda p: If(condition=p[0], then=p[1])),
        st.tuples(t, t).map(lambda p: Unless(part=p[0], exception=p[1])),
    ),
    max_leaves=6,
)
LISTED = st.lists(st.tuples(st.sampled_from(["inclusion", "exclusion"]), TREE), min_size=4, max_size=10)


def differences(one: Masks, other: Masks, study) -> list[str]:
    found = []
    for i in range(one.count):
        differ = (one.failed(i) != other.failed(i)) | (one.open(i) != other.open(i))
        if differ.any():
            at = int(np.flatnonzero(differ)[0])
            said = [
                ("fails" if m.failed(i)[at] else "unknown" if m.open(i)[at] else "met") for m in (one, other)
            ]
            found.append(
                f"{differ.sum()} of criterion {i}, patient {at}: {said} {study.eligibility[i].expr!r}"
            )
    return found


# A failing example names the criterion and the patient; shrinking a table of patients would take minutes.
QUICK = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


@QUICK
@given(LISTED, st.integers(0, 10_000), st.sampled_from(["strict", "documented_absence"]), YES_NO)
def test_both_readers_agree_on_any_tree_over_tables_full_of_traps(listed, seed, policy, one_day):
    study = study_of(*listed)
    connection = tables(seed, 60, one_day=one_day)
    as_of = AS_OF if one_day else None
    arrays = masks(screen(study, read_facts(connection, study, as_of=as_of), policy=policy))
    assert differences(arrays, screen_tables(connection, study, as_of=as_of, policy=policy), study) == []


EVERY_KIND = (
    Number(variable="platelets", low=Bound(value=80), unit="10^9/L", window=Window(amount=14, unit="days")),
    Number(variable="alt", high=Bound(value=3, times="uln")),
    Number(variable="age", low=Bound(value=18), high=Bound(value=75), unit="years"),
    Number(variable="hemoglobin", low=Bound(value=8), unit="g/L", suggested_unit="g/dL"),
    Number(variable="residual_toxicity_grade", high=Bound(value=1), excluding=("alopecia",)),
    Code(variable="sex", values=("female",)),
    Code(variable="her2_status", values=("low", "zero")),
    Code(
        variable="hcv_rna", values=("negative",), window=Window(amount=28, unit="days", anchor="first_dose")
    ),
    Flag(variable="infection", qualifiers=("active",)),
    Flag(variable="stroke", window=Window(amount=6, unit="months", anchor="diagnosis")),
    Flag(variable="pregnant"),
    Treated(classes=("taxane",), window=Window(amount=28, unit="days")),
    Treated(
        classes=("systemic_corticosteroid",), ongoing=True, dose=Bound(value=10), exempt_routes=("inhaled",)
    ),
    Washout(
        classes=("chemotherapy", "surgery"),
        window=Window(amount=14, unit="days"),
        half_lives=5,
        which="shorter",
    ),
    Washout(
        classes=("any",),
        window=Window(amount=1, unit="months", anchor="enrollment"),
        half_lives=5,
        which="longer",
    ),
    AtLeast(n=2, parts=(Flag(variable="hiv"), Flag(variable="stroke"), Flag(variable="infection"))),
    If(condition=Flag(variable="hiv"), then=Number(variable="alt", high=Bound(value=3, times="uln"))),
    Unless(part=Flag(variable="stroke"), exception=Judgment(text="x", variable="judgment_x")),
    Attestation(text="consent", variable="consent"),
    Unparsed(text="?"),
)
STUDY = study_of(*EVERY_KIND, *(("exclusion", e) for e in EVERY_KIND), *EVERY_KIND, *EVERY_KIND)


def asked_of(connection, as_of, policy):
    return statement(
        STUDY,
        as_of=as_of,
        policy=policy,
        codebook=codebook(connection),
        stated=stated(connection),
        given=treatments(connection),
    )


@pytest.mark.parametrize("policy", ["strict", "documented_absence"])
@pytest.mark.parametrize("as_of", [AS_OF, None], ids=["one day", "a day each"])
def test_sqlite_gives_the_same_masks(policy, as_of):
    connection = tables(11, 250, one_day=as_of is not None)
    here = screen_tables(connection, STUDY, as_of=as_of, policy=policy)
    assert here.fail.shape == (2, 250)  # 80 criteria are two words of 62 bits
    assert differences(here, sqlite_masks(connection, asked_of(connection, as_of, policy)), STUDY) == []


@pytest.fixture(scope="module")
def server():
    with postgres() as socket:
        yield socket


@pytest.mark.parametrize("policy", ["strict", "documented_absence"])
@pytest.mark.parametrize("as_of", [AS_OF, None], ids=["one day", "a day each"])
def test_postgresql_gives_the_same_masks(server, policy, as_of):
    connection = tables(12, 250, one_day=as_of is not None)
    here = screen_tables(connection, STUDY, as_of=as_of, policy=policy)
    other = postgres_masks(server, connection, asked_of(connection, as_of, policy))
    assert differences(here, other, STUDY) == []


@pytest.fixture(scope="module")
def demo(seeds):
    from protorun.read import load

    return {name: load(next(seeds.glob(f"{name}_*.txt"))) for name in ("002", "003")}


@pytest.mark.parametrize("policy", ["strict", "documented_absence"])
@pytest.mark.parametrize("name", ["002", "003"])
def test_both_readers_agree_on_ten_thousand_patients_of_the_demo_studies(demo, name, policy):
    study = demo[name]
    table = population(study, 10_000, 31)
    arrays = masks(screen(study, table, policy=policy))
    connection = hold(table)
    assert differences(arrays, screen_tables(connection, study, policy=policy), study) == []
    back = masks(screen(study, read_facts(connection, study), policy=policy))
    assert differences(arrays, back, study) == []


def test_tables_as_files_in_ranges_of_persons_give_the_same_masks(tmp_path, monkeypatch):
    here = tables(13, 250, one_day=False)
    for kind in ("parquet", "csv"):
        folder = tmp_path / kind
        folder.mkdir()
        if kind == "parquet":
            write_tables(here, folder)
        else:
            for name in fact_tables():
                here.execute(f"COPY {name} TO '{folder / name}.csv' (HEADER)")
        for block in (250_000, 83):
            monkeypatch.setattr("protorun.patients.warehouse.BLOCK", block)
            found = screen_tables(open_tables(folder), STUDY, policy="documented_absence")
            assert differences(screen_tables(here, STUDY, policy="documented_absence"), found, STUDY) == []


def test_a_fact_table_that_is_no_table_is_refused_by_name(tmp_path):
    (tmp_path / "person.parquet").write_bytes(b"no parquet")
    with pytest.raises(PatientDataError, match="person"):
        open_tables(tmp_path)


@pytest.mark.parametrize("as_of", [AS_OF, None], ids=["one day", "a day each"])
def test_the_dead_and_rows_of_nobody_move_no_other_patient(as_of):
    """A row whose person is in no table of persons belongs to nobody, least of all to the next one."""
    connection = tables(17, 80, one_day=as_of is not None)
    everybody = screen_tables(connection, STUDY, as_of=as_of)
    dead = tuple(range(3, 80, 7))
    for person in dead:
        connection.execute(
            "UPDATE person SET death_lo = NULL, death_hi = DATE '2030-01-01' WHERE person_id = ?", [person]
        )
    connection.execute("UPDATE person SET death_lo = DATE '2030-01-01' WHERE person_id = 4")
    connection.execute("DELETE FROM person WHERE person_id = 9")
    left = [i for i in range(80) if i not in (*dead, 9)]
    assert died(connection, as_of=as_of) == dead
    found = screen_tables(connection, STUDY, as_of=as_of)
    assert (found.fail == everybody.fail[:, left]).all()
    assert (found.unknown == everybody.unknown[:, left]).all()
    arrays = masks(screen(STUDY, read_facts(connection, STUDY, as_of=as_of)))
    assert differences(arrays, found, STUDY) == []


def test_without_a_date_for_a_person_nobody_is_screened():
    connection = tables(14, 5, one_day=True)
    connection.execute("DELETE FROM screened WHERE person_id = 3")
    with pytest.raises(PatientDataError, match="the screening date is not given"):
        screen_tables(connection, STUDY)


def test_many_limits_on_one_variable_are_told_apart_behind_one_recency():
    """Three fit behind one recency; seven need three numbers."""
    limits = [Number(variable="platelets", low=Bound(value=v), unit="10^9/L") for v in range(77, 84)]
    study, connection = study_of(*limits), tables(15, 120, one_day=True)
    text = statement(study, as_of=AS_OF).text
    assert text.count("SELECT 'platelets' AS concept") == 3
    arrays = masks(screen(study, read_facts(connection, study, as_of=AS_OF)))
    assert differences(arrays, screen_tables(connection, study, as_of=AS_OF), study) == []
    assert differences(arrays, sqlite_masks(connection, statement(study, as_of=AS_OF)), study) == []


def test_more_limits_than_one_number_holds_go_into_a_second():
    """Forty limits on one variable are fourteen times three digits: more than one number per patient has room for."""
    limits = [Number(variable="platelets", low=Bound(value=v), unit="10^9/L") for v in range(60, 100)]
    study, connection = study_of(*limits), tables(18, 60, one_day=True)
    asked = statement(study, as_of=AS_OF)
    assert " AS w1" in asked.text
    arrays = masks(screen(study, read_facts(connection, study, as_of=AS_OF)))
    assert differences(arrays, screen_tables(connection, study, as_of=AS_OF), study) == []
    assert differences(arrays, sqlite_masks(connection, asked), study) == []


def test_facts_that_occur_in_no_row_are_not_looked_for_and_unknown():
    study, connection = study_of(Flag(variable="gout"), Flag(variable="stroke")), tables(16, 60, one_day=True)
    asked = statement(study, as_of=AS_OF, stated=stated(connection))
    assert "'gout' AS concept" not in asked.text
    assert "'gout' AS concept" in statement(study, as_of=AS_OF).text
    assert screen_tables(connection, study, as_of=AS_OF).open(0).all()


def test_the_statement_uses_only_the_common_subset():
    for day in (AS_OF, None):
        text = statement(STUDY, as_of=day, policy="documented_absence").text
        for word in (
            "EXTRACT",
            "INTERVAL",
            "FILTER",
            "NULLIF",
            "NOT IN",
            "bool_or",
            "::",
            "CURRENT_DATE",
            "LATERAL",
        ):
            assert word not in text
        assert text.count("CASE") == text.count("ELSE") == text.count(" END")


def test_what_a_table_does_not_say_about_its_rows_loses_no_row(tmp_path):
    (tmp_path / "person.csv").write_text("person_id\n0\n1\n")
    rows = "0,platelets,100,2025-01-01,2025-01-31,1\n0,platelets,60,2025-01-10,2025-01-10,2\n1,platelets,100,2025-01-10,2025-01-10,1\n"
    (tmp_path / "measurement.csv").write_text(f"person_id,concept,value,t_lo,t_hi,recency\n{rows}")
    study = study_of(Number(variable="platelets", low=Bound(value=80), unit="10^9/L"))
    connection = open_tables(tmp_path)
    found = screen_tables(connection, study, as_of=AS_OF)
    assert (found.fail.tolist(), found.unknown.tolist()) == (
        [[0, 0]],
        [[1, 0]],
    )  # 60 on the 10th, or 100 later
    arrays = masks(screen(study, read_facts(connection, study, as_of=AS_OF)))
    assert differences(arrays, found, study) == []
    (tmp_path / "measurement.csv").write_text("person_id,concept,value,t_lo,t_hi\n")
    with pytest.raises(PatientDataError, match="no column 'recency'"):
        open_tables(tmp_path)
