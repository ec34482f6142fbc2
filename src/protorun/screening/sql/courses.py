"""Treatments and wash-outs as SQL over one row of treatments, and over the columns `prior_<class>`."""

from __future__ import annotations

from protorun.screening.atoms.numbers import TOLERANCE
from protorun.screening.atoms.treatments import PREFIX, belongs
from protorun.screening.sql.conditions import covered, dated_fact, fact, silent
from protorun.screening.sql.days import Days
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.words import FALSE, NULL, TRUE, among, case, every, kleene, number, some, text
from protorun.study.criterion import Treated, Washout, Window
from protorun.terms import truth
from protorun.terms.treatments import classes, drugs, has_half_life

_FIRST_END = "COALESCE(end_lo, start_lo)"


def treated_sql(atom: Treated, needs: Needs) -> str:
    """Whether a treatment of the classes was given."""
    row = every((*_of(atom, needs), _when(atom, needs.days), *_dosed(atom)))
    column = needs.course(row)
    stated = [_stated(name, atom, needs) for name in atom.classes]
    return _with_stated(column, stated, atom.window, needs)


def washout_sql(atom: Washout, needs: Needs) -> str:
    """Whether every treatment of the classes ended long enough ago."""
    row = every((*_of(atom, needs), f"NOT {_passed(atom, needs.days)}"))
    column = needs.course(row)
    stated = [_stated_recent(name, atom, needs) for name in atom.classes]
    window = atom.window if atom.half_lives is None else None
    return f"(NOT {_with_stated(column, stated, window, needs)})"


def _with_stated(column: str, stated: list[tuple[str, str]], window: Window | None, needs: Needs) -> str:
    """The same table as in the array reader: rows, columns, then silence."""
    rows = needs.fact(case((f"{column} = 2", TRUE), (f"{column} = 1", NULL), otherwise=FALSE))
    said = some(s for s, _ in stated)
    silence = case((covered("treatment", window, needs), FALSE)) if needs.documented else NULL
    return case(
        (f"{rows} AND NOT {said}", NULL),
        (f"{rows} OR {said}", TRUE),
        (f"{rows} IS NULL", NULL),
        (f"NOT {said}", FALSE),
        (some(f"{said_of} IS NULL AND NOT {unsaid}" for said_of, unsaid in stated), NULL),
        otherwise=silence,
    )


def _stated(name: str, atom: Treated, needs: Needs) -> tuple[str, str]:
    """The truth a column `prior_<class>` gives, and whether it is silent."""
    given, unsaid = fact(PREFIX + name, needs), silent(PREFIX + name, needs)
    if atom.dose or atom.purpose or atom.ongoing or atom.exempt_classes:
        return case((given, NULL), otherwise=given), unsaid
    if atom.window is None:
        return given, unsaid
    low = needs.days.edge(atom.window)
    return dated_fact(PREFIX + name, f"lo > {low}", f"hi <= {low}", needs), unsaid


def _stated_recent(name: str, atom: Washout, needs: Needs) -> tuple[str, str]:
    plain = Treated(classes=(name,), window=atom.window, exempt_classes=atom.exempt_classes)
    recent, unsaid = _stated(name, plain, needs)
    if atom.half_lives is None or not has_half_life(name):
        return recent, unsaid
    given = fact(PREFIX + name, needs)
    sure = {"shorter": f"NOT {recent}", "longer": recent}.get(atom.which) if atom.window else None
    open_ = f"{given} AND {recent} IS NOT NULL" + (f" AND NOT ({sure})" if sure else "")
    return case((open_, NULL), otherwise=recent), unsaid


def _of(atom: Treated | Washout, needs: Needs) -> list[str]:
    """Of one of the classes, and of none of the exempt ones."""
    exempt = [f"(NOT {of_classes(atom.exempt_classes, needs)})"] if atom.exempt_classes else []
    return [of_classes(atom.classes, needs), *exempt]


def of_classes(names: tuple[str, ...], needs: Needs) -> str:
    """Whether a row is of one of the classes: every drug and class of the dictionary is asked once, here."""
    known = needs.listed((*drugs(), *classes()))
    of = {t: [k for k in known if belongs(k, "", names) == t] for t in (truth.TRUE, truth.UNKNOWN)}
    kinds = [k for k in of[truth.TRUE] if k in classes()]
    broad = [k for k in of[truth.UNKNOWN] if k in classes()]
    return case(
        (f"{among('concept', of[truth.TRUE])} OR {among('kind', kinds)}", TRUE),
        ("named = 0", NULL),
        (f"{among('concept', of[truth.UNKNOWN])} OR ({among('kind', broad)} AND is_drug = 0)", NULL),
        otherwise=FALSE,
    )


