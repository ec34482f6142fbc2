"""Which row of the overall responses each parameter of ADRS copies, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best import Best, best_of_rows
from protorun.endpoints.best.policy import Policy
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response

if TYPE_CHECKING:
    import polars as pl

_TEXTS = np.array([r.text for r in Response], object)
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Chosen:
    """One parameter: for each subject what it says (AVALC, "" = empty), the row it copies (-1 = none) and its day."""

    parameter: str
    says: NDArray[Any]
    at: Rows
    on: DayArray


def chosen_rows(
    seen: pl.DataFrame,
    reference_on: DayArray,
    settings: Policy,
    died_on: DayArray,
    measurable: NDArray[np.bool_],
) -> list[Chosen]:
    """All parameters but OVR; `seen` are the overall responses with `row`, `ADT`, `code`, `ANL01FL` and `ANL02FL`."""
    import polars as pl

    flagged = seen.filter(pl.col("ANL01FL") == "Y").sort("row", "ADT")
    counted = flagged.filter(pl.col("ANL02FL") == "Y")
    count = len(reference_on)
    best = best_of_rows(*_columns(counted), reference_on=reference_on, settings=settings)
    nowhere, never = np.full(count, -1, np.int64), np.full(count, NO_DAY, np.int32)
    return [
        *_of_best(best, np.append(counted["at"].to_numpy(), -1).astype(np.int64)),
        _said("DEATH", died_on != NO_DAY, nowhere, died_on),
        _last(flagged, count),
        _said("MDIS", measurable, nowhere, never),
        _first_pd(flagged, count),
    ]


def _columns(rows: pl.DataFrame) -> tuple[Rows, DayArray, NDArray[np.int8]]:
    return rows["row"].to_numpy(), rows["ADT"].to_physical().to_numpy(), rows["code"].to_numpy()


def _of_best(best: Best, at: Rows) -> list[Chosen]:
    response, confirmed = (np.isin(code, (Response.CR, Response.PR)) for code in (best.bor, best.cbor))
    flags = {
        "BCP": (np.where(response, best.bor_row, -1), best.bor_on),
        "CB": (best.benefit_row, best.benefit_on),
        "CBCP": (np.where(confirmed, best.cbor_row, -1), best.cbor_on),
        "CCB": (best.confirmed_benefit_row, best.confirmed_benefit_on),
        "CRSP": (best.confirmed_row, best.confirmed_on),
        "RSP": (best.response_row, best.response_on),
    }
    found = [
        Chosen("BOR", _TEXTS[best.bor], at[best.bor_row], best.bor_on),
        Chosen("CBOR", _TEXTS[best.cbor], at[best.cbor_row], best.cbor_on),
    ]
    return found + [_said(name, row >= 0, at[row], on) for name, (row, on) in flags.items()]


def _said(name: str, yes: NDArray[np.bool_], at: Rows, on: DayArray) -> Chosen:
    day = np.where(yes, on, NO_DAY).astype(np.int32)
    return Chosen(name, np.where(yes, "Y", "N").astype(object), np.where(yes, at, -1), day)


def _picked(rows: pl.DataFrame, count: int) -> tuple[Rows, DayArray]:
    """Of several rows of a subject the one that comes last."""
    at, on = np.full(count, -1, np.int64), np.full(count, NO_DAY, np.int32)
    row, day, _ = _columns(rows)
    at[row], on[row] = rows["at"].to_numpy(), day
    return at, on


def _last(flagged: pl.DataFrame, count: int) -> Chosen:
    """LSTA: the last flagged row, whatever it says."""
    at, on = _picked(flagged, count)
    says = np.full(count, "", object)
    says[flagged["row"].to_numpy()] = flagged["AVALC"].to_numpy()
    return Chosen("LSTA", says, at, on)


def _first_pd(flagged: pl.DataFrame, count: int) -> Chosen:
    """PD: the first flagged progression."""
    at, on = _picked(flagged.filter(flagged["code"] == int(Response.PD)).reverse(), count)
    return _said("PD", at >= 0, at, on)
