"""Conduct a trial thousands of times with virtual patients, and count what became of it."""

from protorun.simulate.simulating import simulate
from protorun.simulate.simulation import Simulation

__all__ = ["Simulation", "simulate"]
