"""Figures show the numbers they were given, leave matplotlib as they found it, and draw no band where none exists."""

import re
from dataclasses import replace
from html import unescape

import matplotlib
import numpy as np
import pytest

from protorun.report.figures.consort import Step, consort_figure
from protorun.report.figures.kaplan_meier import Curve, kaplan_meier_figure
from protorun.report.figures.swimmer import Lane, swimmer_figure
from protorun.report.figures.waterfall import waterfall_figure
from protorun.statistics import kaplan_meier, limits

MONTH = 30.4375


def curve(months, events, label="all"):
    """One arm with these times in months; the arrays a result of an analysis holds."""
    time, event = np.array(months) * MONTH, np.array(events, bool)
    found = kaplan_meier(time[None], event[None])
    low, high = limits(found)
    return Curve(label, found.time[0], found.survival[0], low[0], high[0], time, event)


def texts(svg) -> list[str]:
    return [unescape(t).strip() for t in re.findall(r"<text[^>]*>(?:<title>.*?</title>)?([^<]*)", svg)]


def test_numbers_below_the_curve_are_at_risk_censored_and_events_before_each_tick():
    # Months 1 (event), 2 (censored), 3 (event), 4 (censored); ticks at 0, 1, 2, 3 and 4.
    words = texts(kaplan_meier_figure([curve([1, 2, 3, 4], [1, 0, 1, 0])], name="km", title="PFS"))
    rows = {
        name: words[words.index(name) + 1 : words.index(name) + 6]
        for name in ("At risk", "Censored", "Events")
    }
    assert rows == {
        "At risk": ["4", "4", "3", "2", "1"],
        "Censored": ["0", "0", "0", "1", "1"],
        "Events": ["0", "0", "1", "1", "2"],
    }


def band(svg) -> list[tuple[float, float]]:
    """The corners of the band of limits, in points of the page."""
    path = re.search(r'FillBetweenPolyCollection_1">.*? d="([^"]*)"', svg, re.DOTALL)[1]
    return [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.]+) -?([\d.]+)", path)]


def test_the_band_ends_where_the_curve_reaches_0_and_has_no_limits():
    # Everybody dies, the last one at 4 months; survival is .25 from 3 to 4 months, and no limits exist from then on.
    one = curve([1, 2, 3, 4], [1, 1, 1, 1])
    assert np.isnan([one.low[-1], one.high[-1]]).all()
    other = replace(
        one, raw_time=np.array([1, 2, 3, 4, 8]) * MONTH, raw_event=np.array([1, 1, 1, 1, 0], bool)
    )
    x = sorted({x for x, _ in band(kaplan_meier_figure([other], name="km", title="OS"))})
    month = (x[-1] - x[0]) / 4
    assert x == pytest.approx([x[0] + month * n for n in range(5)], abs=1e-3)
    assert month * 8 > x[-1] - x[0] + 1  # the axis goes on to 8 months, the band does not


def test_a_curve_ends_with_the_last_day_of_its_own_arm():
    # The first arm is observed for 4 months, the second for 12: the first line ends at a third of the second.
    early, late = curve([1, 2, 4], [1, 1, 0], "early"), curve([2, 6, 12], [1, 0, 0], "late")
    svg = str(kaplan_meier_figure([early, late], name="km", title="OS"))
    paths = re.findall(r'<path d="(M [^"]*)"[^>]*style="[^"]*stroke-width: 1\.8', svg)[:2]
    ends = [[float(x) for x in re.findall(r"[ML] ([\d.]+)", path)] for path in paths]
    assert (ends[0][-1] - ends[0][0]) * 3 == pytest.approx(ends[1][-1] - ends[1][0], rel=1e-3)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: kaplan_meier_figure([curve([1, 2], [1, 0], "$a$")], name="f", title="KM"),
        lambda: swimmer_figure([Lane(r"$\frac{$", 70, "_arm", True, ((7.0, "PR"),))], name="f", title="S"),
        lambda: waterfall_figure(np.array([-50.0, 10.0, np.nan]), ["PR", "SD", "NE"], name="f", title="W"),
    ],
    ids=["kaplan_meier", "swimmer", "waterfall"],
)
def test_a_figure_is_the_same_bytes_again_and_leaves_matplotlib_as_it_was(draw):
    before = dict(matplotlib.rcParams)
    first = draw()
    assert dict(matplotlib.rcParams) == before
    assert draw() == first
    assert 'role="img" aria-label="' in first


def test_a_patient_may_be_called_like_a_formula_and_an_arm_like_nothing():
    words = texts(swimmer_figure([Lane(r"$\frac{$", 70, "_arm", True)], name="s", title="S"))
    assert r"$\frac{$" in words
    assert "_arm" in words
    assert "on study" in words


def test_bars_are_sorted_end_at_100_percent_and_those_without_a_sum_are_counted():
    change = np.array([-40.0, 250.0, np.nan, 0.0, np.nan])
    svg = waterfall_figure(change, ["PR", "PD", "NE", "SD", "NE"], name="w", title="W")
    assert "2 patients without a post-baseline sum not shown" in texts(svg)
    assert {"best response PR", "best response PD", "best response SD"} <= set(texts(svg))
    assert "best response NE" not in texts(svg)


def test_the_flow_counts_those_who_left_and_shows_zero():
    words = texts(
        consort_figure([Step("Assessed", 5, (("too old", 2), ("no consent", 0)))], [Step("Eligible", 3)])
    )
    assert words == [
        "Assessed (n = 5)",
        "Excluded (n = 2)",
        "• too old: 2",
        "• no consent: 0",
        "Eligible (n = 3)",
    ]
