"""What the members of a list of conditions share before any of them is read."""
