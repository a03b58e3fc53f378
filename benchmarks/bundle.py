"""`python3 run.py bundle --platform P --out ZIP`: carry an installation to an offline PC.

The zip holds the source as git knows it and the wheels of the lock for that system; `run.py
--offline` installs from them with the hashes of the lock.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
WHEELS = "wheels"
FOLDER = "servicecircle"

# Wheels name the oldest C library they run on; any of these runs on a current system.
PLATFORM_TAGS = {
    "linux_x86_64": [
        *(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 26, 24, 17, 12, 5)),
        "manylinux2014_x86_64",
        "manylinux2010_x86_64",
        "manylinux1_x86_64",
    ],
    "win_amd64": ["win_amd64"],
}
MARKER_VALUES = {
    "linux_x86_64": {
        "sys_platform": "linux",
        "os_name": "posix",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
    },
    "win_amd64": {
        "sys_platform": "win32",
        "os_name": "nt",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
}


def main(words: list[str]) -> int:
    """Write the bundle and return the exit status."""
    parser = argparse.ArgumentParser(prog="run.py bundle")
    parser.add_argument("--platform", choices=tuple(PLATFORM_TAGS), required=True)
    parser.add_argument("--python", default="3.11", choices=("3.11", "3.12", "3.13", "3.14"))
    parser.add_argument("--out", type=Path, required=True, metavar="ZIP")
    options = parser.parse_args(words)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = requirements_for(lock, platform=options.platform, python=options.python)
    with tempfile.TemporaryDirectory() as name:
        wheels = Path(name) / WHEELS
        download(wanted, wheels, platform=options.platform, python=options.python)
        write_bundle(options.out, source_files(), sorted(wheels.iterdir()))
    print(f"{options.out}: {options.out.stat().st_size / 1e6:,.0f} MB")
    return 0


def requirements_for(lock: str, *, platform: str, python: str) -> list[str]:
    """Return the pins of the lock that apply to a system, with hashes and without markers.

    pip looks at the markers of the machine it runs on, not of the one the bundle is for.
    """
    values = {
        **MARKER_VALUES[platform],
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    kept = []
    for block in re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE)):
        head, *hashes = [line.rstrip(" \\").strip() for line in block.splitlines() if line.strip()]
        pin, _, marker = head.partition(";")
        if not marker or Marker(marker.strip()).evaluate(values):
            kept.append(" ".join([pin.strip(), *hashes]))
    return kept


def download(requirements: list[str], folder: Path, *, platform: str, python: str) -> None:
    """Fetch the wheels of these pins; pip checks their hashes."""
    folder.mkdir()
    listed = folder.parent / "requirements.txt"
    listed.write_text("\n".join(requirements) + "\n", encoding="utf-8")
    tags = [word for tag in PLATFORM_TAGS[platform] for word in ("--platform", tag)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--python-version", python, "--implementation", "cp"]
    subprocess.run([*command, *tags, "-d", str(folder), "-r", str(listed)], check=True)


def source_files() -> list[str]:
    """Return the files of the source as git knows them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def write_bundle(path: Path, sources: list[str], wheels: list[Path]) -> None:
    """Write source and wheels into one zip with a folder of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in sources:
            bundle.write(ROOT / name, f"{FOLDER}/{name}")
        for wheel in wheels:
            bundle.write(wheel, f"{FOLDER}/{WHEELS}/{wheel.name}", zipfile.ZIP_STORED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
