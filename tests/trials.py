"""Small studies and scenarios for tests of conduct and simulation, built by hand from the nouns of a study."""

import numpy as np

from dose_rules import study_with, two_states
from protorun.patients.scenario import Scenario
from protorun.patients.source import Arrivals
from protorun.patients.virtual import virtual
from protorun.study.arm import Arm, Part
from protorun.study.randomization import Randomization
from protorun.study.source import assumed
from protorun.study.study import Enrollment, Origin, Study
from protorun.trial.events import NEVER, Kind, joined, rows

ORIGIN = Origin(name="test", format="test", digest="")
LEVELS = ("10 mg", "15 mg")


def given(value):
    """A fact assumed for a test."""
    return assumed(value, "test")


def dose_study(*, window_days: int | None = 42, phase_2: int | None = None) -> Study:
    """NCT06462092's phase I, read as fill to six; with a phase II when a size is given."""
    rule = two_states().model_copy(
        update={"reading": given("fill_to_six")}
        | ({"window_days": given(window_days)} if window_days else {})
    )
    parts = (Part(id="phase_1"), Part(id="phase_2", **({"sample_size": given(phase_2)} if phase_2 else {})))
    arms = (Arm(id="single", label=given("single arm")),)
    return study_with(rule).model_copy(update={"arms": arms, "parts": parts})


def two_arm_study(size: int | None = 60, *, blocks: tuple[int, ...] = (4,)) -> Study:
    """A randomized comparison of two arms, 1:1 in permuted blocks."""
    return Study(
        key="two-arm",
        origin=ORIGIN,
        arms=(Arm(id="a", label=given("A")), Arm(id="b", label=given("B"))),
        enrollment=Enrollment(size=given(size)) if size else Enrollment(),
        randomization=Randomization(
            arms=("a", "b"),
            ratio=given((1, 1)),
            method=given("permuted_blocks"),
            block_sizes=given(blocks),
        ),
    )


def single_arm_study(size: int = 30) -> Study:
    """A single arm of fixed size."""
    return Study(
        key="single-arm",
        origin=ORIGIN,
        arms=(Arm(id="single", label=given("single arm")),),
        enrollment=Enrollment(size=given(size)),
    )


def scenario(**more) -> Scenario:
    """Candidates every 14 days on average, and what a test adds."""
    timing = {"accrual": {"gap_days": 14}} | more.pop("timing", {})
    return Scenario.model_validate({"name": "test", "timing": timing} | more)


def dose_patients(truth: Scenario, *, seed: int = 1, window_days: int = 42):
    """Virtual patients for `dose_study`."""
    return virtual(truth, seed=seed, arms=("single",), levels=LEVELS, window_days=window_days)


class Script:
    """A source that plays what a test wrote down: arrival days, and per patient a list of (kind, day, known_on)."""

    day_one = None
    doses_recorded = False
    places = ()

    def __init__(self, days, courses=None, *, eligible=None, endless=True):
        self.days, self.courses, self.endless = list(days), courses or {}, endless
        self.eligible = eligible or [2] * len(self.days)
        self.names = tuple(f"P{i + 1}" for i in range(len(self.days)))

    def arrive(self, copies, count):
        shape = (len(copies), max(count, len(self.days) + 1))
        day, eligible = np.full(shape, NEVER, np.int32), np.zeros(shape, np.uint8)
        day[:, : len(self.days)] = self.days
        eligible[:, : len(self.days)] = self.eligible
        none = np.full(shape, -1, np.int16)
        return Arrivals(day, eligible, none, none, np.zeros(shape, np.bool_))

    def course(self, entries):
        found = []
        for copy, patient, day in zip(entries.copy, entries.patient, entries.day, strict=True):
            listed = self.courses.get(int(patient))
            if listed is None:
                listed = [(Kind.VISIT, int(day) + v, int(day) + v) for v in entries.visits_days]
            found += [rows(kind, copy, patient, on, known_on=known) for kind, on, known in listed]
        return joined(found)


def told(trial, *kinds):
    """What the events of these kinds say, as (kind, patient, known_on, level)."""
    found = trial.events.of(*kinds) if kinds else trial.events
    columns = (found.kind, found.patient, found.known_on, found.level)
    return [(Kind(int(k)).name, int(p), int(d), int(v)) for k, p, d, v in zip(*columns, strict=True)]
