"""Models of the hazard."""
