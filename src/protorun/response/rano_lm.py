"""RANO-LM: response of leptomeningeal metastases, a composite of neurological exam, CSF cytology and neuraxis MRI.

Chamberlain 2017, doi:10.1093/neuonc/now183 (its table of response is [recalled], to be checked there); MRI scorecard
Le Rhun 2022, PMC9527515; exam NANO-LM 2024, doi:10.1093/neuonc/noae171. RANO 2.0 is for gliomas and is never applied here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.response._exam_grid import ExamGrid, lay_out_exams
from protorun.response._leptomeningeal_inputs import CSF, NEURO, Found, cytology, mri, neuro
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
_DECIDES = {0: Input.EXAM, 1: Input.CSF, 2: Input.MRI, 3: Input.CLINICAL}
"""The rows of progression, in the order of the table, and the input whose day they are dated to."""
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class _Read:
    """Every input as (patient, visit) codes."""

    neuro: Found
    csf: Found
    mri: Found
    called: Codes
    steroids: Codes
    clinical: Codes


def assess(exams: LeptomeningealExams, settings: Settings) -> TimePoints:
    """Response of the leptomeningeal disease at every time point after baseline; a missing exam, CSF sample or MRI item
    gives NE and is named, unless progression is certain. The reader's call of the MRI goes before the summary of its
    items, and the difference is said. Raises PatientDataError for rows that contradict one another."""
    grid = lay_out_exams(exams)
    table = rule_table("rano_lm", _WORDS)
    read = _read(grid, settings)
    place = np.zeros(max(Response) + 1, np.int8)
    place[[int(Response[w]) for w in _MRI]] = range(len(_MRI))
    row = table.decide(
        read.neuro.code, read.csf.code, place[read.called], read.steroids, read.clinical,
        np.full(grid.seen.shape, settings.open_rows == "SD", np.int8),
    )  # fmt: skip
    return _write(grid, read, row, table)


def _read(grid: ExamGrid, settings: Settings) -> _Read:
    card, reader = mri(grid), grid.values[Input.READER]
    said = reader[:, :, 0] if reader.shape[2] else np.full(grid.seen.shape, np.nan)
    called = np.where(np.isnan(said), card.code, said).astype(np.int8)
    dose = _single(grid, Input.STEROID)
    status = np.where(
        np.isnan(_single(grid, Input.CLINICAL)), Clinical.UNKNOWN, _single(grid, Input.CLINICAL)
    )
    told = steroid_codes(dose, settings)
    steroids = np.select(
        [told == STEROIDS.index("increased"), told >= STEROIDS.index("unknown")], [1, 2], 0
    ) * (settings.steroid_rule == "block")
    clinical = clinical_codes(status.astype(np.int8)) * np.int8(settings.clinical_override)
    return _Read(
        neuro(grid, settings), cytology(grid, settings), card, called, steroids.astype(np.int8), clinical
    )


def _single(grid: ExamGrid, kind: Input) -> NDArray[np.float64]:
    values = grid.values[kind]
    return values[:, :, 0] if values.shape[2] else np.full(grid.seen.shape, np.nan)


def _write(grid: ExamGrid, read: _Read, row: NDArray[np.int16], table: RuleTable) -> TimePoints:
    here = grid.seen.copy()
    here[:, 0] = False
    patient, visit = np.nonzero(here)
    overall = table.overall[row][here]
    day = grid.first_day[here]
    on = np.full(len(patient), NO_DAY, np.int32)
    for number, kind in _DECIDES.items():
        mine = row[here] == number
        dated = grid.day[kind][here]
        on[mine] = np.where(dated == NO_DAY, day, dated)[mine]
    none, said = (
        np.full(len(patient), -1, np.int32),
        [_why(grid, read, row, table, (int(p), int(v))) for p, v in zip(patient, visit, strict=True)],
    )
    words = tuple(dict.fromkeys(said)) or ("",)
    number_of = {word: i for i, word in enumerate(words)}
    return TimePoints(
        copy=grid.copy[patient], patient=grid.patient[patient], visit=visit.astype(np.int16), day=day,
        target=np.full(len(patient), Response.NONE, np.int8), non_target=read.called[here],
        new=np.zeros(len(patient), np.bool_), overall=overall, progression_on=on, sum=none, baseline=none, nadir=none,
        reason=np.array([number_of[word] for word in said], np.int16), reasons=words,
    )  # fmt: skip


def _why(grid: ExamGrid, read: _Read, row: NDArray[np.int16], table: RuleTable, at: tuple[int, int]) -> str:
    """The reason of one time point, with the item, and with the reader's call where it differs from the scorecard."""
    number = int(row[at])
    kind = {0: Input.EXAM, 1: Input.CSF, 4: Input.EXAM, 5: Input.CSF}.get(number, Input.MRI)
    found = {Input.EXAM: read.neuro, Input.CSF: read.csf, Input.MRI: read.mri}[kind]
    says = table.reasons[number].replace("{item}", _item(grid, kind, int(found.item[at]), missing=number > 3))
    called, card = int(read.called[at]), int(read.mri.code[at])
    if called != card:
        says += f"; the reader calls the MRI {Response(called).text}, its items say {Response(card).text}"
    return says


def _item(grid: ExamGrid, kind: Input, item: int, *, missing: bool) -> str:
    what = {Input.EXAM: "neurological exam", Input.CSF: "CSF cytology", Input.MRI: "MRI"}[kind]
    if item < 0:
        return f"there is no {what}, now or at baseline"
    name = grid.items[kind][item]
    if not missing:
        return name
    return f"{what} of the item {name!r} is missing, now or at baseline"
