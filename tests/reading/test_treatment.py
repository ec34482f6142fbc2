"""From treatment prose to blocks: what is said is read with its words, what is unclear stays unread."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from texts import arm, record, treated

from protorun.read import read
from protorun.records import open_records
from protorun.study.source import Source


def one(description: str, *interventions: str):
    """The only block of a one-arm record."""
    (block,) = treated(record(*arm(description, *interventions))).blocks
    return block


def sources_in(node):
    if isinstance(node, Source):
        yield node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from sources_in(getattr(node, name))
    elif isinstance(node, tuple):
        for item in node:
            yield from sources_in(item)


class TestDosesAndDays:
    @pytest.mark.parametrize(
        ("text", "dose"),
        [
            ("Drug X 10mg/kg IV", "10 mg/kg"),
            ("Drug X 1,200 mg IV", "1200 mg"),
            ("Drug X 75 mg/m\\^2 IV", "75 mg/m2"),
            ("Drug X 0.5 mg per kg", "0.5 mg/kg"),
            ("Drug X 60 μg SC", "60 ug"),
            ("Drug X AUC 5", "5 AUC"),
        ],
    )
    def test_a_dose_and_its_unit(self, text, dose):
        value = one(text, "Drug X").dose.value
        assert f"{value.amount:g} {value.unit}" == dose

    @pytest.mark.parametrize(
        "text",
        [
            "Drug X 5-10 mg IV Q3W",  # a range
            "Drug X up to 600 mg IV Q3W",  # a limit
            "Drug X 100 mg/mL solution IV Q3W",  # a strength
            "Drug X loading dose 8 mg/kg, 6 mg/kg IV Q3W",
            "Drug X 500 mg daily increasing to 1000 mg",
            "Drug X at 18/ 60/ 180 mg IV Q3W",
            "Drug X with Foo 40 mg IV Q3W",  # somebody else's dose
        ],
    )
    def test_an_unclear_dose_is_never_a_number(self, text):
        assert one(text, "Drug X").dose.value is None

    def test_days_of_a_cycle(self):
        block = one("Drug X 80 mg/m2 IV on Days 1, 8, and 15 of each 28-day cycle", "Drug X")
        assert (block.days.value, block.cycle_days.value) == ((1, 8, 15), 28)

    def test_a_range_of_days(self):
        block = one("Drug X 1 mg IV on Days 1-5 (28-day cycle).", "Drug X")
        assert block.days.value == (1, 2, 3, 4, 5)

    def test_q3w_on_day_1_repeats_every_21_days(self):
        block = one("Drug X, 240 mg, d1, q3w", "Drug X")
        assert (block.days.value, block.cycle_days.value, block.cycle_days.basis) == ((1,), 21, "derived")

    def test_the_same_interval_said_twice_is_one_interval(self):
        block = one("Drug X 200 mg IV Q3W on Day 1 of each 21-day cycle.", "Drug X")
        assert (block.days.value, block.cycle_days.value, block.every_days.value) == ((1,), 21, None)

    def test_two_intervals_contradict_each_other_and_stay_unread(self):
        block = one("Drug X 200 mg IV Q2W on Day 1 of each 21-day cycle.", "Drug X")
        assert {block.days.basis, block.cycle_days.basis, block.every_days.basis} == {"unread"}

    def test_twice_daily_is_not_once_daily(self):
        block = one("Drug X 850 mg/m2 orally BID on days 1-14 of 21-day cycles", "Drug X")
        assert (block.per_day.value, len(block.days.value), block.routes.value) == (2, 14, ("oral",))

    def test_three_weekly_may_mean_two_things(self):
        assert one("three weekly Drug X 1200 mg intravenous", "Drug X").per_week.value is None

    @pytest.mark.parametrize(
        "text", ["Drug X 5 mg daily, 3 weeks on, 1 week off", "Drug X 5 mg daily with a 2-day break"]
    )
    def test_a_rhythm_with_pauses_stays_unread(self, text):
        block = one(text, "Drug X")
        assert block.every_days.value is None

    def test_a_number_of_doses_ends_the_block(self):
        block = one("110mg for 3 doses, every 4 weeks, subcutaneous (SC)", "Drug X")
        assert (block.count.value, block.every_days.value, block.routes.value) == (3, 28, ("subcutaneous",))

    def test_what_follows_then_is_not_silently_dropped(self):
        block = one("Drug X 5 mg/kg IV on days 1, 15 and 30 then every month", "Drug X")
        assert block.count.basis == "unread"

    def test_a_stage_of_disease_is_no_route(self):
        block = one("Patients with stage IV cancer receive Drug X 200 mg every 3 weeks", "Drug X")
        assert block.routes.value is None

    def test_a_visit_day_is_no_treatment_day(self):
        study = treated(record(*arm("Drug X 5 mg. Subjects negative at Day 132.", "Drug X")))
        assert study.blocks[0].days.value is None


class TestRadiotherapy:
    def test_the_dose_per_fraction_follows_from_total_and_number(self):
        block = one("Radiotherapy 40 Gy in 15 fractions over 3 weeks")
        assert (block.kind, block.total.value.amount, block.count.value) == ("radiotherapy", 40, 15)
        assert (round(block.dose.value.amount, 4), block.dose.basis) == (2.6667, "derived")
        assert block.per_week.value == 5

    def test_a_printed_size_that_does_not_fit_leaves_all_three_unread(self):
        block = one("Radiotherapy 36 Gy in 20 fractions of 2.0 Gy per fraction")
        assert {block.total.basis, block.count.basis, block.dose.basis} == {"unread"}

    def test_a_fitting_size_is_stated(self):
        block = one("Radiotherapy 36 Gy in 20 fractions of 1.8 Gy per fraction over 4 weeks")
        assert (block.dose.value.amount, block.dose.basis) == (1.8, "stated")


class TestSeveralDrugs:
    def test_each_dose_goes_to_its_drug(self):
        study = treated(
            record(
                *arm(
                    "Participants will receive atezolizumab at a fixed dose of 1200 mg by IV infusion on Day 1 of each "
                    "21-day cycle and tiragolumab at a dose of 600 mg by IV infusion on Day 1 of each 21-day cycle.",
                    "Atezolizumab",
                    "Tiragolumab",
                )
            )
        )
        assert {b.agent.value.lower(): b.dose.value.amount for b in study.blocks} == {
            "atezolizumab": 1200,
            "tiragolumab": 600,
        }

    def test_a_dose_before_its_drug(self):
        study = treated(
            record(*arm("840 mg of atezolizumab IV and 600 mg of Tiragolumab", "Atezolizumab", "Tiragolumab"))
        )
        assert {b.agent.value.lower(): b.dose.value.amount for b in study.blocks} == {
            "atezolizumab": 840,
            "tiragolumab": 600,
        }

    def test_a_choice_of_drugs_is_not_read_as_both(self):
        study = treated(
            record(*arm("cisplatin 75 mg/m2 Q3W or carboplatin AUC 5 Q3W", "Cisplatin", "Carboplatin"))
        )
        assert {b.dose.value for b in study.blocks} == {None}

    def test_placebo_matching_a_drug_is_not_the_drug(self):
        study = treated(record(*arm("Placebo matching tiragolumab 600 mg IV Q3W", "Placebo")))
        assert study.blocks == ()

    def test_nab_paclitaxel_is_no_paclitaxel(self):
        study = treated(record(*arm("Nab paclitaxel 125 mg/m2, d1, 8, q3w", "nab-paclitaxel")))
        assert [b.agent.value for b in study.blocks] == ["nab-paclitaxel"]

    def test_earlier_treatment_is_not_given(self):
        text = "Patients previously treated with trastuzumab receive Drug X 5 mg/kg IV Q3W"
        study = treated(record(*arm(text, "Drug X")))
        assert [(b.agent.value, b.dose.value.amount) for b in study.blocks] == [("Drug X", 5)]

    def test_two_arms_with_two_doses_are_two_blocks(self):
        study = treated(
            record(
                *arm("0.5 mg/kg IV every 3 weeks", "Drug X", label="Cohort 1", n=0),
                *arm("1.0 mg/kg IV every 3 weeks", "Drug X", label="Cohort 2", n=1)[:3],
            )
        )
        assert [study.block(a.blocks[0]).dose.value.amount for a in study.arms] == [0.5, 1.0]


class TestSeeds:
    """The five published records, as the hand-made reading has them."""

    @pytest.fixture
    def study(self, seeds: Path, request):
        (found,) = read(next(seeds.glob(f"{request.param}_*.txt")))
        return found

    @pytest.mark.parametrize("study", ["000"], indirect=True)
    def test_sacituzumab_and_three_phases_of_pemetrexed(self, study):
        sg, induction, consolidation, maintenance = study.blocks
        assert (sg.days.value, sg.cycle_days.value, sg.until.value) == (
            (1, 8),
            21,
            ("progression", "toxicity"),
        )
        assert (induction.dose.value.amount, induction.per_week.value, induction.weeks.value) == (15, 2, 2)
        assert (induction.count.value, consolidation.count.value) == (4, 4)
        assert (consolidation.dose.value, consolidation.dose.basis) == (induction.dose.value, "derived")
        assert (maintenance.every_months.value, maintenance.every_days.value) == (1, None)
        assert (maintenance.condition.value, maintenance.until.value) == ("effective", ("relapse", "death"))
        assert induction.start.value.anchor == "block:sacituzumab_govitecan"
        assert induction.start.value.offset_days == 1
        assert induction.routes.value == ("intracerebroventricular", "lumbar puncture")

    @pytest.mark.parametrize("study", ["001"], indirect=True)
    def test_two_arms_share_the_induction_and_only_one_gets_radiotherapy(self, study):
        concomitant, alone = study.arms
        assert set(concomitant.blocks) & set(alone.blocks) == {"pemetrexed_induction"}
        kinds = [study.block(b).kind for b in concomitant.blocks]
        assert kinds == ["drug", "drug", "radiotherapy"]
        assert {b.dose.basis for b in study.blocks if b.kind == "drug"} == {"absent"}
        (rt,) = (b for b in study.blocks if b.kind == "radiotherapy")
        assert (rt.total.value.amount, rt.count.value, rt.dose.value.amount, rt.per_week.value) == (
            40,
            20,
            2,
            5,
        )

    @pytest.mark.parametrize("study", ["002"], indirect=True)
    def test_cycle_1_and_later_cycles_by_two_routes(self, study):
        def told(arm):
            return [
                (b.routes.value, b.from_cycle, b.to_cycle, b.dose_by_rule)
                for b in map(study.block, study.arm(arm).blocks)
            ]

        it, iv = ("intrathecal",), ("intravenous",)
        assert told("phase_1_arm_a") == [(it, 1, 1, True), (it, 2, None, True), (iv, 2, None, False)]
        assert told("phase_1_arm_b") == [(iv, 1, 1, False), (it, 2, None, True), (iv, 2, None, False)]
        assert {b.dose.basis for b in study.blocks} == {"absent"}
        assert study.arm("phase_2_arm_c").blocks == ()

    @pytest.mark.parametrize("study", ["003"], indirect=True)
    def test_conquer_gives_neither_drug_nor_dose(self, study):
        assert [b.agent.value for b in study.blocks] == ["intrathecal chemotherapy", "systemic chemotherapy"]
        assert [a.blocks for a in study.arms] == [
            ("intrathecal_chemotherapy", "systemic_chemotherapy"),
            ("systemic_chemotherapy",),
        ]

    @pytest.mark.parametrize("study", ["004"], indirect=True)
    def test_ivonescimab_and_an_adc_until_progression(self, study):
        ends = ("progression", "toxicity", "withdrawal", "investigator")
        assert [(b.agent.value, b.until.value) for b in study.blocks] == [
            ("ivonescimab", ends),
            ("TROP2 ADC", ends),
        ]

    def test_what_the_hand_made_reading_misses_is_asked(self, seeds: Path):
        gold = json.loads((seeds / "gold.json").read_text(encoding="utf-8"))["seeds"]
        asked = {}
        for seed in gold:
            (study,) = read(next(seeds.glob(f"{seed}_*.txt")))
            asked[seed] = " | ".join(q.asks for q in study.open_questions)
        assert "days of the week" in asked["000"]
        assert "length of a month" in asked["000"]
        assert "dose of induction intrathecal pemetrexed" in asked["001"]
        assert "fields or target volume" in asked["001"]
        assert "length of the cycle" in asked["002"]
        assert "which drug intrathecal chemotherapy is" in asked["003"]
        assert "dose of ivonescimab" in asked["004"]


def test_every_source_of_the_registry_records_is_an_exact_slice(shared: Path):
    for file in sorted((shared / "records" / "ctgov_v2").glob("*.json"))[::8]:
        (one_record,) = open_records(file)
        study = treated(one_record)
        for source in sources_in(study):
            assert one_record.quote(source) == source.quote, file.name


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Drug X",
                "10 mg",
                "mg/kg",
                "5-10",
                "Q3W",
                "every",
                "2 weeks",
                "on days 1",
                "and 8",
                "of 21-day",
                "cycles",
                "IV",
                "or",
                "placebo",
                "then",
                "40 Gy",
                "in 20 fractions",
                "until progression",
                "followed by",
                ".",
                ";",
                "(",
                ")",
                "twice a week",
                "for 4 doses",
                "\n",
                "Cycle 2+",
                "loading",
                "up to",
                "≥",
                "once a month",
            ]
        ),
        max_size=14,
    )
)
def test_no_order_of_words_breaks_the_reading(words):
    page = record(*arm(" ".join(words) or "x", "Drug X"))
    study = treated(page)
    for source in sources_in(study):
        assert page.quote(source) == source.quote


NUMBERS = st.one_of(
    st.integers(0, 10**30).map(str),
    st.sampled_from(["0", "9" * 5000, "1,000,000,000", "1-", "5-3", "٣", "0.0"]),
)
FORMS = (
    "{} mg/kg", "days {}", "day {}-{}", "every {} weeks", "Q{}W", "{} times per week", "for {} doses", "{}-day cycles",
    "cycles {}+", "Cycle {} : x", "cycles {} to {}", "{} Gy in {} fractions", "for {} cycles", "for {} days",
    "minimum of {} patients and a maximum of {} patients phase I cohort", "first {} days DLT", "target DLT rate {}%",
    "dose levels of {} mg, {} mg, {} mg",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FORMS), NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=5))
def test_no_number_breaks_the_reading(forms):
    words = ". ".join(form.format(a, b, c) for form, a, b, c in forms)
    treated(record(*arm(f"Drug X dose escalation DLT {words}", "Drug X")))


class TestDoubtsStayUnread:
    """What a careful reader would not sign is unread, and its words are listed."""

    @pytest.mark.parametrize(
        ("text", "fact"),
        [
            ("Drug X 5 mg, or 2 or 3 times a day by mouth", "per_day"),
            ("Drug X 5 mg 2-3 times weekly", "per_week"),
            ("Drug X 10 mg/kg IV every 2 weeks or 4 weeks", "every_days"),
            ("Drug X 5 mg IV weekly (QW) or once a month", "every_months"),
            ("Drug X 400 mg/day in two divided doses", "dose"),
            ("Drug X, total daily dose 800 mg, BID", "dose"),
            ("Drug X 10 x 10^9 IU SC on day 1", "dose"),
            ("Drug X at AUC of 1.5-2 on day 1", "dose"),
            ("Drug X 0.5 mg/kg Antigen Y SC on day 1", "dose"),
            ("Drug X 500 mg on the first day, and 250 from day 2", "dose"),
            ("Drug X 40 mg tapered by 5 mg every 2 weeks", "every_days"),
            ("Drug X 5 mg daily for 5 days per week", "count"),
            ("Drug X 150 mg/m2 for 5 days every 28 days", "every_days"),
            ("Drug X 80 mg/m2 IV weekly for 3 out of 4 weeks", "per_week"),
            ("Drug X 5 mg PO on days 1-28 of each 21-day cycle", "days"),
            ("Drug X 40 mg in cohort 1, 80 mg in cohort 2 daily", "per_day"),
        ],
    )
    def test_ranges_choices_steps_and_rhythms(self, text, fact):
        blocks = treated(record(*arm(text, "Drug X"))).blocks
        assert all(getattr(b, fact).value is None for b in blocks)

    def test_a_gene_is_no_amount(self):
        assert one("Exon 18 G719X: Drug X in 28-day cycles", "Drug X").dose.value is None

    @pytest.mark.parametrize(
        "text",
        [
            "Eligible patients may receive Drug X at 480 mg every 4 weeks.",
            "Drug X 5 mg/ Drug Y 7 mg IV on day 1.",
            "Patients previously received Drug X 100 mg daily.",
            "Single infusion of placebo matched to Drug X 5 mg.",
        ],
    )
    def test_what_some_get_or_got_before_is_no_treatment_of_the_arm(self, text):
        blocks = treated(record(*arm(text, "Drug X", "Drug Y"))).blocks
        assert all(b.dose.value is None and b.every_days.value is None for b in blocks)

    def test_a_day_printed_once_behind_two_drugs_is_unread_for_the_first(self):
        study = treated(record(*arm("Drug X 900 mg and Drug Y 200 mg IV on Day 1", "Drug X", "Drug Y")))
        x, y = study.blocks
        assert (x.dose.value.amount, x.days.basis, x.routes.basis) == (900, "unread", "unread")
        assert (y.dose.value.amount, y.days.value, y.routes.value) == (200, (1,), ("intravenous",))

    def test_weekly_in_front_of_a_name_belongs_to_that_name(self):
        study = treated(record(*arm("Drug X 5 mg IV plus weekly Drug Y 7 mg", "Drug X", "Drug Y")))
        assert [b.per_week.value for b in study.blocks] == [None, 1]

    def test_days_behind_a_name_nobody_listed_are_not_the_drugs(self):
        block = one("Oral Drug X once and BAY 123 IV on days 1 and 3", "Drug X")
        assert block.days.value is None

    def test_a_sentence_about_another_thing_is_not_read_for_the_drug_before_it(self):
        text = "Drug X 5 mg IV on day 1. Wonderbase 300 mg orally twice daily."
        block = one(text, "Drug X")
        assert (block.dose.value.amount, block.per_day.value, block.routes.value) == (
            5,
            None,
            ("intravenous",),
        )

    def test_courses_repeat_for_every_drug_of_the_sentence_before(self):
        text = "Patients receive Drug X IV on days 1 and 8 and Drug Y IV on day 1. Treatment repeats every 3 weeks."
        study = treated(record(*arm(text, "Drug X", "Drug Y")))
        assert [(b.days.value, b.cycle_days.value) for b in study.blocks] == [((1, 8), 21), ((1,), 21)]

    def test_courses_repeat_for_every_sentence_since_the_last_repeat(self):
        text = "Patients receive Drug X IV on day 1. Patients also receive oral Drug Y on days 1-21. Courses repeat every 21 days."
        study = treated(record(*arm(text, "Drug X", "Drug Y")))
        assert [b.cycle_days.value for b in study.blocks] == [21, 21]

    def test_a_drug_named_twice_with_two_rhythms_keeps_neither(self):
        text = "Drug X IV every 3 weeks with Drug Y IV every 3 weeks and Drug X IV every 4 weeks"
        study = treated(record(*arm(text, "Drug X", "Drug Y")))
        assert study.blocks[0].every_days.basis == "unread"

    def test_what_is_set_after_surgery_does_not_open_the_treatment(self):
        block = one(
            "Drug X 10 mg/kg IV on day 1 of each 21-day cycle, beginning 14 days after surgery", "Drug X"
        )
        assert block.start.basis == "unread"

    def test_a_label_with_another_dose_leaves_the_dose_unread(self):
        block = treated(record(*arm("Drug X 120 mg IV on day 1", "Drug X", label="Drug X 240 mg"))).blocks[0]
        assert block.dose.basis == "unread"

    def test_a_total_with_its_fraction_is_a_total(self):
        block = one("Radiotherapy 70 Gy in 2 Gy per fraction daily")
        assert (block.total.value.amount, block.dose.value.amount) == (70, 2)

    def test_a_place_in_the_design_is_no_drug(self):
        study = treated(record(*arm("Single dose IV on day 1", "Part 2", "Cohort A: Drug X")))
        assert {b.agent.value for b in study.blocks} <= {"Drug X"}


class TestWordsNobodyUsed:
    def unread(self, text, *drugs):
        return [u.source.quote for u in treated(record(*arm(text, *drugs))).unread]

    def test_the_rest_of_a_read_sentence_is_listed(self):
        rest = self.unread("Drug X 5 mg IV over 30 minutes on day 1 with up to 3 bags", "Drug X")
        assert rest == ["over 30 minutes on", "with up to 3 bags"]

    def test_a_sentence_read_as_a_whole_leaves_nothing(self):
        assert self.unread("Drug X 5 mg IV on Days 1 and 8 of each 21-day cycle until death", "Drug X") == []

    def test_an_end_without_a_code_is_listed(self):
        assert self.unread("Drug X 5 mg IV Q3W until death or loss of benefit", "Drug X") == [
            "loss of benefit"
        ]