def _when(atom: Treated, days: Days) -> str:
    anchor = days.anchor(atom.window.anchor if atom.window else "screening")
    begun = case(
        ("going = 1", TRUE),
        (f"start_hi <= {anchor}", TRUE),
        (f"start_hi IS NULL AND end_hi <= {anchor}", TRUE),
        otherwise=FALSE,
    )
    later = f"start_lo > {anchor}"
    nowhere = (f"{anchor} IS NULL", NULL)
    if atom.ongoing:
        over = f"(going = 0 AND end_hi < {anchor})"
        sure = f"({begun} AND (going = 1 OR {_FIRST_END} >= {anchor}))"
    elif atom.window is not None:
        low = days.edge(atom.window)
        over = f"(going = 0 AND end_hi <= {low})"
        sure = f"({begun} AND (going = 1 OR {_FIRST_END} > {low}))"
    else:
        return case(nowhere, (later, FALSE), (f"{begun} OR start_lo IS NULL", TRUE))
    return case(nowhere, (f"{later} OR {over}", FALSE), (sure, TRUE))


def _dosed(atom: Treated) -> list[str]:
    found = []
    if atom.exempt_routes:
        found.append(
            case(("route IS NULL", NULL), (among("route", atom.exempt_routes), FALSE), otherwise=TRUE)
        )
    if atom.purpose:
        found.append(
            case(("intent IS NULL", NULL), (f"intent = {text(atom.purpose)}", TRUE), otherwise=FALSE)
        )
    if atom.dose is not None:
        slack = atom.dose.value * TOLERANCE
        limit = number(atom.dose.value - slack if atom.dose.inclusive else atom.dose.value + slack)
        above = f"{_prednisone()} {'>=' if atom.dose.inclusive else '>'} {limit}"
        found.append(kleene(above, f"NOT {above}"))
    return found


def _prednisone() -> str:
    """The daily dose as prednisone; NULL for what has no equivalent."""
    pairs = [
        (f"concept = {text(d.name)}", f"dose * {number(5 / d.prednisone_mg)}")
        for d in drugs().values()
        if d.prednisone_mg
    ]
    return case(*pairs, otherwise="CAST(NULL AS DOUBLE PRECISION)")


def _passed(atom: Washout, days: Days) -> str:
    """Whether a row is washed out, in whole days: the gap against the least and the greatest that may be asked."""
    anchor = days.anchor_day(atom.window.anchor if atom.window else "screening")
    shortest = case(("going = 1", "0"), otherwise=f"{anchor} - end_hi_day")
    longest = case(("going = 1", "0"), otherwise=f"{anchor} - COALESCE(end_lo_day, start_lo_day)")
    fixed = f"({anchor} - {days.edge_day(atom.window)})" if atom.window else "0"
    low, high = _needed(atom, fixed)
    return case(
        (f"{anchor} IS NULL", NULL),
        (f"start_lo > {days.anchor(atom.window.anchor if atom.window else 'screening')}", TRUE),
        (f"{shortest} >= {high}", TRUE),
        (f"{longest} < {low}", FALSE),
    )


def _needed(atom: Washout, fixed: str) -> tuple[str, str]:
    """The least and the greatest gap; a NULL greatest one is endless."""
    if atom.half_lives is None or (atom.which == "fixed" and atom.window is not None):
        return fixed, fixed
    lives = f"({number(atom.half_lives)} * half_life_days)"
    endless = "CAST(NULL AS DOUBLE PRECISION)"
    if atom.window is None:
        return case(("half_life_days IS NULL", "0"), otherwise=lives), lives
    sign, low, high = ("<", "0", fixed) if atom.which == "shorter" else (">", fixed, endless)
    exact = case((f"{lives} {sign} {fixed}", lives), otherwise=fixed)
    known = [("half_life_days IS NOT NULL", exact), ("lived = 1", fixed)]
    return case(*known, otherwise=low), case(*known, otherwise=high)
