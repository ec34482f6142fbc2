"""Results for people: one self-contained HTML file per study."""

from protorun.report.page import report

__all__ = ["report"]
