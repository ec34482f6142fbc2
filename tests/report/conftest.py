"""The demo run once with few copies; its parts and pages serve every test of a report."""

import pytest

from protorun.demo import demo

COPIES, SEED = 20, 3


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def ran(demo_folder):
    """The five demo studies by name."""
    return {r.name: r for r in demo(demo_folder, copies=COPIES, seed=SEED)}


@pytest.fixture(scope="session")
def pages(ran):
    """The five pages as written."""
    return {name: r.page.read_text(encoding="utf-8") for name, r in ran.items()}
