"""The hand-drawn sketch of the county: coast, rivers, hills, towns, main roads, in kilometres.

Local x runs east and y north from the south-west corner of a 50 x 54 km sheet. The sheet is laid in
the metric system `CRS`, so that coordinates look like those of a Zhejiang county.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

SEED = 20250630
CRS = "EPSG:4549"
ORIGIN_M = (562_000.0, 3_294_500.0)
"""Easting and northing of the sheet's south-west corner."""

WIDTH_M = 50_000.0
HEIGHT_M = 54_000.0

Line = tuple[tuple[float, float], ...]

COAST: Line = (
    (-3, 41.2), (4, 42.0), (9, 43.6), (14.5, 43.4), (18.2, 42.0), (20.0, 39.6), (20.6, 37.2),
    (20.9, 35.2),
    (21.4, 34.6), (22.2, 35.4), (23.2, 37.6), (25.4, 40.2), (29, 41.0), (34.5, 39.6), (40, 37.4),
    (46, 34.2), (54, 30.5),
)  # fmt: skip
ESTUARY_MOUTH = (21.35, 35.4)

MAIN_RIVER: Line = (
    (12.5, -3), (13.6, 1.5), (14.6, 5), (13.2, 8.6), (14.8, 12), (17.6, 14.6), (17.2, 18.2),
    (18.2, 21.2),
    (21.4, 22.6), (23.6, 24.6), (23.2, 27.4), (20.6, 28.8), (19.3, 31.0), (20.4, 33.4),
    (21.3, 35.6),
)  # fmt: skip
MAIN_RIVER_WIDTH_M = ((0.0, 90.0), (0.35, 130.0), (0.6, 210.0), (0.85, 330.0), (1.0, 620.0))

TRIBUTARY: Line = (
    (37.5, 3.2), (35.6, 6.6), (32.2, 8.8), (30.6, 12.2), (28.0, 14.4), (26.2, 17.4), (23.2, 18.8),
    (20.6, 20.0), (18.4, 21.4),
)  # fmt: skip
TRIBUTARY_WIDTH_M = ((0.0, 30.0), (0.5, 55.0), (1.0, 95.0))

WEST_STREAM: Line = (
    (3.6, 12.8),
    (6.0, 15.2),
    (8.2, 17.0),
    (9.4, 19.8),
    (12.4, 21.6),
    (15.2, 22.0),
    (18.4, 21.4),
)
WEST_STREAM_WIDTH_M = ((0.0, 20.0), (1.0, 60.0))

CANALS: tuple[tuple[Line, float], ...] = (
    (((23.5, 26.4), (27.2, 27.9), (31.0, 26.6), (35.4, 27.6), (40.4, 26.2), (46, 27.0),
     (52, 26.4)), 55.0),
    (((19.4, 30.4), (15.6, 31.8), (11.4, 31.0), (6.6, 32.6), (1.0, 32.0), (-3, 32.6)), 48.0),
    (((28.8, 27.5), (29.4, 31.0), (28.6, 34.4), (30.0, 37.6), (29.6, 41.4)), 34.0),
    (((37.8, 27.0), (37.0, 30.6), (38.2, 34.2), (37.6, 38.8)), 32.0),
    (((11.6, 31.0), (12.2, 34.8), (11.4, 38.8), (12.2, 44.2)), 34.0),
    (((33.0, 27.2), (32.0, 23.8), (33.2, 20.8), (32.0, 18.6)), 28.0),
    (((20.1, 33.0), (15.8, 36.0), (11.6, 36.6), (6.2, 37.8), (-3, 37.2)), 28.0),
    (((28.9, 33.4), (33.2, 33.6), (37.9, 33.0), (42.6, 31.8), (46, 32.4)), 28.0),
)  # fmt: skip

LAKES: tuple[tuple[float, float, float, float, float], ...] = (
    (26.9, 21.9, 1.25, 0.62, 0.5),
    (8.4, 28.2, 0.62, 0.42, -0.3),
    (41.0, 23.4, 0.55, 0.8, 0.2),
)
"""Centre x, y, half axes (km) and turn (radians) of the lakes of the plain."""

ISLANDS: tuple[tuple[float, float, float, float, float], ...] = (
    (34.2, 46.6, 2.35, 1.25, 0.35),
    (41.6, 43.9, 1.25, 0.72, -0.5),
    (38.3, 46.1, 0.34, 0.2, 0.9),
    (30.2, 48.3, 0.26, 0.18, 0.0),
)
"""Centre x, y, half axes (km) and turn of the islands; the first two are inhabited."""

