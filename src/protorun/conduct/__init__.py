"""THE loop: one way to run a trial by calendar day, for recorded and for virtual patients, for one copy or thousands."""

from protorun.conduct.conducting import conduct
from protorun.conduct.plan import Plan, Stage, plan

__all__ = ["Plan", "Stage", "conduct", "plan"]
