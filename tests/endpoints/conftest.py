"""The endpoints of the ivonescimab trial, with the words of our own demo record, and its twelve fixture patients."""

from importlib.resources import files
from pathlib import Path

import pytest

from protorun.patients.tables import parse_tables
from protorun.study.endpoint import Censoring, Endpoint, EndpointEvent
from protorun.study.source import Source, stated
from protorun.trial.tables import Tables

CASES = Path(__file__).parents[1] / "cases" / "endpoints" / "ivonescimab"
TEXT = files("protorun.demo").joinpath("records/IVONESCIMAB.txt").read_text(encoding="utf-8")


def said(quote: str) -> Source:
    """Where the demo record says it."""
    start = TEXT.index(quote)
    return Source(start=start, end=start + len(quote), quote=quote)


BASELINE = "If a participant does not have a complete baseline disease assessment, PFS is censored at the date of randomization"
LAST = "PFS is censored at the date of the last adequate tumor assessment"
CR_PR = "a best response of complete response (CR) or partial response (PR)"
SD4 = "stable disease (SD) lasting 4 weeks or longer"
WEEKS = "Up to approximately 12 weeks"
ORIGIN = stated("randomization", said("from the date of randomization"))


@pytest.fixture
def endpoints() -> dict[str, Endpoint]:
    """CNS ORR, CNS CBR, PFS and OS as the record states them."""
    cns = {
        "kind": "response_rate",
        "criteria": stated("rano_bm", said("RANO-BM")),
        "compartment": "cns",
        "time_frame": stated(WEEKS, said(WEEKS)),
        "time_frame_days": stated(84, said(WEEKS)),
    }
    death = EndpointEvent(kind="death", sources=(said("death from any cause"),))
    all_ = (
        Endpoint(
            id="CNS_ORR",
            name=stated("CNS ORR", said("CNS ORR")),
            responses=stated(("CR", "PR"), said(CR_PR)),
            **cns,
        ),
        Endpoint(
            id="CNS_CBR",
            name=stated("CNS CBR", said("CNS CBR")),
            responses=stated(("CR", "PR", "SD"), said(SD4)),
            min_sd_days=stated(28, said(SD4)),
            **cns,
        ),
        Endpoint(
            id="PFS",
            name=stated("PFS", said("PFS")),
            kind="time_to_event",
            criteria=stated("recist_1_1", said("RECIST v1.1")),
            origin=ORIGIN,
            events=(
                EndpointEvent(
                    kind="progression",
                    criteria="recist_1_1",
                    sources=(said("first evidence of disease progression"),),
                ),
                death,
            ),
            censoring=(
                Censoring(
                    when="no_complete_baseline",
                    at="origin",
                    overrides_event=True,
                    basis=stated("no_complete_baseline", said(BASELINE)),
                ),
                Censoring(
                    when="no_event_by_cutoff",
                    at="last_adequate_assessment",
                    basis=stated("no_event_by_cutoff", said(LAST)),
                ),
            ),
        ),
        Endpoint(
            id="OS", name=stated("OS", said("OS")), kind="time_to_event", origin=ORIGIN, events=(death,)
        ),
    )
    return {e.id: e for e in all_}


@pytest.fixture(scope="session")
def twelve() -> Tables:
    """Twelve patients, each for one rule."""
    return parse_tables(
        *((CASES / f"{name}.csv").read_text() for name in ("patients", "lesions", "assessments"))
    )
