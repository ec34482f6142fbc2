"""Kleene's strong three-valued logic: the tables as printed, and the laws that follow from them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from protorun.terms.truth import Truth, at_least, both, choose, either, negate

F, U, T = Truth
COLUMN = arrays(np.uint8, 9, elements=st.integers(0, 2))
COLUMNS = st.lists(COLUMN, min_size=1, max_size=5)

# Kleene 1952, section 64; the same tables as CQL 1.5, section "Nullological Operators" (null = unknown).
AND = {(T, T): T, (T, F): F, (T, U): U, (F, F): F, (F, U): F, (U, U): U}
OR = {(T, T): T, (T, F): T, (T, U): T, (F, F): F, (F, U): U, (U, U): U}
NOT = {T: F, F: T, U: U}


def one(value: Truth) -> np.ndarray:
    return np.array([value], np.uint8)


@pytest.mark.parametrize(("a", "b"), AND)
def test_conjunction_and_disjunction_follow_the_tables_in_both_orders(a: Truth, b: Truth) -> None:
    for x, y in ((a, b), (b, a)):
        assert both(one(x), one(y))[0] == AND[a, b]
        assert either(one(x), one(y))[0] == OR[a, b]


@pytest.mark.parametrize("a", NOT)
def test_negation_follows_the_table(a: Truth) -> None:
    assert negate(one(a))[0] == NOT[a]


def equal(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype == np.uint8 and bool((a == b).all())


@given(COLUMN)
def test_double_negation_changes_nothing(a: np.ndarray) -> None:
    assert equal(negate(negate(a)), a)


@given(COLUMNS)
def test_de_morgan(columns: list[np.ndarray]) -> None:
    assert equal(negate(both(*columns)), either(*(negate(c) for c in columns)))


@given(COLUMN, COLUMN, COLUMN)
def test_each_distributes_over_the_other_and_absorbs_it(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    assert equal(both(a, either(b, c)), either(both(a, b), both(a, c)))
    assert equal(either(a, both(b, c)), both(either(a, b), either(a, c)))
    assert equal(both(a, either(a, b)), a)


@given(COLUMNS)
def test_at_least_one_is_or_and_at_least_all_is_and(columns: list[np.ndarray]) -> None:
    assert equal(at_least(1, *columns), either(*columns))
    assert equal(at_least(len(columns), *columns), both(*columns))
    assert (at_least(0, *columns) == T).all()


@given(COLUMNS, st.integers(0, 6))
def test_asking_for_more_never_makes_it_truer(columns: list[np.ndarray], n: int) -> None:
    assert (at_least(n + 1, *columns) <= at_least(n, *columns)).all()


@given(COLUMN, COLUMN)
def test_an_unknown_condition_gives_what_both_ways_agree_on(then: np.ndarray, otherwise: np.ndarray) -> None:
    found = choose(np.full(9, U, np.uint8), then, otherwise)
    agree = then == otherwise
    assert (found[agree] == then[agree]).all()
    assert (found[~agree] == U).all()


@given(COLUMN, COLUMN)
def test_a_known_condition_takes_one_way(then: np.ndarray, otherwise: np.ndarray) -> None:
    assert equal(choose(np.full(9, T, np.uint8), then, otherwise), then)
    assert equal(choose(np.full(9, F, np.uint8), then, otherwise), otherwise)


@given(COLUMN, COLUMN, COLUMN, st.integers(1, 3))
def test_learning_more_never_turns_a_known_verdict(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, n: int
) -> None:
    """Whatever an unknown turns out to be, a result that was true or false stays (P4)."""

    def result(x: np.ndarray) -> np.ndarray:
        return either(both(x, b), choose(x, negate(c), b), at_least(n, x, b, negate(c)))

    before = result(a)
    for learned in (F, T):
        after = result(np.where(a == U, learned, a).astype(np.uint8))
        known = before != U
        assert (after[known] == before[known]).all()


@given(COLUMNS)
def test_a_batch_of_one_is_a_row_of_the_batch(columns: list[np.ndarray]) -> None:
    whole = both(*columns)
    rows = [both(*(c[i : i + 1] for c in columns)) for i in range(9)]
    assert equal(np.concatenate(rows), whole)
