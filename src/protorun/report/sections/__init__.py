"""Sections of the report: one file each, with `ORDER`, `TITLE` and `build(parts)`; a template of the same name draws it."""
