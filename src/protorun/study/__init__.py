"""What the protocol says: frozen nouns, each stated fact tied to the characters that state it."""
