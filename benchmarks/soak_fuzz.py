"""`python3 run.py soak fuzz --minutes N`: broken files without end against every reader."""

from __future__ import annotations

import subprocess
import sys
import tempfile


def main(minutes: float) -> int:
    """Fuzz for so many minutes in a process of its own and return its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "tests.data.broken.fuzz",
            folder,
            "--minutes",
            str(minutes),
        ]
        return subprocess.run(command, check=False).returncode
