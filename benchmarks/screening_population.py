"""A made-up oncology population for the screening benchmark: the criteria, the columns, and the long tables as Parquet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from protorun.patients.warehouse import connect, fact_tables
from protorun.study.criterion import (
    All,
    Any,
    Bound,
    Code,
    Criterion,
    Expr,
    Flag,
    If,
    Not,
    Number,
    Treated,
    Unless,
    Washout,
    Window,
)
from protorun.study.source import Source, stated
from protorun.study.study import Origin, Study
from protorun.trial.facts import Codes, Column, Facts, Flags, Numbers

AS_OF = date(2025, 6, 30)
EPOCH = date(1970, 1, 1)
HERE = Source(start=0, end=1, quote="x")
MONTH = Window(amount=28, unit="days")
# variable, unit, mean and spread, share of patients with a result, upper limit of normal
LABS = {
    "platelets": (220, 80, 0.95, 400),
    "hemoglobin": (12, 2, 0.95, 16),
    "neutrophils": (4, 1.5, 0.94, 7),
    "leukocytes": (7, 2.5, 0.94, 11),
    "creatinine": (0.9, 0.3, 0.93, 1.2),
    "bilirubin": (0.7, 0.4, 0.9, 1.2),
    "alt": (35, 30, 0.9, 40),
    "ast": (32, 25, 0.9, 40),
    "albumin": (4, 0.5, 0.8, 5),
    "inr": (1.1, 0.2, 0.5, 1.2),
    "lvef": (60, 8, 0.3, 80),
    "ecog": (1, 1, 0.85, 0),
}
CONDITIONS = (
    "breast_cancer",
    "brain_metastasis",
    "leptomeningeal_metastasis",
    "liver_metastasis",
    "hiv",
    "stroke",
    "pneumonitis",
)
DRUGS = ("pemetrexed", "docetaxel", "trastuzumab", "pembrolizumab", "dexamethasone", "radiotherapy")


def _low(variable: str, value: float, unit: str, window: Window | None = MONTH) -> Number:
    return Number(variable=variable, low=Bound(value=value), unit=unit, window=window)


def _times(variable: str, value: float) -> Number:
    return Number(variable=variable, high=Bound(value=value, times="uln"), window=MONTH)


def _inclusions() -> list[Expr]:
    liver = Flag(variable="liver_metastasis")
    return [
        Number(variable="age", low=Bound(value=18), high=Bound(value=75), unit="years"),
        _low("platelets", 100, "10^9/L"),
        _low("hemoglobin", 9, "g/dL"),
        _low("neutrophils", 1.5, "10^9/L"),
        _low("leukocytes", 3, "10^9/L"),
        _times("creatinine", 1.5),
        _times("bilirubin", 1.5),
        If(condition=liver, then=_times("alt", 5), otherwise=_times("alt", 3)),
        If(condition=liver, then=_times("ast", 5), otherwise=_times("ast", 3)),
        _low("albumin", 3, "g/dL"),
        _times("inr", 1.5),
        _low("lvef", 50, "%", Window(amount=3, unit="months")),
        Number(variable="ecog", high=Bound(value=2), window=MONTH),
        Flag(variable="breast_cancer"),
        Any(parts=(Flag(variable="leptomeningeal_metastasis"), Flag(variable="brain_metastasis"))),
        Code(variable="her2_ihc", values=("0", "1+")),
    ]


def _exclusions() -> list[Expr]:
    return [
        Flag(variable="hiv"),
        Flag(variable="stroke", window=Window(amount=6, unit="months")),
        Flag(variable="pneumonitis"),
        Treated(classes=("chemotherapy",), window=Window(amount=2, unit="weeks")),
        Not(part=Washout(classes=("radiotherapy", "immunotherapy"), window=MONTH)),
        Treated(classes=("systemic_corticosteroid",), ongoing=True),
        Unless(part=Flag(variable="brain_metastasis"), exception=Flag(variable="leptomeningeal_metastasis")),
        All(parts=(Code(variable="sex", values=("male",)), Flag(variable="breast_cancer"))),
    ]


def study(criteria: int) -> Study:
    """24 criteria, or 30 with limits asked a second time at another height."""
    pairs = [("inclusion", e) for e in _inclusions()] + [("exclusion", e) for e in _exclusions()]
    more = [_low("platelets", 75, "10^9/L"), _low("hemoglobin", 10, "g/dL"), _times("alt", 2.5), _times("ast", 2.5),
            _times("bilirubin", 2), Number(variable="ecog", high=Bound(value=1))]  # fmt: skip
    pairs += [("inclusion", e) for e in more][: max(0, criteria - len(pairs))]
    listed = tuple(
        Criterion(id=f"C{i}", polarity=p, text="x", expr=e, klass="computable")  # type: ignore[arg-type]
        for i, (p, e) in enumerate(pairs, 1)
    )
    lists = {"inclusion": stated(True, HERE), "exclusion": stated(True, HERE)}
    return Study(
        key="x",
        origin=Origin(name="x", format="x", digest=""),
        eligibility=listed,
        eligibility_sections=lists,
    )  # type: ignore[arg-type]


def columns(n: int, seed: int = 1) -> Facts:
    """Patients as columns, a twentieth to a half of each missing."""
    rng = np.random.default_rng(seed)
    on = np.full(n, (AS_OF - EPOCH).days, np.int32)
    none = np.full(n, np.nan)
    found: dict[str, Column] = {}
    for name, (mean, spread, known, uln) in LABS.items():
        value = np.where(rng.random(n) < known, np.round(np.abs(rng.normal(mean, spread, n)), 1), np.nan)
        limit = np.where(rng.random(n) < 0.95, float(uln), np.nan)
        day = (on - rng.integers(0, 40, n)).astype(np.int32)
        found[name] = Numbers(value, value, "1", day, limit, none, none)
    for name in CONDITIONS:
        truth = rng.choice(np.array([0, 1, 2], np.uint8), n, p=[0.6, 0.2, 0.2])
        found[name] = Flags(truth, (on - rng.integers(0, 1000, n)).astype(np.int32))
    for name in ("chemotherapy", "radiotherapy", "immunotherapy", "systemic_corticosteroid"):
        truth = rng.choice(np.array([0, 1, 2], np.uint8), n, p=[0.5, 0.2, 0.3])
        found[f"prior_{name}"] = Flags(truth, (on - rng.integers(0, 200, n)).astype(np.int32))
    found["her2_ihc"] = Codes(rng.integers(-1, 4, n).astype(np.int16), ("0", "1+", "2+", "3+"), on)
    found["sex"] = Codes(rng.integers(0, 2, n).astype(np.int16), ("female", "male"), on)
    born = (on - rng.integers(16 * 365, 90 * 365, n)).astype(np.int32)
    return Facts(tuple(map(str, range(n))), on, found, born=(born, born))


def write(folder: Path, n: int) -> None:
    """The long tables: about 30 results, 4 conditions and 5 courses per patient, sorted by person."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = connect()
    connection.execute("SELECT setseed(0.5)")
    queries = {
        "person": _PERSON,
        "measurement": " UNION ALL ".join(_lab(name) for name in LABS) + f" UNION ALL {_HER2}",
        "condition": _CONDITION,
        "assertion": _ASSERTION,
        "treatment": _TREATMENT,
    }
    for table, query in queries.items():
        path = folder / f"{table}.parquet"
        connection.execute(
            f"COPY (SELECT {', '.join(fact_tables()[table])} FROM ({query.format(n=n, as_of=AS_OF)}) ORDER BY person_id)"
            f" TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 250000)"
        )


