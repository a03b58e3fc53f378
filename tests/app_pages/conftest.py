"""Fixtures of the pages: a data folder of their own, one page as an app, one served county."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app_pages.served import served_app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch) -> Path:
    """Keep saved scenarios, uploads and recent studies in a folder of this test."""
    monkeypatch.setenv("SERVICECIRCLE_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def served_county(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """Serve the built-in county once for all browsers; return the address and its data folder."""
    folder = tmp_path_factory.mktemp("served")
    with served_app(folder) as address:
        yield address, folder


@pytest.fixture
def run_page() -> Callable[..., AppTest]:
    """Return a function that runs a page by its name; further values go into its state."""

    def run(name: str, **state) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app_pages" / f"{name}.py"), default_timeout=180)
        for key, value in state.items():
            app.session_state[key] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return run
