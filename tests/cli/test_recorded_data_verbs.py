"""`assess`, `grade`, `score`, `derive` and `analyze` answer alike: the file that was given, the patient, the choice."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from protorun.cli import run

DEMO = Path(str(files("protorun.demo")))
RECORD, DATA = DEMO / "records" / "IVONESCIMAB.txt", DEMO / "recorded" / "IVONESCIMAB"
LABS = "patient,date,test,value,unit,lln,uln\nP1,2025-01-06,HGB,{},g/L,120,160\n"
ITEMS = ",".join(f"q{n}" for n in range(1, 31))


def words(verb: str, table: Path) -> list[str]:
    """A verb asked about one table, or about a recorded trial."""
    return {
        "assess": ["assess", "--criteria", "recist_1_1", "--policy", "eortc", "--lesions", str(table)],
        "grade": ["grade", str(table), "--ctcae", "v5"],
        "score": ["score", str(table), "--questionnaire", "qlq_c30"],
        "derive": ["derive", str(RECORD), "--data", str(table)],
        "analyze": ["analyze", str(RECORD), "--data", str(table)],
    }[verb]


def good(verb: str, folder: Path) -> Path:
    """A table the verb can read."""
    if verb == "grade":
        (folder / "mine.csv").write_text(LABS.format(75))
    elif verb == "score":
        (folder / "mine.csv").write_text(f"patient,date,{ITEMS}\nP1,2025-01-06{',2' * 30}\n")
    else:
        return DATA if verb in ("derive", "analyze") else DATA / "lesions.csv"
    return folder / "mine.csv"


@pytest.mark.parametrize("verb", ["assess", "grade", "score"])
@pytest.mark.parametrize("content", [None, b"", b"a,b\n1,2\n", b"\xff\xfe\x00bad"])
def test_a_table_that_is_none_is_named_as_it_was_given(verb, content, tmp_path, capsys):
    table = tmp_path / "mine.csv"
    if content is not None:
        table.write_bytes(content)
    assert run(words(verb, table)) == 1
    told = capsys.readouterr()
    assert re.search(rf"^protorun: \S*{table.name}\b", told.err, re.M)
    assert told.out == ""


@pytest.mark.parametrize("verb", ["assess", "grade", "score"])
def test_a_folder_in_place_of_a_table_is_said_so(verb, tmp_path, capsys):
    assert run(words(verb, tmp_path)) == 1
    assert "this is a folder, no table" in capsys.readouterr().err


def test_a_wrong_cell_is_named_by_file_row_and_column(tmp_path, capsys):
    (tmp_path / "mine.csv").write_text(LABS.format("x"))
    assert run(words("grade", tmp_path / "mine.csv")) == 1
    assert "mine.csv, row 1, column value: 'x' is no number" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["assess", "grade", "score", "derive", "analyze"])
def test_a_patient_who_is_not_there_is_answered_with_those_who_are(verb, tmp_path, capsys):
    table = good(verb, tmp_path)
    assert run([*words(verb, table), "--explain", "NOBODY"]) == 2
    told = capsys.readouterr()
    assert "no patient 'NOBODY' in" in told.err
    assert ("there are: P1" if verb in ("grade", "score") else "there are: V-01, V-02") in told.err
    assert told.out == ""


@pytest.mark.parametrize("verb", ["assess", "grade", "score", "derive", "analyze"])
def test_a_patient_is_explained_in_every_format(verb, tmp_path, capsys):
    table = good(verb, tmp_path)
    who = "P1" if verb in ("grade", "score") else "V-01"
    asked = [*words(verb, table), "--explain", who, "--format"]
    codes = {run([*asked, format]) for format in ("table", "csv")}
    capsys.readouterr()
    codes.add(run([*asked, "json"]))
    rows = json.loads(capsys.readouterr().out)
    assert len(codes) == 1
    assert codes <= {0, 3}
    assert rows
    assert {row["patient"] for row in rows} == {who}


FDA = ["--censoring", "fda_2007_a"]


@pytest.mark.parametrize("verb", ["derive", "analyze"])
def test_missed_visits_need_the_days_between_assessments(verb, capsys):
    asked = [*words(verb, DATA), "--assume-defaults", *FDA]
    assert run(asked) == 3
    assert "can be given: --interval-days" in capsys.readouterr().err
    assert run([*asked, "--interval-days", "42", "--window-days", "7"]) == 0
    told = capsys.readouterr().err
    assert "chosen: pfs: missed = 2, policy fda_2007_a" in told
    assert "assumed: pfs: missed" not in told


def test_a_wider_window_counts_an_event_that_a_narrow_one_censors(capsys):
    """V-01 dies on day 73 of 27 days after the scan of day 46: behind a gap only if visits are due every 13 days."""
    asked = [*words("derive", DATA), "--assume-defaults", "--endpoint", "pfs", "--explain", "V-01", *FDA]
    found = {}
    for interval, window in ((42, 0), (13, 0), (13, 7)):
        days = ["--interval-days", str(interval), "--window-days", str(window)]
        assert run([*asked, *days, "--format", "json"]) == 0
        (row,) = json.loads(capsys.readouterr().out)
        found[interval, window] = (row["status"], row["days"])
    assert found == {(42, 0): ("event", 73), (13, 0): ("censored", 46), (13, 7): ("event", 73)}


@pytest.mark.parametrize(
    ("more", "names"),
    [
        (["--interval-days", "42"], "belongs to a censoring policy"),
        (["--window-days", "7"], "--window-days"),
        (["--censoring", "ema"], "there are: fda_2007_a, treatment_policy"),
        ([*FDA, "--interval-days", "0"], ""),
        ([*FDA, "--window-days", "-1"], ""),
    ],
)
@pytest.mark.parametrize("verb", ["derive", "analyze"])
def test_what_does_not_fit_together_is_a_usage_error(verb, more, names, capsys):
    assert run([*words(verb, DATA), *more]) == 2
    assert names in capsys.readouterr().err


HEADER = "patient,date,lesion,role,compartment,diameter_mm,finding\n"
BASELINE = "P1,2024-01-01,T1,target,extracranial,30,present\n"


def _assess(table: Path, capsys) -> tuple[int, str]:
    code = run(words("assess", table))
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("P1,2024-02-01,T1,target,extracranial,20,absent", "a lesion that is absent has a diameter"),
        ("P1,2024-02-01,T1,target,extracranial,0,present", "has the diameter 0"),
    ],
)
def test_a_row_that_contradicts_itself_is_named_by_its_line(line, says, tmp_path, capsys):
    table = tmp_path / "mine.csv"
    table.write_text(f"{HEADER}{BASELINE}{line}\n")
    code, told = _assess(table, capsys)
    assert code == 1
    assert "mine.csv:3, lesion 'T1', visit 1" in told
    assert says in told


def test_a_lesion_chosen_after_baseline_is_named_with_a_line_of_its_patient(tmp_path, capsys):
    table = tmp_path / "mine.csv"
    table.write_text(f"{HEADER}{BASELINE}P1,2024-02-01,T2,target,extracranial,20,present\n")
    code, told = _assess(table, capsys)
    assert code == 1
    assert "mine.csv:2: target lesion 'T2' has no row at baseline" in told


def test_a_misspelled_column_of_lesions_is_not_lost_without_a_word(tmp_path, capsys):
    table = tmp_path / "mine.csv"
    table.write_text((HEADER + BASELINE).replace("diameter_mm", "size"))
    assert "mine.csv: size" in _assess(table, capsys)[1]


def test_a_table_separated_by_semicolons_is_told_so(tmp_path, capsys):
    table = tmp_path / "mine.csv"
    table.write_text((HEADER + BASELINE).replace(",", ";"))
    code, told = _assess(table, capsys)
    assert code == 1
    assert "separated by commas, not by ';'" in told


@pytest.mark.parametrize("verb", ["derive", "analyze"])
def test_a_table_of_another_name_is_not_passed_over_in_silence(verb, tmp_path, capsys):
    for table in DATA.glob("*.csv"):
        (tmp_path / table.name.replace("assessments", "assesments")).write_text(table.read_text())
    run([*words(verb, tmp_path), "--assume-defaults"])
    assert (
        "not used: assesments.csv: this table has another name than those that are read: "
        in capsys.readouterr().err
    )


def test_semicolons_between_laboratory_results_are_named(tmp_path, capsys):
    (tmp_path / "mine.csv").write_text(LABS.format("7,5").replace(",", ";").replace("7;5", "7,5"))
    assert run(words("grade", tmp_path / "mine.csv")) == 1
    assert "separated by commas, not by ';'" in capsys.readouterr().err


PEOPLE = "patient,enrolled_on,died_on\nP1,2025-01-01,2025-01-15\n"


def scored(folder: Path, rows: list[str], *more: str) -> int:
    """`score` of questionnaires with the answer 2 everywhere; each row is a patient and a date."""
    (folder / "mine.csv").write_text(
        "\n".join([f"patient,date,{ITEMS}", *(r + ",2" * 30 for r in rows)]) + "\n"
    )
    (folder / "people.csv").write_text(PEOPLE)
    return run([*words("score", folder / "mine.csv"), *more])


def test_an_option_that_would_change_nothing_is_refused(tmp_path, capsys):
    people = ["--patients", str(tmp_path / "people.csv"), "--start", "enrollment"]
    day = ["P1,2025-01-01"]
    assert scored(tmp_path, day, "--points", "10") == 2
    assert "--points would change nothing of --show scores" in capsys.readouterr().err
    assert scored(tmp_path, day, *people, "--show", "change", "--cutoff", "2024-01-01") == 2
    assert "--cutoff would change nothing of --show change" in capsys.readouterr().err
    assert scored(tmp_path, day, *people, "--explain", "P1") == 0


def test_questionnaires_that_cannot_count_are_told(tmp_path, capsys):
    people = ["--patients", str(tmp_path / "people.csv"), "--start", "enrollment", "--show", "change"]
    assert scored(tmp_path, ["P1,2025-01-01", "P1,", "P1,2025-02-01"], *people) == 0
    told = capsys.readouterr().err
    assert "check: 1 of 3 questionnaires have no date" in told
    assert "check: 1 questionnaires are dated after the death, the first of 'P1'" in told


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "mine.csv: the table has no questionnaires"),
        (["P1,2025-01-01"] * 2, "mine.csv:2 and mine.csv:3: patient 'P1' has two questionnaires on one day"),
        (["P2,2025-01-01"], "people.csv: patient 'P2' has answers and is not listed"),
    ],
)
def test_answers_that_do_not_fit_are_named_with_file_and_line(rows, says, tmp_path, capsys):
    people = ["--patients", str(tmp_path / "people.csv"), "--start", "enrollment", "--show", "change"]
    assert scored(tmp_path, rows, *people) == 1
    assert says in capsys.readouterr().err


def test_limits_of_normal_that_are_turned_round_are_told(tmp_path, capsys):
    (tmp_path / "mine.csv").write_text(LABS.format(130).replace("120,160", "160,120"))
    assert run(words("grade", tmp_path / "mine.csv")) == 3
    assert "the lower limit of normal is above the upper one" in capsys.readouterr().err


def test_a_misspelled_day_of_enrollment_is_seen_in_the_message(tmp_path, capsys):
    (tmp_path / "patients.csv").write_text("patient,enroled_on\nP1,2025-01-01\n")
    assert run(words("derive", tmp_path)) == 1
    assert "the columns are: patient, enroled_on" in capsys.readouterr().err
