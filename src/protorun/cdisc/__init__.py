"""The CDISC border: SDTM in, ADaM data sets out; inside, everything has the names of this package."""

from protorun.cdisc.adrs import adrs
from protorun.cdisc.adtr import adtr
from protorun.cdisc.adtte import adtte
from protorun.cdisc.from_sdtm import Imported, from_sdtm
from protorun.cdisc.to_adam import to_adam
from protorun.cdisc.xpt import read_xpt, write_xpt

__all__ = ["Imported", "adrs", "adtr", "adtte", "from_sdtm", "read_xpt", "to_adam", "write_xpt"]
