"""KML and its kin: every placemark of every folder, with its attributes under their own names.

The XML is read by expat, which opens nothing; a file that declares a document type is refused, so
that there are no entities to unfold. Links to other files are counted, never followed.
"""

from __future__ import annotations

import codecs
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

import numpy as np
import shapely

from data.errors import StudyError, unreadable
from data.stopping import check_stop
from data.tables.delimited import decoded
from data.tables.sheets import MAX_COLUMNS, Table
from data.types import CellValue
from geo.crs import LONLAT
from geo.errors import Finding

MAX_BYTES = 300_000_000
MAX_DEPTH = 200
FOLDER, PATH, FILE = "Folder", "Folder path", "File"
_CHUNK = 1 << 20
_EXPECTED = "KML"
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.-]{1,20})["']""")
_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "cp936", "936"})
_NOT_READ = frozenset({"NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Model"})
_PLAIN = {"name": "Name", "description": "Description", "address": "Address",
          "phoneNumber": "Phone"}  # fmt: skip
_MOVED = re.compile(r"gcj|bd-?09|mars|火星|百度|高德", re.IGNORECASE)


class _BrokenError(ValueError):
    """What is wrong with a file, in a closed word."""


@dataclass(slots=True)
class _Place:
    """A placemark: its attributes, its geometry, and the folders around it, the outermost first."""

    cells: dict[str, str]
    geometry: shapely.Geometry | None
    folders: tuple[str, ...]


class _Reader:
    """The placemarks of one file, collected as expat goes through it.

    Parameters
    ----------
    places
        What has been read so far.
    left
        Kind of what is not read -> how often it is there.
    system
        What the file says of its coordinates beside the standard; "" for nothing.
    root
        Name of the outermost element.
    """

    def __init__(self) -> None:
        self.places: list[_Place] = []
        self.left: Counter[str] = Counter()
        self.system = self.root = ""
        self._folders: list[str] = []
        self._inside: list[str] = []
        self._text: list[str] = []
        self._placemark: ET.TreeBuilder | None = None

    def parser(self) -> expat.XMLParserType:
        # The text is given in UTF-8 whatever it declares of itself.
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        return parser

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.root = self.root or name
        self._inside.append(name)
        if len(self._inside) > MAX_DEPTH:
            msg = "it is nested too deeply"
            raise _BrokenError(msg)
        self.left.update({name} & _NOT_READ)
        self._text.clear()
        if name == "Placemark" and self._placemark is None:
            self._placemark = ET.TreeBuilder()
        if self._placemark is not None:
            self._placemark.start(name, attributes)
        elif name == "Folder":
            self._folders.append("")

    def _end(self, _tag: str) -> None:
        name = self._inside.pop()
        if self._placemark is not None:
            self._placemark.end(name)
            if name == "Placemark" and name not in self._inside:
                self._keep(self._placemark.close())
                self._placemark = None
            return
        said = "".join(self._text).strip()
        self._text.clear()
        if name == "name" and self._inside[-1:] == ["Folder"]:
            self._folders[-1] = said
        elif name == "OvCoordType":
            self.system = said[:40]
        elif name == "Folder":
            self._folders.pop()

    def _data(self, text: str) -> None:
        if self._placemark is not None:
            self._placemark.data(text)
        else:
            self._text.append(text)

    def _keep(self, placemark: ET.Element) -> None:
        folders = tuple(filter(None, self._folders))
        self.places.append(_Place(dict(_attributes(placemark)), _geometry(placemark), folders))


def read_kml(
    paths: Sequence[tuple[str, Path]],
    *,
    file: Path,
    layer: str | None,
    encoding: str | None,
    findings: list[Finding],
) -> Table:
    """Return all placemarks of KML files; the folder that holds each is one of its columns.

    Parameters
    ----------
    paths
        (name, path) of each file: one, or those of a KMZ.
    file
        What findings call them.
    layer
        Name of a folder: only what lies in folders of that name; all when None.
    encoding
        As the study states it; else as declared or recognised.
    findings
        Receives notes on folders read together and on what is not read.

    Raises
    ------
    StudyError
        When a file is no KML, declares a document type, is nested absurdly or too large.
    """
    readings = [(name, _reading(path, file, encoding, findings)) for name, path in paths]
    places = [(name, place) for name, reading in readings for place in reading.places]
    left: Counter[str] = sum((reading.left for _, reading in readings), Counter())
    if left:
        listed = ", ".join(f"{name} {count}" for name, count in sorted(left.items()))
        findings.append(Finding("kml_not_read", (("parts", listed),), file=file.name))
    for _, reading in readings:
        if _MOVED.search(reading.system):
            findings.append(Finding("kml_moved", (("system", reading.system),), file=file.name))
    folders = dict.fromkeys(name for _, place in places for name in place.folders)
    if layer is not None:
        if layer not in folders:
            known = (("layer", layer), ("layers", ", ".join(list(folders)[:20]) or "-"))
            raise StudyError(Finding("layer_missing", known, file=file.name))
        places = [(name, place) for name, place in places if layer in place.folders]
    elif len({place.folders for _, place in places}) > 1:
        params = (("count", len(folders)), ("layers", ", ".join(list(folders)[:20])))
        findings.append(Finding("kml_folders", params, file=file.name))
    return _table(places, file, shows_files=len(paths) > 1)


