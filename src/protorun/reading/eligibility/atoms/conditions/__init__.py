"""Conditions of a patient: from the tables, or named by their own words."""
