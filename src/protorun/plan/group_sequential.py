"""A group-sequential plan: bounds by look, with the patients or events each look takes."""

from __future__ import annotations

from protorun.statistics.design.sequential.group_sequential import GroupSequential, group_sequential

__all__ = ["GroupSequential", "group_sequential"]
