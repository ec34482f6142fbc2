"""The schedule of activities: rows of treatment, columns of days."""

import pytest
from hand_built import conquer, nct05305885, nct06462092, nct07134153

from protorun.errors import UsageError
from protorun.schedule import schedule_of_activities


def test_the_grid_marks_the_treatment_days_of_six_weeks():
    rows = schedule_of_activities(nct06462092(), "single")
    sg, induction, consolidation = rows[:3]
    assert [day for day, mark in sg.items() if mark == "X"] == ["D1", "D8", "D22", "D29"]
    assert [day for day, mark in induction.items() if mark == "X"] == ["D2", "D5", "D9", "D12"]
    assert [day for day, mark in consolidation.items() if mark == "X"] == ["D16", "D23", "D30", "D37"]
    assert sg["given"] == "days 1, 8 of each 21-day cycle"
    assert sg["dose"] == "10 mg/kg"
    assert sg["until"] == "progression, toxicity"


def test_maintenance_is_marked_as_conditional():
    rows = schedule_of_activities(nct06462092(), "single", days=70)
    assert rows[3]["D65"] == "(X)"
    assert rows[3]["condition"] == "effective"


def test_an_open_month_stands_in_the_column_of_what_is_open():
    rows = schedule_of_activities(nct06462092(month_is=None), "single")
    assert "every_days" in rows[3]["open"]


def test_radiotherapy_is_in_fractions():
    rows = schedule_of_activities(nct05305885(), "concomitant")
    assert (rows[2]["dose"], rows[2]["given"]) == ("2 Gy", "5 per week for 4 weeks, 20 fractions")


def test_blocked_blocks_and_unstated_regimens_have_a_row_without_marks():
    rows = schedule_of_activities(nct07134153(), "I/B")
    assert [r["open"] for r in rows[1:]] == ["blocked by RP2D of Phase I/Arm A"] * 2
    assert [r["given"] for r in schedule_of_activities(conquer(), "systemic")] == ["not stated"]


@pytest.mark.parametrize("days", [0, -4, 10**9])
def test_a_grid_nobody_can_print_is_refused(days):
    with pytest.raises(UsageError, match=f"a grid of {days} days"):
        schedule_of_activities(nct06462092(), "single", days=days)
