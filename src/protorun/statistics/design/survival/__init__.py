"""Two-arm trials with a time to event: expected events, sizes and power of the log-rank test and its relatives."""
