"""Figures and tables as files: the numbers of the analysis, every text a text, nothing half written."""

import csv
import errno
import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from pages import page_of

from protorun.analyze import Results, analyze
from protorun.cli import run
from protorun.patients.adverse_events import parse_adverse_events
from protorun.patients.recorded import load_recorded
from protorun.read import load
from protorun.report.exhibits import Exhibit, exhibits, write
from protorun.report.exhibits.publication import as_html, as_rtf, rtf_text
from protorun.report.figures.cumulative_incidence import Incidence, cumulative_incidence_figure
from protorun.report.figures.forest import Line, forest_figure
from protorun.report.figures.spider import Thread, spider_figure
from protorun.study.assume import take_defaults
from protorun.study.study import Study

DEMO = Path(str(files("protorun.demo")))
RECORD, DATA = DEMO / "records" / "IVONESCIMAB.txt", DEMO / "recorded" / "IVONESCIMAB"
HOSTILE = "<script>alert(1)</script> {\\field \\par} [x](javascript:alert(1)) **b** é ≥ 𝛼 \x07 $x$"


@pytest.fixture(scope="module")
def study() -> Study:
    return take_defaults(load(RECORD))


@pytest.fixture(scope="module")
def results(study: Study) -> Results:
    return analyze(study, load_recorded(DATA), landmarks=(6,))


@pytest.fixture(scope="module")
def found(study: Study, results: Results) -> dict[str, Exhibit]:
    return {e.key: e for e in exhibits(study, results)}


def test_an_analysis_of_one_arm_fills_these_exhibits(found: dict[str, Exhibit]) -> None:
    assert set(found) == {
        "waterfall_rano_bm_cns", "spider_rano_bm_cns", "swimmer", "best_response", "forest_response_rates",
        "km_pfs", "km_os", "cif_pfs", "times_to_events", "deciding_rules",
        "adverse_events", "related_adverse_events",
    }  # fmt: skip
    assert all(e.data and (e.picture is None) == bool(e.shown) for e in found.values())


def test_the_data_behind_a_curve_are_the_steps_of_the_analysis(
    found: dict[str, Exhibit], results: Results
) -> None:
    curve = results.endpoint("os").arms[0].curve
    assert curve is not None
    assert [row["survival"] for row in found["km_os"].data] == curve.survival.tolist()
    assert sum(row["events"] for row in found["km_os"].data) == results.endpoint("os").arms[0].events


def test_incidences_of_all_kinds_of_event_add_up_to_who_is_no_longer_free(
    found: dict[str, Exhibit], results: Results
) -> None:
    rows = found["cif_pfs"].data
    curve = results.endpoint("pfs").arms[0].curve
    assert curve is not None
    causes = {row["event"] for row in rows}
    assert len(causes) == 2
    for time, survival in zip(curve.time, curve.survival, strict=True):
        assert sum(r["incidence"] for r in rows if r["time_days"] == time) == pytest.approx(1 - survival)


def test_best_responses_add_up_to_the_patients(found: dict[str, Exhibit]) -> None:
    for row in found["best_response"].data:
        assert sum(v for k, v in row.items() if k not in ("endpoint", "arm", "n")) == row["n"] == 24


def test_a_spider_ends_at_progression_and_a_waterfall_with_its_best_value(found: dict[str, Exhibit]) -> None:
    best: dict[str, float] = {}
    for row in found["spider_rano_bm_cns"].data:
        best[row["patient"]] = min(row["change_percent"], best.get(row["patient"], np.inf))
    bars = {r["patient"]: r["best_change_percent"] for r in found["waterfall_rano_bm_cns"].data}
    assert {p: v for p, v in bars.items() if v == v} == pytest.approx(best)


def test_every_patient_stands_with_the_sentence_that_decided(found: dict[str, Exhibit]) -> None:
    rows = found["deciding_rules"].data
    assert len(rows) == 24 * 4
    assert all(row["why"] for row in rows)
    assert any("censored at day 0" in row["words"].lower() or row["basis"] == "stated" for row in rows)


def test_a_table_of_adverse_events_counts_patients_once_a_row(study: Study, results: Results) -> None:
    people = results.tables.patients
    lines = [
        f"{people.names[i]},2026-03-01,nausea,{grade},gut,yes,no" for i, grade in ((0, 1), (0, 3), (1, 2))
    ]
    lines.append(f"{people.names[2]},2026-03-01,rash,5,,no,yes")
    events = parse_adverse_events("patient,date,term,grade,soc,related,serious\n" + "\n".join(lines), people)
    tables = replace(results.tables, adverse_events=events)
    found = {e.key: e for e in exhibits(study, replace(results, tables=tables))}
    shown = {row["Adverse event"]: row for row in found["adverse_events"].shown}
    assert shown["Any adverse event"] == {
        "Adverse event": "Any adverse event", "all": "3 (12.5 %)", "all, grade 3 or higher": "2 (8.3 %)",
    }  # fmt: skip
    assert shown["- nausea"]["all"] == "2 (8.3 %)"
    assert shown["- nausea"]["all, grade 3 or higher"] == "1 (4.2 %)"
    assert shown["Fatal (grade 5)"]["all, grade 3 or higher"] == ""
    assert "rash" not in {row["Adverse event"] for row in found["related_adverse_events"].shown}


