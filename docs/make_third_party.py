"""Write THIRD_PARTY.md: every package of the lock and the licence it declares.

Run `python docs/make_third_party.py` in the environment of the lock; a test looks for each pin.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution, metadata
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


BUNDLED = """
## Libraries inside the wheels

Wheels for Linux bring these shared libraries along, unchanged, as files of their own that may be
replaced. Wheels for other systems bring the same or similar ones. The parts under the LGPL are
used by linking to them; their sources are those of the projects named. The GDAL of pyogrio holds
GEOS (LGPL-2.1-or-later), PROJ, SQLite, libtiff and others in itself; what pyarrow, lxml and
llvmlite hold in themselves is listed by these packages.

| package | libraries |
|---|---|
"""
LIBRARY_LICENCES = {
    "aec": "BSD-2-Clause",
    "avif": "BSD-2-Clause",
    "blosc": "BSD-3-Clause",
    "brotlicommon": "MIT",
    "brotlidec": "MIT",
    "bz2": "bzip2-1.0.6",
    "com_err": "MIT",
    "crypt": "LGPL-2.1-or-later",
    "crypto": "Apache-2.0",
    "curl": "curl",
    "deflate": "MIT",
    "freetype": "FTL OR GPL-2.0",
    "gdal": "MIT",
    "geos": "LGPL-2.1-or-later",
    "geos_c": "LGPL-2.1-or-later",
    "gfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "gif": "MIT",
    "gomp": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "gssapi_krb5": "MIT",
    "harfbuzz": "MIT",
    "hdf5": "BSD-3-Clause",
    "hdf5_hl": "BSD-3-Clause",
    "jpeg": "IJG AND BSD-3-Clause",
    "json-c": "MIT",
    "k5crypto": "MIT",
    "keyutils": "LGPL-2.1-or-later",
    "krb5": "MIT",
    "krb5support": "MIT",
    "lber": "OLDAP-2.8",
    "lcms2": "MIT",
    "ldap": "OLDAP-2.8",
    "lerc": "Apache-2.0",
    "lz4": "BSD-2-Clause",
    "lzma": "0BSD",
    "netcdf": "BSD-3-Clause",
    "nghttp2": "MIT",
    "openjp2": "BSD-2-Clause",
    "pcre2-8": "BSD-3-Clause",
    "png16": "libpng-2.0",
    "pq": "PostgreSQL",
    "proj": "MIT",
    "quadmath": "LGPL-2.1-or-later",
    "sasl2": "BSD-4-Clause",
    "scipy_openblas": "BSD-3-Clause",
    "scipy_openblas64_": "BSD-3-Clause",
    "sharpyuv": "BSD-3-Clause",
    "spatialindex": "MIT",
    "sqlite3": "public domain",
    "ssl": "Apache-2.0",
    "sz": "BSD-2-Clause",
    "tiff": "libtiff",
    "webp": "BSD-3-Clause",
    "webpdemux": "BSD-3-Clause",
    "webpmux": "BSD-3-Clause",
    "xau": "MIT",
    "xcb": "MIT",
    "zstd": "BSD-3-Clause",
}
"""Licence of each library that a wheel brings, by its name without `lib`."""


def bundled_libraries(name: str) -> list[str]:
    """Return the shared libraries that the installed wheel of a package brings, by name."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return []
    shared = [Path(file).name for file in files if Path(file).parts[0].endswith(".libs")]
    form = re.compile(r"lib(.+?)-?(?:-[0-9a-f]{8})*\.(?:so|dylib|dll)")
    found = map(form.match, shared)
    return sorted({match.group(1).rstrip("-").lower() for match in found if match})


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
    brought = {name: bundled_libraries(name) for name in pinned_names(lock)}
    inside = [
        f"| {name} | {'; '.join(f'{each} ({LIBRARY_LICENCES[each]})' for each in libraries)} |"
        for name, libraries in brought.items()
        if libraries
    ]
    return HEAD + "\n".join(rows) + "\n" + BUNDLED + "\n".join(inside) + "\n" + VENDORED


if __name__ == "__main__":
    text = third_party((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    (ROOT / "THIRD_PARTY.md").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{text.count(chr(10))} lines\n")
