"""Trees of atoms: made, simplified, taken apart."""
