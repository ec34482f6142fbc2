"""Which response a later one confirms, walking forward from every response at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best.order import NO_ROW, Bools, Index
from protorun.trial.response import Response

CR, PR, SD, NE = Response.CR, Response.PR, Response.SD, Response.NE


class Confirming(Protocol):
    """The switches of a confirmation."""

    @property
    def confirm_days(self) -> int: ...
    @property
    def max_ne(self) -> int: ...
    @property
    def accept_sd(self) -> bool: ...


class _Walk:
    """Responses still waiting for their confirmation; lives only during one pass."""

    def __init__(
        self, start: Index, day: NDArray[np.integer], patient: NDArray[np.integer], confirm_days: int
    ) -> None:
        self.at, self.next = start, start + 1
        self.due, self.patient = day[start] + confirm_days, patient[start]
        zero = np.zeros(len(start), np.int16)
        self.ne, self.sd, self.had_cr = zero, zero, np.zeros(len(start), np.bool_)

    def keep(self, which: Bools) -> None:
        """Go on with these only."""
        for name, column in vars(self).items():
            setattr(self, name, column[which])


def confirming_rows(
    code: NDArray[np.int8], day: NDArray[np.integer], patient: NDArray[np.integer], settings: Confirming
) -> Index:
    """The row that confirms each row, -1 = none. Rows are sorted by patient and day.

    A CR is confirmed by the first CR late enough when every row between is CR or NE; a PR by the first CR or PR late
    enough when every row between is CR, PR, NE or an accepted SD, and no PR follows a CR; NE up to their limit.
    """
    found = np.full(len(code), NO_ROW, np.int64)
    for response, step in ((CR, _cr_step), (PR, _pr_step)):
        walk = _Walk(np.flatnonzero(code == response), day, patient, settings.confirm_days)
        while len(walk.at):
            inside = walk.next < len(code)
            walk.keep(inside) if not inside.all() else None
            walk.keep(patient[walk.next] == walk.patient)
            now, late = code[walk.next], day[walk.next] >= walk.due
            hit, between = step(walk, now, late, settings)
            found[walk.at[hit]] = walk.next[hit]
            walk.keep(between & ~hit)
            walk.next = walk.next + 1
    return found


def _cr_step(walk: _Walk, now: NDArray[np.int8], late: Bools, settings: Confirming) -> tuple[Bools, Bools]:
    walk.ne = walk.ne + (now == NE)
    return (now == CR) & late, (now == CR) | ((now == NE) & _within(walk, settings))


def _pr_step(walk: _Walk, now: NDArray[np.int8], late: Bools, settings: Confirming) -> tuple[Bools, Bools]:
    response = (now == CR) | ((now == PR) & ~walk.had_cr)
    walk.had_cr = walk.had_cr | (now == CR)
    walk.ne = walk.ne + (now == NE)
    walk.sd = walk.sd + (now == SD)
    stable = (now == SD) & (walk.sd <= int(settings.accept_sd))
    return response & late, response | ((now == NE) & _within(walk, settings)) | stable


def _within(walk: _Walk, settings: Confirming) -> Bools:
    return np.asarray((walk.ne <= settings.max_ne) | (settings.max_ne < 0), np.bool_)
