"""NCT07134153: phase II arms A to H by prior T-DXd, HER2 and site of the metastases, with a planned overlap."""

from datetime import date

import numpy as np
import pytest

from protorun.allocation import Status, place
from protorun.errors import UsageError
from protorun.study.arm import Arm, Population
from protorun.study.source import assumed
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.trial.facts import Codes, Facts, Flags, Numbers, Treatments

LM, BM = "leptomeningeal_metastasis", "brain_metastasis"


def arm(id, her2, prior, *, brain_only):
    require = {"her2": (her2,), "prior_t_dxd": (prior,)}
    if brain_only:
        population = Population(require={**require, BM: ("present",), LM: ("absent",)})
    else:
        population = Population(require=require, any_of=({LM: ("present",)}, {BM: ("present",)}))
    return Arm(id=id, label=assumed(id, "test"), population=population)


PHASE_2 = [
    arm(id, her2, prior, brain_only=brain_only)
    for id, her2, prior, brain_only in (
        ("A", "positive", "yes", False),
        ("B", "low", "yes", False),
        ("C", "positive", "yes", True),
        ("D", "low", "yes", True),
        ("E", "positive", "no", False),
        ("F", "low", "no", False),
        ("G", "positive", "no", True),
        ("H", "low", "no", True),
    )
]


def facts(*patients):
    """Patients as (HER2, prior T-DXd, LM, BM); None = not known."""
    day = np.full(len(patients), (date(2025, 5, 1) - date(1970, 1, 1)).days, np.int32)
    her2 = ("positive", "low", "zero")
    codes = [-1 if p[0] is None else her2.index(p[0]) for p in patients]

    def flag(i):
        truth = [UNKNOWN if p[i] is None else TRUE if p[i] else FALSE for p in patients]
        return Flags(np.array(truth, np.uint8), day)

    columns = {"her2": Codes(np.array(codes, np.int16), her2, day)}
    columns |= {"prior_t_dxd": flag(1), LM: flag(2), BM: flag(3)}
    return Facts(tuple(f"P{i}" for i in range(len(patients))), day, columns)


def test_patients_with_leptomeningeal_disease_go_to_a_b_e_f():
    patients = [(h, p, True, bm) for p in (True, False) for h in ("positive", "low") for bm in (True, False)]
    found = place(PHASE_2, facts(*patients))
    assert [found.arms[a] for a in found.arm] == ["A", "A", "B", "B", "E", "E", "F", "F"]
    assert found.why(0) == "A is the only arm that takes this patient"


def test_brain_only_patients_go_to_the_specific_arm_and_the_overlap_is_named():
    patients = [(h, p, False, True) for p in (True, False) for h in ("positive", "low")]
    found = place(PHASE_2, facts(*patients))
    assert [found.arms[a] for a in found.arm] == ["C", "D", "G", "H"]
    assert found.why(0) == "C is more specific than A, which also takes this patient"
    assert found.why(3) == "H is more specific than F, which also takes this patient"


def test_an_unknown_fact_leaves_the_arm_open_and_is_named():
    found = place(
        PHASE_2, facts((None, True, False, True), ("low", True, None, True), ("low", None, True, None))
    )
    assert found.status.tolist() == [Status.UNKNOWN] * 3
    assert (found.arm == -1).all()
    assert found.why(0) == "not known: her2; still possible: A, B, C, D"
    assert found.why(1) == f"not known: {LM}; still possible: B, D"
    assert found.missing[2] == ("prior_t_dxd",) or "prior_t_dxd" in found.missing[2]


def test_an_unknown_fact_that_cannot_matter_does_not_hold_the_patient():
    found = place(PHASE_2, facts(("low", False, True, None)))
    assert found.arms[found.arm[0]] == "F"


def test_a_patient_outside_every_population_has_no_arm():
    found = place(PHASE_2, facts(("zero", True, True, True), ("low", True, False, False)))
    assert found.status.tolist() == [Status.NO_ARM] * 2
    assert found.why() == "no arm takes this patient"


def test_equal_populations_are_an_overlap_that_nobody_resolves():
    twins = [arm("I/A", "low", "no", brain_only=False), arm("I/B", "low", "no", brain_only=False)]
    found = place(twins, facts(("low", False, True, False)))
    assert found.status[0] == Status.OVERLAP
    assert found.why() == "I/A and I/B take this patient, and none is the most specific"


def test_words_that_nobody_turned_into_conditions_do_not_take_everyone():
    vague = Arm(
        id="X", label=assumed("X", "test"), population=Population(text=assumed("fit patients", "test"))
    )
    found = place([vague], facts(("low", True, True, True)))
    assert found.why() == "not known: the population of X; still possible: X"
    anyone = Arm(id="Y", label=assumed("Y", "test"))
    assert place([anyone], facts(("low", True, True, True))).arm[0] == 0


def test_learning_a_fact_never_changes_an_arm_already_given():
    known = [
        (h, p, lm, bm) for h in ("positive", "low", "zero") for p in (0, 1) for lm in (0, 1) for bm in (0, 1)
    ]
    sure = place(PHASE_2, facts(*known))
    for hidden in range(4):
        less = place(
            PHASE_2, facts(*[tuple(None if i == hidden else x for i, x in enumerate(p)) for p in known])
        )
        given = less.status == Status.PLACED
        assert (less.arm[given] == sure.arm[given]).all()


def test_a_patient_alone_is_a_row_of_the_batch():
    patients = [("low", True, None, True), ("positive", False, False, True), (None, None, None, None)]
    batch = place(PHASE_2, facts(*patients))
    for i, patient in enumerate(patients):
        alone = place(PHASE_2, facts(patient))
        assert (alone.arm[0], alone.why()) == (batch.arm[i], batch.why(i))


def test_prior_treatment_is_looked_up_in_the_list_of_treatments():
    drug = "trastuzumab deruxtecan"
    after = Arm(
        id="after",
        label=assumed("after", "test"),
        population=Population(require={f"prior_treatment:{drug}": ("yes",)}),
    )
    naive = Arm(
        id="naive",
        label=assumed("naive", "test"),
        population=Population(require={f"prior_treatment:{drug}": ("no",)}),
    )
    day = np.zeros(3, np.int32)
    treated = Treatments(
        np.array([0], np.int32),
        (drug.title(),),
        ("drug",),
        *[day[:1]] * 4,
        np.full(1, np.nan),
        np.zeros(1, bool),
    )
    listed = {"treatments": np.array([False, True, False])}
    found = place([after, naive], Facts(("P0", "P1", "P2"), day, {}, treated, listed))
    assert found.arm.tolist() == [0, 1, -1]  # silence means "no" only where the list is complete
    assert found.missing[2] == (f"prior_treatment:{drug}",)


def test_a_population_over_a_number_is_refused():
    day = np.zeros(1, np.int32)
    nothing = np.full(1, np.nan)
    age = Numbers(nothing, nothing, "years", day, nothing, nothing, nothing)
    old = Arm(id="X", label=assumed("X", "test"), population=Population(require={"age": ("old",)}))
    with pytest.raises(UsageError, match="category of age, which is a number"):
        place([old], Facts(("P",), day, {"age": age}))
    odd = Arm(id="X", label=assumed("X", "test"), population=Population(require={LM: ("maybe",)}))
    with pytest.raises(UsageError, match="present or absent, not maybe"):
        place([odd], facts(("low", True, True, True)))
