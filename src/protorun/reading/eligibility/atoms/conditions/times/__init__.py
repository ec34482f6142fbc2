"""When a condition was: events, times that a list shares, times behind conditions."""
