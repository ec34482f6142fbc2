"""Outcome cells: measure, description and time frame, with commas in all of them."""

import pytest

from protorun.records.passages.outcomes import ends_with_time_frame, outcomes


def parts(text):
    (found,) = outcomes(text)
    return tuple(
        text[slice(*span)] if span else "" for span in (found.measure, found.description, found.time_frame)
    )


@pytest.mark.parametrize(
    ("measure", "description", "frame"),
    [
        ("Response", "", "12 weeks"),
        ("Safety, tolerability and pharmacokinetics (PK)", "PK is measured in plasma", "Day 1"),
        ("Overall survival (OS)", "OS is the time to death, from any cause", "up to 30 months"),
        ("Disease response (ORR, CR, PR)", "The share of patients who respond", "2 years"),
        ("Progression", "", "From the first dose until progression, death, or withdrawal, up to 5 years"),
        (
            "Toxicity",
            "Number of patients with grade 3, 4 or 5 events.",
            "Through study completion, an average of 3 years",
        ),
        ("Concentration", "Measured in plasma.", "Baseline, Week 4, Week 8"),
        ("Response (ORR)", "ORR, i.e., complete or partial response, by RECIST 1.1", "104 weeks"),
        ("Change from baseline in laboratory values", "Number of patients with a change", "Every 6 weeks"),
    ],
)
def test_the_three_parts_of_an_outcome(measure, description, frame):
    cell = ", ".join(part for part in (measure, description, frame) if part)
    assert parts(cell) == (measure, description, frame)


@pytest.mark.parametrize(
    "cell",
    [
        "Number of patients with laboratory findings, ECGs and vital signs, 2 years",
        "prevalence of the disease, positive test with an extract, 1 year",
        "Biomarkers, presence and phenotype of cells, 30 days",
    ],
)
def test_when_commas_allow_two_readings_the_whole_stays_the_measure_and_is_reported(cell):
    (found,) = outcomes(cell)
    assert not found.sure
    assert found.description is None


def test_a_bar_parts_outcomes_only_behind_a_time_frame():
    cell = "Response, 12 weeks|Survival at Site A | Site B, 2 years"
    assert [cell[slice(*o.measure)] for o in outcomes(cell)] == ["Response", "Survival at Site A | Site B"]


@pytest.mark.parametrize(
    ("text", "is_cell"),
    [
        ("Response, 12 weeks", True),
        ("Survival, Time to death, Up to approximately 30 months", True),
        ("Patients are seen at 3 months, 6 months, and 12 months.", False),
        ("No comma for 12 weeks", False),
    ],
)
def test_a_cell_ends_with_a_time_frame_and_a_sentence_does_not(text, is_cell):
    assert ends_with_time_frame(text) is is_cell
