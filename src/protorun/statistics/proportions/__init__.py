"""Counts out of counts: intervals, tests and differences of proportions."""
