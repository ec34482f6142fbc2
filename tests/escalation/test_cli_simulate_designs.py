"""protorun simulate with dose designs: exact tables, simulated ones, scenario files, figures."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from protorun.cli import run
from protorun.errors import StudyFileError, UsageError
from protorun.escalation import compare
from protorun.patients.dose_scenarios import effects, load_dose_scenarios, seen_rate, truth_of
from protorun.report.figures.dose_finding import KINDS, dose_finding_figure, figure_rows

RECORD = str(Path(__file__).resolve().parents[2] / "src/protorun/demo/records/NCT06462092.txt")
FIVE = ".05,.12,.25,.4,.55"
BOTH = "three_plus_three variant=bcrm, boin target=.25"
SCENARIOS = """\
scenarios: [{name: target at level 3, dlt: [.05, .12, .25, .40, .55]}, {name: all too toxic, dlt: [.40, .50, .60, .65, .70]}]
"""
DEATHS = """\
timing: {window_days: 42, accrual: {gap_days: 14, kind: exponential}}
evaluability: {death_median_months: 3.5, replace: true}
"""


@pytest.fixture
def told(capsys):
    """Run `simulate` and give (exit code, standard output, standard error)."""

    def run_on(*arguments):
        code = run(["simulate", *arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run_on


@pytest.fixture
def file_of(tmp_path):
    def write(text):
        path = tmp_path / "scenarios.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def measured(out, design, quantity, level=""):
    [row] = [
        r
        for r in json.loads(out)
        if (r["table"], r.get("design"), r["quantity"], r["level"]) == ("measure", design, quantity, level)
    ]
    return row["value"], row["error"]


def test_the_record_is_exact_in_both_readings(told):
    code, out, err = told(RECORD, "--rates", ".2,.1", "--format", "json")
    assert code == 0
    assert measured(out, "fill_to_six", "selected", "15 mg") == (pytest.approx(0.65536, abs=1e-12), "exact")
    assert measured(out, "three_plus_three", "selected", "15 mg")[0] == pytest.approx(0.708608, abs=1e-12)
    assert measured(out, "fill_to_six", "n")[0] == pytest.approx(8.06784, abs=1e-9)
    assert "run: exact, nothing was simulated" in err
    assert "levels: 1 = 15 mg, 2 = 10 mg" in err


def test_deciding_after_each_patient_spares_patients(told):
    _, out, err = told(RECORD, "--rates", ".2,.1", "--decide-after", "patient", "--format", "json")
    assert measured(out, "fill_to_six", "n")[0] == pytest.approx(7.4211246336, abs=1e-12)
    assert "the rule decides after each patient" in err


def test_monte_carlo_is_forced_and_says_how_to_repeat_it(told):
    asked = [
        "--design",
        BOTH,
        "--levels",
        "5",
        "--rates",
        FIVE,
        "--monte-carlo",
        "--trials",
        "2000",
        "--format",
        "json",
    ]
    code, out, err = told(*asked, "--seed", "3")
    value, error = measured(out, "boin target=.25", "correct")
    assert code == 0
    assert abs(value - 0.5533789399879461) < 4 * error
    assert "run: seed 3, 2,000 trials" in err
    assert re.search(r"versions: python [\d.]+, protorun", err)
    assert re.search(r"input: [0-9a-f]{16}\ndigest: [0-9a-f]{64}", err)
    assert told(*asked, "--seed", "3", "--jobs", "2")[1:] == (out, err)
    assert told(*asked, "--seed", "4")[1] != out


def test_designs_are_compared_with_the_first_one(told):
    _, out, _ = told("--design", BOTH, "--levels", "5", "--rates", FIVE, "--compare", "--format", "csv")
    rows = [r for r in csv.DictReader(io.StringIO(out)) if r["table"] == "difference"]
    [correct] = [r for r in rows if r["quantity"] == "correct"]
    assert (correct["design"], correct["minus"]) == ("boin target=.25", "three_plus_three variant=bcrm")
    assert float(correct["value"]) == pytest.approx(0.21028470158228746, abs=1e-12)
    assert correct["error"] == "exact"


def test_the_table_for_people_says_what_is_correct(told):
    _, out, _ = told("--design", BOTH, "--levels", "5", "--rates", FIVE, "--compare")
    assert "correct: level 3, whose true rate 0.25 is closest to the target 0.25" in " ".join(out.split())
    assert "55.338" in out
    assert "paired standard error" in out


def test_scenarios_come_from_a_file(told, file_of):
    path = file_of(SCENARIOS)
    _, out, _ = told(
        "--design", "boin target=.25", "--levels", "5", "--scenarios", str(path), "--format", "json"
    )
    assert {r["scenario"] for r in json.loads(out)} == {"target at level 3", "all too toxic"}


def test_example_trials_are_told_in_sentences(told):
    _, out, _ = told("--design", "boin target=.25", "--levels", "5", "--rates", FIVE, "--examples", "2")
    assert "boin target=.25; scenario 1\nTrial 1\n  patients 1 to 3 at level 1: " in out
    assert "\nTrial 2\n" in out
    assert re.search(r"with DLT at level \d: go up to level \d", out)


def test_the_page_holds_figures_tables_and_the_footer(told, tmp_path):
    page = tmp_path / "page.html"
    told(
        *("--design", BOTH, "--levels", "5", "--rates", FIVE, "--compare", "--examples", "1"),
        *("--format", "html", "--output", str(page)),
    )
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 3
    assert "exact, nothing was simulated" in text
    assert "patients 1 to 3 at level 1" in text
    assert not re.search(r"<script|src=|href=\"http", text)


def test_each_figure_comes_with_its_data(told, tmp_path):
    folder = tmp_path / "figures"
    told("--design", BOTH, "--levels", "5", "--rates", FIVE, "--figures", str(folder))
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        f"{k}.{e}" for k in KINDS for e in ("csv", "svg")
    )
    rows = list(csv.DictReader((folder / "selection.csv").open(encoding="utf-8")))
    [third] = [r for r in rows if (r["design"], r["bar"]) == ("boin target=.25", "level 3")]
    assert float(third["value"]) == pytest.approx(0.5533789399879461, abs=1e-12)
    assert float(third["true_dlt_rate"]) == 0.25


def test_the_shares_of_a_selection_figure_sum_to_one_and_the_drawing_repeats():
    found = compare(["boin target=.25"], [0.1, 0.25, 0.4], monte_carlo=True, trials=500)
    assert sum(row["value"] for row in figure_rows(found, "selection")) == pytest.approx(1)
    for kind in KINDS:
        first = dose_finding_figure(found, kind, name=kind)
        assert first == dose_finding_figure(found, kind, name=kind)
        assert "level 1" in first or kind == "overdosing"


def test_without_a_target_no_figure_of_overdosing(told, tmp_path):
    told(RECORD, "--rates", ".2,.1", "--figures", str(tmp_path / "f"))
    assert not (tmp_path / "f" / "overdosing.svg").exists()


def test_replacing_patients_who_die_raises_the_rate_that_is_seen(file_of):
    """Median survival 3.5 months, window 42 days: .2 is seen as .2233, .1 as .1133."""
    path = file_of(f"name: with deaths\ndlt: [.1, .2]\n{DEATHS}")
    [scenario] = load_dose_scenarios(path)
    assert truth_of(scenario, ("10 mg", "15 mg")).dlt == pytest.approx((0.1133, 0.2233), abs=5e-5)
    assert any("raises the DLT rate" in words for words in effects(scenario))
    [late] = load_dose_scenarios(
        file_of(f"name: late\ndlt: [.1, .2]\n{DEATHS}".replace("42,", "42, onset: {weibull_late: .8},"))
    )
    assert seen_rate(0.2, late) < seen_rate(0.2, scenario)
    assert seen_rate(0.0, scenario) == 0.0
    assert seen_rate(1.0, scenario) == 1.0


def test_onset_halfway_in_expectation_is_that_of_the_uniform_law(file_of):
    """Weibull with half of few DLTs in the second half is nearly uniform."""
    text = f"name: x\ndlt: [.001]\n{DEATHS}"
    [even] = load_dose_scenarios(file_of(text))
    [weibull] = load_dose_scenarios(file_of(text.replace("42,", "42, onset: {weibull_late: .5},")))
    assert seen_rate(0.001, weibull) == pytest.approx(seen_rate(0.001, even), rel=1e-3)


def test_the_record_with_deaths_goes_to_phase_ii_less_often(told, file_of):
    """Note: .5983 instead of .6554; 200,000 calendar trials gave .5990 (SE .0011)."""
    path = file_of(f"name: with deaths\ndlt: {{15 mg: .2, 10 mg: .1}}\n{DEATHS}")
    _, out, err = told(RECORD, "--scenarios", str(path), "--format", "json")
    assert measured(out, "fill_to_six", "selected", "15 mg")[0] == pytest.approx(0.5983, abs=5e-5)
    assert "which raises the DLT rate among evaluable patients" in err


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name: x\ndlt: [.1, .2]\ncolor: red\n", 3),
        ("name: x\ndlt: [.1, a]\n", 2),
        ("dlt: [.1]\n", 1),
        ("name: x\ndlt: [.1]\ntiming: {window_days: -1}\n", 3),
    ],
)
def test_a_scenario_file_that_is_not_valid_names_the_line(file_of, text, where):
    with pytest.raises(StudyFileError) as refused:
        load_dose_scenarios(file_of(text))
    assert refused.value.findings[0][0] == where


@pytest.mark.parametrize(
    "text",
    [
        f"name: x\ndlt: [.1, .2]\n{DEATHS}".replace("replace: true", "replace: false"),
        f"name: x\ndlt: [.1, .2]\n{DEATHS}".replace("window_days: 42, ", ""),
        "name: x\ndlt: {5 mg: .1, 10 mg: .2}\n",
    ],
)
def test_a_scenario_that_does_not_fit_is_refused(file_of, text):
    [scenario] = load_dose_scenarios(file_of(text))
    with pytest.raises(UsageError):
        truth_of(scenario, ("10 mg", "15 mg"))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [RECORD],
        ["--design", "boin target=.25", "--levels", "3"],
        ["--design", "boin target=.25", "--levels", "3", "--rates", ".1,.2"],
        ["--design", "boin target=.25", "--levels", "3", "--rates", ".1,.2,1.3"],
        ["--design", "boin target=.25", "--levels", "3", "--rates", ".1,.2,.3", "--jobs", "0"],
        ["--design", "boin target=.25", "--levels", "3", "--rates", ".1,.2,.3", "--copies", "0"],
        [RECORD, "--scenario", "none.yaml", "--format", "html"],
    ],
)
def test_what_is_missing_or_does_not_fit_is_a_usage_error(told, arguments):
    code, out, err = told(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
