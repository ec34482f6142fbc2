"""Arms from lists and from running text; whom they take, which overlap, what waits for what."""

import pytest

from protorun.reading.arms import read_arms, read_gates
from protorun.reading.arms.populations import admits, same_patients
from protorun.reading.arms.prose_arms import sides
from protorun.reading.design import read_design
from protorun.reading.registration import read_registration
from protorun.study.arm import Population
from protorun.study.record import Record
from protorun.study.study import Study
from reading.texts import arm, empty, record

TDXD = "prior_treatment:trastuzumab deruxtecan"


def understood(one: Record) -> Study:
    study = empty()
    for chapter in (read_registration, read_design, read_arms, read_gates):
        study = chapter(one, study).into(study)
    return study


def prose(*words: str) -> Study:
    return understood(record(("summary.detailed", " ".join(words))))


def test_listed_arms_and_interventions_know_each_other() -> None:
    study = understood(
        record(*arm("Given X.", "X", label="Arm A"), *arm("Given Y.", "Y", label="Arm B", n=1))
    )
    assert [(a.id, a.interventions) for a in study.arms] == [("arm_a", ("X",)), ("arm_b", ("Y",))]
    assert [(i.name.value, i.type.value, i.arms) for i in study.interventions] == [
        ("X", "drug", ("arm_a",)),
        ("Y", "drug", ("arm_b",)),
    ]


def test_two_groups_told_in_sentences_with_what_follows() -> None:
    study = prose(
        "This is a randomized trial.",
        "In the combined group, patients receive X first.",
        "Then they receive Y.",
        "In the X alone group, patients receive X only.",
    )
    combined, alone = study.arms
    assert (combined.id, alone.id) == ("combined", "x_alone")
    assert combined.description.value is not None
    assert combined.description.value.endswith("Then they receive Y.")


def test_a_comparison_in_one_phrase_makes_two_arms() -> None:
    words = "This is a randomized trial to see the effect of surgery combined with rest versus rest alone in adults."
    assert [a.label.value for a in prose(words).arms] == ["surgery combined with rest", "rest alone"]


def test_the_quality_of_life_is_no_part_of_an_arm() -> None:
    words = "This is a randomized trial of the quality of life with surgery plus rest versus rest alone in adults."
    assert [a.label.value for a in prose(words).arms] == ["surgery plus rest", "rest alone"]


def test_without_randomization_a_comparison_makes_no_arms() -> None:
    assert prose("We see the effect of surgery combined with rest versus rest alone in adults.").arms == ()


def test_a_single_arm_with_the_words_that_end_it() -> None:
    (only,) = prose(
        "This is a single-arm study.", "Patients are to receive X until progression or death."
    ).arms
    assert only.id == "single"
    assert only.sources[0].quote == "until progression or death"


def test_announced_arms_that_are_not_described_are_a_conflict() -> None:
    study = prose(
        "Patients are randomly divided into three groups.",
        "In the X group, patients receive X.",
        "In the Y group, patients receive Y.",
    )
    assert any("announces three arms and describes 2" in c.says for c in study.conflicts)


def test_parts_and_the_part_an_arm_belongs_to() -> None:
    one = record(
        ("phase", "Phase 1"),
        ("phase", "Phase 2"),
        *arm("Given X.", label="Phase I/Arm A"),
        *arm("Given X.", label="Both phases", n=1),
    )
    study = understood(one)
    assert [p.id for p in study.parts] == ["phase_1", "phase_2"]
    assert [a.part for a in study.arms] == ["phase_1", ""]


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("A minimum of 3 and a maximum of 6 patients enter the phase I cohort.", 3, 6),
        ("Each cohort will enroll three to six evaluable patients.", 3, 6),
        ("3-6 patients are treated at each dose level.", 3, 6),
    ],
)
def test_cohort_bounds(words: str, low: int, high: int) -> None:
    (cohort,) = prose(words).cohorts
    assert (cohort.minimum.value, cohort.maximum.value) == (low, high)


