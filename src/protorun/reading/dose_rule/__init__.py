"""The dose rule of a record: the design it names, or the rule it tells."""

from protorun.reading.dose_rule.chapter import read_dose_rule

__all__ = ["read_dose_rule"]
