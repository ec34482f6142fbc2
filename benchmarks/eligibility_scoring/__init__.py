"""What the eligibility scorer is made of: the corpus and its gold, the limits we read, how they are compared, the peer."""