def test_files_are_written_whole_and_csv_comes_with_every_one(
    found: dict[str, Exhibit], tmp_path: Path
) -> None:
    paths = write(list(found.values()), tmp_path / "new" / "folder")
    assert {p.suffix for p in paths} == {".csv", ".svg", ".html", ".rtf"}
    assert {p.stem for p in paths if p.suffix == ".csv"} == set(found)
    assert not list(tmp_path.rglob("*.part"))
    with (tmp_path / "new" / "folder" / "times_to_events.csv").open() as file:
        row = next(csv.DictReader(file))
    assert float(row["survival_at_6_months"]) == pytest.approx(0.318, abs=5e-4)


def test_two_runs_write_the_same_bytes(found: dict[str, Exhibit], tmp_path: Path) -> None:
    first, second = (write(list(found.values()), tmp_path / name) for name in "ab")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_hostile_name_is_text_in_html(found: dict[str, Exhibit]) -> None:
    shown = [{"Endpoint": HOSTILE, HOSTILE: "1"}]
    page = page_of(as_html(HOSTILE, HOSTILE, [HOSTILE], shown))
    assert page.forbidden == []
    assert "[x](javascript:alert(1))" in page.text


def test_a_hostile_name_is_text_in_rtf() -> None:
    text = as_rtf(HOSTILE, HOSTILE, [HOSTILE], [{"Endpoint": HOSTILE, "n": "1"}])
    assert text.isascii()
    bare = re.sub(r"\\[\\{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert "\\field" not in bare
    assert text.count(r"\{\\field \\par\}") == 4
    assert r"\u233? \u8805? \u-10187?\u-8452?" in text


@pytest.mark.parametrize(
    ("given", "expected"), [("a{b}", r"a\{b\}"), ("\\par", r"\\par"), ("é", r"\u233?"), ("\x07\n", "  ")]
)
def test_rtf_signs(given: str, expected: str) -> None:
    assert rtf_text(given) == expected


def test_a_cell_is_no_formula_for_a_spreadsheet(tmp_path: Path) -> None:
    one = Exhibit("x", "t", "p", (), [{"patient": "=1+1", "value": -2.5}], shown=[{"a": "b"}])
    write([one], tmp_path)
    assert (tmp_path / "x.csv").read_text() == "patient,value\n'=1+1,-2.5\n"


def test_a_forest_draws_a_line_without_an_estimate_as_words() -> None:
    lines = [Line("ORR", 0.25, 0.1, 0.5, "6/24", 24), Line("CBR", None, None, None, "nobody")]
    svg = str(forest_figure(lines, name="f", title="Rates", axis="Share"))
    assert "nobody" in svg
    assert "6/24" in svg


def test_an_incidence_figure_names_each_cause_and_counts_who_is_at_risk() -> None:
    time, share = np.array([30.0, 60.0]), np.array([0.1, 0.3])
    curve = Incidence("death", "A", time, share, share - 0.05, share + 0.05)
    svg = str(
        cumulative_incidence_figure([curve], {"A": np.array([30.0, 60.0, 90.0])}, name="c", title="CIF")
    )
    assert "death" in svg
    assert "At risk" in svg


def test_a_spider_is_drawn_for_many_and_for_none() -> None:
    thread = Thread("P1", (42.0, 84.0), (-20.0, 250.0), "SD")
    assert "P1" in str(spider_figure([thread], name="s", title="Spider"))
    assert "P1" not in str(spider_figure([replace(thread)] * 30, name="s", title="Spider"))
    assert "<svg" in str(spider_figure([], name="s", title="Spider"))


def test_the_verb_writes_them_and_keeps_stdout_for_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["analyze", str(RECORD), "--data", str(DATA), "--assume-defaults", "--format", "json"]
    assert run([*words, "--landmark", "6", "--output", str(tmp_path / "out")]) == 0
    out = capsys.readouterr()
    rows = json.loads(out.out)
    assert rows[2]["at_6_months"].startswith("0.318 (")
    assert "written:" in out.err
    assert (tmp_path / "out" / "km_pfs.svg").is_file()


def test_a_disk_that_is_full_is_told_with_the_file(tmp_path, monkeypatch):
    def full(path, *_, **__):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left") as refused:
        write([Exhibit("swimmer", "Swimmer", "all", (), [{"patient": "P1"}])], tmp_path)
    assert refused.value.filename == str(tmp_path / "swimmer.csv")
    assert list(tmp_path.iterdir()) == []
