"""One atom over columns of facts: numbers, ages, conditions and codes, treatments; what silence means."""
