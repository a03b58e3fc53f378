"""Lines of a drawing (DXF, as text) as a table: one row a line, its layer as its class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely

from data.errors import StudyError, unreadable
from data.tables.delimited import decoded
from data.tables.sheets import Table
from geo.errors import Finding

MAX_BYTES = 500_000_000
LAYER_COLUMN = "图层"
"""The column of the table that names the layer of each line."""

_BINARY = b"AutoCAD Binary DXF"
_DWG = b"AC10"
_X, _Y, _X_END, _Y_END = "10", "20", "11", "21"
_IS_CLOSED = 1


@dataclass(slots=True)
class _Entity:
    """One object of the drawing while its pairs are read."""

    kind: str
    layer: str = ""
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    flags: int = 0
    has_vertices: bool = False

    def begin_vertices(self) -> None:
        """Forget the point that stands in front of the vertices: it is none of them."""
        if not self.has_vertices:
            self.x, self.y, self.has_vertices = [], [], True

    def line(self) -> shapely.LineString | None:
        """Return the line that is drawn; None for anything else."""
        points = list(zip(self.x, self.y, strict=False))
        if self.flags & _IS_CLOSED and len(points) > 2:
            points.append(points[0])
        return shapely.LineString(points) if len(points) > 1 else None


def read_dxf(path: Path, findings: list[Finding]) -> Table:
    """Return the lines of a drawing, in the drawing's own coordinates.

    LINE, LWPOLYLINE and POLYLINE of the model are read; arcs, texts, hatches and blocks are not.

    Parameters
    ----------
    path
        DXF as text, in UTF-8 or GB18030.
    findings
        Receives the layers with how many lines each has.

    Raises
    ------
    StudyError
        When it is a binary DXF, a DWG under this ending, or no drawing.
    """
    content = path.read_bytes()
    if not content or len(content) > MAX_BYTES or content.startswith((_BINARY, _DWG)):
        raise unreadable(path, "DXF", "it is not a DXF of text")
    text = decoded(content, file=path.name, encoding=None, findings=[])
    try:
        drawn = [
            (entity.layer, line)
            for entity in _entities(text.splitlines())
            if (line := entity.line()) is not None
        ]
    except ValueError as fault:
        raise unreadable(path, "DXF", fault) from fault
    if not drawn:
        raise StudyError(Finding("roads_none", file=path.name))
    counts = sorted(Counter(layer for layer, _ in drawn).items())
    said = (("layers", ", ".join(f"{layer} {count}" for layer, count in counts[:40])),)
    findings.append(Finding("drawing_layers", said, file=path.name))
    return Table(
        file=path.name,
        columns={LAYER_COLUMN: tuple(layer for layer, _ in drawn)},
        row=np.arange(1, len(drawn) + 1, dtype=np.int64),
        geometry=np.array([line for _, line in drawn], dtype=object),
    )


def _entities(lines: list[str]) -> Iterator[_Entity]:
    """Yield the lines of the section ENTITIES; vertices are entities behind their POLYLINE."""
    in_section = False
    entity: _Entity | None = None
    for code, value in _pairs(lines):
        if code == "2" and entity is not None and entity.kind == "SECTION":
            in_section = value == "ENTITIES"
        elif code == "0":
            if entity is not None and entity.kind == "POLYLINE" and value == "VERTEX":
                entity.begin_vertices()
                continue
            if entity is not None and in_section and entity.kind in _READERS:
                yield entity
            entity = _Entity(value)
            in_section = in_section and value != "ENDSEC"
        elif entity is not None and in_section and entity.kind in _READERS:
            _READERS[entity.kind](entity, code, value)
    if entity is not None and in_section and entity.kind in _READERS:
        yield entity


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield code and value: a DXF is nothing else, each on a line of its own."""
    for number in range(0, len(lines) - 1, 2):
        yield lines[number].strip(), lines[number + 1].strip()


def _read_common(entity: _Entity, code: str, value: str) -> None:
    if code == "8":
        entity.layer = entity.layer or value
    elif code == "70" and not entity.has_vertices:
        entity.flags = int(value)


def _read_line(entity: _Entity, code: str, value: str) -> None:
    _read_common(entity, code, value)
    if code in {_X, _X_END}:
        entity.x.append(float(value))
    elif code in {_Y, _Y_END}:
        entity.y.append(float(value))


def _read_polyline(entity: _Entity, code: str, value: str) -> None:
    _read_common(entity, code, value)
    if code == _X:
        entity.x.append(float(value))
    elif code == _Y:
        entity.y.append(float(value))


_READERS = {"LINE": _read_line, "LWPOLYLINE": _read_polyline, "POLYLINE": _read_polyline}
