"""Treatments over the long table: given in a window, washed out, above a dose; absence only where it is documented."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.screening.answers import Answer, all_of, any_of, everywhere
from protorun.screening.dates import FIRST, LAST, anchor_days, edge
from protorun.screening.numbers import TOLERANCE
from protorun.study.criterion import Treated, Washout
from protorun.terms.reasons import Reason
from protorun.terms.treatments import classes, drugs, has_half_life, recognize, wider
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.facts import NO_DAY, DayArray, Facts, Flags, Treatments

PREFIX = "prior_"
"""A column `prior_<class>` of a wide table states yes or no for a whole class, its `day` the end of the last course."""


def treated(atom: Treated, facts: Facts, *, documented: bool) -> Answer:
    """Whether a treatment of the classes was given (in the window, above the dose). A gap of exactly the limit is outside."""
    rows = facts.treatments
    found = _silence(facts, atom.classes, documented)
    if rows is None or not len(rows.patient):
        return _stated(found, atom, facts)
    match = _of_classes(rows, atom.classes)
    when, why_when = _when(atom, rows, facts)
    dose, why_dose = _dosed(atom, rows)
    truth = np.minimum(np.minimum(match, when), dose).astype(np.uint8)
    reason = np.select(
        [match != TRUE, when == UNKNOWN, dose == UNKNOWN],
        [Reason.UNCERTAIN_CODE, why_when, why_dose],
        Reason.KNOWN,
    )
    any_row = _per_patient(truth, reason.astype(np.uint8), rows, len(facts), highest=True)
    return _stated(any_of([any_row, found]), atom, facts)


def washout(atom: Washout, facts: Facts, *, documented: bool) -> Answer:
    """Whether every treatment of the classes ended long enough ago; a gap of exactly the limit is enough (ours)."""
    silence = _silence(facts, atom.classes, documented)
    missing = Answer((TRUE - silence.truth).astype(np.uint8), silence.reason)
    stated = _stated_washout(missing, atom, facts)
    rows = facts.treatments
    if rows is None or not len(rows.patient):
        return stated
    match = _of_classes(rows, atom.classes)
    anchor = anchor_days(facts, atom.window.anchor if atom.window else "screening")[rows.patient]
    passed, why = _washed(atom, rows, anchor)
    truth = np.maximum(TRUE - match, passed).astype(np.uint8)
    reason = np.where(passed == UNKNOWN, why, np.where(match == UNKNOWN, Reason.UNCERTAIN_CODE, Reason.KNOWN))
    each = _per_patient(truth, reason.astype(np.uint8), rows, len(facts), highest=False)
    return all_of([each, stated])


def _silence(facts: Facts, names: tuple[str, ...], documented: bool) -> Answer:
    """No record of a treatment: it was not given where the list is documented, else nobody knows."""
    answer = everywhere(len(facts), UNKNOWN, Reason.NO_RECORD)
    complete = facts.documented.get("treatments")
    if not documented or complete is None:
        return answer
    truth = np.where(complete, FALSE, UNKNOWN).astype(np.uint8)
    return Answer(truth, np.where(complete, Reason.ASSUMED, Reason.NO_RECORD).astype(np.uint8))


def _wide_columns(facts: Facts, names: tuple[str, ...]) -> list[Flags | None]:
    """For each class the column that states it; a wider class that was not given denies the narrower one as well."""
    found: list[Flags | None] = []
    for name in names:
        column = facts.columns.get(PREFIX + name)
        found.append(column if isinstance(column, Flags) else None)
    return found


def _stated(answer: Answer, atom: Treated, facts: Facts) -> Answer:
    """Columns `prior_<class>` add to the table; where all classes are denied, silence means no."""
    columns = _wide_columns(facts, atom.classes)
    if all(c is None for c in columns):
        return answer
    parts = [
        _wide(c, atom, facts) if c else everywhere(len(facts), UNKNOWN, Reason.NO_RECORD) for c in columns
    ]
    stated = any_of(parts)
    silent = (answer.truth == UNKNOWN) & (answer.reason == Reason.NO_RECORD)
    either = any_of([answer, stated])
    truth = np.where(silent, stated.truth, either.truth).astype(np.uint8)
    return Answer(truth, np.where(silent, stated.reason, either.reason).astype(np.uint8))


def _wide(column: Flags, atom: Treated, facts: Facts) -> Answer:
    truth, reason = column.truth, np.where(column.truth == UNKNOWN, Reason.NO_RECORD, Reason.KNOWN)
    if atom.dose or atom.purpose or atom.ongoing:
        open_ = truth == TRUE
        return Answer(
            np.where(open_, UNKNOWN, truth).astype(np.uint8),
            np.where(open_, Reason.NO_DOSE, reason).astype(np.uint8),
        )
    if atom.window is None:
        return Answer(truth, reason.astype(np.uint8))
    last = column.day if column.day_last is None else column.day_last
    anchor = anchor_days(facts, atom.window.anchor)
    first_inside = edge(atom.window, anchor)
    never = (last != NO_DAY) & (last <= first_inside)
    sure = (column.day != NO_DAY) & (column.day > first_inside)
    when = np.where(never, FALSE, np.where(sure, TRUE, UNKNOWN)).astype(np.uint8)
    unknown = (truth == TRUE) & (when == UNKNOWN)
    return Answer(
        np.where(truth == TRUE, when, truth).astype(np.uint8),
        np.where(unknown, Reason.PARTIAL_DATE, reason).astype(np.uint8),
    )


def _stated_washout(answer: Answer, atom: Washout, facts: Facts) -> Answer:
    """`prior_<class>` with the end of the last course: the fixed time alone decides, as far as it can."""
    columns = _wide_columns(facts, atom.classes)
    if all(c is None for c in columns):
        return answer
    parts = []
    for name, column in zip(atom.classes, columns, strict=True):
        if column is None:
            parts.append(everywhere(len(facts), UNKNOWN, Reason.NO_RECORD))
            continue
        recent = _wide(column, Treated(classes=(name,), window=atom.window), facts)
        gone = Answer((TRUE - recent.truth).astype(np.uint8), recent.reason)
        parts.append(
            gone if atom.half_lives is None or not has_half_life(name) else _bounded(gone, atom, column)
        )
    silent = (answer.truth == UNKNOWN) & (answer.reason == Reason.NO_RECORD)
    stated = all_of(parts)
    both = all_of([answer, stated])
    return Answer(
        np.where(silent, stated.truth, both.truth).astype(np.uint8),
        np.where(silent, stated.reason, both.reason).astype(np.uint8),
    )


def _bounded(fixed: Answer, atom: Washout, column: Flags) -> Answer:
    """Without the drug there is no half-life: `shorter` is sure only when met, `longer` only when not."""
    decides = TRUE if atom.which == "shorter" else FALSE
    open_ = (fixed.truth != decides) & (column.truth == TRUE)
    return Answer(
        np.where(open_, UNKNOWN, fixed.truth).astype(np.uint8),
        np.where(open_ & (fixed.truth != UNKNOWN), Reason.NO_HALF_LIFE, fixed.reason).astype(np.uint8),
    )


def _of_classes(rows: Treatments, names: tuple[str, ...]) -> TruthArray:
    """Whether each row is of one of the classes; a treatment nobody knows may be."""
    pairs = list(zip(rows.drug, rows.kind, strict=True))
    table = {pair: _belongs(*pair, names) for pair in set(pairs)}
    return np.array([table[pair] for pair in pairs], np.uint8)


def _belongs(drug: str, kind: str, names: tuple[str, ...]) -> np.uint8:
    given = [found for found in (recognize(drug), recognize(kind)) if found]
    every = frozenset().union(*(wider(g) for g in given)) if given else frozenset()
    if every & set(names):
        return TRUE
    if not given:
        return UNKNOWN
    # A class named without its drug may be any of its narrower classes: chemotherapy may have been a taxane.
    broad = [g for g in given if g in classes() and recognize(drug) not in drugs()]
    return UNKNOWN if any(set(broad) & wider(name) for name in names) else FALSE


def _ends(rows: Treatments) -> tuple[DayArray, DayArray]:
    """First and last possible end; an ongoing treatment has none, an unknown end is open."""
    first = np.where(
        rows.end_low == NO_DAY, np.where(rows.start_low == NO_DAY, FIRST, rows.start_low), rows.end_low
    )
    last = np.where(rows.end_high == NO_DAY, LAST, rows.end_high)
    if rows.ongoing is not None:
        first = np.where(rows.ongoing, LAST, first)
        last = np.where(rows.ongoing, LAST, last)
    return first.astype(np.int32), last.astype(np.int32)


def _when(atom: Treated, rows: Treatments, facts: Facts) -> tuple[TruthArray, Reason]:
    anchor = anchor_days(facts, atom.window.anchor if atom.window else "screening")[rows.patient]
    first_end, last_end = _ends(rows)
    begins = np.where(rows.start_low == NO_DAY, FIRST, rows.start_low)
    surely_begun = (rows.start_high != NO_DAY) & (rows.start_high <= anchor)
    surely_begun |= (rows.start_high == NO_DAY) & (last_end <= anchor) | (
        rows.ongoing if rows.ongoing is not None else np.zeros(len(anchor), bool)
    )
    never = begins > anchor
    if atom.ongoing:
        low = anchor
        never = never | (last_end < low)
        sure = surely_begun & (first_end >= low)
    elif atom.window is not None:
        low = edge(atom.window, anchor)
        never = never | (last_end <= low)
        sure = surely_begun & (first_end > low)
    else:
        sure = surely_begun | (rows.start_low == NO_DAY)
    return np.where(never, FALSE, np.where(sure, TRUE, UNKNOWN)).astype(np.uint8), Reason.PARTIAL_DATE


def _dosed(atom: Treated, rows: Treatments) -> tuple[TruthArray, Reason]:
    """Steroid limits compare in prednisone equivalents; another purpose or an exempt route is outside."""
    truth = np.full(len(rows.patient), TRUE, np.uint8)
    if atom.exempt_routes and rows.route:
        truth[np.array([r in atom.exempt_routes for r in rows.route], bool)] = FALSE
    if atom.purpose:
        given = rows.purpose or ("",) * len(truth)
        same = np.array([UNKNOWN if not p else TRUE if p == atom.purpose else FALSE for p in given], np.uint8)
        truth = np.minimum(truth, same)
    if atom.dose is None:
        return truth, Reason.NO_DOSE
    mg = rows.dose_mg if rows.dose_mg is not None else np.full(len(truth), np.nan)
    mg = mg * np.array([_prednisone(d) for d in rows.drug])
    limit = atom.dose.value
    slack = limit * TOLERANCE
    above = mg >= limit - slack if atom.dose.inclusive else mg > limit + slack
    dose = np.where(np.isnan(mg), UNKNOWN, np.where(above, TRUE, FALSE)).astype(np.uint8)
    return np.minimum(truth, dose).astype(np.uint8), Reason.NO_DOSE


def _prednisone(drug: str) -> float:
    known = drugs().get(recognize(drug) or "")
    return 5 / known.prednisone_mg if known and known.prednisone_mg else np.nan


def _washed(atom: Washout, rows: Treatments, anchor: DayArray) -> tuple[TruthArray, NDArray[np.uint8]]:
    first_end, last_end = _ends(rows)
    gap_low = anchor.astype(np.float64) - last_end
    gap_high = anchor.astype(np.float64) - first_end
    if rows.ongoing is not None:
        gap_low, gap_high = np.where(rows.ongoing, 0, gap_low), np.where(rows.ongoing, 0, gap_high)
    begins = np.where(rows.start_low == NO_DAY, FIRST, rows.start_low)
    fixed = (anchor - edge(atom.window, anchor)).astype(np.float64) if atom.window else np.zeros(len(anchor))
    low, high = _needed(atom, rows, fixed)
    passed = np.where(gap_low >= high, TRUE, np.where(gap_high < low, FALSE, UNKNOWN)).astype(np.uint8)
    passed = np.where(begins > anchor, TRUE, passed).astype(np.uint8)
    why = np.where(low < high, Reason.NO_HALF_LIFE, Reason.PARTIAL_DATE).astype(np.uint8)
    return passed, why


def _needed(
    atom: Washout, rows: Treatments, fixed: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The least and the greatest gap that may be asked; they differ where the half-life is not known."""
    if atom.half_lives is None or atom.which == "fixed":
        return fixed, fixed
    of_drug = atom.half_lives * rows.half_life_days
    none = rows.half_life_known & np.isnan(rows.half_life_days)
    ignorant = ~rows.half_life_known
    if atom.which == "shorter":
        exact = np.where(none, fixed, np.fmin(fixed, of_drug))
        return np.where(ignorant, 0.0, exact), np.where(ignorant, fixed, exact)
    exact = np.where(none, fixed, np.fmax(fixed, of_drug))
    return np.where(ignorant, fixed, exact), np.where(ignorant, np.inf, exact)


def _per_patient(
    truth: TruthArray, reason: NDArray[np.uint8], rows: Treatments, n: int, *, highest: bool
) -> Answer:
    """The highest (some row) or the lowest (every row) truth of each patient's rows; without rows FALSE or TRUE."""
    key = truth.astype(np.int16) * 32 + reason if highest else (TRUE - truth).astype(np.int16) * 32 + reason
    best = np.zeros(n, np.int16)
    np.maximum.at(best, rows.patient, key)
    level, why = (best // 32).astype(np.uint8), (best % 32).astype(np.uint8)
    return Answer(level if highest else (TRUE - level).astype(np.uint8), why)
