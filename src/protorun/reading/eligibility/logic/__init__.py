"""From atoms to a tree: lists, negation, exceptions, conditions, allowances, and what one line says about another."""
