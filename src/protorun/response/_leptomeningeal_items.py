"""Which domains and items the RANO-LM instruments ask for, and the items a table holds laid beside them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PluginNotFound
from protorun.response._exam_grid import ExamGrid
from protorun.response._settings import Settings
from protorun.trial.leptomeninges import Input

Values = NDArray[np.float64]
RECORDED = "recorded"


@cache
def item_lists(kind: str) -> dict[str, tuple[str, ...]]:
    """The named lists of `exam_domains` or `mri_items`."""
    text = files("protorun.response").joinpath("rano_lm.toml").read_text(encoding="utf-8")
    return {name: tuple(items) for name, items in tomllib.loads(text)[kind].items()}


def wanted(kind: str, name: str) -> tuple[str, ...]:
    """The items a policy asks for; none when it takes what is recorded. Raises PluginNotFound."""
    if name == RECORDED:
        return ()
    if name not in item_lists(kind):
        raise PluginNotFound(kind.replace("_", " "), name, (RECORDED, *item_lists(kind)))
    return item_lists(kind)[name]


def exam_values(grid: ExamGrid, settings: Settings) -> tuple[Values, tuple[str, ...], NDArray[np.bool_]]:
    """Levels as (patient, visit, domain), the domains, and which of them the policy asks for."""
    return _beside(grid, Input.EXAM, wanted("exam_domains", settings.exam_domains))


def mri_values(grid: ExamGrid, settings: Settings) -> tuple[Values, tuple[str, ...], NDArray[np.bool_]]:
    """Codes of `Change` as (patient, visit, item), the items, and which of them the policy asks for."""
    return _beside(grid, Input.MRI, wanted("mri_items", settings.mri_items))


def _beside(
    grid: ExamGrid, kind: Input, asked: tuple[str, ...]
) -> tuple[Values, tuple[str, ...], NDArray[np.bool_]]:
    """The recorded items, and a column of NaN for each one that is asked for and in nobody's record."""
    values, items = grid.values[kind], grid.items[kind]
    lacking = tuple(name for name in asked if name not in items)
    if lacking:
        values = np.concatenate([values, np.full((*values.shape[:2], len(lacking)), np.nan)], axis=2)
    names = (*items, *lacking)
    return values, names, np.isin(np.array(names, dtype=str), np.array(asked, dtype=str))
