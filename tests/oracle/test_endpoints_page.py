"""Every reference file of the endpoints through one table, and the page that tells its figures."""

import importlib.util
from pathlib import Path

import polars as pl
import pytest

from oracle.endpoints.cells import Found, frames, numbers, words
from oracle.endpoints.figures import as_told, committed
from oracle.endpoints.table import CHAPTERS, COMPARED

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "validation-endpoints.md"


@pytest.mark.parametrize("name", COMPARED)
def test_what_is_computed_today_is_what_the_page_tells(shared, name):
    """`make validation` writes the figures anew."""
    found = list(COMPARED[name][1].compare(shared / "data" / "adam"))
    told = [figure for figure in committed() if figure["file"] == name]
    assert found
    assert [one for one in found if not one.holds] == []
    assert [one.what for one in found] == [figure["what"] for figure in told]
    assert [(one, figure) for one, figure in zip(found, told, strict=True) if not as_told(one, figure)] == []


def test_every_reference_of_the_endpoints_is_compared(shared):
    """Files of answers; the others are inputs, and each says so in its name."""
    folder = shared / "data" / "adam"
    answers = {
        *(f"adam/{p.name}" for p in (folder / "adam").iterdir() if p.stem != "adsl"),
        *(f"oracle/{p.name}" for p in (folder / "oracle").iterdir() if "_expected_" in p.name),
        *(f"qol/{p.name}" for p in (folder / "qol").iterdir()),
        *("survival_ref/reference.csv", "survival_ref/binomial.csv", "ctcae/lab_vectors.csv"),
    }
    assert answers - set(COMPARED) == set()


def test_the_committed_figures_hold_and_name_each_defect():
    figures = committed()
    assert {(f["chapter"], f["file"]) for f in figures} == {
        (chapter, file.name) for chapter, files in CHAPTERS.items() for file in files
    }
    assert [f for f in figures if f["differing"] != f["expected"]] == []
    assert all(bool(f["known"]) == (f["differing"] != "0") for f in figures)
    counts = {(f["file"].split("/")[1], f["differing"]) for f in figures if f["known"]}
    assert {("adrs_onco.parquet", "1"), ("tr_onco.parquet", "169")} <= counts


def test_the_page_shows_every_figure_once():
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    hooks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hooks)
    page = hooks.on_page_markdown(PAGE.read_text(encoding="utf-8"))
    shown = [line for line in page.splitlines() if line.startswith(tuple(f"| `{name}`" for name in COMPARED))]
    assert len(shown) == len(committed()) == len(set(shown))


def test_a_cell_that_differs_is_counted():
    ours = pl.DataFrame({"key": [1, 2], "text": ["a", "b"], "number": [1.0, None]})
    theirs = ours.with_columns(text=pl.Series(["a", "c"]), number=pl.Series([1.5, None]))
    assert frames("x", ours, ours, ["key"]).holds
    found = frames("x", ours, theirs, ["key"])
    assert (found.rows, found.cells, found.differing, found.largest) == (2, 4, 2, 1 / 3)
    assert not numbers("x", [1.0], [float("nan")], 1.0).holds
    assert not words("x", ["Y"], ["N"]).holds
    assert words("x", ["Y"], ["N"], expected=1, known="why").holds
    assert not Found("x", 0, 0, 0).holds
    with pytest.raises(ValueError, match="other rows"):
        frames("x", ours, theirs.with_columns(key=pl.Series([1, 3])), ["key"])
