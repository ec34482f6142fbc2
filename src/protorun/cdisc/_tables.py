"""The rules of the CDISC data sets as tables: parameters, sources of times to events, labels."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """A table of this folder by the name of its file."""
    return tomllib.loads(files("protorun.cdisc").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
