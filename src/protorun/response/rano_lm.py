"""RANO-LM: response of leptomeningeal metastases, a composite of neurological exam, CSF cytology and neuraxis MRI.

Chamberlain 2017, doi:10.1093/neuonc/now183 (its table of response is [recalled], to be checked there); MRI scorecard
Le Rhun 2019, PMC6502503, and 2022, PMC9527515; exam NANO-LM 2024, doi:10.1093/neuonc/noae171. RANO 2.0 is for gliomas and is never applied here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.response._exam_grid import ExamGrid, lay_out_exams
from protorun.response._leptomeningeal_bounds import Bounds, bounds
from protorun.response._leptomeningeal_inputs import CSF, NEURO, Found, bit, bits, cytology, mri, neuro
from protorun.response._leptomeningeal_nodules import nodules
from protorun.response._leptomeningeal_words import Said, words
from protorun.response._rule_table import RESPONSES, RuleTable, rule_table
from protorun.response._settings import Settings
from protorun.response._status import CLINICAL, STEROIDS, clinical_codes, steroid_codes
from protorun.trial.facts import NO_DAY
from protorun.trial.leptomeninges import Input, LeptomeningealExams
from protorun.trial.response import Clinical, Response
from protorun.trial.tables import TimePoints

SAYS = "RANO-LM, composite (Chamberlain 2017 [recalled], Le Rhun 2022)"
COMPARTMENTS = ("cns",)
READS = "exams"
_MRI = tuple(r for r in RESPONSES if r in ("NONE", "CR", "PR", "SD", "PD", "NE"))
_WORDS = (
    ("neuro", NEURO),
    ("csf", CSF),
    ("mri", _MRI),
    ("steroids", ("ok", "increased", "unknown")),
    ("clinical", CLINICAL),
    ("open", ("NE", "SD")),
)
_DATED_BY = {"exam": Input.EXAM, "csf": Input.CSF, "mri": Input.MRI, "clinical": Input.CLINICAL}
"""What decides a row of progression, and the input whose day it is dated to."""
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class _Read:
    """Every input as (patient, visit) codes; `called` is the MRI response that counts, `reader` what the reader said of it
    and `parenchymal` of metastases inside brain and cord (NONE = nothing)."""

    neuro: Found
    csf: Found
    mri: Found
    called: Codes
    reader: Codes
    parenchymal: Codes
    steroids: Codes
    clinical: Codes


def assess(exams: LeptomeningealExams, settings: Settings) -> TimePoints:
    """Response of the leptomeningeal disease at every time point after baseline; a missing exam, CSF sample or MRI item
    gives NE, is named, and the reason says between which responses the truth lies, unless progression is certain. The
    reader's call of the MRI goes before the summary of its items where the policy says so, and the difference is said.
    `sum`, `baseline` and `nadir` are those of the nodules, in hundredths of a square millimeter. Raises PatientDataError
    for rows that contradict one another, PluginNotFound for a list of items that does not exist."""
    grid = lay_out_exams(exams)
    table = rule_table("rano_lm", _WORDS)
    read = _read(grid, settings)
    rows = np.full(grid.seen.shape, settings.open_rows == "SD", np.int8)
    mri_code = _PLACE[read.called]
    row = table.decide(read.neuro.code, read.csf.code, mri_code, read.steroids, read.clinical, rows)
    unread = np.where(read.called == Response.NE, _placed(_ANY_MRI), bits(mri_code))
    hidden = np.where(read.called == read.mri.code, _placed(read.mri.could_be), unread).astype(np.int16)
    doses = np.where(read.steroids == 2, bit(0, 1), bits(read.steroids)).astype(np.int16)
    could_be = (read.neuro.could_be, read.csf.could_be, hidden, doses, bits(read.clinical), bits(rows))
    return _write(grid, read, (row, table, bounds(table, row, *could_be)), settings)


_PLACE = np.zeros(max(Response) + 1, np.int8)
_PLACE[[int(r) for r in Response if r.text in _MRI]] = [
    _MRI.index(r.text) for r in Response if r.text in _MRI
]
"""Codes of `Response` -> codes of the MRI column."""
_ANY_MRI = bit(Response.CR, Response.PR, Response.SD, Response.PD)


def _placed(could_be: NDArray[np.int16] | np.int16) -> NDArray[np.int16]:
    """Bits of `Response` as bits of the MRI column."""
    moved = [
        np.where(np.bitwise_and(could_be, bit(r)), bit(_MRI.index(r.text)), 0)
        for r in Response
        if r.text in _MRI
    ]
    found: NDArray[np.int16] = np.bitwise_or.reduce(moved).astype(np.int16)
    return found


def _read(grid: ExamGrid, settings: Settings) -> _Read:
    card = mri(grid, settings)
    reader = _single(grid, Input.READER)
    said = np.where(np.isnan(reader), Response.NONE, reader).astype(np.int8)
    counts = (said != Response.NONE) & settings.reader_override
    told = steroid_codes(_single(grid, Input.STEROID), settings)
    steroids = np.select(
        [told == STEROIDS.index("increased"), told >= STEROIDS.index("unknown")], [1, 2], 0
    ) * (settings.steroid_rule == "block")
    status = _single(grid, Input.CLINICAL)
    clinical = clinical_codes(np.where(np.isnan(status), Clinical.UNKNOWN, status).astype(np.int8))
    return _Read(
        neuro(grid, settings),
        cytology(grid, settings),
        card,
        np.where(counts, said, card.code).astype(np.int8),
        np.where(counts, said, np.where(said == card.code, Response.NONE, said)).astype(np.int8),
        _parenchymal(grid),
        steroids.astype(np.int8),
        clinical * np.int8(settings.clinical_override),
    )


def _single(grid: ExamGrid, kind: Input) -> NDArray[np.float64]:
    values = grid.values[kind]
    return values[:, :, 0] if values.shape[2] else np.full(grid.seen.shape, np.nan)


def _parenchymal(grid: ExamGrid) -> Codes:
    """The worse call of brain and cord; it never counts for the leptomeninges."""
    values = grid.values[Input.PARENCHYMAL]
    found: Codes = np.nan_to_num(values).max(axis=2, initial=0).astype(np.int8)
    return found


def _write(
    grid: ExamGrid, read: _Read, found: tuple[NDArray[np.int16], RuleTable, Bounds], settings: Settings
) -> TimePoints:
    row, table, limits = found
    here = grid.seen.copy()
    here[:, 0] = False
    patient, visit = np.nonzero(here)
    day = grid.first_day[here]
    on = np.full(len(patient), NO_DAY, np.int32)
    for number in np.flatnonzero(table.overall == Response.PD).tolist():
        mine, dated = row[here] == number, grid.day[_DATED_BY[table.decides[number]]][here]
        on[mine] = np.where(dated == NO_DAY, day, dated)[mine]
    sums = nodules(grid, settings)
    total, start = sums.total[here], np.broadcast_to(sums.total[:, :1], here.shape)[here]
    said = Said(row[here], read.called[here], read.mri.code[here], read.reader[here], read.parenchymal[here])
    inputs = {Input.EXAM: read.neuro, Input.CSF: read.csf, Input.MRI: read.mri}
    items = {kind: (each.item[here], each.names) for kind, each in inputs.items()}
    reason, reasons = words(table, said, items, (limits, limits.best[here], limits.worst[here]))
    return TimePoints(
        copy=grid.copy[patient], patient=grid.patient[patient], visit=visit.astype(np.int16), day=day,
        target=np.full(len(patient), Response.NONE, np.int8), non_target=read.called[here],
        new=np.zeros(len(patient), np.bool_), overall=table.overall[row][here], progression_on=on,
        sum=total.astype(np.int32), baseline=start.astype(np.int32), nadir=sums.nadir[here].astype(np.int32),
        reason=reason, reasons=reasons, at_best=limits.best[here], at_worst=limits.worst[here],
    )  # fmt: skip
