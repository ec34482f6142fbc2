"""What the members of a list share: a head before they are read, a time, a clause or a noun behind that."""
