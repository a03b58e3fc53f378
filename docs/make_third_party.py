"""Write THIRD_PARTY.md: every package of the lock and the licence it declares.

Run `python docs/make_third_party.py` in the environment of the lock; a test looks for each pin.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Third-party software

ServiceCircle installs these packages (the lock has the versions and hashes). The licence is the one
that each package declares in its metadata.

| package | licence |
|---|---|
"""
VENDORED = """
## Shipped with the source

| part | version | licence |
|---|---|---|
| Leaflet (`planning/assets/leaflet`) | 1.9.3 | BSD-2-Clause, text beside the files |
"""


def pinned_names(lock: str) -> list[str]:
    """Return the names of a lock, each once, sorted."""
    return sorted(set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, flags=re.MULTILINE)))


def declared_licence(name: str) -> str:
    """Return the licence that an installed package declares, in one short line."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "installed on other systems only; see the package"
    stated = about.get("License-Expression") or about.get("License") or ""
    if stated and len(stated) < 80 and "\n" not in stated:
        return stated
    classes = [c.split(" :: ")[-1] for c in about.get_all("Classifier") or [] if "License ::" in c]
    return ", ".join(classes) or (stated.splitlines()[0].strip() if stated else "see the package")


def third_party(lock: str) -> str:
    """Return the content of THIRD_PARTY.md."""
    rows = [f"| {name} | {declared_licence(name)} |" for name in pinned_names(lock)]
    return HEAD + "\n".join(rows) + "\n" + VENDORED


if __name__ == "__main__":
    text = third_party((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    (ROOT / "THIRD_PARTY.md").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{text.count(chr(10))} lines\n")
