"""Start the Streamlit app on this machine."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

STUDY_VARIABLE = "SERVICECIRCLE_STUDY"
LANGUAGE_VARIABLE = "SERVICECIRCLE_LANG"

# The wheel has no .streamlit folder, so the same options are given as flags.
OPTIONS: dict[str, str] = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.enableStaticServing": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "100",
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
}

SERVER_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
"""Every run of a page is a new thread; with an arena of memory for each, several people at once
make the server grow for a long time (glibc only; other systems take no notice)."""


def serve_app(*, port: int, study: Path | None, language: str) -> int:
    """Run the app until it is stopped; return its exit status.

    Parameters
    ----------
    port
        Port on the loopback address.
    study
        Study file to open; the built-in county when None.
    language
        First language of the pages.
    """
    environment = {**SERVER_ENVIRONMENT, **os.environ, LANGUAGE_VARIABLE: language}
    if study is not None:
        environment[STUDY_VARIABLE] = str(study.resolve())
    flags = [f"--{name}={value}" for name, value in OPTIONS.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(app_script()), *flags]
    try:
        return subprocess.run(  # noqa: S603 - our own script with our own flags
            [*command, f"--server.port={port}"], check=False, env=environment
        ).returncode
    except KeyboardInterrupt:
        return 0


def app_script() -> Path:
    """Return the path of app.py, which lies beside the packages."""
    spec = importlib.util.find_spec("app")
    if spec is None or spec.origin is None:
        msg = "app.py is not installed"
        raise FileNotFoundError(msg)
    return Path(spec.origin)
