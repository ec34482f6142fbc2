"""Single-arm trials: two-stage and single-stage designs, inference after them, and monitoring of responses or toxicity."""
