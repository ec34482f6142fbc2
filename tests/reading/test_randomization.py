"""Ratio, method, blocks, strata and concealment, as far as the words say."""

import pytest

from protorun.reading.randomization import read_randomization
from protorun.study.randomization import Randomization
from protorun.study.source import assumed
from protorun.study.study import Ambiguity, Design
from reading.texts import arm, arms_of, record


def randomization(*words: str, arms: int = 2) -> tuple[Randomization, tuple[Ambiguity, ...]]:
    listed = [row for n in range(arms) for row in arm("Given X.", label=f"Arm {n + 1}", n=n)]
    one = record(("summary.detailed", " ".join(words)), *listed)
    study = arms_of(one).model_copy(update={"design": Design(allocation=assumed("randomized", "test"))})
    found = read_randomization(one, study)
    return found.fields["randomization"], found.ambiguities


@pytest.mark.parametrize(
    ("words", "ratio"),
    [
        ("Patients are randomized 1:1 to either arm.", (1, 1)),
        ("Random allocation in a 2 : 1 ratio.", (2, 1)),
        ("One-to-one randomization is used.", (1, 1)),
        ("Patients are equally randomized.", (1, 1)),
        ("Blood is diluted 1:10 and patients are tested.", None),
        ("Bone is mixed with autograft in a 1:1 ratio at the randomized side.", None),
        ("Patients are randomized at 10:30 in the morning 2:1:1.", None),
    ],
)
def test_ratio(words: str, ratio: tuple[int, ...] | None) -> None:
    assert randomization(words)[0].ratio.value == ratio


def test_an_unequal_ratio_does_not_say_whose_number_is_whose() -> None:
    (doubt,) = randomization("Patients are randomized 2:1.")[1]
    assert doubt.readings[0] == "in the order in which the record lists the arms"
    assert randomization("Patients are randomized 1:1.")[1] == ()


def test_a_ratio_for_another_number_of_arms_is_not_taken() -> None:
    found = randomization("Patients are randomized 1:1.", arms=3)[0].ratio
    assert (found.value, found.basis) == (None, "unread")


def test_two_ratios_settle_nothing() -> None:
    assert randomization("Randomized 1:1 in part A. Randomized 2:1 in part B.")[0].ratio.basis == "unread"


def test_method_blocks_strata_and_concealment() -> None:
    found, _ = randomization(
        "Patients are randomized with permuted blocks of 4 or 6, concealed in sealed envelopes.",
        "Randomization is stratified by age (< 65 vs ≥ 65), center and ECOG status.",
    )
    assert found.method.value == "permuted_blocks"
    assert found.block_sizes.value == (4, 6)
    assert found.concealment.value == "sealed_envelopes"
    assert found.strata.value == ("age (< 65 vs ≥ 65)", "center", "ECOG status")


def test_factors_of_the_analysis_are_no_strata() -> None:
    assert not randomization("The randomized analysis is stratified by sex and age.")[0].strata.known


def test_silence_stays_absent() -> None:
    found, _ = randomization("Patients are randomized.")
    assert {getattr(found, n).basis for n in ("ratio", "method", "block_sizes", "strata", "concealment")} == {
        "absent"
    }


def test_a_factor_that_ends_inside_its_brackets_is_no_factor() -> None:
    words = "Randomization is stratified by age (below 18 vs. 18 and above)."
    found = randomization(words)[0].strata
    assert found.value is None or all(f.count("(") == f.count(")") for f in found.value)
    assert randomization("Randomization is stratified by age (below 18")[0].strata.basis == "unread"


@pytest.mark.parametrize(
    ("words", "strata"),
    [
        ("Patients are stratified by site, with a target of 20 cases at each site.", ("site",)),
        (
            "Stratified according to age (below 12 years), performed through a platform.",
            ("age (below 12 years)",),
        ),
        ("Costs are obtained for samples of participants, stratified by hospital.", None),
        ("The factors used for this stratification are age, stage and performance.", None),
        ("Stratification factors are age, stage and prior therapy.", ("age", "stage", "prior therapy")),
    ],
)
def test_strata_end_where_the_next_clause_begins(words: str, strata: tuple[str, ...] | None) -> None:
    assert randomization(words)[0].strata.value == strata


def test_a_range_of_block_sizes_names_none() -> None:
    assert randomization("Randomization uses blocks of 4-6.")[0].block_sizes.basis == "unread"
    assert randomization("Randomization uses block sizes of 4 and 6.")[0].block_sizes.value == (4, 6)
