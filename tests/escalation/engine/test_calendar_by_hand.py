"""The calendar against a second, plain loop over one trial at a time, which shares the random numbers and nothing else."""

from math import inf, log

import numpy as np
import pytest

from protorun.escalation.boin import make as boin
from protorun.escalation.engine.calendar import Accrual, Leaving, Timing
from protorun.escalation.engine.calendar.trials import play
from protorun.escalation.rolling_six import make as rolling_six
from protorun.escalation.tite_boin import make as tite_boin
from protorun.statistics.isotonic import select
from protorun.statistics.philox import Purpose, uniforms

RATES = (0.1, 0.2, 0.35, 0.5)
LABELS = tuple("abcd")
TARGET, WINDOW, DEATH, SEED = 0.3, 30.0, 60.0, 11


def number(trial, candidate, purpose):
    return float(uniforms(SEED, trial, candidate, purpose))


class Person:
    """What happens to a candidate treated at a level on a day."""

    def __init__(self, trial, candidate, level, day):
        self.level, self.start = level, day
        self.kind, self.until = "N", day + WINDOW
        if number(trial, candidate, Purpose.TOXICITY) < RATES[level]:
            self.kind, self.until = "T", day + WINDOW * number(trial, candidate, Purpose.TOXICITY_TIME)
        death = day - DEATH / log(2) * log(number(trial, candidate, Purpose.DEATH))
        if death < self.until:
            self.kind, self.until = "X", death


def counted(people, day):
    """By level: known, DLTs, pending and their follow-up in windows."""
    found = [[0, 0, 0, 0.0] for _ in RATES]
    for p in people:
        row = found[p.level]
        if p.until > day:
            row[2] += 1
            row[3] += (day - p.start) / WINDOW
        elif p.kind != "X":
            row[0] += 1
            row[1] += p.kind == "T"
    return found


def too_toxic(n, y):
    """P(rate > target) > .95 under a uniform prior, from three patients on: by summing the binomial tail."""
    from math import comb

    # P(Beta(y + 1, n - y + 1) > t) = P(Binomial(n + 1, t) <= y)
    return (
        n >= 3 and sum(comb(n + 1, k) * TARGET**k * (1 - TARGET) ** (n + 1 - k) for k in range(y + 1)) > 0.95
    )


LOW = log((1 - 0.6 * TARGET) / (1 - TARGET)) / log(
    TARGET * (1 - 0.6 * TARGET) / (0.6 * TARGET * (1 - TARGET))
)
HIGH = log((1 - TARGET) / (1 - 1.4 * TARGET)) / log(
    1.4 * TARGET * (1 - TARGET) / (TARGET * (1 - 1.4 * TARGET))
)


def tite_boin_says(at, counts, cohort):
    """TITE-BOIN in cohorts of three, 12 patients: wait, stop, end, or a level."""
    closed = next((d for d, (n, y, c, _) in enumerate(counts) if too_toxic(n + c, y)), len(RATES))
    pending, known = sum(c for _, _, c, _ in counts), sum(n for n, _, _, _ in counts)
    if pending + known == 0:
        return at
    if closed == 0:
        return "stop"
    if pending and pending + known >= 12:
        return "wait"
    if (pending + known) % 3 and at < closed:
        return at
    if known >= 12:
        return "end"
    n, y, c, s = counts[at]
    if at >= closed:
        return closed - 1
    treated = n + c
    if treated == 0:
        return at
    if c / treated > 0.5 and y / treated < HIGH:
        return "wait"
    odds = (y + TARGET / 2) / (treated - c - y + 1 - TARGET / 2)
    score = (y + odds * (c - s)) / treated
    if score <= LOW and y / treated < TARGET:
        return min(at + 1, closed - 1, len(RATES) - 1)
    return max(at - 1, 0) if score >= HIGH and y / treated > TARGET else at


