"""Design of confirmatory trials: bounds, sizes and power. Plain functions, numbers in, numbers out."""
