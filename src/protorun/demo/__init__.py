"""The five demo studies, run from record to report."""

from protorun.demo.running import Ran, demo

__all__ = ["Ran", "demo"]
