"""Designs side by side over scenarios: exact where a design can be enumerated, else on the same virtual patients."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from protorun.errors import UsageError
from protorun.escalation._for_study import Executable, Levels
from protorun.escalation.comparison.measuring import Aim, Row, differences, measure
from protorun.escalation.comparison.players import Player, players_of
from protorun.escalation.comparison.playing import BATCH, Ends, decided_ends, exact_ends, played_ends
from protorun.escalation.comparison.truths import Truth, right_level, truths
from protorun.escalation.engine.monte_carlo import Trials
from protorun.escalation.engine.walk import MOST_ROWS, Firing

_DECIMALS = 12


@dataclass(frozen=True)
class Comparison:
    """What designs do under scenarios. `rows` have design, scenario, quantity (see `measuring.QUANTITIES`), level, value
    and error ("exact", or a standard error); `differences` each later design minus the first one, with paired errors.

    `correct` is the right level of each scenario: -1 = none, None = no target was given. `trials` is None when all is
    exact. `input_hash` covers designs, scenarios and settings, `digest` the results: it does not depend on workers.
    """

    designs: tuple[str, ...]
    labels: tuple[str, ...]
    truths: tuple[Truth, ...]
    target: float | None
    correct: tuple[int | None, ...]
    over: float
    exact: tuple[bool, ...]
    trials: int | None
    seed: int | None
    rows: tuple[Row, ...]
    differences: tuple[Row, ...]
    input_hash: str

    @property
    def digest(self) -> str:
        """SHA-256 of all rows."""
        return _hash([_plain(row) for row in (*self.rows, *self.differences)])


@dataclass(frozen=True)
class _Asked:
    trials: Trials
    monte_carlo: bool
    batch: int


def compare(
    designs: Sequence[Executable | str],
    scenarios: Any,
    *,
    levels: Levels | None = None,
    names: Sequence[str] | None = None,
    target: float | None = None,
    over: float = 0.6,
    trials: int = 10_000,
    seed: int = 1,
    monte_carlo: bool = False,
    firing: Firing = "cohort",
    jobs: int | None = None,
    batch: int = BATCH,
    most_rows: int = MOST_ROWS,
) -> Comparison:
    """Operating characteristics of designs over scenarios, on the same virtual patients.

    `designs` are designs, recipes, or texts such as "boin target=.25"; `scenarios` true DLT rates as `truths` takes them.
    Designs that can be enumerated are computed exactly unless `monte_carlo` is asked for; the others are simulated
    `trials` times. Differences are exact between two exact designs; else both are simulated and the error is paired.
    `target` is the designs' own where they agree. Selecting the level closest to it is correct; selecting none where every
    level is too toxic. `over` is the share of a trial's patients above the correct level that counts as overdosing.
    Raises UsageError for designs, rates or settings that do not fit.
    """
    if trials < 1 or batch < 1 or jobs == 0:
        raise UsageError("at least one trial, one trial in a batch and one worker are needed")
    known = truths(scenarios)
    given = len(known[0].dlt) if levels is None else levels
    players = players_of(designs, names, given, firing=firing, most_rows=most_rows)
    labels = players[0].design.labels
    if len(known[0].dlt) != len(labels):
        raise UsageError(f"{len(known[0].dlt)} DLT rates for the levels {', '.join(labels)}")
    aimed = _target(players) if target is None else target
    asked = _Asked(Trials(trials, seed), monte_carlo, batch)
    parts = _all(players, known, asked, jobs)
    rows, gaps = _tables(players, known, parts, (aimed, over))
    simulated = any(best.trial is not None for best, _ in parts[0])
    return Comparison(
        designs=tuple(p.name for p in players),
        labels=labels,
        truths=known,
        target=aimed,
        correct=tuple(right_level(truth, aimed) for truth in known),
        over=over,
        exact=tuple(best.trial is None for best, _ in parts[0]),
        trials=trials if simulated else None,
        seed=seed if simulated else None,
        rows=tuple(rows),
        differences=tuple(gaps),
        input_hash=_inputs(players, known, (trials, seed, monte_carlo, firing, aimed, over)),
    )


def _target(players: list[Player]) -> float | None:
    """The target rate of the designs; None where they have none or do not agree."""
    found = {p.target for p in players} - {None}
    return found.pop() if len(found) == 1 else None


Pair = tuple[Ends, Ends | None]
"""The ends that are reported, and the simulated ones that are paired with other designs where not all are exact."""


def _all(
    players: list[Player], known: tuple[Truth, ...], asked: _Asked, jobs: int | None
) -> list[list[Pair]]:
    """The ends of every design under every scenario; simulated as well as soon as one design has to be."""
    paired = asked.monte_carlo or any(p.automaton is None for p in players)
    tasks = [(p, np.asarray(t.dlt), asked, paired) for t in known for p in players]
    if jobs in (None, 1):
        found = [_ends(*task) for task in tasks]
    else:
        from joblib import Parallel, delayed

        found = Parallel(n_jobs=jobs)(delayed(_ends)(*task) for task in tasks)
    return [found[i : i + len(players)] for i in range(0, len(found), len(players))]


def _ends(player: Player, rates: Any, asked: _Asked, paired: bool) -> Pair:
    table = player.automaton
    if table is None:
        only = decided_ends(player.design, rates, asked.trials, firing=player.firing, batch=asked.batch)
        return only, only
    played = played_ends(table, rates, asked.trials, asked.batch) if paired else None
    return (
        (played, played) if played is not None and asked.monte_carlo else (exact_ends(table, rates), played)
    )


def _tables(
    players: list[Player],
    known: tuple[Truth, ...],
    parts: list[list[Pair]],
    aim: tuple[float | None, float],
) -> tuple[list[Row], list[Row]]:
    rows: list[Row] = []
    gaps: list[Row] = []
    for truth, ends in zip(known, parts, strict=True):
        right = right_level(truth, aim[0])
        for i, (player, pair) in enumerate(zip(players, ends, strict=True)):
            told = {"design": player.name, "scenario": truth.name}
            settings = Aim(right, aim[1], player.design.labels, player.design.reasons)
            rows += [told | row for row in measure(pair[0], settings)]
            if i:
                told = {"design": player.name, "minus": players[0].name, "scenario": truth.name}
                gaps += [told | row for row in differences(*_pair(ends[0], pair), right)]
    return rows, gaps


def _pair(first: Pair, other: Pair) -> tuple[Ends, Ends]:
    """What is subtracted: exact from exact, else the simulated trials of both."""
    if first[0].trial is None and other[0].trial is None:
        return first[0], other[0]
    return first[1] or first[0], other[1] or other[0]


def _inputs(players: list[Player], known: tuple[Truth, ...], settings: tuple[Any, ...]) -> str:
    shown = [_shown(p) for p in players]
    return _hash([shown, [[t.name, *t.dlt] for t in known], list(settings)])


def _shown(player: Player) -> list[str]:
    """A design as text: its name and either the table it was compiled to or its recipe."""
    table = player.automaton
    if table is None:
        return [player.name, *player.design.labels, repr(getattr(player.design, "recipe", player.design))]
    columns = (table.level, table.size, table.successor, table.mtd, table.reason)
    codes = hashlib.sha256(b"".join(column.astype("<i8").tobytes() for column in columns))
    return [player.name, *player.design.labels, *player.design.reasons, codes.hexdigest()]


def _plain(row: Row) -> Row:
    return {k: round(v, _DECIMALS) + 0.0 if isinstance(v, float) else v for k, v in row.items()}


def _hash(parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
