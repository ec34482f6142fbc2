"""The calendar of each arm of the five trials, to the day and the mg; dates were counted on a paper calendar."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hand_built import (
    conquer,
    ivonescimab,
    label,
    mg,
    nct05305885,
    nct06462092,
    nct07134153,
    said,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from protorun.errors import NotStated, UsageError
from protorun.schedule import lay_out
from protorun.study.study import Study
from protorun.study.treatment import Block, Dose, Start

MONDAY = date(2024, 6, 17)


def table(lines, block=None):
    return [(x.label, x.day, str(x.on), x.amount) for x in lines if block in (None, x.block)]


def one_block(**timing) -> Study:
    block = Block(id="drug", agent=said("drug"), **timing)
    arm = label("a").model_copy(update={"blocks": ("drug",)})
    return nct06462092().model_copy(update={"arms": (arm,), "blocks": (block,), "dose_rule": None})


class TestSacituzumabWithIntrathecalPemetrexed:
    def lines(self, **more):
        settings = {"start": MONDAY, "weight_kg": 60, "cycles": 3} | more
        return lay_out(nct06462092(), "single", **settings)

    def test_sacituzumab_is_600_mg_on_days_1_and_8_of_21_day_cycles(self):
        assert table(self.lines(), "sg") == [
            ("C1D1", 1, "2024-06-17", 600.0),
            ("C1D8", 8, "2024-06-24", 600.0),
            ("C2D1", 22, "2024-07-08", 600.0),
            ("C2D8", 29, "2024-07-15", 600.0),
            ("C3D1", 43, "2024-07-29", 600.0),
            ("C3D8", 50, "2024-08-05", 600.0),
        ]

    def test_pemetrexed_is_15_mg_on_days_2_5_9_12_then_16_23_30_37(self):
        assert table(self.lines(), "it_induction") == [
            ("induction 1/4", 2, "2024-06-18", 15.0),
            ("induction 2/4", 5, "2024-06-21", 15.0),
            ("induction 3/4", 9, "2024-06-25", 15.0),
            ("induction 4/4", 12, "2024-06-28", 15.0),
        ]
        assert table(self.lines(), "it_consolidation") == [
            ("consolidation 1/4", 16, "2024-07-02", 15.0),
            ("consolidation 2/4", 23, "2024-07-09", 15.0),
            ("consolidation 3/4", 30, "2024-07-16", 15.0),
            ("consolidation 4/4", 37, "2024-07-23", 15.0),
        ]

    def test_maintenance_starts_28_days_after_the_last_dose_and_only_when_effective(self):
        found = [x for x in self.lines(until=date(2024, 10, 31), cycles=None) if x.block == "it_maintenance"]
        assert table(found) == [
            ("maintenance 1", 65, "2024-08-20", 15.0),
            ("maintenance 2", 93, "2024-09-17", 15.0),
            ("maintenance 3", 121, "2024-10-15", 15.0),
        ]
        assert {x.condition for x in found} == {"effective"}
        assert not table(self.lines(cycles=6, conditions={"effective": False}), "it_maintenance")

    def test_a_month_has_no_length_until_somebody_says_so(self):
        lines = lay_out(nct06462092(month_is=None), "single", start=MONDAY, weight_kg=60, cycles=3)
        (line,) = [x for x in lines if x.block == "it_maintenance"]
        assert line.on is None
        assert line.amount is None
        assert "every_days" in line.missing

    def test_at_the_lower_level_the_intrathecal_dose_is_10_mg_and_sacituzumab_unchanged(self):
        lines = self.lines(level="10 mg")
        assert {x.amount for x in lines if x.block.startswith("it_")} == {10.0}
        assert {x.amount for x in lines if x.block == "sg"} == {600.0}

    def test_an_unknown_level_is_refused_with_the_levels_there_are(self):
        with pytest.raises(UsageError, match="10 mg, 15 mg"):
            self.lines(level="20 mg")

    def test_a_late_cycle_2_moves_cycle_2_and_3_and_leaves_the_intrathecal_blocks(self):
        late = self.lines(actual={"C2": date(2024, 7, 11)})
        assert table(late, "sg")[2:] == [
            ("C2D1", 25, "2024-07-11", 600.0),
            ("C2D8", 32, "2024-07-18", 600.0),
            ("C3D1", 46, "2024-08-01", 600.0),
            ("C3D8", 53, "2024-08-08", 600.0),
        ]
        assert table(late, "it_consolidation") == table(self.lines(), "it_consolidation")

    def test_a_late_induction_moves_the_blocks_anchored_on_it(self):
        late = self.lines(actual={"it_induction": date(2024, 6, 20)}, cycles=4)
        assert [x.day for x in late if x.block == "it_induction"] == [4, 7, 11, 14]
        assert [x.day for x in late if x.block == "it_consolidation"] == [18, 25, 32, 39]
        assert [x.day for x in late if x.block == "it_maintenance"] == [67]
        assert [x.day for x in late if x.block == "sg"][:2] == [1, 8]

    def test_a_late_third_dose_moves_the_fourth_and_the_consolidation(self):
        late = self.lines(actual={"it_induction/3": date(2024, 6, 27)})
        assert [x.day for x in late if x.block == "it_induction"] == [2, 5, 11, 14]
        assert [x.day for x in late if x.block == "it_consolidation"] == [18, 25, 32, 39]

    def test_a_dose_cannot_have_come_before_the_one_ahead_of_it(self):
        with pytest.raises(UsageError, match="would not come after"):
            self.lines(actual={"it_induction/3": date(2024, 6, 20)})

    def test_a_delay_of_something_unknown_is_refused_with_what_there_is(self):
        with pytest.raises(UsageError, match="it_induction"):
            self.lines(actual={"it_inducktion": MONDAY})

    def test_progression_stops_sacituzumab_and_maintenance_but_not_the_counted_blocks(self):
        lines = self.lines(ended={"progression": date(2024, 7, 8)}, cycles=6)
        assert [x.day for x in lines if x.block == "sg"] == [1, 8]
        assert not [x for x in lines if x.block == "it_maintenance"]
        assert [x.day for x in lines if x.block == "it_consolidation"] == [16, 23, 30, 37]

    def test_death_stops_everything(self):
        lines = self.lines(ended={"death": date(2024, 6, 21)})
        assert max(x.on for x in lines) == date(2024, 6, 18)

    def test_a_weight_change_of_10_percent_changes_the_dose_from_then_on(self):
        weights = {date(2024, 7, 1): 55.0, date(2024, 7, 20): 53.0}
        doses = [x.amount for x in self.lines(weights=weights) if x.block == "sg"]
        assert doses == [600, 600, 600, 600, 530, 530]

    def test_without_a_weight_the_dose_is_missing_and_says_why(self):
        lines = self.lines(weight_kg=None)
        assert {(x.amount, x.missing) for x in lines if x.block == "sg"} == {(None, "weight")}

    def test_treatment_without_an_end_needs_a_horizon(self):
        with pytest.raises(UsageError, match="sg has no planned end"):
            self.lines(cycles=None)

    def test_no_intrathecal_dose_falls_on_a_weekend_when_the_site_moves_them(self):
        start = date(2024, 6, 19)  # a Wednesday: day 5 is a Sunday, day 12 a Sunday
        plain = lay_out(nct06462092(), "single", start=start, weight_kg=60, cycles=2)
        ahead = lay_out(nct06462092(), "single", start=start, weight_kg=60, cycles=2, weekends="next_weekday")
        back = lay_out(
            nct06462092(), "single", start=start, weight_kg=60, cycles=2, weekends="previous_weekday"
        )
        assert [x.day for x in plain if x.block == "it_induction"] == [2, 5, 9, 12]
        assert [x.day for x in ahead if x.block == "it_induction"] == [2, 6, 9, 13]
        assert [x.day for x in back if x.block == "it_induction"] == [2, 3, 9, 10]
        assert [x.day for x in ahead if x.block == "it_consolidation"] == [16, 23, 30, 37]
        assert "on a Sunday" in plain[2].note
        assert "moved from Sun 2024-06-23" in next(x.note for x in ahead if x.label == "induction 2/4")

    def test_a_holiday_is_a_closed_day_too(self):
        lines = self.lines(weekends="next_weekday", holidays=[date(2024, 7, 8), date(2024, 7, 9)])
        assert [str(x.on) for x in lines if x.label in ("C2D1", "C2D8")] == ["2024-07-10", "2024-07-15"]

    def test_the_29_february_is_a_day_like_any_other(self):
        lines = self.lines(start=date(2024, 2, 8))
        assert [str(x.on) for x in lines if x.block == "sg"][:4] == [
            "2024-02-08", "2024-02-15", "2024-02-29", "2024-03-07",
        ]  # fmt: skip
        other_year = self.lines(start=date(2023, 2, 8))
        assert str(next(x.on for x in other_year if x.label == "C2D1")) == "2023-03-01"


class TestPemetrexedWithOrWithoutRadiotherapy:
    def test_the_missing_intrathecal_dose_is_named_and_never_a_number(self):
        lines = lay_out(nct05305885(), "it_alone", start=MONDAY)
        assert [x.day for x in lines] == [1, 4, 8, 11, 15, 22, 29, 36]
        assert {x.amount for x in lines} == {None}
        assert {x.missing for x in lines} == {
            "dose (blocks[induction].dose)",
            "dose (blocks[consolidation].dose)",
        }

    def test_with_the_dose_of_the_earlier_trial_every_dose_is_10_mg(self):
        lines = lay_out(nct05305885(dose=mg(10)), "it_alone", start=MONDAY)
        assert [(x.label, x.amount, x.unit) for x in lines][:5] == [
            ("induction 1/4", 10.0, "mg"),
            ("induction 2/4", 10.0, "mg"),
            ("induction 3/4", 10.0, "mg"),
            ("induction 4/4", 10.0, "mg"),
            ("consolidation 1/4", 10.0, "mg"),
        ]

    def test_radiotherapy_is_2_gy_on_20_weekdays(self):
        found = [x for x in lay_out(nct05305885(), "concomitant", start=MONDAY) if x.block == "ifrt"]
        assert [x.day for x in found] == [
            15, 16, 17, 18, 19, 22, 23, 24, 25, 26, 29, 30, 31, 32, 33, 36, 37, 38, 39, 40,
        ]  # fmt: skip
        assert {(x.amount, x.unit, x.as_stated) for x in found} == {(2.0, "Gy", "2 Gy")}
        assert sum(x.amount for x in found) == 40
        assert (found[0].label, str(found[0].on)) == ("fraction 1/20", "2024-07-01")
        assert (found[-1].label, str(found[-1].on)) == ("fraction 20/20", "2024-07-26")

    def test_a_missed_fraction_and_a_holiday_are_made_up_at_the_end(self):
        missed, holiday = date(2024, 7, 4), date(2024, 7, 10)
        lines = lay_out(nct05305885(), "concomitant", start=MONDAY, missed=[missed], holidays=[holiday])
        days = [x.on for x in lines if x.block == "ifrt"]
        assert len(days) == 20
        assert missed not in days
        assert holiday not in days
        assert days[-2:] == [date(2024, 7, 29), date(2024, 7, 30)]

    def test_radiotherapy_that_would_start_on_a_weekend_starts_on_monday(self):
        lines = lay_out(nct05305885(), "concomitant", start=date(2024, 6, 15))
        assert next(x.on for x in lines if x.label == "fraction 1/20") == date(2024, 7, 1)

    def test_the_arms_share_the_induction_and_differ_after_it(self):
        both = [lay_out(nct05305885(), arm, start=MONDAY) for arm in ("concomitant", "it_alone")]
        assert table(both[0], "induction") == table(both[1], "induction")
        assert not table(both[1], "ifrt")


class TestIntrathecalTrastuzumabDeruxtecan:
    def test_phase_1b_waits_for_the_rp2d_from_cycle_2_on_and_no_number_stands_in(self):
        lines = lay_out(nct07134153(with_defaults=True), "I/B", start=MONDAY, weight_kg=50, cycles=3)
        assert table(lines, "b_iv_c1") == [("C1D1", 1, "2024-06-17", 270.0)]
        held = [x for x in lines if x.blocked_by]
        assert [x.block for x in held] == ["b_it_c2", "b_iv_c2"]
        assert {(x.blocked_by, x.day, x.on, x.amount) for x in held} == {
            ("RP2D of Phase I/Arm A", None, None, None)
        }

    def test_once_phase_1a_has_handed_over_a_dose_cycle_2_is_laid_out(self):
        lines = lay_out(
            nct07134153(with_defaults=True),
            "I/B",
            start=MONDAY,
            weight_kg=50,
            cycles=3,
            results={"RP2D": Dose(amount=7, unit="mg")},
        )
        assert table(lines, "b_it_c2") == [("C2D1", 22, "2024-07-08", 7.0), ("C3D1", 43, "2024-07-29", 7.0)]
        assert table(lines, "b_iv_c2") == [
            ("C2D1", 22, "2024-07-08", 270.0),
            ("C3D1", 43, "2024-07-29", 270.0),
        ]

    def test_phase_1a_does_not_wait_but_its_intrathecal_level_is_not_stated(self):
        lines = lay_out(nct07134153(with_defaults=True), "I/A", start=MONDAY, weight_kg=50, cycles=2)
        assert [(x.block, x.label, x.amount) for x in lines] == [
            ("a_it_c1", "C1D1", None),
            ("a_it_c2", "C2D1", None),
            ("a_iv_c2", "C2D1", 270.0),
        ]
        assert "dose level" in lines[0].missing

    def test_without_defaults_no_line_has_a_date(self):
        lines = lay_out(nct07134153(), "I/A", start=MONDAY, weight_kg=50, cycles=2)
        assert {x.on for x in lines} == {None}
        assert "blocks[a_it_c1].days" in lines[0].missing

    def test_a_phase_2_arm_waits_and_its_regimen_is_not_stated(self):
        (line,) = lay_out(nct07134153(), "II/C", start=MONDAY)
        assert (line.blocked_by, line.missing) == ("RP2D of Phase I/Arm A", "the regimen of this arm")

    def test_a_late_cycle_2_moves_both_routes(self):
        lines = lay_out(
            nct07134153(with_defaults=True),
            "I/A",
            start=MONDAY,
            weight_kg=50,
            cycles=3,
            actual={"C2": date(2024, 7, 12)},
        )
        assert [(x.block, x.label, x.day) for x in lines][1:] == [
            ("a_it_c2", "C2D1", 26),
            ("a_iv_c2", "C2D1", 26),
            ("a_it_c2", "C3D1", 47),
            ("a_iv_c2", "C3D1", 47),
        ]


def test_conquer_states_neither_drug_nor_dose_nor_day():
    lines = lay_out(conquer(), "it_plus_systemic", start=MONDAY)
    assert [(x.what, x.on, x.amount) for x in lines] == [
        ("intrathecal chemotherapy", None, None),
        ("systemic chemotherapy", None, None),
    ]
    assert [x.block for x in lay_out(conquer(), "systemic", start=MONDAY)] == ["systemic"]


def test_ivonescimab_is_laid_out_only_with_assumed_doses():
    assert {x.on for x in lay_out(ivonescimab(), "single", start=MONDAY)} == {None}
    lines = lay_out(ivonescimab(with_defaults=True), "single", start=MONDAY, weight_kg=70, cycles=2)
    assert [(x.block, x.label, x.day, x.amount) for x in lines] == [
        ("ivonescimab", "C1D1", 1, 1400.0),
        ("trop2_adc", "C1D1", 1, 700.0),
        ("trop2_adc", "C1D8", 8, 700.0),
        ("ivonescimab", "C2D1", 22, 1400.0),
        ("trop2_adc", "C2D1", 22, 700.0),
        ("trop2_adc", "C2D8", 29, 700.0),
    ]


def test_an_unknown_arm_is_refused_with_the_arms_there_are():
    with pytest.raises(UsageError, match="concomitant, it_alone"):
        lay_out(nct05305885(), "c", start=MONDAY)


def test_a_dose_per_surface_uses_mosteller_rounded_down():
    study = one_block(dose=said(mg(75, "mg/m2")), days=said((1,)), cycle_days=said(21))
    (line,) = lay_out(study, "a", start=MONDAY, weight_kg=60, height_cm=165, cycles=1)
    assert line.amount == 123.75  # sqrt(165 x 60 / 3600) = 1.6583 m2, 1.65 x 75
    (line,) = lay_out(study, "a", start=MONDAY, weight_kg=60, cycles=1)
    assert (line.amount, line.missing) == (None, "height")


def test_blocks_that_wait_for_each_other_are_refused():
    study = one_block(days=said((1,)), start=said(Start(anchor="block:drug", offset_days=1)))
    with pytest.raises(UsageError, match="wait for each other"):
        lay_out(study, "a", start=MONDAY)


starts = st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 1, 1))
weights = st.floats(min_value=20, max_value=200).map(lambda w: round(w, 1))
rules = st.sampled_from(["keep", "next_weekday", "previous_weekday", "nearest_weekday"])


@settings(max_examples=60, deadline=None)
@given(starts, weights, rules, st.lists(st.integers(0, 120), max_size=6))
def test_laws_of_every_calendar(start, weight, rule, closed):
    holidays = [start + timedelta(days=n) for n in closed]
    lines = lay_out(
        nct06462092(), "single", start=start, weight_kg=weight, cycles=4, weekends=rule, holidays=holidays
    )
    assert [x.on for x in lines] == sorted(x.on for x in lines)
    assert len({x.uid for x in lines}) == len(lines)
    for block in {x.block for x in lines}:
        days = [x.on for x in lines if x.block == block]
        assert all(a < b for a, b in pairwise(days))
    assert all(x.amount <= 10 * weight + 1e-9 for x in lines if x.block == "sg")
    assert all(x.amount == 15 for x in lines if x.block != "sg")
    assert sum(x.block == "it_induction" for x in lines) == 4
    assert all(x.on == start + timedelta(days=x.day - 1) for x in lines)
    if rule != "keep":
        assert all(x.on.weekday() < 5 and x.on not in holidays for x in lines if x.on != start)


@settings(max_examples=60, deadline=None)
@given(
    starts, st.integers(0, 30), st.sampled_from(["C2", "C3", "it_induction", "it_consolidation", "sg/c1d8"])
)
def test_a_delay_changes_dates_and_never_uids_counts_or_amounts(start, late, what):
    plain = lay_out(
        nct06462092(), "single", start=start, weight_kg=61, cycles=3, conditions={"effective": False}
    )
    keys = {"C2": "C2D1", "C3": "C3D1", "sg/c1d8": "C1D8"}
    name = keys.get(what) or f"{what.removeprefix('it_')} 1/4"
    planned = next(x.on for x in plain if x.label == name)
    moved = lay_out(
        nct06462092(),
        "single",
        start=start,
        weight_kg=61,
        cycles=3,
        conditions={"effective": False},
        actual={what: planned + timedelta(days=late)},
    )
    by_uid = {x.uid: x for x in moved}
    assert set(by_uid) == {x.uid for x in plain}
    for line in plain:
        assert by_uid[line.uid].amount == line.amount
        assert by_uid[line.uid].on - line.on in (timedelta(0), timedelta(days=late))
        assert by_uid[line.uid].on >= line.on


@settings(max_examples=40, deadline=None)
@given(starts, st.lists(st.integers(0, 60), max_size=8))
def test_radiotherapy_always_gives_20_fractions_on_open_weekdays(start, missed):
    days = [start + timedelta(days=n) for n in missed]
    found = [x for x in lay_out(nct05305885(), "concomitant", start=start, missed=days) if x.block == "ifrt"]
    assert len(found) == 20
    assert all(x.on.weekday() < 5 and x.on not in days for x in found)
    assert sum(x.amount for x in found) == 40


def test_a_billion_doses_are_refused_and_not_counted_out():
    study = one_block(every_days=said(1), count=said(10**9))
    with pytest.raises(UsageError, match="more than 20000 doses"):
        lay_out(study, "a", start=MONDAY)


def test_days_that_come_again_after_an_unstated_time_are_not_laid_out_once():
    from protorun.schedule.timing import bounded, slots
    from protorun.study.source import Source, Sourced, absent, stated
    from protorun.study.treatment import NO_LENGTH, Block

    here = Source(start=0, end=5, quote="day 1")
    block = Block(id="x", agent=stated("x", here), days=stated((1,), here), cycle_days=absent(NO_LENGTH))
    unread = block.model_copy(update={"cycle_days": Sourced[int](basis="unread", sources=(here,))})
    for one in (block, unread):
        assert not bounded(one)
        with pytest.raises(NotStated, match="cycle_days"):
            next(slots(one))
