"""A study of two towns along one road, small enough to add up in the head, with hostile names.

Town A: 604 people, 4 of them beyond 20 minutes on foot. Town B: 600 people, 100 of them beyond.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.workflow import assess
from planning.standards.result import result_of
from tests.planning.small_study import place, write_study, write_table

TOWN_A = "甲</script><b>镇\"'&"
TOWN_B = "=乙镇"
VILLAGES = {
    "339900001201": ("@甲一村", -500, 1000),
    "339900001202": ("😀甲二村", 1000, 3000),
    "339900101201": ("=1+1村", 3000, 6000),
    "339900101202": ("乙\"二'村", 6000, 9000),
}
PEOPLE = [
    ("a1", 200, 300, 60),
    ("a2", 800, 200, 40),
    ("a3", 1400, 100, 20),
    ("a4", 1800, 4, 1),
    ("b1", 4000, 60, 12),
    ("b2", 5000, 40, 8),
    ("b3", 7500, 500, 100),
]
EXTRA = """
[[population.groups]]
name = "65+"
column = "old"
[zones]
path = "zones.geojson"
[villages]
path = "villages.geojson"
[candidates]
spacing_m = 400
[siting]
count = 1
"""
TRAVEL = 'modes = ["walk", "car"]\nheadline_mode = "walk"\nbasis = "会议纪要"'


POINTS = [("甲卫生室", (0, 0)), ("=乙卫生室", (8000, 0))]


def write_report_study(
    folder: Path,
    *,
    points: Sequence[tuple[str, tuple[float, float]]] = POINTS,
    siting: str = "",
    travel: str = "",
) -> Path:
    """Write the study, with other points or further lines where they are given; return its file."""
    study = write_study(
        folder,
        nodes={k: (500 * k - 500, 0) for k in range(1, 20)},
        ways=[(list(range(1, 20)), {"highway": "residential"})],
        people=[(name, (east, 0), count) for name, east, count, _ in PEOPLE],
        points=points,
        extra=EXTRA + siting,
        travel=f"{TRAVEL}\n{travel}",
    )
    write_table(
        folder / "people.csv",
        ["id", "lon", "lat", "people", "old"],
        [[n, *map(repr, place(east, 0)), count, old] for n, east, count, old in PEOPLE],
    )
    zones = {
        "339900001000": {"name": TOWN_A, "level": "town", "box": (-500, 3000)},
        "339900101000": {"name": TOWN_B, "level": "town", "box": (3000, 9000)},
    }
    _write_boxes(folder / "zones.geojson", zones)
    _write_boxes(
        folder / "villages.geojson",
        {code: {"name": name, "box": (w, e)} for code, (name, w, e) in VILLAGES.items()},
    )
    return study


def _write_boxes(path: Path, rows: Mapping[str, Mapping[str, object]]) -> None:
    features = []
    for code, row in rows.items():
        west, east = row["box"]
        ring = [(west, -700), (east, -700), (east, 700), (west, 700), (west, -700)]
        geometry = {"type": "Polygon", "coordinates": [[list(place(*spot)) for spot in ring]]}
        properties = {"code": code, **{k: v for k, v in row.items() if k != "box"}}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def assessed(folder: Path):
    """Return the result of the study."""
    study = read_study(write_report_study(folder))
    assessment = assess(load_dataset(study), study)
    return result_of(assessment)
