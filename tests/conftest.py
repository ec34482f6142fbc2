"""Where the shared references lie; tests that need them skip with a reason when the folder is absent."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("protorun", deadline=None)  # a busy machine fails no test by being slow
settings.load_profile("protorun")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of designs and reference data beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("the shared reference data are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def seeds(shared: Path) -> Path:
    """The five records as published, with the hand-made reading."""
    return shared / "records" / "seeds"