def _table(places: Sequence[tuple[str, _Place]], file: Path, *, shows_files: bool) -> Table:
    for name, place in places:
        if place.folders:
            place.cells.setdefault(FOLDER, place.folders[-1])
        if len(place.folders) > 1:
            place.cells.setdefault(PATH, "/".join(place.folders))
        if shows_files:
            place.cells.setdefault(FILE, name)
    headers = list(dict.fromkeys(header for _, place in places for header in place.cells))
    if len(headers) > MAX_COLUMNS:
        widths = (("columns", len(headers)), ("limit", MAX_COLUMNS))
        raise StudyError(Finding("table_too_wide", widths, file=file.name))
    columns: dict[str, tuple[CellValue, ...]] = {
        header: tuple(place.cells.get(header) for _, place in places) for header in headers
    }
    geometry = np.full(len(places), None, dtype=object)
    geometry[:] = [place.geometry for _, place in places]
    return Table(
        file=file.name,
        columns=columns,
        row=np.arange(1, len(places) + 1, dtype=np.int64),
        geometry=geometry,
        crs=LONLAT,
    )


def _reading(path: Path, file: Path, encoding: str | None, findings: list[Finding]) -> _Reader:
    """Return what one file holds."""
    size_bytes = path.stat().st_size
    if size_bytes > MAX_BYTES:
        sizes = (("size_mb", size_bytes // 1_000_000), ("limit_mb", MAX_BYTES // 1_000_000))
        raise StudyError(Finding("file_too_large", sizes, file=file.name))
    content = path.read_bytes()
    if not content.strip():
        raise unreadable(file, _EXPECTED, "the file is empty")
    said = encoding or _declared(content)
    text = decoded(content, file=file.name, encoding=said, findings=findings).lstrip(
        "\ufeff \r\n\t"
    )
    reading = _Reader()
    parser = reading.parser()
    try:
        utf8 = text.lstrip("\ufeff \r\n\t").encode("utf-8")
        for start in range(0, len(utf8), _CHUNK):
            check_stop()
            parser.Parse(utf8[start : start + _CHUNK], False)
        parser.Parse(b"", True)
    except _BrokenError as error:
        raise unreadable(file, _EXPECTED, str(error)) from error
    except (expat.ExpatError, ValueError, shapely.errors.GEOSException) as error:
        raise unreadable(file, _EXPECTED, error) from error
    if reading.root != "kml":
        raise unreadable(file, _EXPECTED, "the content is another format")
    return reading


def _declared(content: bytes) -> str | None:
    """Return the declared encoding where the bytes keep to it; None leaves it to be recognised."""
    found = _DECLARED.match(content)
    name = found.group(1).decode("ascii").lower() if found else ""
    name = "gb18030" if name in _CHINESE else name
    if not name or name.startswith("utf"):
        return None
    try:
        codecs.lookup(name)
        content.decode(name)
    except (LookupError, UnicodeDecodeError):
        return None
    return name


def _refuse_doctype(*_: object) -> NoReturn:
    msg = "it declares a document type"
    raise _BrokenError(msg)


def _attributes(placemark: ET.Element) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a placemark; one that repeats a header gets a number behind it."""
    taken: set[str] = set()
    found = [(_PLAIN[child.tag], _said(child)) for child in placemark if child.tag in _PLAIN]
    for extended in placemark.findall("ExtendedData"):
        for child in extended:
            if child.tag == "Data":
                value = child.find("value")
                found.append((child.get("name", ""), "" if value is None else _said(value)))
            elif child.tag == "SchemaData":
                found.extend((simple.get("name", ""), _said(simple)) for simple in child)
            else:
                found.append((child.tag, _said(child)))
    for header, said in found:
        if not header.strip():
            continue
        name = header.strip()
        number = 2
        while name in taken:
            name, number = f"{header.strip()} {number}", number + 1
        taken.add(name)
        yield name, said


def _said(element: ET.Element) -> str:
    return "".join(element.itertext()).strip()


def _geometry(element: ET.Element) -> shapely.Geometry | None:
    """Return the geometry among the children of an element; several are one of many parts."""
    parts = [part for child in element if (part := _part(child)) is not None]
    if len(parts) < 2:
        return parts[0] if parts else None
    singles = [single for part in parts for single in shapely.get_parts(part)]
    kinds = {single.geom_type for single in singles}
    many: dict[str, Any] = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    make = many.get(kinds.pop()) if len(kinds) == 1 else None
    return shapely.GeometryCollection(singles) if make is None else make(singles)


def _part(element: ET.Element) -> shapely.Geometry | None:
    """Return the geometry that an element is; None for what is no geometry, or an empty one."""
    if element.tag == "Point":
        return shapely.Point(_coordinates(element)[0])
    if element.tag in {"LineString", "LinearRing"}:
        return shapely.LineString(_coordinates(element))
    if element.tag == "Polygon":
        outer = element.find("outerBoundaryIs/LinearRing")
        inner = element.findall("innerBoundaryIs/LinearRing")
        holes = [_coordinates(ring) for ring in inner]
        return None if outer is None else shapely.Polygon(_coordinates(outer), holes)
    if element.tag == "Track":
        points = [_numbers((child.text or "").split()) for child in element.iter("coord")]
        return shapely.LineString(points) if len(points) > 1 else None
    is_many = element.tag in {"MultiGeometry", "MultiTrack"}
    return _geometry(element) if is_many else None


def _coordinates(element: ET.Element) -> list[tuple[float, float]]:
    written = element.find("coordinates")
    text = "" if written is None else written.text or ""
    # Some programs write a blank behind the comma, which separates places.
    places = re.sub(r"\s*,\s*", ",", text.strip()).split()
    if not places:
        msg = "a geometry has no coordinates"
        raise _BrokenError(msg)
    return [_numbers(place.split(",")) for place in places]


def _numbers(written: Sequence[str]) -> tuple[float, float]:
    if len(written) < 2:
        msg = "a place has no two coordinates"
        raise _BrokenError(msg)
    return float(written[0]), float(written[1])
