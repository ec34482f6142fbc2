"""Words, numbers and time windows of a line: what is known before any sense is made of it."""
