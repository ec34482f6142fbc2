"""From stretches of text to passages: detection, values inside values, and the account of who claimed what."""
