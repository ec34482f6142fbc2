"""Lines nobody understood that are plain statements: asked as one question, in their own words."""

import pytest

from protorun.reading.eligibility.statements import statement
from protorun.study.criterion import Flag
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
        "No stable housing",  # a denial
        "Two previous fractures",  # a count
        "Stable housing or a caregiver",  # a choice
        "Stable housing for 6 months",  # a time
        "Stable housing unless hospitalized",  # an exception
        "Any of the following conditions",  # another text
        "Clinically relevant findings",  # a judgment
        "Willing to sign",  # a statement of the patient's will, read elsewhere
        "Female sex",  # a known variable
        "Patients",  # nothing
        "x" * 130 + " y",
    ],
)
def test_what_a_name_cannot_hold_stays_unread(line):
    assert statement(line.lower(), HERE) is None
