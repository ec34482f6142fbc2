"""Sentences with which sites explain their labels, known by length and hash only; none of their text is stored."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from hashlib import blake2s
from importlib.resources import files
from typing import Literal

from protorun.terms.fields import plain

PREFIX = 40
"""Plain characters that identify a sentence; the rest decides whether it still reads as it was known."""


def fingerprint(text: str) -> tuple[str, str, int]:
    """Hash of the plain beginning, hash of the whole plain text, and its length."""
    bare = plain(text)
    return _hash(bare[:PREFIX]), _hash(bare), len(bare)


def recognize_help(text: str) -> Literal["", "known", "changed"]:
    """Whether a paragraph is a known explanation, or begins like one of about its length and goes on differently."""
    if len(text) > 2000 or len(text) < 12:
        return ""
    prefix, whole, length = fingerprint(text)
    known = _table().get(prefix)
    if known is None:
        return ""
    if (whole, length) in known:
        return "known"
    near = any(abs(length - other) <= 0.25 * other for _, other in known)
    return "changed" if near and length >= PREFIX else ""


@cache
def _table() -> Mapping[str, frozenset[tuple[str, int]]]:
    rows = csv.DictReader(
        (files("protorun.records.pages") / "help_text.csv").read_text(encoding="utf-8").splitlines()
    )
    found: dict[str, set[tuple[str, int]]] = {}
    for row in rows:
        found.setdefault(row["prefix"], set()).add((row["whole"], int(row["length"])))
    return {prefix: frozenset(known) for prefix, known in found.items()}


def _hash(text: str) -> str:
    return blake2s(text.encode(), digest_size=8).hexdigest()
