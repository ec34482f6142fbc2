"""What a file is before it is a record: bytes decoded once, JSON, XML and CSV read strictly."""
