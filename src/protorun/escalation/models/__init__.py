"""Dose-toxicity models on fixed quadrature nodes: all rows of a batch in a few matrix products."""
