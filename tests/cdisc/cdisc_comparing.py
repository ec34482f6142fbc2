"""Compares data sets cell by cell; what differs comes back as {column: how many rows}."""

import polars as pl


def differing(got: pl.DataFrame, published: pl.DataFrame, key: list[str]) -> dict[str, int]:
    """Cells of `published` that `got` does not repeat, by column; rows are matched in the order of the key."""
    assert got.height == published.height
    got, published = got.sort(key, nulls_last=True), published.sort(key, nulls_last=True)
    found = {}
    for column in published.columns:
        theirs, ours = published[column], got[column]
        if theirs.dtype.is_numeric():
            ours, theirs = ours.cast(pl.Float64), theirs.cast(pl.Float64)
            near = ((ours - theirs).abs() <= 1e-9 * (1 + theirs.abs())).fill_null(False)
            wrong = ~near & ~(ours.is_null() & theirs.is_null())
        elif theirs.null_count() == len(theirs):
            wrong = ours.is_not_null()
        else:
            wrong = ours.ne_missing(theirs)
        if wrong.any():
            found[column] = int(wrong.sum())
    return found
