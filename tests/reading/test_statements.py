"""Lines nobody understood that are plain statements: asked as one question, in their own words."""

import pytest

from protorun.reading.eligibility.statements import statement
from protorun.study.criterion import Any, Flag, Judgment, Not
from protorun.study.source import Source

HERE = Source(start=0, end=1, quote="x", locator="x")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Normal chest x-ray", "normal_chest_x_ray"),
        ("Patient is a planned recipient of a donor kidney.", "planned_recipient_of_donor_kidney"),
        ("Full sibling of a registered child", "full_sibling_of_registered_child"),
        ("Stable housing in the catchment region;", "stable_housing_in_catchment_region"),
    ],
)
def test_a_plain_statement_is_named_by_all_its_words(line, name):
    found = statement(line.lower(), HERE)
    assert isinstance(found, Flag)
    assert (found.variable, found.window, found.qualifiers) == (name, None, ())


@pytest.mark.parametrize(
    "line",
    [
        "Never had stable housing",  # a denial
        "Two previous fractures",  # a count
        "Stable housing or caregiver or telephone",  # a choice of more than two
        "Severe to moderate or mild wobbling",  # a range
        "Locally grown or imported apples",  # the adverb goes for which of them?
        "Central nervous system (CNS)",  # a place
        "Contraindication to swimming (e.g. earache except with plugs)",  # an exception among examples
        "Stable housing for 6 months",  # a time
        "Stable housing unless hospitalized",  # an exception
        "Any of the following conditions",  # another text
        "Clinically relevant findings",  # a judgment
        "Willing to sign",  # a statement of the patient's will, read elsewhere
        "Patients",  # nothing
        "x" * 200 + " y",
    ],
)
def test_what_a_name_cannot_hold_stays_unread(line):
    assert statement(line.lower(), HERE) is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Acute or chronic earache", ["acute_earache", "chronic_earache"]),
        ("Known or suspected ear infection", ["ear_infection", "suspected_ear_infection"]),
        (
            "Beads touching or blocking any eardrum",
            ["beads_touching_any_eardrum", "beads_blocking_any_eardrum"],
        ),
        ("Intolerance to wool or feathers", ["intolerance_to_wool", "intolerance_to_feathers"]),
        ("Signs of rupture or of bleeding", ["signs_of_rupture", "signs_of_bleeding"]),
    ],
)
def test_a_choice_is_one_question_for_each_side(line, names):
    found = statement(line.lower(), HERE, "exclusion")
    assert isinstance(found, Any)
    assert [part.variable for part in found.parts] == names


def test_a_denial_denies_what_it_names():
    found = statement("no evidence of earache at rest", HERE, "inclusion")
    assert isinstance(found, Not)
    assert found.part.variable == "earache_at_rest"
    assert statement("no evidence of earache at rest", HERE, "exclusion") is None


def test_an_inability_is_denied_on_either_list():
    found = statement("subjects who cannot tolerate the earplugs", HERE, "exclusion")
    assert isinstance(found, Not)
    assert found.part.variable == "can_tolerate_earplugs"


def test_the_time_of_the_trial_and_what_only_explains_narrow_nothing():
    found = statement("positive ear test with cod at screening visits.", HERE, "inclusion")
    assert found.variable == "positive_ear_test_with_cod"
    found = statement("conditions limiting ear drops (e.g. earache, itching)", HERE, "exclusion")
    assert found.variable == "conditions_limiting_ear_drops"


def test_an_illness_of_no_kind_is_somebodys_to_judge():
    assert isinstance(statement("any severe or uncontrolled systemic diseases", HERE, "exclusion"), Judgment)
    assert isinstance(statement("uncontrolled earache disease", HERE, "exclusion"), Flag)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Dependent on lamps or warm milk", []),  # warm lamps?
        ("Dependent on night lamps or ear drops", ["dependent_on_night_lamps", "dependent_on_ear_drops"]),
        ("Deprived of sleep or placed under a lamp", ["deprived_of_sleep", "placed_under_lamp"]),
        ("Unable to perform the hops or jumps", []),  # behind this `to` stands a verb
    ],
)
def test_an_adjective_with_its_preposition_goes_for_both_sides(line, names):
    found = statement(line.lower(), HERE, "exclusion")
    assert [part.variable for part in found.parts] == names if names else found is None


def test_who_is_taken_out_on_an_exclusion_list_is_named_and_on_an_inclusion_list_unread():
    line = "patients with wobbly ears will be excluded from the study"
    assert statement(line, HERE, "exclusion").variable == "wobbly_ears"
    assert statement(line, HERE, "inclusion") is None


def test_a_line_that_is_only_a_sex_asks_for_it_unless_its_list_names_both():
    assert statement("female patients only", HERE, "inclusion").values == ("female",)
    assert statement("men and women", HERE, "inclusion").values == ("female", "male")


def test_what_is_not_open_to_something_is_the_thing_and_the_denial():
    found = statement("a jammed lock not amenable to oiling", HERE, "exclusion")
    assert [type(part) for part in found.parts] == [Flag, Not]


def test_a_list_behind_one_preposition_is_a_question_for_each_member():
    found = statement("bruises of the forehead, left wrist, or shin", HERE, "exclusion")
    assert [p.variable for p in found.parts] == [
        "bruises_of_forehead",
        "bruises_of_left_wrist",
        "bruises_of_shin",
    ]
    assert statement("bruises of the head, neck, or shin bone", HERE, "exclusion") is None  # head bone?


def test_a_denial_keeps_its_time_and_is_none_of_how_long_something_lasts():
    found = statement("no sneezing fits within 2 weeks before enrollment", HERE, "inclusion")
    assert isinstance(found, Not)
    assert (found.part.variable, found.part.window.amount) == ("sneezing_fits", 2)
    assert statement("no sneezing fits for at least 3 months", HERE, "inclusion") is None


def test_what_cannot_be_done_of_two_things_is_not_known():
    assert statement("subjects who cannot tolerate wool or feathers", HERE, "exclusion") is None