@pytest.mark.parametrize(
    ("words", "require"),
    [
        ("HER2-positive disease after prior T-DXd", {"her2_status": ("positive",), TDXD: ("yes",)}),
        ("T-DXd-naive HER2-low disease", {"her2_status": ("low",), TDXD: ("no",)}),
        (
            "brain metastases (without leptomeningeal involvement)",
            {"brain_metastasis": ("yes",), "leptomeningeal_metastasis": ("no",)},
        ),
        ("LM ± BM", {"leptomeningeal_metastasis": ("yes",)}),
        ("patients who feel well", {}),
    ],
)
def test_whom_an_arm_takes(words: str, require: dict[str, tuple[str, ...]]) -> None:
    assert understood(record(*arm(words))).arms[0].population.require == require


def test_a_reaction_after_the_study_drug_is_no_prior_treatment() -> None:
    assert (
        understood(record(*arm("Patients with a reaction after pemetrexed."))).arms[0].population.require
        == {}
    )


def test_and_or_admits_either_site() -> None:
    wide = understood(record(*arm("HER2-low with leptomeningeal and/or brain metastases"))).arms[0].population
    patient = {"her2_status": ("low",), "brain_metastasis": ("yes",)}
    assert admits(wide, patient)
    assert not admits(wide, {"her2_status": ("low",)})
    assert not admits(wide, patient | {"her2_status": ("positive",)})
    assert admits(Population(), {})


def test_a_narrower_arm_is_named_and_taken() -> None:
    study = understood(
        record(
            *arm("HER2-low with leptomeningeal and/or brain metastases", label="Wide"),
            *arm("HER2-low with brain metastases (without LM)", label="Narrow", n=1),
        )
    )
    (conflict,) = study.conflicts
    assert conflict.taken == "the more specific arm: Narrow"
    assert same_patients(study.arms) == ()


def test_two_arms_for_the_same_patients_are_no_overlap_to_resolve() -> None:
    study = understood(
        record(*arm("HER2-low patients", label="A"), *arm("HER2-low patients", label="B", n=1))
    )
    assert study.conflicts == ()
    ((a, b),) = same_patients(study.arms)
    assert (a.id, b.id) == ("a", "b")


def test_an_arm_that_uses_the_rp2d_waits_for_the_arm_that_determines_it() -> None:
    study = understood(
        record(
            ("phase", "Phase 1"),
            ("phase", "Phase 2"),
            *arm("The RP2D will be determined by the committee.", label="Phase I/Arm A"),
            *arm("X at the RP2D.", label="Phase I/Arm B", n=1),
            *arm("HER2-low patients.", label="Phase II/Arm A", n=2),
        )
    )
    own, later = study.gates
    assert (own.result, own.from_arm, own.holds) == ("RP2D", "phase_1_arm_a", ("phase_1_arm_b",))
    assert own.basis.basis == "stated"
    assert (later.holds, later.basis.basis) == (("phase_2_arm_a",), "assumed")


def test_nothing_waits_when_several_arms_determine_the_dose() -> None:
    words = "The RP2D will be determined."
    study = understood(record(*arm(words, label="A"), *arm(words, label="B", n=1)))
    assert study.gates == ()


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        (
            "A controlled study of efficacy and quality of life with drug A through a port in combination with drug B "
            "versus drug B alone in adults",
            "drug A through a port in combination with drug B",
            "drug B alone",
        ),
        ("To assess the safety of drug A plus drug B compared to drug C", "drug A plus drug B", "drug C"),
        ("Adults are randomized to receive drug A with drug B vs placebo", "drug A with drug B", "placebo"),
    ],
)
def test_an_arm_begins_where_the_treatment_begins(words: str, first: str, second: str) -> None:
    found = sides(words)
    assert found is not None
    assert [words[a:b] for a, b in found] == [first, second]


@pytest.mark.parametrize(
    "words",
    [
        "Survival and response versus placebo",
        "The change at week 4 and week 8 compared to baseline",
        "Drug A alone or with drug B versus drug C",
    ],
)
def test_outcomes_and_choices_are_no_arms(words: str) -> None:
    assert sides(words) is None
