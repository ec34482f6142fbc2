"""Questionnaires -> scales: EORTC and FACIT scoring with their rules for missing items, change and deterioration."""
