"""What a statistician sees: the compact form, comments that stay, and errors with their line."""

from pathlib import Path

import pytest

from protorun.errors import StudyFileError
from protorun.study.assume import assume
from protorun.study.source import Source, Sourced, absent, derived, stated
from protorun.study.study import Assumption, Identifier, OpenQuestion, Origin, Study
from protorun.study.treatment import Block, Dose
from protorun.study_file import dumps, load_study, loads, save_study


def source(start: int, quote: str) -> Source:
    return Source(start=start, end=start + len(quote), quote=quote)


STUDY = Study(
    key="demo",
    origin=Origin(name="demo.txt", format="page_a", digest="00"),
    identifiers=(Identifier(kind="nct", value=stated("NCT00000000", source(10, "NCT00000000"))),),
    status=stated("recruiting", source(40, "Recruiting")),
    blocks=(
        Block(
            id="it_induction",
            agent=stated("drug", source(90, "drug")),
            cycle_days=derived(28, source(100, "monthly"), note="a month is 28 days"),
        ),
        Block(id="iv", agent=stated("other drug", source(120, "other drug"))),
    ),
    open_questions=(OpenQuestion(id="dose", asks="Which dose?", path="blocks[it_induction].dose"),),
)
HEAD = "protorun: 1\nkey: demo\norigin: {name: a, format: b, digest: c}\n"


def test_a_fact_reads_as_its_basis_its_value_and_its_characters() -> None:
    text = dumps(STUDY)
    assert "status: {stated: recruiting, at: 40-50, quote: Recruiting}\n" in text
    assert "- {kind: nct, value: {stated: NCT00000000, at: 10-21}}\n" in text
    assert "cycle_days: {derived: 28, at: 100-107, quote: monthly, why: a month is 28 days}\n" in text


def test_the_first_line_tells_an_editor_which_schema_to_use() -> None:
    assert dumps(STUDY).splitlines()[0] == "# yaml-language-server: $schema=study-1.json"


def test_words_that_old_yaml_takes_for_numbers_or_truth_stay_words() -> None:
    text = (
        HEAD + "countries:\n- {assumed: NO, why: x}\n- {assumed: 1:1, why: x}\n- {assumed: 02115, why: x}\n"
    )
    assert [c.value for c in loads(text).countries] == ["NO", "1:1", "02115"]


def test_an_answer_is_applied_on_loading_and_stays_an_answer_on_saving() -> None:
    text = dumps(STUDY) + "assumptions:\n- {path: 'blocks[it_induction].dose', value: 15 mg, reason: label}\n"
    study = loads(text)
    assert study.blocks[0].dose == Sourced[Dose](
        value=Dose(amount=15, unit="mg"), basis="assumed", note="label"
    )
    saved = dumps(study)
    assert 'path: "blocks[it_induction].dose", value: 15 mg, reason: label}' in saved
    assert "dose: {assumed" not in saved
    assert loads(saved) == study


def test_an_answer_that_overrules_a_derived_value_can_be_taken_back() -> None:
    answered = assume(
        STUDY, [Assumption(path="blocks[it_induction].cycle_days", value=30, reason="calendar")]
    )
    lines = dumps(answered).splitlines()
    assert "  cycle_days: {derived: 28, at: 100-107, quote: monthly, why: a month is 28 days}" in lines
    without = "\n".join(lines[: lines.index("assumptions:")])
    assert loads(without) == STUDY


def test_an_answer_may_not_overrule_what_the_record_states() -> None:
    text = dumps(STUDY) + "assumptions:\n- {path: status, value: completed, reason: heard so}\n"
    with pytest.raises(StudyFileError, match=r"the record states 'recruiting'"):
        loads(text)


COMMENTED = """\
# yaml-language-server: $schema=study-1.json
# Read on Monday, checked by two people.
protorun: 1
key: demo            # a short name
origin: {name: demo.txt, format: page_a, digest: "00"}

# Who is asked
identifiers:
  - kind: nct        # the registry's number
    value: {stated: NCT00000000, at: 10-21}
status: {stated: recruiting, at: 40-50, quote: Recruiting}   # as of June
blocks:
  # intrathecal first
  - id: it_induction
    agent: {stated: drug, at: 90-94}
    cycle_days:
      derived: 28
      at: 100-107
      quote: monthly
      why: 'a month is 28 days'
  # then the infusion
  - id: iv
    agent: {stated: other drug, at: 120-130}
open_questions:
  - {id: dose, asks: "Which dose?", path: "blocks[it_induction].dose"}
# the end
"""


