"""The CDISC border: SDTM in, ADaM data sets out; inside, everything has the names of this package."""

from protorun.cdisc.adrs import adrs
from protorun.cdisc.adtr import adtr
from protorun.cdisc.adtte import adtte

__all__ = ["adrs", "adtr", "adtte"]
