"""Uploaded decision tables: BOIN's own boundaries as a table are BOIN; gaps and raised moves are told."""

import numpy as np
import pytest

from protorun.cli import run
from protorun.errors import NotStated, UsageError
from protorun.escalation import boin, exact, next_dose, table
from protorun.escalation.engine.monotone import not_monotone

LEVELS = tuple(f"level {i}" for i in range(1, 6))
RATES = [[0.05, 0.12, 0.25, 0.4, 0.55], [0.4, 0.5, 0.6, 0.65, 0.7]]
# Liu & Yuan 2015, target .3: E at most .236 n, D at least .358 n, DU from the Beta(1, 1) posterior at .95
WIDE = """n,escalate_if_le,deescalate_if_ge,eliminate_if_ge
3,0,2,3
6,1,3,4
9,2,4,5
12,2,5,7
15,3,6,8
18,4,7,9
21,4,8,10
24,5,9,11
27,6,10,12
30,7,11,14
"""


def long_form(wide: str) -> str:
    rows = ["n,dlt,decision"]
    for line in wide.splitlines()[1:]:
        n, up, down, out = (int(x) for x in line.split(","))
        rows += [
            f"{n},{y},{'DU' if y >= out else 'D' if y >= down else 'E' if y <= up else 'S'}"
            for y in range(n + 1)
        ]
    return "\n".join(rows)


@pytest.mark.parametrize("text", [WIDE, long_form(WIDE)], ids=["wide", "long"])
def test_the_boundaries_of_boin_as_a_table_are_boin(text):
    found = exact(table.make(LEVELS, decisions=text, target=0.3), RATES)
    truth = exact(boin.make(LEVELS, target=0.3), RATES)
    np.testing.assert_allclose(found.selected, truth.selected, atol=1e-12)
    np.testing.assert_allclose(found.n, truth.n, atol=1e-12)
    np.testing.assert_allclose(found.stopped, truth.stopped, atol=1e-12)


def test_a_decision_is_the_cell_of_the_table():
    design = table.make(LEVELS, decisions=WIDE, target=0.3)
    assert next_dose(design, "1NNN").label() == "level 2"
    assert next_dose(design, "1NNN 2NTT").label() == "level 1"
    assert next_dose(design, "1NNT").code() == "stay"
    assert next_dose(design, "1TTT").code() == "stop_lowest_closed"


def test_missing_cells_are_listed():
    short = "\n".join(WIDE.splitlines()[:3])
    with pytest.raises(UsageError, match=r"lacks cells that the trial can reach .*: 0 of 9, 1 of 9"):
        table.make(LEVELS, decisions=short, target=0.3)
    gap = long_form(WIDE).replace("6,2,S\n", "")
    with pytest.raises(UsageError, match=r"\(DLTs of patients\): 2 of 6$"):
        table.make(LEVELS, decisions=gap, target=0.3)
    held = table.make(LEVELS, decisions=short, target=0.3, n_level=6)
    assert exact(held, RATES).n.max() <= 6


def test_cells_behind_an_elimination_are_not_wanted():
    text = long_form(WIDE)
    for cell in ("6,6,DU", "9,9,DU"):  # 3 of 3 is DU: the level is not treated again
        text = text.replace(f"{cell}\n", "")
    assert exact(table.make(LEVELS, decisions=text, target=0.3), RATES).selected.sum() > 0


def test_a_higher_move_after_more_dlts_is_told():
    worse = table.make(LEVELS, decisions=long_form(WIDE).replace("6,1,E", "6,1,D"), target=0.3)
    assert (worse.monotone, worse.rule.raised()) == (False, ((6, 2),))
    assert not_monotone(worse)
    assert "more DLTs give a higher move at: 2 of 6" in worse.rule.notes
    assert table.make(LEVELS, decisions=WIDE, target=0.3).monotone


def test_the_mtd_rule_is_named():
    design = table.make(LEVELS, decisions=WIDE, mtd="highest", ncohort=3)
    assert design.variant == "table, MTD highest"
    assert next_dose(design, "1NNN 2NNT 2NTT").label() == "level 1"
    with pytest.raises(UsageError, match="isotonic wants a target"):
        table.make(LEVELS, decisions=WIDE)
    with pytest.raises(UsageError, match="no MTD rule called 'best'"):
        table.make(LEVELS, decisions=WIDE, target=0.3, mtd="best")


def test_counts_outside_the_table_are_for_a_person():
    design = table.make(LEVELS, decisions=WIDE, target=0.3)
    decision = next_dose(design, "1NNNN", allow_deviation=True)
    assert (decision.code(), int(decision.size[0])) == ("rule_silent", 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "a decision table has the columns n, dlt, decision, or"),
        ("n,dlt,decision\n", "has no rows"),
        ("n,dlt,decision\n3,0,up\n", "line 2: 'up' is no decision; there are: E, S, D, DU"),
        ("n,dlt,decision\n3,4,E\n", "line 2: n and dlt are wanted"),
        ("n,dlt,decision\n3,0,E\n3,0,S\n", "line 3: 0 of 3 stands in the decision table twice"),
        ("n,escalate_if_le,deescalate_if_ge,eliminate_if_ge\n3,2,2,\n", "line 2: 2 DLTs of 3 escalate and"),
        ("n,escalate_if_le,deescalate_if_ge\nx,0,2\n", "line 2: n wants a whole number, not 'x'"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(text, says):
    with pytest.raises(UsageError, match=says):
        table.make(LEVELS, decisions=text, target=0.3)


def test_a_study_holds_its_table_in_the_parameters_of_its_rule():
    from dose_rules import ladder

    rule = ladder("table", levels=4, cohorts=4)
    assert table.for_rule(rule, "table").rule.cells[6][:4] == (1, 0, -1, -1)
    with pytest.raises(NotStated, match="a decision table"):
        table.for_rule(rule.model_copy(update={"parameters": {}}), "table")


def test_a_file_is_uploaded_at_the_command_line(tmp_path, capsys):
    file = tmp_path / "decisions.csv"
    file.write_text(WIDE, encoding="utf-8")
    asked = ["paths", "--levels", "5", "--cohorts", "1", "--format", "csv"]
    assert run([*asked, "--design", f"table file={file} target=.3"]) == 0
    told = capsys.readouterr()
    assert "level 2" in told.out
    assert "the MTD is chosen by isotonic regression, a default" in told.err
    assert run([*asked, "--design", "table target=.3"]) == 2
    assert "table wants its CSV file" in capsys.readouterr().err
