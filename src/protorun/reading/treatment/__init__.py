"""Treatment prose to blocks: words, statements, drafts, facts; then arms, starts and what stays open."""

from protorun.reading.treatment.chapter import read_treatment

__all__ = ["read_treatment"]
