"""One of several kinds of event happens first."""
