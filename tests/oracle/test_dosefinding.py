"""Every reference file of dose finding and trial design, through one table; and the page that tells its figures."""

import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from oracle.dosefinding.figures import as_told, committed, waiting
from oracle.dosefinding.measure import absolute, equal, errors, merged, relative
from oracle.dosefinding.table import CHAPTERS, COMPARED, LATER, compare, files, read

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "validation-dose-finding.md"


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "data" / "dosefinding"


@pytest.fixture(scope="module", params=COMPARED)
def rows(request, folder):
    (file,) = (f for f in files(folder) if Path(f).stem == request.param)
    return compare(folder, file)


def test_what_was_compared_agrees(rows):
    assert rows
    assert [row for row in rows if not row.measure.holds] == []


def test_the_committed_figures_are_those_of_today(rows):
    """`make validation` writes them anew."""
    told = {f["what"]: f for f in committed() if f["file"] == rows[0].file}
    assert [*told] == [row.measure.what for row in rows]
    for row in rows:
        one = told[row.measure.what]
        assert (one["package"], one["version"]) == (row.package, row.version)
        assert as_told(row.measure, one), (row, one)


def test_every_file_is_compared_or_waits_with_a_reason(folder):
    compared = {f for f in files(folder) if Path(f).stem in COMPARED}
    assert compared | set(LATER) == set(files(folder))
    assert not compared & set(LATER)
    assert [f for f in committed() if f["chapter"] == "later"] == [waiting(folder, file) for file in LATER]


def test_the_committed_figures_hold_for_every_file_of_the_table():
    figures = committed()
    assert {(f["chapter"], Path(f["file"]).stem) for f in figures if f["chapter"] != "later"} == {
        (chapter, name) for chapter, names in CHAPTERS.items() for name in names
    }
    assert all(float(f["difference"]) <= float(f["tolerance"]) for f in figures if f["chapter"] != "later")


def test_the_page_shows_every_figure_once():
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    hooks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hooks)
    page = hooks.on_page_markdown(PAGE.read_text(encoding="utf-8"))
    shown = [
        re.sub(r" *\| *", "|", line)
        for line in page.splitlines()
        if re.match(r"\| `\w+\.(json|csv)` \|", line)
    ]
    assert len(shown) == len(committed()) == len(set(shown))


def test_a_difference_beyond_the_tolerance_fails():
    assert absolute("x", [1.0, 2.0], [1.0, 2.1], 0.2).holds
    assert not absolute("x", [1.0, 2.0], [1.0, 2.1], 0.05).holds
    assert not relative("x", [110.0], [100.0], 0.09).holds
    assert not errors("x", [0.5], [0.6], [0.02]).holds
    assert not errors("x", [0.0], [0.1], [0.0]).holds
    assert not equal("x", "ESD", "ESS").holds
    assert not equal("x", "ES", "ESS").holds
    assert not absolute("x", [], [], 1).holds


def test_what_is_not_defined_must_be_so_on_both_sides():
    assert absolute("x", [np.nan, np.inf], [None, np.inf], 0).holds
    assert not absolute("x", [np.nan], [1.0], 1e9).holds
    assert not absolute("x", [1.0], [None], 1e9).holds
    with pytest.raises(ValueError, match="beside"):
        absolute("x", [1.0], [1.0, 1.0], 1)


def test_the_largest_difference_of_a_kind_is_told_and_what_differs_is_counted():
    (one,) = merged([absolute("x", [1], [1.5], 2), absolute("x", [1, 2], [1, 2], 2)])
    assert (one.n, one.largest) == (3, 0.5)
    (two,) = merged([equal("y", "ab", "ac"), equal("y", "d", "e")])
    assert (two.n, two.largest) == (3, 2)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("boin_boundaries", ("cases", 0, "escalate_if_dlt_le", 7)),
        ("boin_select_mtd", ("cases", 11, "mtd")),
        ("i3plus3_tables", ("cases", 1, "decision", 30)),
        ("crm_getprior", ("cases", 5, "prior", 2)),
        ("simon_oc", ("cases", 3, "p_pet_reject_en", 1, 2)),
        ("gs_boundaries_rpact", ("cases", 9, "critical_values", 1)),
        ("seed_NCT06462092_rule_oc", ("cases", 2, "A", "stopped")),
    ],
)
def test_one_altered_value_in_a_file_is_noticed(folder, name, path):
    content = read(folder, name)
    place = content
    for step in path[:-1]:
        place = place[step]
    value = place[path[-1]]
    place[path[-1]] = (
        "X" if isinstance(value, str) else (value or 0) + (1 if isinstance(value, int) else 1e-5)
    )
    assert not all(m.holds for m in merged(COMPARED[name](content)))


def test_figures_may_round_otherwise_elsewhere_but_not_grow():
    today = absolute("x", [1.0], [1 + 3e-15], 1e-9)
    told = {"compared": "1", "tolerance": "1e-09", "scale": "absolute", "difference": "8.9e-16"}
    assert as_told(today, told)
    assert as_told(replace(today, largest=5e-11), told)
    assert not as_told(replace(today, largest=5e-10), told)
    assert not as_told(replace(today, n=2), told)
    assert not as_told(today, told | {"difference": "5.0e-10"})
