"""The closed list of canonical fields of a record, and the one vocabulary of printed labels all layouts share."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_SIGNS = re.compile(r"[^0-9a-z]+")


def plain(text: str) -> str:
    """The form in which labels are compared: lower case, every run of signs one space, `&` as `and`."""
    return _SIGNS.sub(
        " ", text.lower().replace("&amp;", "&").replace("&", " and ").replace("(s)", "s")
    ).strip()


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("protorun.terms") / "fields.toml").read_text(encoding="utf-8"))


@cache
def kinds() -> Mapping[str, str]:
    """Every canonical field with the kind of its value (`date`, `phase`, `prose` ...)."""
    return {name: row["kind"] for name, row in _table()["field"].items()}


@cache
def labels() -> Mapping[str, str]:
    """Plain printed label -> canonical field."""
    return {plain(label): name for name, row in _table()["field"].items() for label in row["labels"]}


@cache
def headings() -> frozenset[str]:
    """Plain printed headings that open a part of a page without naming a field."""
    return frozenset(plain(line) for line in _table()["headings"]["lines"])


@cache
def ignored() -> Mapping[str, str]:
    """Plain printed labels that carry no canonical field, each with itself."""
    return {plain(line): line for line in _table()["ignored"]["lines"]}


@cache
def closing() -> frozenset[str]:
    """Plain printed lines below which a page says nothing about its record any more."""
    return frozenset(plain(line) for line in _table()["closing"]["lines"])


@cache
def values(kind: str) -> Mapping[str, str]:
    """Plain form -> printed form of the values of a closed kind: status, type, sex, yesno, treatment, arm, places."""
    return {plain(value): value for value in _table()["values"][kind]}
