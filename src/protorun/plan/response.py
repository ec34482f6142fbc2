"""What a record states about its response endpoints and its size: the frame of a single-arm plan, never its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from protorun.errors import NotStated, UsageError
from protorun.study.endpoint import Endpoint
from protorun.study.study import Study


@dataclass(frozen=True)
class ResponseFrame:
    """The endpoint a plan is for, and the patients the record states; `allocation` as read, None where it is not stated."""

    endpoint: Endpoint
    patients: int | None
    allocation: str | None

    def words(self) -> tuple[str, ...]:
        """What the record states, in sentences, with its own words where it has any."""
        name = self.endpoint.name
        quote = (
            f' ("{name.sources[0].quote}")' if name.sources and name.sources[0].quote != name.value else ""
        )
        counted = ", ".join(self.endpoint.responses.value or ())
        told = [f"{self.endpoint.level} endpoint {self.endpoint.id}: {name.value}{quote}"]
        told.append(f"responses that count: {counted or 'not stated'}")
        told.append(f"patients: {'not stated' if self.patients is None else self.patients}")
        if self.allocation not in (None, "single_arm"):
            told.append(f"the record says {self.allocation}; this plan is for one arm of it alone")
        return tuple(told)


def response_frame(study: Study, endpoint: str | None = None) -> ResponseFrame:
    """The response endpoint of that id, or the first primary one, else the first. Raises NotStated where the record has no
    response endpoint, UsageError for an id that is none."""
    rates = [one for one in study.endpoints if one.kind == "response_rate"]
    if not rates:
        raise NotStated("a response endpoint", path="endpoints", looked_in=study.title)
    if endpoint is not None:
        rates = [one for one in rates if one.id == endpoint]
        if not rates:
            known = ", ".join(one.id for one in study.endpoints if one.kind == "response_rate")
            raise UsageError(f"no response endpoint called {endpoint!r}; there are: {known}")
    chosen = min(rates, key=lambda one: one.level != "primary")
    return ResponseFrame(chosen, study.enrollment.size.value, study.design.allocation.value)
