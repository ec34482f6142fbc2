"""Which row of the overall responses each parameter of ADRS copies, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best_response import Best, Course, best_response
from protorun.endpoints.policy import Policy
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response

if TYPE_CHECKING:
    import polars as pl

_TEXTS = np.array([r.text for r in Response], object)


@dataclass(frozen=True)
class Chosen:
    """One parameter: for each subject what it says (AVALC, "" = empty), the row it copies (-1 = none) and its day."""

    parameter: str
    says: NDArray[Any]
    at: NDArray[np.int64]
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
    best = best_response(_course(counted, count), reference_on, settings)
    rows = _Rows(counted, count)
    return [
        *_of_best(best, rows),
        _said("DEATH", died_on != NO_DAY, np.full(count, -1), died_on),
        _last(flagged, count),
        _said("MDIS", measurable, np.full(count, -1), np.full(count, NO_DAY, np.int32)),
        _said("PD", *_first_pd(flagged, count)),
    ]


def _of_best(best: Best, rows: _Rows) -> list[Chosen]:
    response = np.isin(best.bor, (Response.CR, Response.PR))
    confirmed = np.isin(best.cbor, (Response.CR, Response.PR))
    flags = {
        "BCP": np.where(response, best.bor_on, NO_DAY),
        "CB": best.benefit_on,
        "CBCP": np.where(confirmed, best.cbor_on, NO_DAY),
        "CCB": best.confirmed_benefit_on,
        "CRSP": best.confirmed_on,
        "RSP": best.response_on,
    }
    found = [
        Chosen("BOR", _TEXTS[best.bor], rows.at(best.bor_on), best.bor_on),
        Chosen("CBOR", _TEXTS[best.cbor], rows.at(best.cbor_on), best.cbor_on),
    ]
    return found + [_said(name, on != NO_DAY, rows.at(on), on.astype(np.int32)) for name, on in flags.items()]


class _Rows:
    """Finds the row of a subject on a day; there is one a day."""

    def __init__(self, counted: pl.DataFrame, count: int) -> None:
        self._subject = np.arange(count, dtype=np.int64)
        self._key = _key(counted["row"].to_numpy(), counted["ADT"].to_physical().to_numpy())
        self._at = counted["at"].to_numpy().astype(np.int64)

    def at(self, on: DayArray) -> NDArray[np.int64]:
        """Numbers of the rows on these days, -1 where there is none."""
        if not len(self._key):
            return np.full(len(on), -1, np.int64)
        wanted = _key(self._subject, on)
        place = np.minimum(np.searchsorted(self._key, wanted), len(self._key) - 1)
        return np.where((on != NO_DAY) & (self._key[place] == wanted), self._at[place], -1)


def _key(subject: NDArray[Any], day: NDArray[Any]) -> NDArray[np.int64]:
    return (subject.astype(np.int64) << 32) + day.astype(np.int64)


def _course(counted: pl.DataFrame, count: int) -> Course:
    row, place = counted["row"].to_numpy(), _places(counted)
    shape = (count, int(place.max(initial=-1)) + 1)
    code, day = np.full(shape, Response.NONE, np.int8), np.full(shape, NO_DAY, np.int32)
    code[row, place] = counted["code"].to_numpy()
    day[row, place] = counted["ADT"].to_physical().to_numpy()
    return Course(code, day)


def _places(rows: pl.DataFrame) -> NDArray[np.int64]:
    row = rows["row"].to_numpy()
    return np.arange(len(row)) - np.searchsorted(row, row)


def _said(name: str, yes: NDArray[np.bool_], at: NDArray[np.int64], on: DayArray) -> Chosen:
    return Chosen(name, np.where(yes, "Y", "N").astype(object), np.where(yes, at, -1), on)


def _last(flagged: pl.DataFrame, count: int) -> Chosen:
    """LSTA: the last flagged row, whatever it says."""
    at, on = np.full(count, -1, np.int64), np.full(count, NO_DAY, np.int32)
    says = np.full(count, "", object)
    row = flagged["row"].to_numpy()  # sorted: of several rows the latest stays
    at[row], on[row] = flagged["at"].to_numpy(), flagged["ADT"].to_physical().to_numpy()
    says[row] = flagged["AVALC"].to_numpy()
    return Chosen("LSTA", says, at, on)


def _first_pd(flagged: pl.DataFrame, count: int) -> tuple[NDArray[np.bool_], NDArray[np.int64], DayArray]:
    worse = flagged.filter(flagged["code"] == int(Response.PD)).reverse()
    at, on = np.full(count, -1, np.int64), np.full(count, NO_DAY, np.int32)
    row = worse["row"].to_numpy()
    at[row], on[row] = worse["at"].to_numpy(), worse["ADT"].to_physical().to_numpy()
    return at >= 0, at, on
