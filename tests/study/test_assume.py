"""Answers to open questions: put in with their reason, never over what the record states, and taken back whole."""

import pytest

from protorun.errors import UsageError
from protorun.study.assume import as_read, assume, fact_at, take_defaults, unanswered
from protorun.study.dose_rule import DoseRule, Level
from protorun.study.source import Source, Sourced, absent, derived, stated
from protorun.study.study import Assumption, OpenQuestion, Origin, Proposal, Study
from protorun.study.treatment import Block, Dose

MONTHLY = Source(start=4, end=11, quote="monthly")
STUDY = Study(
    key="k",
    origin=Origin(name="x", format="y", digest="z"),
    status=stated("recruiting", Source(start=0, end=3, quote="Rec")),
    blocks=(
        Block(
            id="it_induction",
            agent=Sourced[str](),
            cycle_days=derived(28, MONTHLY, note="a month is 28 days"),
        ),
    ),
    dose_rule=DoseRule(levels=(Level(label="10 mg"),)),
    eligibility_sections={"exclusion": Sourced[bool]()},
    open_questions=(
        OpenQuestion(
            id="dose",
            asks="Which dose?",
            path="blocks[it_induction].dose",
            needed_for=("schedule",),
            proposals=(Proposal(value="15 mg", note="label"), Proposal(value="10 mg", note="(ours)")),
        ),
        OpenQuestion(id="free", asks="Anything else?"),
    ),
)


def answer(path: str, value: object, reason: str = "asked the sponsor") -> Assumption:
    return Assumption(path=path, value=value, reason=reason)


def test_an_answer_stands_at_its_path_with_its_reason() -> None:
    study = assume(STUDY, [answer("blocks[it_induction].dose", "15 mg")])
    dose = study.blocks[0].dose
    assert (dose.value, dose.basis, dose.note) == (Dose(amount=15, unit="mg"), "assumed", "asked the sponsor")
    assert [a.path for a in study.assumptions] == ["blocks[it_induction].dose"]
    assert STUDY.blocks[0].dose.value is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("dose_rule.levels[10 mg].dose", "10 mg"),
        ("eligibility_sections[exclusion]", True),
        ("dose_rule.target_rate", 0.3),
    ],
)
def test_a_path_leads_through_labels_and_maps(path: str, value: object) -> None:
    assert fact_at(assume(STUDY, [answer(path, value)]), path).basis == "assumed"


def test_a_second_answer_replaces_the_first() -> None:
    path = "blocks[it_induction].cycle_days"
    study = assume(STUDY, [answer(path, 30, "first"), answer(path, 31, "second")])
    assert study.blocks[0].cycle_days.value == 31
    assert [a.reason for a in study.assumptions] == ["second"]
    assert as_read(study) == STUDY


def test_taking_answers_back_restores_what_was_read() -> None:
    study = assume(
        STUDY,
        [answer("blocks[it_induction].cycle_days", 30), answer("blocks[it_induction].dose", "1 mg")],
    )
    assert as_read(study) == STUDY


def test_an_answer_of_free_text_is_only_listed() -> None:
    study = assume(STUDY, [answer("", "no"), answer("", "yes")])
    assert [a.value for a in study.assumptions] == ["no", "yes"]
    assert as_read(study) == STUDY


def test_a_question_of_free_text_is_answered_at_its_id() -> None:
    study = assume(STUDY, [answer("open_questions[free]", "folic acid")])
    assert [q.id for q in unanswered(study)] == ["dose"]
    assert as_read(study) == STUDY


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("open_questions[fre]", r"no such question; did you mean 'open_questions\[free\]'"),
        ("open_questions[dose]", r"answer this question at its path, blocks\[it_induction\].dose"),
    ],
)
def test_a_question_is_answered_where_it_asks(path: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        assume(STUDY, [answer(path, "x")])


def test_what_the_record_states_cannot_be_overruled() -> None:
    with pytest.raises(UsageError, match="the record states 'recruiting'"):
        assume(STUDY, [answer("status", "completed")])


def test_agreeing_with_the_record_leaves_the_fact_stated() -> None:
    assert assume(STUDY, [answer("status", "recruiting")]).status == STUDY.status


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("blocks[it_induction].dse", 1, "there is no 'dse' here; did you mean 'dose'?"),
        ("blocks[it_inducton].dose", 1, r"there is no blocks\[it_inducton\]; did you mean 'it_induction'?"),
        ("blocks", 1, "does not end at a single fact"),
        ("randomization.ratio", 1, "there is no 'ratio' here"),
        ("blocks[it_induction].dose", "much", "'much' is not written like '15 mg/kg'"),
        ("blocks[it_induction].count", "many", "'many' does not fit"),
        ("Blocks!", 1, "is no path"),
    ],
)
def test_a_wrong_path_or_value_is_said_in_words(path: str, value: object, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        assume(STUDY, [answer(path, value)])


def test_defaults_answer_the_open_questions_of_a_chapter() -> None:
    assert take_defaults(STUDY, needed_for="simulate") == STUDY
    study = take_defaults(STUDY, needed_for="schedule")
    assert study.blocks[0].dose.value == Dose(amount=15, unit="mg")
    assert [q.id for q in unanswered(study)] == ["free"]
    assert take_defaults(study) == study


class TestDoseLevels:
    """Levels are the one list that may be assumed whole: nobody can run a rule without them."""

    BARE = STUDY.model_copy(update={"dose_rule": DoseRule()})

    def test_are_assumed_as_doses_from_the_lowest_up_and_taken_back_whole(self):
        assumed = assume(self.BARE, [answer("dose_rule.levels", ["30 mg", "60 mg"])])
        assert [level.label for level in assumed.dose_rule.levels] == ["30 mg", "60 mg"]
        assert assumed.dose_rule.levels[1].dose.value == Dose(amount=60, unit="mg")
        assert {level.dose.basis for level in assumed.dose_rule.levels} == {"assumed"}
        assert as_read(assumed) == self.BARE

    def test_can_be_assumed_anew(self):
        twice = assume(self.BARE, [answer("dose_rule.levels", [d]) for d in ("30 mg", "40 mg")])
        assert [level.label for level in twice.dose_rule.levels] == ["40 mg"]
        assert as_read(twice) == self.BARE

    def test_a_word_that_is_no_dose_is_refused(self):
        with pytest.raises(UsageError, match="'high' is no dose"):
            assume(self.BARE, [answer("dose_rule.levels", ["high"])])

    def test_levels_the_study_lists_are_not_overruled(self):
        with pytest.raises(UsageError, match="lists its levels already"):
            assume(STUDY, [answer("dose_rule.levels", ["30 mg"])])


def test_an_answer_fits_the_type_of_its_place_even_where_the_fact_was_built_without_one() -> None:
    rule = STUDY.dose_rule.model_copy(update={"window_days": absent("not stated")})
    study = STUDY.model_copy(update={"dose_rule": rule})
    assert fact_at(assume(study, [answer("dose_rule.window_days", 42)]), "dose_rule.window_days").value == 42
    with pytest.raises(UsageError, match=r"dose_rule\.window_days: 'abc' does not fit"):
        assume(study, [answer("dose_rule.window_days", "abc")])
