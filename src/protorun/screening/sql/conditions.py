"""Conditions, statements and judgments as SQL over the aggregated yes-or-no facts of a patient."""

from __future__ import annotations

from protorun.screening.atoms.flags import for_women_only, wider_columns
from protorun.screening.evaluate import View, listed_when_present
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.results import inside, truth_of
from protorun.screening.sql.words import FALSE, NULL, TRUE, case, every, some
from protorun.study.criterion import ALLOWANCE, Attestation, Flag, Judgment, Window
from protorun.terms import truth


def fact(concept: str, needs: Needs, window: Window | None = None) -> str:
    """A yes-or-no fact, in the window when there is one. Contradicting rows and uncertain ones leave it unknown."""
    if window is None:
        return dated_fact(concept, TRUE, FALSE, needs)
    sure, never = inside("lo", "hi", window, needs.days)
    return dated_fact(concept, sure, f"{never} AND {needs.days.anchor(window.anchor)} IS NOT NULL", needs)


def dated_fact(concept: str, sure: str, never: str, needs: Needs) -> str:
    """A fact that is a yes only where the days of the latest yes, `lo` to `hi`, say `sure`, and a no where they say
    `never`."""
    if not needs.occurs(concept):
        return NULL
    yes = case((sure, "3"), (never, "1"), otherwise="2") if sure != TRUE else "3"
    return needs.fact(truth_of(needs.condition(concept, _coded(yes))))


def silent(concept: str, needs: Needs) -> str:
    """There is no row of the fact."""
    if not needs.occurs(concept):
        return TRUE
    return needs.fact(f"(COALESCE({needs.condition(concept, _coded())}, 0) = 0)")


def _coded(yes: str = "3") -> str:
    """3 for yes, 2 for unknown, 1 for no, over the most and the least that the rows of a fact say."""
    return case(("most = 2 AND least > 0", yes), ("most = 0", "1"), otherwise="2")


def flag_sql(atom: Flag, needs: Needs) -> str:
    """The truth of a condition for a patient."""
    found = fact(atom.column, needs, atom.window)
    wider = [fact(name, needs) for name in wider_columns(atom)]
    if wider:
        denied = some(f"NOT {w}" for w in wider)
        found = case((f"{denied} AND {found}", NULL), (denied, FALSE), otherwise=found)
    if for_women_only(atom):
        male = needs.fact("(p.sex = 'M')")
        found = case((f"{male} AND {found}", NULL), (male, FALSE), otherwise=found)
    if not needs.documented or not listed_when_present(atom):
        return found
    absent = [silent(atom.column, needs), covered("condition", atom.window, needs)]
    absent += [f"{w} IS NULL" for w in wider]
    return case((f"{found} IS NULL AND {every(absent)}", FALSE), otherwise=found)


def covered(domain: str, window: Window | None, needs: Needs) -> str:
    """The patient's list of the domain covers the window, or the whole life without one."""
    whose = ("covers", "everybody")
    found = [f"{who}.{domain}_always = 1" for who in whose]
    if window is not None:
        found += [f"{who}.{domain}_since <= {needs.days.edge(window)}" for who in whose]
    return needs.fact(some(found))


def attested_sql(atom: Attestation, needs: Needs, view: View) -> str:
    """Stated by a person; under the policy assumed."""
    if atom.variable == ALLOWANCE:
        return TRUE if view.favorable == truth.TRUE else FALSE
    found = fact(atom.variable, needs) if atom.variable else NULL
    if not view.documented:
        return found
    return case((f"{found} IS NULL", TRUE if view.favorable == truth.TRUE else FALSE), otherwise=found)


def judged_sql(atom: Judgment, needs: Needs) -> str:
    """Judged by the investigator."""
    return fact(atom.variable, needs) if atom.variable else NULL