_PERSON = """SELECT range AS person_id, born AS birth_lo, born AS birth_hi,
  CASE WHEN random() < 0.95 THEN 'F' ELSE 'M' END AS sex, died AS death_lo, died AS death_hi, NULL AS source_ref
  FROM (SELECT range, DATE '{as_of}' - (5840 + (random() * 27000)::INTEGER) AS born,
    CASE WHEN random() < 0.01 THEN DATE '{as_of}' - 10 END AS died FROM range({n}))"""
_WHEN = "DATE '{as_of}' - (random() * 90)::INTEGER"
_COMMON = "NULL AS value_lo, NULL AS value_hi, NULL AS ref_low, NULL AS baseline, NULL AS source_ref"


def _lab(name: str) -> str:
    """Three results each: a hundredth without a value, a hundredth known by the month only."""
    mean, spread, known, uln = LABS[name]
    value = f"round(abs({mean} + {spread} * 1.7 * (random() + random() + random() - 1.5)), 1)"
    value = f"round({value})" if name == "ecog" else value
    return f"""SELECT person_id, '{name}' AS concept, t AS t_lo, last AS t_hi, value, NULL AS code,
  CASE WHEN {uln} > 0 AND random() < 0.97 THEN {uln}::DOUBLE ELSE NULL END AS ref_high,
  value IS NOT NULL AND t = last AS exact, (last - DATE '0001-01-01' + 1) * 1048576::BIGINT + k AS recency,
  CASE WHEN value IS NULL THEN 'implausible' ELSE 'ok' END AS quality, {_COMMON}
  FROM (SELECT person_id, k, t, CASE WHEN random() < 0.01 THEN t + 30 ELSE t END AS last,
          CASE WHEN random() < 0.01 THEN NULL ELSE {value} END AS value
        FROM (SELECT p.range AS person_id, k.range AS k, {_WHEN} AS t FROM range({{n}}) AS p, range(3) AS k
              WHERE random() < {known}))"""


