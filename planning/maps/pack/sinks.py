"""Where the blocks of a map go: inline as base64, or to whoever hands them to the browser."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, TypeAlias

from planning.maps.pack.encode import Blob
from planning.maps.pack.payload import EncodedMap

Put: TypeAlias = Callable[[bytes, str], str]
"""Takes bytes and an ending such as `.bin`, and returns the address at which they are found.

The map component ignores what follows an underscore when it compares an old map with a new one: an
address that changes with the content has none before that part.
"""


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


def put_blobs(encoded: EncodedMap, put: Put) -> dict[str, dict[str, Any]]:
    """Return the blocks as addresses by name, handing each to `put`.

    Raises
    ------
    OSError
        When `put` does.
    """
    return {
        name: {"url": put(blob.packed, f".{blob.kind}"), "gzip": blob.kind == "bin"}
        for name, blob in encoded.blobs.items()
    }


def document_json(document: dict[str, Any], blobs: dict[str, dict[str, Any]] | None) -> str:
    """Return the document as JSON that is safe inside a script element and inside a template."""
    whole = document if blobs is None else {**document, "blobs": blobs}
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&'\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
