"""What `protorun check` finds: one broken study for each check, and a clean one in which nothing is found."""

import pytest

from protorun.study.arm import Arm, Cohort, Gate, Part
from protorun.study.criterion import Bound, Criterion, Flag, Number
from protorun.study.dose_rule import DoseRule, Level, RuleReading, State, Transition
from protorun.study.randomization import Randomization
from protorun.study.record import Record
from protorun.study.source import Source, Sourced, assumed, stated
from protorun.study.study import (
    Age,
    Ambiguity,
    Assumption,
    Conflict,
    Dates,
    Design,
    Enrollment,
    OpenQuestion,
    Origin,
    Study,
    Unread,
)
from protorun.study.treatment import Block, Dose, Start
from protorun.study.visit import Activity
from protorun.study_file.checks import against_record, check

WORDS = Source(start=4, end=9, quote="words")


def said(value: object) -> Sourced:
    return assumed(value, "for this test")


# NCT06462092: three to six patients at 15 mg, then 10 mg; reduce "in >=2 patients" with DLT. Read as fill to six.
FILL_TO_SIX = RuleReading(
    name="fill_to_six",
    says="six patients at each level unless two have a DLT",
    transitions=(
        Transition(state="15 mg", dlt_from=2, action="go", to="10 mg"),
        Transition(state="15 mg", n_from=6, action="finish"),
        Transition(state="15 mg", action="enroll"),
        Transition(state="10 mg", dlt_from=2, action="stop"),
        Transition(state="10 mg", n_from=6, action="finish"),
        Transition(state="10 mg", action="enroll"),
    ),
)
RULE = DoseRule(
    arm="a",
    blocks=("b",),
    levels=(
        Level(label="10 mg", dose=said(Dose(amount=10, unit="mg"))),
        Level(label="15 mg", dose=said(Dose(amount=15, unit="mg"))),
    ),
    states=(
        State(name="15 mg", level=1, minimum=3, maximum=6),
        State(name="10 mg", level=0, minimum=3, maximum=6),
    ),
    start_state="15 mg",
    readings=(FILL_TO_SIX,),
)
CLEAN = Study(
    key="clean",
    origin=Origin(name="x.txt", format="labeled", digest="00"),
    parts=(Part(id="phase_1"),),
    arms=(Arm(id="a", label=said("A"), part="phase_1", blocks=("b",)),),
    blocks=(Block(id="b", agent=said("drug"), cycle_days=said(21), days=said((1, 8))),),
    dose_rule=RULE.model_copy(update={"levels": tuple(RULE.levels)}),
)


def codes(**changes: object) -> list[tuple[str, str]]:
    return [(f.code, f.path) for f in check(CLEAN.model_copy(update=changes))]


def test_a_study_that_holds_together_has_no_findings() -> None:
    assert check(CLEAN) == ()


def test_an_open_question_is_a_finding_until_it_is_answered() -> None:
    question = OpenQuestion(id="dose", asks="Which dose?", path="blocks[b].dose")
    assert codes(open_questions=(question,)) == [("OPEN_QUESTION", "blocks[b].dose")]
    answer = Assumption(path="blocks[b].dose", value="15 mg", reason="label")
    assert codes(open_questions=(question,), assumptions=(answer,)) == []


def test_what_was_read_with_a_doubt_is_to_be_reviewed() -> None:
    assert codes(
        conflicts=(Conflict(says="two ages", sources=(WORDS,), taken="the first"),),
        ambiguities=(Ambiguity(says="monthly", sources=(WORDS,), readings=("28 days", "a month")),),
        warnings=("odd",),
        unread=(Unread(source=WORDS, reason="no rule"),),
    ) == [
        ("CONFLICT", "conflicts[0]"),
        ("AMBIGUITY", "ambiguities[0]"),
        ("WARNING", "warnings[0]"),
        ("UNREAD", "unread[0]"),
    ]