_HER2 = f"""SELECT p.range AS person_id, 'her2_ihc' AS concept, t AS t_lo, t AS t_hi, NULL AS value,
  ['0', '1+', '2+', '3+'][1 + (random() * 3)::INTEGER] AS code, NULL AS ref_high, TRUE AS exact,
  (t - DATE '0001-01-01' + 1) * 1048576::BIGINT AS recency, 'ok' AS quality, {_COMMON}
  FROM (SELECT range, {_WHEN} - 300 AS t FROM range({{n}}) WHERE random() < 0.8) AS p"""
_CONDITION = f"""SELECT p.range AS person_id, [{", ".join(f"'{c}'" for c in CONDITIONS)}][1 + (random() * 6)::INTEGER] AS concept,
  random() < 0.97 AS certain, t AS onset_lo, t + u AS onset_hi,
  NULL AS recorded_lo, NULL AS source_ref
  FROM (SELECT p.range, DATE '{{as_of}}' - (random() * 2000)::INTEGER AS t,
          CASE WHEN random() < 0.05 THEN 365 ELSE 0 END AS u FROM range({{n}}) AS p, range(4)) AS p"""
_ASSERTION = f"""SELECT p.range AS person_id, [{", ".join(f"'{c}'" for c in CONDITIONS)}][1 + (random() * 6)::INTEGER] AS concept,
  FALSE AS value, DATE '{{as_of}}' - 5 AS t_lo, DATE '{{as_of}}' - 5 AS t_hi, NULL AS source_ref
  FROM range({{n}}) AS p"""
_TREATMENT = f"""SELECT p.range AS person_id, [{", ".join(f"'{d}'" for d in DRUGS)}][1 + (random() * 5)::INTEGER] AS concept,
  NULL AS kind, 'administered' AS evidence, NULL AS route, NULL AS dose, NULL AS intent, random() < 0.02 AS ongoing,
  t AS start_lo, t AS start_hi, e AS end_lo, e AS end_hi,
  t - DATE '1970-01-01' AS start_lo_day, e - DATE '1970-01-01' AS end_lo_day, e - DATE '1970-01-01' AS end_hi_day,
  NULL AS half_life_days, FALSE AS half_life_known, NULL AS source_ref
  FROM (SELECT range, t, CASE WHEN random() < 0.06 THEN NULL ELSE t + 40 END AS e
        FROM (SELECT p.range, DATE '{{as_of}}' - (random() * 700)::INTEGER AS t FROM range({{n}}) AS p, range(5))) AS p"""
