"""Each trap put back into the statement is seen; and Kleene's answers hold in every completion of what is unknown."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screened_tables import facts, study_of
from test_sql import STUDY, asked_of, differences
from trap_tables import AS_OF, tables

from protorun.patients.warehouse import read_facts, read_masks
from protorun.screening import screen
from protorun.screening.masks import masks
from protorun.study.criterion import All, Any, AtLeast, Flag, If, Not, Unless
from protorun.terms.truth import FALSE, TRUE

TRAPS = {
    "an unknown treatment row becomes no treatment": ("THEN 0 ELSE 1 END) AS t", "THEN 0 ELSE 0 END) AS t"),
    "a list complete since a day is complete for ever": (" AND f.t_lo IS NULL THEN 1", " THEN 1"),
    "an unusable newest result gives way to an older one": ("f.quality <> 'absent'", "f.quality = 'ok'"),
    "ties of one day are broken by the value": (
        " recency * 64 +",
        " (recency - recency % 1048576) * 64 +",
    ),
    "the first day of a window is outside": ("t_lo >= DATE '2025-01-01'", "t_lo > DATE '2025-01-01'"),
    "a partial birth date is its first day": ("p.birth_hi <= DATE", "p.birth_lo <= DATE"),
    "an exact result answers beside one known by its month": (
        f"ELSE {2**60} END AS found",
        "ELSE NULL END AS found",
    ),
    "results from the future are seen": ("(f.t_lo IS NULL OR f.t_lo <= DATE", "(1 = 1 OR f.t_lo <= DATE"),
    "conditions of the future are seen": ("(f.onset_lo IS NULL OR", "(1 = 1 OR"),
    "an order is a dose": ("AND evidence = 'ordered' THEN 1", "AND evidence = 'ordered' THEN 2"),
    "an uncertain diagnosis is one": ("CASE WHEN f.certain THEN 2 ELSE 1 END", "2"),
    "a contradiction is a yes": ("least > 0", "least >= 0"),
    "an unknown end is an end": ("- COALESCE(end_lo_day, start_lo_day)", "- end_hi_day"),
}


@pytest.fixture(scope="module")
def trapped():
    connection = tables(12, 400, one_day=True)
    policy = "documented_absence"
    arrays = masks(screen(STUDY, read_facts(connection, STUDY, as_of=AS_OF), policy=policy))
    return connection, asked_of(connection, AS_OF, policy), arrays


def run(connection, text, count):
    return read_masks(connection.execute(text).fetchnumpy(), count)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_put_back_is_seen(trapped, trap):
    connection, asked, arrays = trapped
    old, new = TRAPS[trap]
    assert differences(arrays, run(connection, asked.text, arrays.count), STUDY) == []
    assert old in asked.text
    assert differences(arrays, run(connection, asked.text.replace(old, new), arrays.count), STUDY) != []


NAMES = ("hiv", "stroke", "gout", "asthma")
TREE = st.recursive(
    st.sampled_from(NAMES).map(lambda name: Flag(variable=name)),
    lambda t: st.one_of(
        st.lists(t, min_size=1, max_size=3).map(lambda p: All(parts=tuple(p))),
        st.lists(t, min_size=1, max_size=3).map(lambda p: Any(parts=tuple(p))),
        t.map(lambda p: Not(part=p)),
        st.lists(t, min_size=2, max_size=4).map(lambda p: AtLeast(n=2, parts=tuple(p))),
        st.tuples(t, t, t).map(lambda p: If(condition=p[0], then=p[1], otherwise=p[2])),
        st.tuples(t, t).map(lambda p: If(condition=p[0], then=p[1])),
        st.tuples(t, t).map(lambda p: Unless(part=p[0], exception=p[1])),
    ),
    max_leaves=6,
)


def holds(tree, world) -> bool:
    """Two-valued logic, where everything is known."""
    match tree:
        case All(parts=parts):
            return all(holds(p, world) for p in parts)
        case Any(parts=parts):
            return any(holds(p, world) for p in parts)
        case Not(part=part):
            return not holds(part, world)
        case AtLeast(n=n, parts=parts):
            return sum(holds(p, world) for p in parts) >= n
        case If(condition=condition, then=then, otherwise=otherwise):
            other = True if otherwise is None else holds(otherwise, world)
            return holds(then, world) if holds(condition, world) else other
        case Unless(part=part, exception=exception):
            return holds(part, world) and not holds(exception, world)
    return world[tree.variable]


@settings(max_examples=150, deadline=None)
@given(TREE, st.tuples(*[st.sampled_from(["yes", "no", ""])] * len(NAMES)))
def test_yes_and_no_hold_in_every_completion_of_what_is_unknown(tree, row):
    found = screen(
        study_of(tree), facts(",".join(NAMES), ",".join(row), kinds=dict.fromkeys(NAMES, "yes/no"))
    ).satisfied[0, 0]
    each = [{"yes": (True,), "no": (False,), "": (True, False)}[cell] for cell in row]
    worlds = {holds(tree, dict(zip(NAMES, world, strict=True))) for world in product(*each)}
    assert {TRUE: worlds == {True}, FALSE: worlds == {False}}.get(found, True)
    if "" not in row:
        assert found == (TRUE if worlds == {True} else FALSE)
