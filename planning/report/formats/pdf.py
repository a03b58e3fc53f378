"""The printed report as PDF, by a Chromium browser of the machine when there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
PLACES = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
"""Below the program folders of Windows."""
LONGEST_S = 180


def find_browser() -> str | None:
    """Return a Chromium browser of this machine (Chrome and Edge are ones), None without."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    folders = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)")]
    paths = [Path(folder) / place for folder in folders if folder for place in PLACES]
    return next((str(path) for path in paths if path.is_file()), None)


def print_pdf(html: Path, target: Path, *, browser: str) -> bool:
    """Print an HTML file to PDF; return False when the browser made none.

    Parameters
    ----------
    browser
        From `find_browser`.
    """
    with tempfile.TemporaryDirectory(prefix="servicecircle-print-") as profile:
        words = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target.resolve()}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            words.append("--no-sandbox")
        words.append(html.resolve().as_uri())
        try:
            subprocess.run(words, capture_output=True, timeout=LONGEST_S, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return False
    return target.is_file() and target.read_bytes()[:5] == b"%PDF-"
