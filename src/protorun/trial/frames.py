"""Data frames at the door: polars, pandas, pyarrow or columns of lists in; polars inside; the caller's data unchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from protorun.errors import PatientDataError

if TYPE_CHECKING:
    import polars as pl


def polars_of(frame: Any, name: str, *, needs: Sequence[str] = ()) -> pl.DataFrame:
    """Any data frame that narwhals knows (polars, also lazy; pandas; pyarrow; ...), or a mapping of columns, as polars.

    NaN of pandas becomes null. Raises PatientDataError for something that is no table, and for columns in `needs` that
    are not there; `name` says which table it is.
    """
    import polars as pl

    if isinstance(frame, pl.DataFrame):
        found = frame
    elif isinstance(frame, pl.LazyFrame):
        found = frame.collect()
    elif isinstance(frame, Mapping):
        found = pl.DataFrame(dict(frame), strict=False)
    else:
        found = _converted(frame, name)
    lost = [column for column in needs if column not in found.columns]
    if lost:
        has = ", ".join(found.columns) or "no columns"
        raise PatientDataError(
            f"there is no column {', '.join(lost)}", where=name, hint=f"the table has {has}"
        )
    return found


def _converted(frame: Any, name: str) -> pl.DataFrame:
    import narwhals as nw

    try:
        eager = nw.from_native(frame)
    except TypeError:
        says = f"a {type(frame).__name__} is no table"
        raise PatientDataError(says, where=name, hint="give a polars, pandas or pyarrow table") from None
    if isinstance(eager, nw.LazyFrame):
        eager = eager.collect()
    found: pl.DataFrame = eager.to_polars()
    return found
