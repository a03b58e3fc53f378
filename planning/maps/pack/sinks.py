"""Where the blocks of a map go: inline as base64, or files named by their content."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planning.maps.pack.encode import Blob
from planning.maps.pack.payload import EncodedMap

_PREFIX = "sc-"


def inline_blobs(encoded: EncodedMap, *, is_compressed: bool = True) -> dict[str, dict[str, Any]]:
    """Return the blocks as base64 texts by name.

    Parameters
    ----------
    encoded
        The map.
    is_compressed
        False leaves arrays uncompressed, for browsers that cannot unpack gzip.
    """
    return {name: _inline(blob, is_compressed) for name, blob in encoded.blobs.items()}


def _inline(blob: Blob, is_compressed: bool) -> dict[str, Any]:
    is_packed = is_compressed and blob.kind == "bin"
    content = blob.packed if is_packed else blob.content
    return {"data": base64.b64encode(content).decode("ascii"), "gzip": is_packed}


@dataclass(frozen=True, slots=True)
class StaticFolder:
    """A folder that the app's server hands out, and the address it is reached by.

    Everybody who reaches the server can read these files: no person-level data may go there.
    """

    path: Path
    url: str = "/app/static"

    def put(self, content: bytes, suffix: str) -> str:
        """Write a file named by its content, unless it is there already, and return its address.

        Raises
        ------
        OSError
            When the folder cannot be written.
        """
        # A hyphen before the hash: the map component ignores what follows an underscore when it
        # compares an old map with a new one.
        name = f"{_PREFIX}{hashlib.sha256(content).hexdigest()[:32]}{suffix}"
        target = self.path / name
        if target.exists():
            # Kept young, so that clearing old files does not take it.
            os.utime(target)
        else:
            self.path.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.path, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        return f"{self.url.rstrip('/')}/{name}"


def static_blobs(encoded: EncodedMap, folder: StaticFolder) -> dict[str, dict[str, Any]]:
    """Return the blocks as addresses by name, writing what is missing.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    out: dict[str, dict[str, Any]] = {}
    for name, blob in encoded.blobs.items():
        url = folder.put(blob.packed, f".{blob.kind}")
        out[name] = {"url": url, "gzip": blob.kind == "bin"}
    return out


def clear_static(folder: Path, *, older_than_hours: float = 24.0) -> int:
    """Delete map files that no map has asked for lately and return how many went.

    Only files that this module wrote are touched.
    """
    limit = time.time() - older_than_hours * 3600
    removed = 0
    for path in sorted(folder.glob(f"{_PREFIX}*")) if folder.is_dir() else []:
        if path.is_file() and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def document_json(document: dict[str, Any], blobs: dict[str, dict[str, Any]] | None) -> str:
    """Return the document as JSON that is safe inside a script element and inside a template."""
    whole = document if blobs is None else {**document, "blobs": blobs}
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&'\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
