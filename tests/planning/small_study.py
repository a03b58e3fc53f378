"""Studies small enough to work by hand: a drawn road file, a table of people, a list of points."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from pyproj import Geod

ORIGIN = (120.0, 30.0)
GEOD = Geod(ellps="WGS84")

Spot = tuple[float, float]


def place(east_m: float, north_m: float) -> Spot:
    """Return longitude and latitude so many metres east and north of the origin."""
    lon, lat, _ = GEOD.fwd(*ORIGIN, 0, north_m)
    lon, lat, _ = GEOD.fwd(lon, lat, 90, east_m)
    return lon, lat


def write_roads(
    path: Path, nodes: Mapping[int, Spot], ways: Sequence[tuple[list[int], dict[str, str]]]
) -> None:
    """Write an OpenStreetMap file of these nodes (metres) and ways (nodes, tags)."""
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (east_m, north_m) in nodes.items():
            writer.add_node(
                osmium.osm.mutable.Node(id=number, version=1, location=place(east_m, north_m))
            )
        for number, (members, tags) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, version=1, nodes=members, tags=tags))


def write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a UTF-8 CSV table."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)


def write_study(
    folder: Path,
    *,
    nodes: Mapping[int, Spot],
    ways: Sequence[tuple[list[int], dict[str, str]]],
    people: Sequence[tuple[str, Spot, float]],
    points: Sequence[tuple[str, Spot]],
    extra: str = "",
    travel: str = "",
) -> Path:
    """Write a study of a drawn road, people and village clinics at spots; return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_roads(folder / "roads.osm.pbf", nodes, ways)
    write_table(
        folder / "people.csv",
        ["id", "lon", "lat", "people"],
        [[name, *map(repr, place(*spot)), count] for name, spot, count in people],
    )
    write_table(
        folder / "points.csv",
        ["id", "name", "kind", "lon", "lat"],
        [[name, name, "D600", *map(repr, place(*spot))] for name, spot in points],
    )
    study = folder / "study.toml"
    study.write_text(
        f"""format = 1
[study]
name = "Drawn"
date = "2026-01-01"
[population]
path = "people.csv"
column = "people"
[facilities]
path = "points.csv"
coordinates = "wgs84"
[roads]
path = "roads.osm.pbf"
[travel]
{travel}
{extra}
""",
        encoding="utf-8",
    )
    return study


def write_water(path: Path, corners: Sequence[Spot]) -> None:
    """Write one water polygon (metres) as GeoJSON."""
    ring = [list(place(*corner)) for corner in [*corners, corners[0]]]
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