def boin_says(at, counts, cohort):
    """BOIN in cohorts of three, 12 patients, each decided when its three outcomes are known."""
    closed = next((d for d, (n, y, _, _) in enumerate(counts) if too_toxic(n, y)), len(RATES))
    pending, known = sum(c for _, _, c, _ in counts), sum(n for n, _, _, _ in counts)
    if pending + known == 0:
        return at
    still = [(n + c, y) for n, y, c, _ in counts]
    if too_toxic(*still[0]):
        return "stop"
    if cohort < 3 and at < closed:  # also where everybody in it left
        return at
    if pending:
        return "wait"
    if known >= 12:
        return "end"
    n, y, _, _ = counts[at]
    if at >= closed:
        return closed - 1
    if n and y / n <= LOW:
        return min(at + 1, closed - 1, len(RATES) - 1)
    return max(at - 1, 0) if n and y / n >= HIGH else at


def rolling_says(at, counts, cohort):
    """The table of Frankel 2020, row by row."""
    n, y, c, _ = counts[at]
    if y >= 2:
        below = next((d for d in range(at - 1, -1, -1) if counts[d][1] < 2), None)
        if below is None:
            return "stop"
        n, y, c, _ = counts[below]
        return below if n + c < 6 else ("wait" if c else ("end", below))
    last = at == len(RATES) - 1 or counts[at + 1][1] >= 2
    if last and n == 6:
        return "end", at
    if not last and (
        (y == 0 and c == 0 and n >= 3) or (y == 0 and n + c == 6 and n >= 5) or (y == 1 and n == 6)
    ):
        return at + 1
    return at if n + c < 6 else "wait"


def one_trial(trial, says, gap, waits):
    """The level handed on (-1 = none), patients treated, those who left, and the day of the last outcome."""
    day, candidate, at, people, cohort = None, -1, 0, [], []
    arrival = 0.0
    while True:
        if day is None:
            candidate += 1
            arrival += -gap * log(number(trial, candidate, Purpose.ARRIVAL))
            day = arrival
        counts = counted(people, day)
        in_cohort = sum(p.until > day or p.kind != "X" for p in cohort)
        said = says(at, counts, in_cohort)
        if said == "wait":
            comes = min((p.until for p in people if p.until > day), default=inf)
            day = comes if waits else None
            continue
        if said in ("stop", "end") or isinstance(said, tuple):
            return said, counts, people, day
        if in_cohort in (0, 3) or says is not boin_says:
            cohort = []
        at = said
        person = Person(trial, candidate, at, day)
        people.append(person)
        cohort.append(person)
        done, day = day, None
        while arrival < done:  # those who came while another waited are lost
            candidate += 1
            arrival += -gap * log(number(trial, candidate, Purpose.ARRIVAL))
            day = arrival


def handed_on(said, counts):
    if said == "stop":
        return -1
    if isinstance(said, tuple):
        return said[1]
    n, y = (np.array([[row[k] for row in counts]]) for k in (0, 1))
    closed = np.logical_or.accumulate([too_toxic(a, b) for a, b in zip(n[0], y[0], strict=True)])
    return int(select(n, y, TARGET, usable=~closed[None, :])[0])


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("gap", [4, 20])
@pytest.mark.parametrize(
    ("design", "says"),
    [
        (tite_boin(LABELS, target=TARGET, ncohort=4), tite_boin_says),
        (boin(LABELS, target=TARGET, ncohort=4), boin_says),
        (rolling_six(LABELS), rolling_says),
    ],
    ids=lambda d: getattr(d, "name", ""),
)
def test_80_trials_one_by_one(design, says, gap, waits):
    timing = Timing(
        WINDOW,
        Accrual(gap),
        leaving=Leaving(death_median_days=DEATH),
        while_suspended="waits" if waits else "lost",
    )
    found = play(design, np.array(RATES), timing, np.arange(80), seed=SEED)
    for trial in range(80):
        said, counts, people, day = one_trial(trial, says, gap, waits)
        known = [p for p in people if p.until <= day]
        assert found.mtd[trial] == handed_on(said, counts), trial
        assert found.n[trial].tolist() == [row[0] for row in counts], trial
        assert found.dlt[trial].tolist() == [row[1] for row in counts], trial
        assert found.treated[trial] == len(people), trial
        assert found.left[trial] == sum(p.kind == "X" for p in known), trial
        assert found.duration[trial] == pytest.approx(max(p.until for p in known)), trial
