"""Encodings of the map: paletted PNG, packed arrays, varint lines. Deterministic, no files."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Bytes8: TypeAlias = NDArray[np.uint8]
Bounds: TypeAlias = tuple[float, float, float, float]

_PLANES = {"u8": 1, "u16": 2, "u32": 4}
_DTYPES = {"u8": np.uint8, "u16": np.uint16, "u32": np.uint32}


@dataclass(frozen=True, slots=True)
class Blob:
    """One block of bytes: a `png` picture or a `bin` pack of arrays.

    `packed` is the content as it travels: gzip for packs (made once, used on every rerun of the
    app), the content itself for pictures.
    """

    kind: str
    content: bytes
    packed: bytes


Blobs: TypeAlias = dict[str, Blob]


def paletted_png(index: Bytes8, colours: Sequence[str]) -> bytes:
    r"""Return a PNG whose pixel 0 is transparent and pixel k has `colours[k - 1]`.

    Parameters
    ----------
    index
        (height, width) uint8.
    colours
        `#rrggbb`, at most 255.

    Returns
    -------
    bytes
        A PNG with 1, 2, 4 or 8 bits a pixel.

    >>> paletted_png(np.array([[0, 1]], dtype=np.uint8), ["#ff0000"])[:4]
    b'\x89PNG'
    """
    height, width = index.shape
    image = Image.frombytes("P", (width, height), np.ascontiguousarray(index).tobytes())
    image.putpalette(bytes(3) + b"".join(bytes.fromhex(colour[1:]) for colour in colours))
    bits = next(b for b in (1, 2, 4, 8) if len(colours) < 2**b)
    buffer = io.BytesIO()
    # Level 8: at the usual 6 files are 7 % larger, at 9 they take three times as long.
    image.save(buffer, "PNG", bits=bits, transparency=b"\x00", compress_level=8)
    return buffer.getvalue()


@dataclass(slots=True)
class Pack:
    """Arrays and texts laid behind each other in one block of bytes, with a list of what is where.

    Each entry of `entries` is [name, type, count, is_delta]; type is u8, u16, u32, varint or json.
    Numbers of several bytes are stored byte plane by byte plane, which compresses better.
    """

    entries: list[list[Any]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)

    def add_numbers(
        self, name: str, values: NDArray[np.integer[Any]], *, is_delta: bool = False
    ) -> None:
        """Add whole numbers >= 0 in the smallest type that holds them, as differences if asked."""
        top = int(values.max(initial=0))
        kind = next(k for k, width in _PLANES.items() if top < 256**width)
        data = np.ascontiguousarray(values, dtype=_DTYPES[kind])
        if is_delta:
            # Unsigned differences wrap around; the sum on reading wraps back.
            data = np.diff(data, prepend=data.dtype.type(0))
        planes = data.view(np.uint8).reshape(-1, _PLANES[kind]).T
        self.entries.append([name, kind, int(values.size), int(is_delta)])
        self.parts.append(planes.tobytes())

    def add_varints(self, name: str, values: NDArray[np.int64]) -> None:
        """Add signed whole numbers as zigzag varints."""
        data = varints(values)
        self.entries.append([name, "varint", len(data), 0])
        self.parts.append(data)

    def add_json(self, name: str, value: object) -> None:
        """Add texts as JSON."""
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        self.entries.append([name, "json", len(data), 0])
        self.parts.append(data)

    def put_into(self, blobs: Blobs, name: str) -> dict[str, Any]:
        """Add the block to the blobs and return what the page needs to read it."""
        content = b"".join(self.parts)
        blobs[name] = Blob("bin", content, compressed(content))
        return {"blob": name, "entries": self.entries}


def varints(values: NDArray[np.int64]) -> bytes:
    r"""Return signed numbers as zigzag varints: 7 bits a byte, low bits first, small numbers short.

    >>> varints(np.array([0, -1, 1, 64, -300]))
    b'\x00\x01\x02\x80\x01\xd7\x04'
    """
    zigzag = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    length = np.ones(zigzag.size, dtype=np.int64)
    for bits in range(7, 64, 7):
        longer = zigzag >> np.uint64(bits) > 0
        if not longer.any():
            break
        length += longer
    start = np.cumsum(length) - length
    out = np.zeros(int(length.sum()), dtype=np.uint8)
    for place in range(int(length.max(initial=0))):
        has = length > place
        low = (zigzag[has] >> np.uint64(7 * place)) & np.uint64(127)
        more = (length[has] > place + 1).astype(np.uint64) << np.uint64(7)
        out[start[has] + place] = (low | more).astype(np.uint8)
    return out.tobytes()


def compressed(data: bytes) -> bytes:
    """Return gzip bytes without a time stamp, the same for the same data."""
    return gzip.compress(data, compresslevel=9, mtime=0)


def chain_segments(
    tail: NDArray[np.int32], head: NDArray[np.int32], group: Bytes8
) -> tuple[NDArray[np.int32], NDArray[np.int64], Bytes8]:
    """Join segments that follow each other into lines, sorted by group.

    Parameters
    ----------
    tail, head
        (n,) nodes at the ends of each segment.
    group
        (n,) group; a line never crosses groups.

    Returns
    -------
    tuple of arrays
        Nodes of all lines behind each other, (m,) number of nodes per line, (m,) group per line.

    >>> nodes, counts, groups = chain_segments(
    ...     np.array([0, 1, 5], dtype=np.int32), np.array([1, 2, 6], dtype=np.int32),
    ...     np.array([0, 0, 0], dtype=np.uint8))
    >>> nodes.tolist(), counts.tolist()
    ([0, 1, 2, 5, 6], [3, 2])
    """
    order = np.argsort(group, kind="stable")
    tail, head, group = tail[order], head[order], group[order]
    is_first = np.ones(tail.size, dtype=bool)
    is_first[1:] = (tail[1:] != head[:-1]) | (group[1:] != group[:-1])
    first = np.flatnonzero(is_first)
    segments = np.diff(first, append=tail.size)
    # Each line has one node more than segments: its tail goes before its heads.
    nodes = np.empty(tail.size + first.size, dtype=np.int32)
    place = np.arange(tail.size) + np.cumsum(is_first)
    nodes[place] = head
    nodes[first + np.arange(first.size)] = tail[first]
    return nodes, segments + 1, group[first]


def add_lines(
    pack: Pack, lon: NDArray[np.float64], lat: NDArray[np.float64], counts: NDArray[np.int64]
) -> None:
    """Add lines to a pack: points per line, then differences of whole 1e-5 degrees (about 1 m)."""
    pack.add_varints("counts", counts)
    for name, degrees in (("x", lon), ("y", lat)):
        whole = np.rint(degrees * 1e5).astype(np.int64)
        pack.add_varints(name, np.diff(whole, prepend=np.int64(0)))


def add_points(
    pack: Pack, lon: NDArray[np.float64], lat: NDArray[np.float64], *, prefix: str = ""
) -> None:
    """Add points to a pack as differences of whole 1e-6 degrees (about 0.1 m)."""
    for name, degrees in (("x", lon), ("y", lat)):
        whole = np.rint(degrees * 1e6).astype(np.int64)
        pack.add_varints(prefix + name, np.diff(whole, prepend=np.int64(0)))


def bounds_of(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Bounds | None:
    """Return (west, south, east, north), or None of nothing."""
    if len(lon) == 0:
        return None
    return float(np.min(lon)), float(np.min(lat)), float(np.max(lon)), float(np.max(lat))


def require_length(layer_id: str, name: str, actual: int, expected: int) -> None:
    """Refuse arrays of different lengths."""
    if actual != expected:
        raise ValueError(f"{layer_id}: {name} has {actual} values, expected {expected}")


def require_classes(layer_id: str, classes: Bytes8, n_classes: int) -> None:
    """Refuse a class (other than 255, blank) that has no swatch or style."""
    top = int(classes[classes != 255].max(initial=0))
    if top >= max(n_classes, 1) or n_classes > 254:
        raise ValueError(f"{layer_id}: class {top} of only {n_classes} classes")
