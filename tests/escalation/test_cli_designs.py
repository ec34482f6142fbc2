"""Designs named at the terminal: decision tables, pathways."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from protorun.cli import run
from protorun.errors import UsageError
from protorun.escalation import design_named, next_dose, paths
from protorun.report.figures.pathways import pathways

RECORD = str(Path(__file__).resolve().parents[2] / "src/protorun/demo/records/NCT06462092.txt")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def told(capsys):
    """Run a command and give (exit code, standard output, standard error)."""

    def run_on(*arguments):
        code = run(list(arguments))
        out = capsys.readouterr()
        return code, out.out, out.err

    return run_on


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_two_designs_stand_side_by_side_without_a_study(told):
    code, out, err = told(
        "boundaries",
        "--design",
        "boin target=.25",
        "--design",
        "mtpi2",
        "--levels",
        "5",
        "--n",
        "3",
        "--format",
        "csv",
    )
    rows = rows_of(out)
    assert code == 0
    assert [(r["design"], r["n"], r["letters"]) for r in rows] == [
        ("boin target=.25", "1", "E D"),
        ("boin target=.25", "2", "E D D"),
        ("boin target=.25", "3", "E D D DU"),
        ("mtpi2", "1", "E D"),
        ("mtpi2", "2", "E D DU"),
        ("mtpi2", "3", "E D D DU"),
    ]
    assert "target=.25 is taken" in err
    assert "mtpi2 decides otherwise than boin target=.25 in 1 of 9 cells" in err


def test_designs_may_be_listed_with_commas_and_share_a_target(told):
    _, out, _ = told(
        "boundaries",
        "--design",
        "boin,keyboard",
        "--target",
        ".3",
        "--levels",
        "a,b",
        "--n",
        "6",
        "--format",
        "json",
    )
    rows = json.loads(out)
    assert {r["design"] for r in rows} == {"boin", "keyboard"}
    assert [r["escalate_if_le"] for r in rows if r["design"] == "boin"] == [0, 0, 0, 0, 1, 1]


def test_every_letter_comes_with_its_reason(told):
    _, out, _ = told(
        "boundaries",
        "--design",
        "boin target=.25",
        "--levels",
        "3",
        "--n",
        "6",
        "--letters",
        "--format",
        "csv",
    )
    [row] = [r for r in rows_of(out) if (r["n"], r["dlt"]) == ("6", "4")]
    assert (row["letter"], row["reason"]) == ("DU", "eliminate")
    assert "too toxic" in row["why"]


def test_the_table_for_people_has_a_row_for_each_number_of_patients(told):
    _, out, _ = told("boundaries", "--design", "boin target=.25", "--levels", "2", "--n", "4")
    lines = [line.split() for line in out.splitlines() if re.match(r"\s+\d", line)]
    assert lines == [["1", "0", "1"], ["2", "0", "1"], ["3", "0", "1", "3"], ["4", "0", "1", "2", "3"]]


def test_a_table_uploaded_is_shown_beside_boin_as_far_as_it_goes(told, tmp_path):
    path = tmp_path / "decisions.csv"
    path.write_text("n,escalate_if_le,deescalate_if_ge,eliminate_if_ge\n3,0,1,3\n6,1,2,4\n", encoding="utf-8")
    asked = ["--design", f"boin target=.25, table ncohort=2 file={path}", "--levels", "3", "--n", "6"]
    code, out, err = told("boundaries", *asked, "--format", "csv")
    assert code == 0
    assert [r["n"] for r in rows_of(out) if r["design"].startswith("table")] == ["3", "6"]
    assert "in 16 of 27 cells" in err  # all of 1, 2, 4 and 5 patients
    assert told("boundaries", *asked)[0] == 0
    assert told("boundaries", *asked, "--format", "html")[0] == 0


def test_the_page_of_letters_is_self_contained(told, tmp_path):
    page = tmp_path / "table.html"
    code, out, err = told(
        "boundaries",
        "--design",
        "boin target=.25",
        "--levels",
        "3",
        "--format",
        "html",
        "--output",
        str(page),
    )
    text = page.read_text(encoding="utf-8")
    assert (code, out) == (0, "")
    assert f"written: {page}" in err
    assert '<td class="DU" title="4 of 6: de-escalate; this level' in text
    assert not re.search(r"<script|src=|href=\"http", text)


def test_the_record_and_boin_share_the_numbers_of_the_levels(told):
    code, out, err = told(
        "paths", RECORD, "--design", "record, boin target=.25", "--cohorts", "1", "--format", "csv"
    )
    rows = rows_of(out)
    assert code == 0
    assert err.strip() == "levels: 1 = 15 mg, 2 = 10 mg"
    assert {r["design"] for r in rows} == {"fill_to_six", "three_plus_three", "boin target=.25"}
    after = {(r["design"], r["path"]): (r["decision"], r["next_level"]) for r in rows}
    assert after["boin target=.25", "1NNT"] == ("enroll", "10 mg")
    assert after["three_plus_three", "1NNT"] == ("enroll", "15 mg")


def test_paths_go_on_from_what_was_seen(told):
    asked = ["--design", "boin target=.25", "--levels", "5", "--format", "csv"]
    _, all_of_them, _ = told("paths", *asked, "--cohorts", "3")
    code, later, _ = told("paths", *asked, "--cohorts", "1", "--after", "1NNN 2NNT")
    whole = {r["path"]: r["why"] for r in rows_of(all_of_them)}
    assert code == 0
    for row in rows_of(later):
        assert whole[f"1NNN 2NNT {row['path']}".strip()] == row["why"]
    assert len(rows_of(later)) == 5


def test_paths_within_a_cohort_count_it_as_one():
    """The cohort of three is completed first; then the rule decides on all three."""
    design = design_named("crm target=.25 prior=.1/.25/.4", ("a", "b", "c"))
    from protorun.escalation.notation import outcomes_of

    rows = paths(design, cohorts=1, after=outcomes_of("1NN", design))
    assert [row["path"] for row in rows] == ["", "1N", "1T"]
    assert rows[2]["why"] == next_dose(design, "1NNT").why()


@pytest.mark.parametrize(
    "arguments",
    [
        ["paths"],
        ["paths", "--design", "boin target=.25"],
        ["paths", "--design", "boin", "--levels", "3"],
        ["paths", "--design", "bonn target=.25", "--levels", "3"],
        ["paths", "--design", "boin target=.25 speed=2", "--levels", "3"],
        ["paths", "--design", "boin target=.25", "--levels", "a,a"],
        ["paths", "--design", "boin target=.25", "--levels", "0"],
        ["paths", "--design", "boin target=.25", "--levels", "3", "--cohorts", "0"],
        ["paths", "--design", "boin target=.25", "--levels", "3", "--after", "1NP"],
        ["paths", "--design", "boin target=.25", "--levels", "3", "--after", "2NNN"],
        ["paths", "--design", "boin, mtpi2", "--target", ".3", "--levels", "3", "--format", "svg"],
        ["paths", "--design", "boin target=.25", "--levels", "5", "--cohorts", "6", "--format", "svg"],
        ["boundaries", "--design", "record", "--levels", "3"],
        ["boundaries", "--design", "boin target=.25", "--levels", "3", "--n", "0"],
    ],
)
def test_what_does_not_fit_is_a_usage_error_in_one_sentence(told, arguments):
    code, out, err = told(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert err.strip()


def test_the_drawing_has_a_box_for_each_outcome_colored_by_decision(told):
    code, out, _ = told(
        "paths", "--design", "boin target=.25", "--levels", "3", "--cohorts", "2", "--format", "svg"
    )
    root = ET.fromstring(out)
    boxes = root.findall(f"{SVG}g")
    design = design_named("boin target=.25", ("level 1", "level 2", "level 3"))
    rows = paths(design, cohorts=2)
    assert code == 0
    assert len(boxes) == len(rows)
    words = {box.find(f"{SVG}title").text: box for box in boxes}
    one = words["1NNN 2NNT: 1 of 3 with DLT at level 2: go down to level 1"]
    assert one.find(f"{SVG}text").text == "1/3 → level 1 × 3"
    assert one.find(f"{SVG}rect").get("fill") == "#fbe6cf"


def test_no_two_boxes_of_the_drawing_overlap_and_words_fit():
    labels = ("10 mg/kg every week", "20 <b>", "30 & more")
    rows = paths(design_named("boin target=.25", labels), cohorts=3)
    root = ET.fromstring(str(pathways(rows, labels, title="<tag> & more")))
    boxes = []
    for group in root.findall(f"{SVG}g"):
        rect, text = group.find(f"{SVG}rect"), group.find(f"{SVG}text").text
        x, y, width, height = (float(rect.get(k)) for k in ("x", "y", "width", "height"))
        assert 6.0 * len(text) + 7 <= width
        boxes.append((x, y, x + width, y + height))
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_tree_too_large_to_draw_says_so():
    rows = paths(design_named("boin target=.25", ("a", "b", "c", "d", "e")), cohorts=6)
    with pytest.raises(UsageError, match="too many for a drawing"):
        pathways(rows, ("a", "b", "c", "d", "e"), title="x")


def test_the_page_of_paths_escapes_names(told):
    _, out, _ = told(
        "paths", "--design", "boin target=.25", "--levels", "<b>,x & y", "--cohorts", "1", "--format", "html"
    )
    assert "<b> ×" not in out
    assert "&lt;b&gt;" in out
