"""Limits on numbers: from a name, a comparator and a quantity to one atom."""
