"""What is asked of a calendar must fit the study: a word nobody knows, or a day before day 1, is refused."""

from datetime import date

import pytest
from hand_built import nct05305885, nct06462092, said
from test_lay_out import MONDAY, one_block

from protorun.errors import UsageError
from protorun.schedule import lay_out
from protorun.study.treatment import Dose
from protorun.study.visit import Activity


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"cycles": 0}, "0 cycles"),
        ({"start": date(9999, 12, 1)}, "year 9999"),
        ({"weight_kg": float("nan")}, "no plausible weight"),
        ({"weight_kg": -1.0}, "no plausible weight"),
        ({"weight_kg": 600.0}, "600 kg is no plausible weight"),
        ({"height_cm": 1.7}, "1.7 cm is no plausible height"),
        ({"weights": {date(2024, 7, 1): 600.0}}, "600 kg is no plausible weight"),
        ({"weights": {date(2020, 7, 1): 70.0}}, "a later weight on 2020-07-01 lies before day 1"),
        ({"until": date(1999, 1, 1)}, "the last day on 1999-01-01 lies before day 1"),
        ({"ended": {"dead": MONDAY}}, "no end of treatment 'dead'; there are: death, "),
        ({"ended": {"death": date(2023, 1, 1)}}, "death on 2023-01-01 lies before day 1"),
        ({"conditions": {"efective": False}}, "no condition 'efective'; there are: effective"),
        ({"results": {"RP3D": Dose(amount=7, unit="mg")}}, "no result 'RP3D'; there are: none"),
        ({"actual": {"it_induction/9": MONDAY}}, "no cycle, block or dose 'it_induction/9'"),
        ({"actual": {"sg/c2d9": MONDAY}}, "no cycle, block or dose 'sg/c2d9'"),
        ({"actual": {"C0": MONDAY}}, "no cycle, block or dose 'C0'"),
        ({"actual": {"C2": date(2023, 7, 11)}}, "C2D1 on 2023-07-11 would not come after"),
    ],
)
def test_what_no_calendar_holds_is_refused_in_words(settings, says):
    with pytest.raises(UsageError, match=says):
        lay_out(nct06462092(), "single", **({"start": MONDAY, "weight_kg": 60, "cycles": 2} | settings))


def test_a_delay_names_a_cycle_the_arm_has():
    with pytest.raises(UsageError, match="no cycle, block or dose 'C2'"):
        lay_out(nct05305885(), "concomitant", start=MONDAY, actual={"C2": MONDAY})


@pytest.mark.parametrize("name", ["every_days", "weeks", "count"])
def test_a_count_of_nothing_is_refused_with_its_path(name):
    timing = {"every_days": said(7), "weeks": said(2)} | {name: said(0)}
    with pytest.raises(UsageError, match=rf"blocks\[drug\].{name} is 0"):
        lay_out(one_block(**timing), "a", start=MONDAY)


def test_nobody_is_scanned_after_death():
    scans = Activity(id="mri", name=said("MRI"), every_days=said(21))
    study = nct06462092().model_copy(update={"activities": (scans,)})
    planned = lay_out(study, "single", start=MONDAY, weight_kg=60, cycles=3)
    assert [x.day for x in planned if x.what == "MRI"] == [22, 43]
    died = lay_out(study, "single", start=MONDAY, weight_kg=60, cycles=3, ended={"death": date(2024, 7, 10)})
    assert [x.day for x in died if x.what == "MRI"] == [22]
