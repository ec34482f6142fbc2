"""Endpoints: what is measured, by which criteria, from which day, what counts as the event, and who is censored when."""

from protorun.reading.endpoints.chapter import read_endpoints

__all__ = ["read_endpoints"]