COUNTY: Line = (
    (5.0, 48.0), (4.2, 42.5), (5.4, 38.2), (3.6, 34.2), (4.6, 30.2), (3.4, 26.4), (5.2, 22.4),
    (3.2, 18.0),
    (4.6, 13.6), (7.4, 10.2), (8.0, 6.2), (11.0, 3.8), (15.6, 2.8), (19.4, 4.6), (22.8, 3.4),
    (27.0, 5.2),
    (31.2, 3.2), (36.2, 3.0), (39.4, 5.8), (38.0, 10.0), (39.8, 13.8), (38.6, 17.8), (42.4, 20.2),
    (44.8, 24.0),
    (43.2, 28.2), (45.0, 31.6), (44.6, 35.2), (47.6, 41.0), (46, 50.0), (30, 51.0), (14, 49.0),
)  # fmt: skip
"""A first outline; the real boundary follows the villages on both sides of it."""


@dataclass(frozen=True)
class Seat:
    """A town or subdistrict: name, kind, seat in km, census people, share aged 65+, town radius."""

    name: str
    level: str
    x: float
    y: float
    people: int
    elder_share: float
    radius_km: float
    is_urban: bool = False

    @property
    def short(self) -> str:
        """The name without 街道, 镇 or 乡."""
        return self.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")


@dataclass(frozen=True)
class Hill:
    """One mass of high ground: centre and half axes in km, turn in radians, height in metres."""

    x: float
    y: float
    a: float
    b: float
    turn: float
    height_m: float


HILLS: tuple[Hill, ...] = (
    Hill(6.0, 6.0, 8.5, 8.0, 0.3, 700), Hill(22.5, 6.0, 7.6, 7.6, 0.2, 760),
    Hill(38.0, 7.0, 9.5, 9.5, -0.2, 820),
    Hill(29.5, 2.0, 9, 5, 0.0, 720), Hill(2.5, 19.5, 4.6, 6.0, 0.1, 480),
    Hill(10.4, 13.2, 4.2, 4.6, 0.6, 430),
    Hill(23.0, 13.2, 4.4, 4.6, -0.5, 420), Hill(35.0, 15.0, 5.4, 4.0, 0.4, 430),
    Hill(1.5, 27.6, 3.2, 3.4, 0.0, 300),
    Hill(44.5, 15.0, 6.0, 6.4, 0.2, 520),
)  # fmt: skip
LONE_HILLS: tuple[Hill, ...] = (
    Hill(29.0, 21.6, 1.15, 0.6, 0.7, 150), Hill(13.6, 26.8, 1.0, 0.55, -0.4, 130),
    Hill(34.6, 30.4, 0.8, 0.5, 0.3, 90),
    Hill(38.4, 22.4, 1.3, 0.8, -0.6, 170), Hill(17.0, 38.4, 0.9, 0.5, 0.2, 85),
    Hill(25.6, 36.6, 0.8, 0.6, 1.2, 110),
    Hill(8.2, 35.2, 0.7, 0.5, 0.1, 75), Hill(19.2, 25.4, 0.75, 0.5, 0.9, 105),
    Hill(34.2, 46.7, 1.9, 0.85, 0.35, 230),
    Hill(41.6, 43.9, 0.95, 0.5, -0.5, 150), Hill(38.3, 46.1, 0.28, 0.16, 0.9, 70),
    Hill(30.2, 48.3, 0.2, 0.14, 0, 50),
)  # fmt: skip


def spline(points: Line, *, step_m: float = 100.0) -> NDArray[np.float64]:
    """Return (n, 2) metres along a smooth curve through control points given in km."""
    xy = np.asarray(points, dtype=np.float64) * 1000.0
    chord = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    curve = CubicSpline(chord, xy)
    return np.asarray(curve(np.linspace(0.0, chord[-1], max(2, int(chord[-1] / step_m)))))


COUNTY_NAME = "澜浦县"
COUNTY_CODE = "339900"

