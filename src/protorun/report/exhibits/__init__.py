"""Figures and tables for publication, each with the data behind it: SVG, HTML, RTF and CSV."""

from protorun.report.exhibits.collect import exhibits
from protorun.report.exhibits.exhibit import Exhibit, write

__all__ = ["Exhibit", "exhibits", "write"]
