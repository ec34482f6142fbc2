"""Comparisons of dose finding and trial design with the reference data, one table of all files."""