SEATS: tuple[Seat, ...] = (
    Seat("望澜街道", "street", 21.3, 25.4, 118_764, 0.152, 2.5, is_urban=True),
    Seat("霁城街道", "street", 25.7, 25.6, 103_918, 0.121, 2.35, is_urban=True),
    Seat("蘅塘街道", "street", 17.2, 23.6, 78_352, 0.146, 2.05, is_urban=True),
    Seat("漪浦街道", "street", 22.4, 31.2, 57_486, 0.163, 1.5),
    Seat("翎湖街道", "street", 30.2, 24.2, 55_231, 0.158, 1.5),
    Seat("沅汇街道", "street", 20.9, 18.2, 46_127, 0.181, 1.2),
    Seat("洄埠街道", "street", 13.4, 29.2, 48_605, 0.172, 1.3),
    Seat("潋塘镇", "town", 32.6, 36.2, 45_873, 0.188, 1.25),
    Seat("菡塘镇", "town", 41.0, 33.2, 33_416, 0.196, 0.95),
    Seat("槿桥镇", "town", 40.2, 28.2, 41_259, 0.187, 1.15),
    Seat("翊山镇", "town", 35.0, 22.6, 37_842, 0.201, 1.05),
    Seat("汐塘镇", "town", 8.2, 39.0, 30_574, 0.205, 0.9),
    Seat("澹浦镇", "town", 15.8, 39.4, 34_128, 0.199, 1.0),
    Seat("葭浦镇", "town", 7.6, 31.4, 25_963, 0.212, 0.85),
    Seat("岫溪镇", "town", 9.2, 22.6, 21_547, 0.246, 0.8),
    Seat("樨溪镇", "town", 15.0, 15.8, 18_206, 0.262, 0.75),
    Seat("漱溪镇", "town", 28.6, 13.6, 16_038, 0.274, 0.7),
    Seat("霭岭乡", "township", 13.9, 7.2, 7_915, 0.318, 0.42),
    Seat("箬坪乡", "township", 34.6, 7.4, 6_873, 0.327, 0.4),
    Seat("溟洲乡", "township", 33.6, 46.2, 10_694, 0.336, 0.5),
)

Stop = int | tuple[float, float]
"""Where a main road goes: the number of a seat, or a place in km."""
LINKS: tuple[tuple[str, str, tuple[Stop, ...]], ...] = (
    ("trunk", "滨澜大道", ((0.4, 29.0), 6, 2, 0, 1, 4, 9, (49.6, 29.4))),
    ("trunk", "澜城大道", (3, 0)),
    ("trunk", "霭岭公路", (0, 5, 15, 17, (13.2, 0.4))),
    ("primary", "潋菡公路", (3, 7, 8, (49.6, 32.9))),
    ("primary", "葭浦公路", (6, 13, (0.4, 33.8))),
    ("primary", "汐澹公路", (6, 12, 11, (0.4, 40.0))),
    ("primary", "樨箬公路", (5, 16, 18, (37.9, 2.9))),
    ("primary", "翊山公路", (1, 10, (46.6, 20.6), (49.6, 20.9))),
    ("primary", "岫溪公路", (2, 14, 15)),
    ("primary", "澹漪公路", (12, (18.2, 32.4), (21.0, 30.3), 3)),
    ("primary", "漪城路", (1, 3)),
    ("primary", "沅汇路", (0, (20.2, 23.5), (20.6, 20.7), 5)),
    ("primary", "江北路", ((21.6, 27.2), (24.9, 28.2))),
    ("secondary", "霁江路", ((18.4, 27.6), (21.6, 27.2), (21.3, 25.4))),
    ("secondary", "环湖路", ((24.9, 28.2), 1, (25.4, 22.6), 5)),
    ("secondary", "蘅沅线", (2, 5)),
    ("secondary", "翎潋线", (4, 7)),
    ("secondary", "潋槿线", (7, 9)),
    ("secondary", "菡槿线", (8, 9, 10)),
    ("secondary", "翊樨线", (10, 16)),
    ("secondary", "汐岫线", (11, 13, 14)),
    ("secondary", "澹葭线", (12, 13)),
    ("secondary", "洄澜线", (0, 6)),
    ("secondary", "翎翊线", (4, 10)),
    ("secondary", "霭箬线", (17, (24.4, 6.4), 18)),
    ("secondary", "岫樨线", (14, (6.2, 15.2), (10.6, 12.2), 15)),
)
"""Class and stops of the main roads; each runs by the cheapest ground and joins roads it meets."""

MOTORWAYS: tuple[tuple[str, Line], ...] = (
    ("环湾高速", ((-1.5, 35.0), (4, 34.7), (9.5, 33.6), (14.5, 34.2), (19.0, 33.4), (24.0, 33.6),
     (28.6, 31.8), (34.0, 30.6), (39.0, 30.4), (44.0, 30.0), (51.5, 30.6))),
    ("霭岚高速", ((11.2, 33.1), (10.7, 31.0), (11.4, 27.0), (12.2, 23.6), (12.0, 19.6),
     (12.9, 16.0), (11.4, 11.4), (11.0, 6.4), (11.9, 2.0), (11.4, -1.5))),
)  # fmt: skip
"""Motorways as drawn curves; the second starts at a junction with the first."""

PIERS: tuple[tuple[float, float], ...] = ((31.8, 40.9), (33.4, 45.0), (41.0, 43.0))
"""About where the ferry lands: mainland, the large island, the small island."""
FERRIES: tuple[tuple[int, int, str, str], ...] = (
    (0, 1, "00:35", "潋塘—溟洲渡轮"),
    (1, 2, "00:30", "溟洲—小溟渡轮"),
)

CITY_HOSPITAL_M = (1030.0, 29_480.0)
"""Where the hospital of the neighbouring city stands, beyond the boundary on the main road."""
