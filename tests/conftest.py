"""Fixtures for every test: no internet, real data and the built-in county, a seeded generator."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from data.dataset import load_dataset
from data.study.file import SAMPLE_STUDY, read_study
from planning.assess.workflow import Assessment, assess
from planning.standards.assessment import standards_of
from planning.standards.judgement import StandardsResult

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

# Every property has the same budget, the same examples in each run, and no clock.
settings.register_profile("suite", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("suite")

# Subprocesses inherit the block through tests/blocked_network/sitecustomize.py.
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
BLOCKED_NETWORK = ROOT / "tests" / "blocked_network"


@pytest.fixture(autouse=True, scope="session")
def _no_internet() -> Iterator[None]:
    """Refuse every socket that is neither loopback nor a Unix socket, here and in subprocesses."""
    original = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and str(address[0]) not in {
            "127.0.0.1",
            "localhost",
            "::1",
        }:
            msg = f"a test asked for the internet: {address}"
            raise RuntimeError(msg)
        original(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(BLOCKED_NETWORK), before]))
    yield
    socket.socket.connect = original  # type: ignore[method-assign]
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data beside the checkout; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data (../shared/data) is not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def county() -> Assessment:
    """Return the built-in county as it is assessed without a further word."""
    study = read_study(SAMPLE_STUDY)
    return assess(load_dataset(study), study)


@pytest.fixture(scope="session")
def judged(county: Assessment) -> StandardsResult:
    """Return what the standards say of the built-in county."""
    return standards_of(county)


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a seeded generator."""
    return np.random.default_rng(20261121)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests on real data were skipped."""
    skipped = [
        r for r in terminalreporter.stats.get("skipped", []) if "shared/data" in str(r.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} tests on real data skipped: ../shared/data is absent"
        )


def pytest_addoption(parser: Any) -> None:
    """Add the option that rewrites golden files; the diff is reviewed."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files")
