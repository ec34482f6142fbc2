"""Dose rules for tests, built by hand from the nouns of a study; the words of their bases are ours."""

import inspect

import numpy as np

from protorun.study.dose_rule import DoseRule, Level, RuleReading, State, Transition
from protorun.study.source import assumed
from protorun.study.study import Origin, Study
from protorun.study.treatment import Dose
from protorun.terms import plugins
from protorun.trial.decision import Action
from protorun.trial.outcomes import Outcomes

BASIS = assumed("the protocol's rule in our own words", "built for a test")


def guard(
    state: str, action: str, *, n: tuple = (0, None), dlt: tuple = (0, None), to: str = ""
) -> Transition:
    """One guard: closed ranges of evaluable patients and of DLTs."""
    return Transition(
        state=state,
        n_from=n[0],
        n_to=n[1],
        dlt_from=dlt[0],
        dlt_to=dlt[1],
        action=action,
        to=to,
        basis=BASIS,
    )


def two_states() -> DoseRule:
    """NCT06462092: 15 mg in 3 to 6 patients; 2 with DLT -> 10 mg in 6 more; 2 again -> stop; else phase II.

    What 0 of 3 allows is open: go on to six (`fill_to_six`), or accept the level (`three_plus_three`).
    """
    too_toxic = guard("L15", "go", dlt=(2, None), to="L10")
    six = guard("L15", "finish", n=(6, 6), dlt=(0, 1))
    early = guard("L15", "finish", n=(3, 5), dlt=(0, 0))
    more = guard("L15", "enroll", n=(0, 5), dlt=(0, 1))
    lower = (
        guard("L10", "stop", dlt=(2, None)),
        guard("L10", "finish", n=(6, 6), dlt=(0, 1)),
        guard("L10", "enroll", n=(0, 5), dlt=(0, 1)),
    )
    return DoseRule(
        levels=(
            Level(label="10 mg", dose=assumed(Dose(amount=10, unit="mg"), "test")),
            Level(label="15 mg", dose=assumed(Dose(amount=15, unit="mg"), "test")),
        ),
        states=(
            State(name="L15", level=1, minimum=3, maximum=6),
            State(name="L10", level=0, minimum=6, maximum=6),
        ),
        start_state="L15",
        readings=(
            RuleReading(
                name="fill_to_six", says="six evaluable patients", transitions=(too_toxic, six, more, *lower)
            ),
            RuleReading(
                name="three_plus_three",
                says="0 of 3 is enough",
                transitions=(too_toxic, six, early, more, *lower),
            ),
        ),
    )


def ladder(design: str, levels: int = 5, cohorts: int = 10) -> DoseRule:
    """A rule that only names its design, over levels called `level 1` and so on."""
    settings = inspect.signature(getattr(plugins.load("escalation", design), "make", ladder)).parameters
    return DoseRule(
        design=assumed(design, "test"),
        parameters={
            **({"ncohort": assumed(cohorts, "test")} if "ncohort" in settings else {}),
            **(a_table(3 * cohorts) if design == "table" else {}),
        },
        levels=tuple(
            Level(label=f"level {i + 1}", dose=assumed(Dose(amount=10.0 * 2**i, unit="mg"), "test"))
            for i in range(levels)
        ),
        start_level=assumed(0, "test"),
        target_rate=assumed(0.3, "test"),
    )


def a_table(most: int) -> dict:
    """A decision table in the parameters of a rule: up below one in six, down from one in three, out from two in three."""
    cells = {}
    for n in range(3, most + 1, 3):
        bounds = {"escalate": (n - 1) // 6, "deescalate": -(-n // 3), "eliminate": -(-2 * n // 3)}
        cells |= {f"{name}_{n}": assumed(bound, "test") for name, bound in bounds.items()}
    return cells


def study_with(rule: DoseRule | None) -> Study:
    """A study that has nothing but this rule."""
    return Study(key="test", origin=Origin(name="test", format="test", digest=""), dose_rule=rule)


def run(design, toxic, *, size=None):
    """Treat every trial of a batch to its end; `toxic[trial, level, k]` is the outcome of the k-th patient at a level.

    `size` patients at a time, or as many as the design asks for. Returns (action, level, n, dlt), one row per trial.
    """
    trials, levels, _ = toxic.shape
    n, dlt = np.zeros((2, trials, levels), np.int16)
    level = np.full(trials, design.start()[0], np.int16)
    row = np.arange(trials)
    while True:
        decision = design.decide(Outcomes(level, n, dlt, np.zeros_like(n)))
        goes = decision.action == Action.ENROLL
        if not goes.any():
            return decision.action, decision.level, n, dlt
        level = np.where(goes, decision.level, level).astype(np.int16)
        room = np.where(goes, decision.size if size is None else np.minimum(decision.size, size), 0)
        for k in range(int(room.max())):
            more = k < room
            who = row[more], level[more]
            dlt[who] += toxic[(*who, n[who])]
            n[who] += 1
