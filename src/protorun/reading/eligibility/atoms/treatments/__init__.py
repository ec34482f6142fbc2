"""Treatments with their time, their exemptions and their tense."""
