"""Arms: listed or told in running text, the parts and cohorts they belong to, whom they take, and what they wait for."""

from protorun.reading.arms.chapter import read_arms
from protorun.reading.arms.gates import read_gates

__all__ = ["read_arms", "read_gates"]
