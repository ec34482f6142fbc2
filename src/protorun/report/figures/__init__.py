"""Pictures for people: each is one function from plain data to an inline SVG."""