def test_saving_an_unchanged_study_changes_no_character(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(COMMENTED)
    save_study(load_study(file), file)
    assert load_study(file) == STUDY
    assert file.read_text() == COMMENTED


def test_saving_a_changed_study_keeps_comments_and_order(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(COMMENTED)
    weekly = STUDY.blocks[1].model_copy(update={"every_days": stated(7, source(200, "weekly"))})
    changed = STUDY.model_copy(
        update={
            "status": absent("layout"),
            "blocks": (STUDY.blocks[0].model_copy(update={"cycle_days": absent()}), weekly),
            "warnings": ("two ages", "no phase"),
        }
    )
    changed = assume(changed, [Assumption(path="blocks[iv].dose", value="10 mg/kg", reason="label")])
    save_study(changed, file)
    text = file.read_text()
    assert load_study(file) == changed
    assert "status: {absent: layout}   # as of June" in text
    assert "    cycle_days:\n      absent: not stated\n" in text
    assert "  # then the infusion\n  - id: iv\n" in text
    assert "    every_days: {stated: 7, at: 200-206, quote: weekly}\n" in text
    comments = ["Read on Monday", "a short name", "Who is asked", "intrathecal first", "# the end"]
    assert [text.count(c) for c in comments] == [1] * len(comments)


def test_a_file_that_cannot_be_written_is_a_finding_and_stays_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match="cannot be written"):
        save_study(STUDY, tmp_path / "no folder" / "study.yaml")
    (tmp_path / "study.yaml").mkdir()
    with pytest.raises(StudyFileError, match="cannot be written"):
        save_study(STUDY, tmp_path / "study.yaml")
    assert [p.name for p in tmp_path.iterdir()] == ["study.yaml"]


def test_saving_leaves_one_file_with_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    save_study(STUDY, file)
    file.chmod(0o640)
    save_study(STUDY.model_copy(update={"warnings": ("odd",)}), file)
    assert [p.name for p in tmp_path.iterdir()] == ["study.yaml"]
    assert file.stat().st_mode & 0o777 == 0o640


BAD = {
    "staus: {stated: x, at: 0-1}": "there is no field 'staus' here; did you mean 'status'?",
    "status: recruiting": "say on what basis",
    "status: {value: x, at: 0-1}": "there is no field 'value' here; there are: stated",
    "status: {stated: recruiting, at: 0-3}": "has 10 characters, but 0-3 has 3",
    "status: {stated: recruiting}": "basis stated needs at least one source",
    "status: {assumed: recruiting}": "an assumed value needs a note",
    "status: {stated: a, assumed: b, why: c}": "say on what basis",
    "status: {stated: x, at: 1, quote: x}": "a source needs its characters",
    "status: {stated: x, sources: [{at: 0-1, qoute: x}]}": "did you mean 'quote'?",
    "blocks: [{agent: {absent: layout}}]": "'id' is missing",
    "blocks: [{id: a, agent: {absent: x}, dose: {assumed: 15, why: x}}]": "'15' is not written like '15 mg/kg'",
    "blocks: [{id: a, agent: {absent: x}, dose: {assumed: -1 mg, why: x}}]": "greater than or equal to 0",
    "blocks: [{id: a, agent: {absent: x}, count: {assumed: true, why: x}}]": "valid integer, not True",
    "eligibility: [{id: a, polarity: inclusion, text: t, klass: partial}]": "a criterion needs the line `reads`",
    "eligibility: [{id: a, polarity: inclusion, text: t, reads: age => 3}]": (
        "4: eligibility[a].reads: line 1, column 6: unexpected '>'; expected a number"
    ),
    "eligibility: [{id: a, polarity: inclusion, text: t, reads: ecog <= 2, atoms: [{at: 0-1, quote: t}]}]": (
        "an atom is named by its words"
    ),
    "eligibility: [{id: a, polarity: inclusion, text: t, reads: ecog <= 2, atoms: [{atom: ecog <= 2}]}]": (
        "a source needs its characters"
    ),
    "dates: {start: {assumed: 2024-13, why: x}}": "has no such month",
    "key: other": "the key 'key' stands here twice",
    "blocks: &a []": "anchors and aliases",
    "blocks: *a": "alias",
    "blocks: !!python/object:os.system []": "tags",
    "\tblocks: []": "a tab stands where only spaces may indent",
    "blocks: [": "expected",
    "--- \nkey: x": "a second YAML document",
    "enrollment: {size: {assumed: .nan, why: x}}": "no number a study may contain",
    "enrollment: {size: {assumed: " + "9" * 5000 + ", why: x}}": "more than 300 digits",
    "blocks: " + "[" * 5000: "nested deeper than 60 levels",
    'warnings: ["a\\0b", \x01]': "special characters are not allowed",
}


@pytest.mark.parametrize("line", BAD)
def test_what_is_wrong_is_named_with_its_line(line: str) -> None:
    with pytest.raises(StudyFileError) as caught:
        loads(HEAD + line + "\n", "my.yaml")
    assert BAD[line] in str(caught.value)
    assert str(caught.value).startswith("my.yaml:")
    assert caught.value.findings[0][0] in (4, 5)


def test_every_finding_is_reported_at_once() -> None:
    text = HEAD + "staus: x\nblocks:\n- {id: a, agent: {absent: x}, dose: {assumed: 15, why: x}}\n- {id: b}\n"
    with pytest.raises(StudyFileError) as caught:
        loads(text)
    assert [(line, path) for line, path, _ in caught.value.findings] == [
        (4, "file"),
        (6, "blocks[a].dose"),
        (7, "blocks[b]"),
    ]


def test_other_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_bytes(HEAD.encode() + "# caf\u00e9".encode("latin-1"))
    with pytest.raises(StudyFileError, match=":4: file: not UTF-8"):
        load_study(file)


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match="cannot be read"):
        load_study(tmp_path / "none.yaml")
