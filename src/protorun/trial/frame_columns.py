"""Columns of a data frame read as what they mean; every refusal names the table, the column and the row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.tables import NOT_MEASURED, IntArray

if TYPE_CHECKING:
    import polars as pl

TRUTH = {"": 1, "unknown": 1, "yes": 2, "no": 0, "true": 2, "false": 0, "y": 2, "n": 0}
_LARGEST_MM = 1000.0


@dataclass(frozen=True)
class Columns:
    """One table of the caller; columns it lacks read as blank."""

    frame: pl.DataFrame
    name: str

    def __len__(self) -> int:
        return self.frame.height

    def has(self, column: str) -> bool:
        """Is there such a column."""
        return column in self.frame.columns

    def refuse(self, column: str, bad: pl.Series, says: str, hint: str = "") -> PatientDataError:
        """An error about the first row where `bad` holds; rows count from 1."""
        row = int(bad.arg_true()[0])
        cell = self.frame[column][row]
        return PatientDataError(f"{cell!r} {says}", where=f"{self.name}.{column}, row {row + 1}", hint=hint)

    def texts(self, column: str) -> pl.Series:
        """The cells as text without surrounding blanks; null where blank."""
        import polars as pl

        if not self.has(column):
            return pl.Series(column, [None] * len(self), dtype=pl.String)
        given = self.frame[column]
        text = given.cast(pl.String).str.strip_chars()
        return text.set(text == "", None) if len(text) else text

    def days(self, column: str) -> DayArray:
        """Dates, times, ISO texts or whole numbers (days of one calendar) as days; `NO_DAY` where blank."""
        import polars as pl

        if not self.has(column):
            return np.full(len(self), NO_DAY, np.int32)
        given = self.frame[column]
        if given.dtype == pl.String:
            text = self.texts(column)
            found = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
            bad = text.is_not_null() & (found.is_null() | (text.str.len_chars() < 10))
            if bad.any():
                raise self.refuse(column, bad, "is no date", "write YYYY-MM-DD")
            given = found
        if given.dtype == pl.Datetime:
            given = given.cast(pl.Date)
        if given.dtype == pl.Date:
            given = given.to_physical()
        return self._whole(column, given).fill_null(int(NO_DAY)).to_numpy().astype(np.int32)

    def _whole(self, column: str, given: pl.Series) -> pl.Series:
        import polars as pl

        if given.dtype == pl.Null:
            return given.cast(pl.Int64)
        if not given.dtype.is_numeric():
            raise PatientDataError(f"{given.dtype} is no date or number", where=f"{self.name}.{column}")
        found = given.fill_nan(None) if given.dtype.is_float() else given
        bad = (found.cast(pl.Float64) != found.cast(pl.Float64).round()) | (
            found.cast(pl.Float64).abs() >= 2**31
        )
        if bad.any():
            raise self.refuse(column, bad.fill_null(False), "is no whole number")
        return found.cast(pl.Int64)

    def whole(self, column: str, blank: int) -> IntArray:
        """Whole numbers; `blank` where there is none."""
        if not self.has(column):
            return np.full(len(self), blank, np.int32)
        found = self._whole(column, self._numeric(column))
        return found.fill_null(blank).to_numpy().astype(np.int32)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Numbers from 0 on; NaN where blank."""
        import polars as pl

        if not self.has(column):
            return np.full(len(self), np.nan)
        found = self._numeric(column).cast(pl.Float64)
        bad = ((found < 0) | found.is_infinite()).fill_null(False)
        if bad.any():
            raise self.refuse(column, bad, "is not a number from 0 on")
        return found.fill_null(np.nan).to_numpy().astype(np.float64)

    def _numeric(self, column: str) -> pl.Series:
        import polars as pl

        given = self.frame[column]
        if given.dtype.is_numeric():
            return given
        text = self.texts(column)
        found = text.cast(pl.Float64, strict=False)
        bad = text.is_not_null() & found.is_null()
        if bad.any():
            raise self.refuse(column, bad, "is no number")
        return found

    def hundredths(self, column: str) -> IntArray:
        """Millimeters as hundredths; `NOT_MEASURED` where blank. Raises PatientDataError beyond a meter."""
        found = self.numbers(column)
        too_long = found > _LARGEST_MM
        if too_long.any():
            import polars as pl

            raise self.refuse(
                column, pl.Series(too_long), "is longer than a meter", "lengths are in millimeters"
            )
        return np.where(np.isnan(found), NOT_MEASURED, np.round(np.nan_to_num(found) * 100)).astype(np.int32)

    def words(self, column: str, known: Mapping[str, int]) -> NDArray[np.int16]:
        """Codes of a closed list of words, whatever their case; blank cells need the word "" in the list."""
        import polars as pl

        text = self.texts(column).fill_null("")
        lower = text.str.to_lowercase().str.replace_all("_", " ", literal=True)
        folded = {word.lower().replace("_", " "): int(code) for word, code in known.items()}
        found = lower.replace_strict(folded, default=None, return_dtype=pl.Int16)
        if found.null_count():
            there_are = ", ".join(word for word in known if word)
            if not self.has(column):
                raise PatientDataError(f"there is no column {column}", where=self.name)
            raise self.refuse(column, found.is_null(), "is not known", f"one of: {there_are}")
        return found.to_numpy()

    def truth(self, column: str) -> NDArray[np.uint8]:
        """Kleene truth of yes, no, true, false or blank."""
        return self.words(column, TRUTH).astype(np.uint8)

    def listed(self, column: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Codes of a free list of names in the order of their first use, -1 where blank; and the names."""
        import polars as pl

        text = self.texts(column)
        names: list[Any] = text.drop_nulls().unique(maintain_order=True).to_list()
        codes = {name: at for at, name in enumerate(names)}
        found = text.replace_strict(codes, default=-1, return_dtype=pl.Int32) if names else None
        blank = np.full(len(self), -1, np.int32)
        return (blank if found is None else found.fill_null(-1).to_numpy().astype(np.int32)), tuple(names)
