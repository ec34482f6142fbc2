"""The common table expressions under the trees: per patient the conditions, courses and coverage."""

# ruff: noqa: S608 - the text is made of our own tables and escaped literals; nothing a user types reaches it

from __future__ import annotations

from protorun.screening.sql.days import Days
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.words import among, text
from protorun.terms.treatments import classes, drugs


def conditions(needs: Needs) -> list[str]:
    """Per patient and fact: the most and the least that a row says (2 yes, 1 maybe, 0 no), and when the latest yes was."""
    if not needs.conditions:
        return []
    join, index = needs.days.join, needs.days.index()
    wanted = among("f.concept", filter(needs.occurs, needs.conditions))
    columns = ",\n  ".join(
        _facts(f"c{i}", concept, needs) if needs.occurs(concept) else _nothing(f"c{i}", concept, needs)
        for i, concept in enumerate(needs.conditions)
    )
    return [
        f"""stated AS (SELECT f.person_id AS person_id, f.concept AS concept, f.value AS value, f.t_lo AS t_lo,
  f.t_hi AS t_hi, MAX(f.t_lo) OVER (PARTITION BY f.person_id, f.concept) AS newest
  FROM assertion AS f{join} WHERE {wanted} AND (f.t_lo IS NULL OR f.t_lo <= {index}))""",
        f"""known AS (SELECT f.person_id AS person_id, f.concept AS concept,
  CASE WHEN f.certain THEN 2 ELSE 1 END AS truth, f.onset_lo AS t_lo, f.onset_hi AS t_hi
  FROM condition AS f{join} WHERE {wanted} AND (f.recorded_lo IS NULL OR f.recorded_lo <= {index})
  AND (f.onset_lo IS NULL OR f.onset_lo <= {index})
  UNION ALL SELECT person_id, concept, CASE WHEN value THEN 2 WHEN NOT value THEN 0 ELSE 1 END, t_lo, t_hi
  FROM stated WHERE newest IS NULL OR t_hi IS NULL OR t_hi >= newest)""",
        f"conditions AS (SELECT person_id,\n  {columns}\nFROM known GROUP BY person_id)",
    ]


def _facts(name: str, concept: str, needs: Needs) -> str:
    truth = f"CASE WHEN concept = {text(concept)} THEN truth ELSE NULL END"
    found = f"MAX({truth}) AS {name}_most, MIN({truth}) AS {name}_least"
    if concept not in needs.dated:
        return found
    present = f"concept = {text(concept)} AND truth = 2"
    open_ = f"MAX(CASE WHEN {present} AND t_hi IS NULL THEN 1 ELSE 0 END) = 1"
    return (
        f"{found}, MAX(CASE WHEN {present} THEN t_lo ELSE NULL END) AS {name}_lo,"
        f" CASE WHEN {open_} THEN NULL ELSE MAX(CASE WHEN {present} THEN t_hi ELSE NULL END) END AS {name}_hi"
    )


def _nothing(name: str, concept: str, needs: Needs) -> str:
    """A fact no row is about: its columns need no reading."""
    dates = [f"CAST(NULL AS DATE) AS {name}_{end}" for end in ("lo", "hi") if concept in needs.dated]
    return ", ".join([*(f"CAST(NULL AS INTEGER) AS {name}_{end}" for end in ("most", "least")), *dates])


def courses(needs: Needs) -> list[str]:
    """Per patient the highest truth of every treatment atom over the courses known at screening."""
    if not needs.courses:
        return []
    rows = "".join(f",\n  {truth} AS q{i}" for i, truth in enumerate(needs.courses))
    columns = ",\n  ".join(f"MAX({_given(f'q{i}')}) AS t{i}" for i in range(len(needs.courses)))
    return [
        f"""course AS (SELECT f.person_id AS person_id, f.evidence AS evidence{rows}
FROM (SELECT g.*, CASE WHEN g.ongoing THEN 1 ELSE 0 END AS going,
  CASE WHEN g.half_life_known THEN 1 ELSE 0 END AS lived,
  CASE WHEN {among("g.concept", needs.listed(drugs()))} THEN 1 ELSE 0 END AS is_drug,
  CASE WHEN g.concept IS NULL AND (g.kind IS NULL OR NOT {among("g.kind", needs.listed(classes()))}) THEN 0 ELSE 1 END AS named
  FROM treatment AS g) AS f{needs.days.join}
WHERE f.start_lo IS NULL OR f.start_lo <= {needs.days.index()})""",
        f"courses AS (SELECT person_id,\n  {columns}\nFROM course GROUP BY person_id)",
    ]


def _given(truth: str) -> str:
    """2, 1 or 0; what was only ordered may have been given."""
    return f"CASE WHEN {truth} AND evidence = 'ordered' THEN 1 WHEN {truth} THEN 2 WHEN NOT {truth} THEN 0 ELSE 1 END"


def coverage(needs: Needs) -> list[str]:
    """Which lists are complete: of a patient, and of everybody."""
    if not needs.documented:
        return []
    columns = ", ".join(_covered(d) for d in ("condition", "treatment"))
    return [
        f"covers AS (SELECT f.person_id AS person_id, {columns} FROM coverage AS f{needs.days.join}"
        f" WHERE f.person_id IS NOT NULL AND {_until(needs.days)} GROUP BY f.person_id)",
        f"everybody AS (SELECT {columns} FROM coverage AS f WHERE f.person_id IS NULL"
        f" AND {_until(needs.days) if needs.days.as_of else 'f.concept_group IS NULL AND f.t_hi IS NULL'})",
    ]


def _until(days: Days) -> str:
    return f"f.concept_group IS NULL AND (f.t_hi IS NULL OR f.t_hi >= {days.index()})"


def _covered(domain: str) -> str:
    of = f"f.domain = '{domain}'"
    return (
        f"MAX(CASE WHEN {of} AND f.t_lo IS NULL THEN 1 ELSE 0 END) AS {domain}_always,"
        f" MIN(CASE WHEN {of} THEN f.t_lo ELSE NULL END) AS {domain}_since"
    )
