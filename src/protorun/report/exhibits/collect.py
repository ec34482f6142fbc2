"""Every exhibit an analysis can fill, in the order of a results section."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from importlib.metadata import version

from protorun.analyze import Results
from protorun.report.exhibits.adverse_events import adverse_event_exhibits
from protorun.report.exhibits.dose_limiting import dose_limiting_exhibits
from protorun.report.exhibits.exhibit import Exhibit
from protorun.report.exhibits.quality_of_life import quality_of_life_exhibits
from protorun.report.exhibits.response import response_exhibits
from protorun.report.exhibits.rules import deciding_rules
from protorun.report.exhibits.survival import survival_exhibits
from protorun.study.study import Study
from protorun.study_file import dumps


def exhibits(study: Study, results: Results) -> tuple[Exhibit, ...]:
    """Figures and tables of the endpoints that were analyzed; each names cutoff, study and version below."""
    below = _provenance(study, results)
    return (
        *response_exhibits(study, results, below),
        *survival_exhibits(results, below),
        *safety_exhibits(study, results, below),
        *deciding_rules(results, below),
    )


def safety_exhibits(study: Study, results: Results, below: str) -> tuple[Exhibit, ...]:
    """The tables that need no endpoint: dose-limiting toxicities, adverse events, quality of life."""
    return (
        *dose_limiting_exhibits(study, results, below),
        *adverse_event_exhibits(results, below),
        *quality_of_life_exhibits(results, below),
    )


def _provenance(study: Study, results: Results) -> str:
    day = results.cutoff_day
    shown = day if day is None or not results.calendar else date(1970, 1, 1) + timedelta(days=day)
    cutoff = "no data cutoff" if shown is None else f"data cutoff {shown}"
    digest = hashlib.sha256(dumps(study).encode()).hexdigest()[:16]
    return f"Study {study.key} (SHA-256 {digest}); {cutoff}; protorun {version('protorun')}."
