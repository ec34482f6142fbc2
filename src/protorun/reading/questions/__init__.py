"""Open questions: what execution needs and the record does not say."""

from protorun.reading.questions.chapter import read_open_questions

__all__ = ["read_open_questions"]
