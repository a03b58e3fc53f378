"""One broken file, and ways to break a good one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Broken:
    """A file that takes the place of a good one; `table` is the study's table that names it."""

    name: str
    table: str
    ending: str
    content: bytes


def mutations(content: bytes, n: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield a file cut short, with bytes changed, repeated and removed."""
    rng = np.random.default_rng(seed)
    for index in range(n):
        kind = index % 4
        if not content:
            return
        place = int(rng.integers(0, len(content)))
        if kind == 0:
            yield f"cut-{index}", content[:place]
        elif kind == 1:
            changed = bytearray(content)
            for spot in rng.integers(0, len(content), 1 + len(content) // 200):
                changed[spot] = int(rng.integers(0, 256))
            yield f"changed-{index}", bytes(changed)
        elif kind == 2:
            yield f"repeated-{index}", content[:place] + content[place // 2 :]
        else:
            yield f"removed-{index}", content[: place // 2] + content[place:]


def bomb(name: str, size: int) -> bytes:
    """Return an archive whose one entry unpacks to `size` bytes of nothing."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w") as entry,
    ):
        for _ in range(size // 1_000_000):
            entry.write(b"\0" * 1_000_000)
    return out.getvalue()


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
