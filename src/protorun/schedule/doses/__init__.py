"""Doses as given: exposure, and the changes that toxicity asks for."""

from protorun.schedule.doses.exposure import Exposure, exposure

__all__ = ["Exposure", "exposure"]
