"""Where patients come from: one file per source, with the same two methods for real and for virtual ones."""

NOT_PLUGINS = frozenset(
    {
        "adverse_events",
        "answers",
        "drawn_answers",
        "drawn_events",
        "drawn_exams",
        "drawn_lesions",
        "csv",
        "dose_outcomes",
        "dose_scenarios",
        "frame_files",
        "labs",
        "ref_ranges",
        "scenario",
        "scenario_file",
        "source",
        "tables",
        "toxicity_courses",
        "warehouse",
    }
)
