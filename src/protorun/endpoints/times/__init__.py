"""Times to events: the events of an endpoint, what was seen of each patient, and the censoring rules in order."""
