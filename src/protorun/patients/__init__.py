"""Where patients come from: one file per source, with the same two methods for real and for virtual ones."""

NOT_PLUGINS = frozenset({"csv", "source", "scenario", "scenario_file", "tables", "warehouse"})