def test_an_implausible_limit_is_to_be_reviewed() -> None:
    hemoglobin = Criterion(
        id="hb",
        polarity="inclusion",
        text="hemoglobin >= 8 g/L",
        expr=Number(variable="hemoglobin", low=Bound(value=8), unit="g/L"),
        klass="computable",
        doubts=("IMPLAUSIBLE_LIMIT: hemoglobin 8 g/L; 8 g/dL suggested",),
    )
    (finding,) = check(CLEAN.model_copy(update={"eligibility": (hemoglobin,)}))
    assert (finding.kind, finding.code, finding.path) == ("review", "IMPLAUSIBLE_LIMIT", "eligibility[hb]")
    assert finding.says == "hemoglobin 8 g/L; 8 g/dL suggested"


def criterion(expr: object, **more: object) -> Criterion:
    return Criterion(id="c", polarity="inclusion", text="t", expr=expr, klass="computable", **more)


BLOCK, ARM = CLEAN.blocks[0], CLEAN.arms[0]
BROKEN = {
    "two arms of one id": ({"arms": (ARM, ARM)}, ("DUPLICATE_ID", "arms[a]")),
    "an arm without blocks": (
        {"arms": (ARM, Arm(id="z", label=said("Z")))},
        ("ARM_WITHOUT_BLOCKS", "arms[z]"),
    ),
    "a block no arm gives": (
        {"blocks": (BLOCK, Block(id="z", agent=said("x")))},
        ("BLOCK_WITHOUT_ARM", "blocks[z]"),
    ),
    "an arm that names no block": (
        {"arms": (ARM.model_copy(update={"blocks": ("b", "z")}),)},
        ("UNKNOWN_NAME", "arms[a]"),
    ),
    "a gate to nowhere": (
        {"gates": (Gate(id="g", result="RP2D", from_arm="a", holds=("z",)),)},
        ("UNKNOWN_NAME", "gates[g]"),
    ),
    "a gate nothing waits for": (
        {"gates": (Gate(id="g", result="RP2D", from_arm="a", holds=()),)},
        ("EMPTY_GATE", "gates[g]"),
    ),
    "a cohort of no part": ({"cohorts": (Cohort(id="c", part="z"),)}, ("UNKNOWN_NAME", "cohorts[c]")),
    "a visit of no arm": (
        {"activities": (Activity(id="mri", name=said("MRI"), arms=("z",)),)},
        ("UNKNOWN_NAME", "activities[mri]"),
    ),
    "a start after a block that is not there": (
        {"blocks": (BLOCK.model_copy(update={"start": said(Start(anchor="end of block:z"))}),)},
        ("UNKNOWN_NAME", "blocks[b].start"),
    ),
    "a block that starts after itself": (
        {"blocks": (BLOCK.model_copy(update={"start": said(Start(anchor="block:b", offset_days=1))}),)},
        ("CIRCULAR_START", "blocks[b].start"),
    ),
    "dates reversed": (
        {"dates": Dates(start=said("2024-06"), completion=said("2024-05-31"))},
        ("CONTRADICTION", "dates.completion"),
    ),
    "ages reversed": (
        {
            "enrollment": Enrollment(
                minimum_age=said(Age(amount=18)), maximum_age=said(Age(amount=20, unit="months"))
            )
        },
        ("CONTRADICTION", "enrollment.maximum_age"),
    ),
    "one arm by chance": (
        {"design": Design(allocation=said("randomized"))},
        ("CONTRADICTION", "design.allocation"),
    ),
    "a ratio for other arms": (
        {"randomization": Randomization(arms=("a",), ratio=said((1, 2)))},
        ("CONTRADICTION", "randomization.ratio"),
    ),
    "a total that does not add up": (
        {
            "blocks": (
                BLOCK.model_copy(
                    update={
                        "dose": said(Dose(amount=2, unit="Gy")),
                        "count": said(20),
                        "total": said(Dose(amount=50, unit="Gy")),
                    }
                ),
            )
        },
        ("CONTRADICTION", "blocks[b]"),
    ),
    "a day outside its cycle": (
        {"blocks": (BLOCK.model_copy(update={"days": said((1, 22))}),)},
        ("CONTRADICTION", "blocks[b].days"),
    ),
    "limits nobody meets": (
        {"eligibility": (criterion(Number(variable="age", low=Bound(value=80), high=Bound(value=18))),)},
        ("CONTRADICTION", "eligibility[c]"),
    ),
    "a computable criterion with a residue": (
        {"eligibility": (criterion(Flag(variable="x"), residual=(WORDS,)),)},
        ("CONTRADICTION", "eligibility[c]"),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_does_not_hold_together_is_an_error_at_its_path(what: str) -> None:
    changes, expected = BROKEN[what]
    found = check(CLEAN.model_copy(update=changes))
    assert expected in [(f.code, f.path) for f in found if f.code != "OPEN_QUESTION"]


def test_a_partial_date_is_reversed_only_when_no_day_of_it_fits() -> None:
    assert codes(dates=Dates(start=said("2024-06-15"), completion=said("2024-06"))) == []


def with_rule(**changes: object) -> list[tuple[str, str]]:
    return codes(dose_rule=RULE.model_copy(update=changes))


def reading(*transitions: Transition) -> tuple[RuleReading, ...]:
    return (FILL_TO_SIX.model_copy(update={"transitions": transitions}),)


def test_a_reachable_count_without_a_transition_is_an_error() -> None:
    first, finish, enroll, *rest = FILL_TO_SIX.transitions
    gap = first.model_copy(update={"dlt_from": 3})
    enroll = enroll.model_copy(update={"dlt_to": 1})
    assert ("DOSE_RULE", "dose_rule.readings[fill_to_six]") in with_rule(
        readings=reading(gap, finish, enroll, *rest)
    )


def test_enrolling_beyond_the_largest_cohort_is_an_error() -> None:
    first, _, enroll, *rest = FILL_TO_SIX.transitions
    assert ("DOSE_RULE", "dose_rule.readings[fill_to_six]") in with_rule(
        readings=reading(first, enroll, *rest)
    )


def test_a_state_no_trial_comes_to_is_an_error() -> None:
    first, *rest = FILL_TO_SIX.transitions
    stop = first.model_copy(update={"action": "stop"})
    assert ("UNREACHABLE", "dose_rule.states[10 mg]") in with_rule(readings=reading(stop, *rest))


def test_levels_out_of_order_and_states_at_no_level_are_errors() -> None:
    assert ("DOSE_RULE", "dose_rule.levels") in with_rule(levels=RULE.levels[::-1])
    assert ("DOSE_RULE", "dose_rule.states[15 mg]") in with_rule(levels=RULE.levels[:1])
    assert ("DOSE_RULE", "dose_rule.start_state") in with_rule(start_state="20 mg")
    assert ("DOSE_RULE", "dose_rule.reading") in with_rule(reading=said("3+3"))


RECORD = Record(format="labeled", name="x.txt", digest="00", texts={"": "the words of it"}, passages=())


def test_a_quote_that_stands_in_the_record_is_no_finding() -> None:
    study = CLEAN.model_copy(update={"status": stated("x", WORDS)})
    assert against_record(study, RECORD) == ()


def test_a_quote_that_stands_elsewhere_is_an_error_at_its_fact() -> None:
    moved = Source(start=5, end=10, quote="words")
    study = CLEAN.model_copy(update={"arms": (ARM.model_copy(update={"label": stated("A", WORDS, moved)}),)})
    (finding,) = against_record(study, RECORD)
    assert (finding.code, finding.path) == ("QUOTE", "arms[a].label")
    assert finding.says == "at 5-10 stands 'ords ', not 'words'"


def test_another_record_is_one_finding() -> None:
    (finding,) = against_record(CLEAN, Record(format="", name="", digest="11", texts={}, passages=()))
    assert finding.code == "OTHER_RECORD"
