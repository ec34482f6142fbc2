"""Criteria as SQL: the same trees as one statement, for patients whose data stay in a database."""

from protorun.screening.sql.statement import Statement, statement

__all__ = ["Statement", "statement"]
