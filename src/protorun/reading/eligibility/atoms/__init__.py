"""Atoms: stretches of chunks that ask one thing of a patient."""
