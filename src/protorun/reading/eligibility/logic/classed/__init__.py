"""How far a tree covers its words, and which of its parts wait for a person."""
