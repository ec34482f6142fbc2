"""Treatments over the long table: given in a window, washed out, above a dose; absence only where it is documented."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.screening.answers import Answer, any_of, everywhere, not_
from protorun.screening.atoms.flags import column_truth
from protorun.screening.atoms.numbers import TOLERANCE
from protorun.screening.atoms.silence import complete
from protorun.screening.dates import FIRST, LAST, anchor_days, edge
from protorun.study.criterion import Treated, Washout, Window
from protorun.terms.reasons import Reason
from protorun.terms.treatments import classes, drugs, has_half_life, listed, recognize, wider
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.facts import NO_DAY, DayArray, Facts, Flags, Treatments

PREFIX = "prior_"
"""A column `prior_<class>` of a wide table states yes or no for a whole class, its `day` the end of the last course."""


def treated(atom: Treated, facts: Facts, *, documented: bool) -> Answer:
    """Whether a treatment of the classes was given (in the window, above the dose). A gap of exactly the limit is outside."""
    rows = _visible(facts)
    given = everywhere(len(facts), FALSE)
    if rows is not None:
        match = of_classes(rows, atom.classes, atom.exempt_classes)
        when, why_when = _when(atom, rows, facts)
        dose, why_dose = _dosed(atom, rows)
        truth = np.minimum(np.minimum(match, when), dose).astype(np.uint8)
        ordered = _ordered(rows) & (truth == TRUE)
        truth[ordered] = UNKNOWN
        reason = np.select(
            [ordered, match != TRUE, when == UNKNOWN, dose == UNKNOWN],
            [Reason.ORDER_ONLY, Reason.UNCERTAIN_CODE, why_when, why_dose],
            Reason.KNOWN,
        )
        given = _any_of(truth, reason.astype(np.uint8), rows, len(facts))
    parts = [_wide(c, atom, facts) for c in _columns(facts, atom.classes)]
    return _with_stated(given, parts, facts, documented, atom.window)


def washout(atom: Washout, facts: Facts, *, documented: bool) -> Answer:
    """Whether every treatment of the classes ended long enough ago; a gap of exactly the limit is enough (ours)."""
    rows = _visible(facts)
    recent = everywhere(len(facts), FALSE)
    if rows is not None:
        match = of_classes(rows, atom.classes, atom.exempt_classes)
        anchor = anchor_days(facts, atom.window.anchor if atom.window else "screening")[rows.patient]
        passed, why = _washed(atom, rows, anchor)
        truth = np.minimum(match, TRUE - passed).astype(np.uint8)
        ordered = _ordered(rows) & (truth == TRUE)
        truth[ordered] = UNKNOWN
        reason = np.select(
            [ordered, passed == UNKNOWN, match == UNKNOWN], [Reason.ORDER_ONLY, why, Reason.UNCERTAIN_CODE], 0
        )
        recent = _any_of(truth, reason.astype(np.uint8), rows, len(facts))
    parts = [
        _stated_recent(name, column, atom, facts)
        for name, column in zip(atom.classes, _columns(facts, atom.classes), strict=True)
    ]
    window = atom.window if atom.half_lives is None else None
    return not_(_with_stated(recent, parts, facts, documented, window))


def _with_stated(
    rows: Answer, parts: list[Answer], facts: Facts, documented: bool, window: Window | None
) -> Answer:
    """Courses and columns `prior_<class>` together. Where both are silent it is unknown, or FALSE on a complete list."""
    stated = any_of(parts)
    unclear = [(p.truth == UNKNOWN) & (p.reason != Reason.NO_RECORD) for p in parts]
    why = np.maximum.reduce([np.where(u, p.reason, 0) for u, p in zip(unclear, parts, strict=True)])
    assumed = complete(facts, "treatments", window) if documented else np.zeros(len(facts), bool)
    cases: list[tuple[NDArray[np.bool_], np.uint8, NDArray[np.uint8] | Reason]] = [
        ((rows.truth == TRUE) & (stated.truth == FALSE), UNKNOWN, Reason.CONFLICT),
        ((rows.truth == TRUE) | (stated.truth == TRUE), TRUE, Reason.KNOWN),
        (rows.truth == UNKNOWN, UNKNOWN, rows.reason),
        (stated.truth == FALSE, FALSE, Reason.KNOWN),
        (np.logical_or.reduce(unclear), UNKNOWN, why.astype(np.uint8)),
        (assumed, FALSE, Reason.ASSUMED),
    ]
    when = [c[0] for c in cases]
    truth = np.select(when, [c[1] for c in cases], UNKNOWN)
    reason = np.select(when, [c[2] for c in cases], Reason.NO_RECORD)
    return Answer(truth.astype(np.uint8), reason.astype(np.uint8))


def _visible(facts: Facts) -> Treatments | None:
    """The courses known at screening: nothing that begins later."""
    rows = facts.treatments
    if rows is None or not len(rows.patient):
        return None
    seen = rows.start_low <= facts.screened_on[rows.patient]
    return rows if seen.all() else rows.only(np.flatnonzero(seen))


def _ordered(rows: Treatments) -> NDArray[np.bool_]:
    return np.array([e == "ordered" for e in rows.evidence] or [False] * len(rows.patient), bool)


def _columns(facts: Facts, names: tuple[str, ...]) -> list[Flags]:
    """For each class the column that states it; one that is not there is unknown for everybody."""
    none = np.full(len(facts), NO_DAY, np.int32)
    silent = Flags(np.full(len(facts), UNKNOWN, np.uint8), none)
    found = (facts.columns.get(PREFIX + name) for name in names)
    return [column if isinstance(column, Flags) else silent for column in found]


def _wide(column: Flags, atom: Treated, facts: Facts) -> Answer:
    said = column_truth(column, facts)
    truth, reason = said.truth, said.reason
    if atom.dose or atom.purpose or atom.ongoing or atom.exempt_classes:
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
    never = (last != NO_DAY) & (last <= first_inside) & (anchor != NO_DAY)
    sure = (column.day != NO_DAY) & (column.day > first_inside) & (anchor != NO_DAY)
    when = np.where(never, FALSE, np.where(sure, TRUE, UNKNOWN)).astype(np.uint8)
    unknown = (truth == TRUE) & (when == UNKNOWN)
    return Answer(
        np.where(truth == TRUE, when, truth).astype(np.uint8),
        np.where(unknown, Reason.PARTIAL_DATE, reason).astype(np.uint8),
    )


def _stated_recent(name: str, column: Flags, atom: Washout, facts: Facts) -> Answer:
    """`prior_<class>` with the end of the last course: the fixed time alone decides, as far as it can. Without the drug
    there is no half-life: `shorter` is sure only when met, `longer` only when not."""
    plain = Treated(classes=(name,), window=atom.window, exempt_classes=atom.exempt_classes)
    recent = _wide(column, plain, facts)
    if atom.half_lives is None or not has_half_life(name):
        return recent
    sure = {"shorter": FALSE, "longer": TRUE}.get(atom.which)
    if atom.window is None:
        sure = None
    open_ = (column.truth == TRUE) & (recent.truth != UNKNOWN)
    if sure is not None:
        open_ &= recent.truth != sure
    return Answer(
        np.where(open_, UNKNOWN, recent.truth).astype(np.uint8),
        np.where(open_, Reason.NO_HALF_LIFE, recent.reason).astype(np.uint8),
    )


def of_classes(rows: Treatments, names: tuple[str, ...], exempt: tuple[str, ...] = ()) -> TruthArray:
    """Whether each row is of one of the classes and of none of the exempt ones; a treatment nobody knows may be."""
    pairs = list(zip(rows.drug, rows.kind, strict=True))
    table = {
        pair: min(belongs(*pair, names), TRUE - belongs(*pair, exempt) if exempt else TRUE)
        for pair in set(pairs)
    }
    return np.array([table[pair] for pair in pairs], np.uint8)


def belongs(drug: str, kind: str, names: tuple[str, ...]) -> np.uint8:
    """Whether a treatment, named by its drug or its kind, is of one of the classes; one that nobody knows may be."""
    given = [found for found in (recognize(drug), recognize(kind)) if found]
    every = frozenset().union(*(wider(g) for g in given)) if given else frozenset()
    if every & set(names):
        return TRUE
    if not given:
        return UNKNOWN
    # A class named without its drug may be any of its narrower classes: chemotherapy may have been a taxane.
    broad = [g for g in given if g in classes() and recognize(drug) not in drugs()]
    if any(set(broad) & wider(name) for name in names):
        return UNKNOWN
    # A name that stands in no table may be a drug of any class, or a class that holds the drug.
    return UNKNOWN if any(broad or _is_class(name) for name in names if not listed(name)) else FALSE


def _is_class(name: str) -> bool:
    """`vegfr_inhibitor`, `statins`, not `palifermin`."""
    return "_" in name or name.endswith("s")


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


def _when(atom: Treated, rows: Treatments, facts: Facts) -> tuple[TruthArray, NDArray[np.uint8]]:
    anchor = anchor_days(facts, atom.window.anchor if atom.window else "screening")[rows.patient]
    first_end, last_end = _ends(rows)
    going = _going(rows)
    surely_begun = going | (
        np.where(rows.start_high != NO_DAY, rows.start_high <= anchor, ~going & (last_end <= anchor))
    )
    never = (rows.start_low != NO_DAY) & (rows.start_low > anchor)
    if atom.ongoing:
        never = never | (last_end < anchor)
        sure = surely_begun & (first_end >= anchor)
    elif atom.window is not None:
        low = edge(atom.window, anchor)
        never = never | (last_end <= low)
        sure = surely_begun & (first_end > low)
    else:
        sure = surely_begun | (rows.start_low == NO_DAY)
    nowhere = anchor == NO_DAY
    when = np.where(nowhere, UNKNOWN, np.where(never, FALSE, np.where(sure, TRUE, UNKNOWN)))
    why = np.where(nowhere, Reason.NO_ANCHOR, Reason.PARTIAL_DATE)
    return when.astype(np.uint8), why.astype(np.uint8)


def _dosed(atom: Treated, rows: Treatments) -> tuple[TruthArray, Reason]:
    """Steroid limits compare in prednisone equivalents; another purpose or an exempt route is outside,
    and what is not recorded may be."""
    truth = np.full(len(rows.patient), TRUE, np.uint8)
    if atom.exempt_routes:
        routes = rows.route or ("",) * len(truth)
        outside = [FALSE if r in atom.exempt_routes else TRUE if r else UNKNOWN for r in routes]
        truth = np.minimum(truth, np.array(outside, np.uint8))
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
    going = _going(rows)
    gap_low = np.where(going, 0, anchor.astype(np.float64) - last_end)
    gap_high = np.where(going, 0, anchor.astype(np.float64) - first_end)
    fixed = (anchor.astype(np.float64) - edge(atom.window, anchor)) if atom.window else np.zeros(len(anchor))
    low, high = _needed(atom, rows, fixed)
    passed = np.where(gap_low >= high, TRUE, np.where(gap_high < low, FALSE, UNKNOWN))
    passed = np.where((rows.start_low != NO_DAY) & (rows.start_low > anchor), TRUE, passed)
    nowhere = anchor == NO_DAY
    why = np.where(low < high, Reason.NO_HALF_LIFE, Reason.PARTIAL_DATE)
    return (
        np.where(nowhere, UNKNOWN, passed).astype(np.uint8),
        np.where(nowhere, Reason.NO_ANCHOR, why).astype(np.uint8),
    )


def _needed(
    atom: Washout, rows: Treatments, fixed: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The least and the greatest gap that may be asked; they differ where the half-life is not known."""
    if atom.half_lives is None or (atom.which == "fixed" and atom.window is not None):
        return fixed, fixed
    of_drug = atom.half_lives * rows.half_life_days
    if atom.window is None:  # half-lives alone: nothing else decides where there is none
        unknown = np.isnan(of_drug)
        return np.where(unknown, 0.0, of_drug), np.where(unknown, np.inf, of_drug)
    none = rows.half_life_known & np.isnan(rows.half_life_days)
    ignorant = ~rows.half_life_known & np.isnan(rows.half_life_days)
    if atom.which == "shorter":
        exact = np.where(none, fixed, np.fmin(fixed, of_drug))
        return np.where(ignorant, 0.0, exact), np.where(ignorant, fixed, exact)
    exact = np.where(none, fixed, np.fmax(fixed, of_drug))
    return np.where(ignorant, fixed, exact), np.where(ignorant, np.inf, exact)


def _going(rows: Treatments) -> NDArray[np.bool_]:
    return np.zeros(len(rows.patient), bool) if rows.ongoing is None else rows.ongoing


def _any_of(truth: TruthArray, reason: NDArray[np.uint8], rows: Treatments, n: int) -> Answer:
    """The highest truth of each patient's rows (some row); without rows FALSE."""
    key = truth.astype(np.int16) * 32 + np.where(truth == UNKNOWN, reason, 0)
    best = np.zeros(n, np.int16)
    np.maximum.at(best, rows.patient, key)
    return Answer((best // 32).astype(np.uint8), (best % 32).astype(np.uint8))
