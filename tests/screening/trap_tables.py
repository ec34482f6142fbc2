"""Long fact tables full of traps: ties, partial and missing dates, censored and unusable results, edges of windows by a
day, unknown ends, orders, contradictions, lists complete since a day, screening on the last of February."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from protorun.patients._treatment_table import _half_life, _half_life_known
from protorun.patients.warehouse import connect, fact_tables

AS_OF = date(2025, 1, 15)
EPOCH = date(1970, 1, 1)
BACK = (0, 1, 6, 7, 8, 13, 14, 15, 27, 28, 29, 31, 92, 183, 184, 185, 365, 366, 2000, -1, -20)
SCREENED = (AS_OF, date(2025, 2, 28), date(2024, 2, 29), date(2024, 12, 31), date(2025, 3, 31))
NUMBERS = {
    "platelets": (79.0, 80.0, 81.0, 80 * (1 + 1e-12), 80 * (1 - 1e-12), 100.0, 120.0),
    "alt": (40.0, 119.9, 120.0, 120.1, 200.0),
    "hemoglobin": (0.7, 7.9, 8.0, 9.0),
    "residual_toxicity_grade": (0.0, 1.0, 2.0),
    "residual_toxicity_grade_except_alopecia": (0.0, 1.0, 2.0),
    "age": (17.0, 17.99, 18.0, 75.0, 75.99, 76.0),
}
CODES = {
    "her2_ihc": ("0", "1+", "2+", "3+", "1+|2+"),
    "her2_ish": ("positive", "negative"),
    "her2_status": ("positive", "low", "negative", "low|zero"),
    "hcv_rna": ("positive", "negative", "positive;negative", "negative:repeated", "trace"),
}
STATED = (
    "infection", "infection_active", "stroke", "hiv", "pregnant", "measurable_disease", "consent", "judgment_x",
    "prior_chemotherapy", "prior_radiotherapy", "prior_surgery",
)  # fmt: skip
DRUGS = (
    "pemetrexed", "cisplatin", "fulvestrant", "chemotherapy", "taxane", "docetaxel", "surgery", "radiotherapy",
    "dexamethasone", "prednisone", None,
)  # fmt: skip


def tables(seed: int, persons: int, *, one_day: bool) -> object:
    """A DuckDB connection that holds them."""
    rng = np.random.default_rng(seed)
    connection = connect()
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in fact_tables()}
    for person in range(persons):
        index = AS_OF if one_day else SCREENED[rng.integers(len(SCREENED))]
        _person(rng, rows, person, index)
    for name, columns in fact_tables().items():
        listed = ", ".join(f"{c} {t}" for c, t in columns.items())
        connection.execute(f"CREATE TABLE {name} ({listed})")
        if rows[name]:
            arrays = {c: np.array([_text(r.get(c)) for r in rows[name]], object) for c in columns}
            connection.register("arrays", arrays)
            cast = ", ".join(f"CAST({c} AS {t}) AS {c}" for c, t in columns.items())
            connection.execute(f"INSERT INTO {name} SELECT {cast} FROM arrays")
            connection.unregister("arrays")
    return connection


def _text(value: object) -> str | None:
    return None if value is None else repr(value) if isinstance(value, float) else str(value)


def _person(
    rng: np.random.Generator, rows: dict[str, list[dict[str, object]]], person: int, index: date
) -> None:
    birth = _dates(
        rng, index - timedelta(days=int(rng.choice((18, 76, 50, 131))) * 365 + int(rng.integers(-6, 30)))
    )
    rows["person"].append(
        {"person_id": person, "birth_lo": birth[0], "birth_hi": birth[1], "sex": rng.choice(["F", "M", None])}
    )
    anchors = {f"on_{a}": _anchor(rng, index) for a in ("enrollment", "first_dose", "last_dose", "diagnosis")}
    rows["screened"].append({"person_id": person, "index_on": index, **anchors})
    for concept in (*NUMBERS, *CODES):
        for rank in range(int(rng.choice((0, 0, 1, 1, 2, 4)))):
            rows["measurement"].append({"person_id": person, **_result(rng, concept, index, rank)})
    for concept in STATED:
        for _ in range(int(rng.choice((0, 0, 1, 2)))):
            low, high = _dates(rng, _near(rng, index))
            rows["condition"].append(
                {
                    "person_id": person,
                    "concept": concept,
                    "certain": bool(rng.random() < 0.8),
                    "onset_lo": low,
                    "onset_hi": high,
                    "recorded_lo": rng.choice([None, low, index + timedelta(days=1)], p=[0.5, 0.4, 0.1]),
                }
            )
        for _ in range(int(rng.choice((0, 0, 0, 1, 2)))):
            low, high = _dates(rng, _near(rng, index))
            value = bool(rng.random() < 0.3)
            rows["assertion"].append(
                {"person_id": person, "concept": concept, "value": value, "t_lo": low, "t_hi": high}
            )
    for _ in range(int(rng.choice((0, 0, 1, 1, 2)))):
        rows["treatment"].append({"person_id": person, **_course(rng, index)})
    for domain in ("condition", "treatment"):
        if rng.random() < 0.5:
            since = rng.choice([None, *(index - timedelta(days=d) for d in (13, 14, 183, 184, 185, 4000))])
            until = rng.choice([None, index, index - timedelta(days=1)], p=[0.6, 0.3, 0.1])
            rows["coverage"].append({"person_id": person, "domain": domain, "t_lo": since, "t_hi": until})


def _anchor(rng: np.random.Generator, index: date) -> date | None:
    return rng.choice([None, index, index + timedelta(days=9), index - timedelta(days=30)])


def _near(rng: np.random.Generator, index: date) -> date:
    return index - timedelta(days=int(rng.choice(BACK)))


def _dates(rng: np.random.Generator, day: date) -> tuple[date | None, date | None]:
    """A day, its month, its year, open on one side, or nothing."""
    kind = int(rng.choice(6, p=[0.6, 0.12, 0.08, 0.08, 0.04, 0.08]))
    month = date(day.year, day.month, 1)
    end = (date(day.year + day.month // 12, day.month % 12 + 1, 1)) - timedelta(days=1)
    year = date(day.year, 1, 1), date(day.year, 12, 31)
    return ((day, day), (month, end), year, (None, day), (day, None), (None, None))[kind]


def _result(rng: np.random.Generator, concept: str, index: date, rank: int) -> dict[str, object]:
    low, high = _dates(rng, _near(rng, index))
    found: dict[str, object] = {"concept": concept, "t_lo": low, "t_hi": high}
    found["recency"] = (high.toordinal() if high else 0) * 2**20 + rank
    found["quality"] = str(
        rng.choice(["ok", "preliminary", "implausible", "no_unit", "absent"], p=[0.8, 0.05, 0.05, 0.05, 0.05])
    )
    exact = low == high and low is not None
    if found["quality"] in ("ok", "preliminary"):
        exact &= _value(rng, concept, found)
    found["exact"] = exact and found["quality"] in ("ok", "preliminary")
    return found


def _value(rng: np.random.Generator, concept: str, found: dict[str, object]) -> bool:
    if concept in CODES:
        found["code"] = str(rng.choice(CODES[concept]))
        return True
    value = float(rng.choice(NUMBERS[concept]))
    found["ref_high"] = float(rng.choice((40.0, 60.0))) if rng.random() < 0.7 else None
    kind = int(rng.choice(4, p=[0.7, 0.1, 0.1, 0.1]))
    low, high = ((value, value), (None, value), (value, None), (value, value + 5))[kind]
    found |= {"value": value} if kind == 0 else {"value_lo": low, "value_hi": high}
    return kind == 0


def _course(rng: np.random.Generator, index: date) -> dict[str, object]:
    drug = rng.choice(np.array(DRUGS, object))
    kind = rng.choice(np.array([None, "chemotherapy", "surgery", "drug"], object), p=[0.7, 0.1, 0.1, 0.1])
    end = _dates(rng, _near(rng, index))
    start = (None, None) if rng.random() < 0.5 else _dates(rng, _near(rng, index) - timedelta(days=10))
    if start[0] and end[1] and start[0] > end[1]:
        start = (None, None)
    half_life = _half_life(drug or "", kind or "")
    return {
        "concept": drug,
        "kind": kind,
        "evidence": rng.choice(np.array([None, "administered", "ordered"], object)),
        "route": rng.choice(np.array([None, "oral", "inhaled"], object)),
        "dose": float(rng.choice((1.5, 1.6, 10.0, 20.0))) if rng.random() < 0.7 else None,
        "intent": rng.choice(np.array([None, "immunosuppression", "edema"], object)),
        "ongoing": bool(rng.random() < 0.15),
        "start_lo": start[0],
        "start_hi": start[1],
        "end_lo": end[0],
        "end_hi": end[1],
        "start_lo_day": _day(start[0]),
        "end_lo_day": _day(end[0]),
        "end_hi_day": _day(end[1]),
        "half_life_days": None if np.isnan(half_life) else half_life,
        "half_life_known": _half_life_known(drug or "", kind or ""),
    }


def _day(value: date | None) -> int | None:
    return None if value is None else (value - EPOCH).days
