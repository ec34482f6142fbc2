"""The five demo studies, run from record to report."""

from protorun.demo.ran import Ran
from protorun.demo.running import demo

__all__ = ["Ran", "demo"]
