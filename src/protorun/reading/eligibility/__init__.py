"""Eligibility: criteria text becomes items, items become trees of typed atoms, and whatever is not covered is named."""

from __future__ import annotations

from protorun.reading.eligibility.chapter import read_eligibility

__all__ = ["read_eligibility"]
