"""Trials with looks: bounds, spending, crossing probabilities, and what the calendar does to them."""
