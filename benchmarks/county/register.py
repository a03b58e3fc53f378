"""The list of institutions while it is filled in: headers, ids, and buildings beside streets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from benchmarks.county import layout
from benchmarks.county.network import Way
from benchmarks.county.settlement import Settlement
from benchmarks.county.terrain import Terrain

Row = dict[str, object]
AS_OF = "2025-06-30"
POINT_LEVELS = (1, 2)

HEADERS: dict[str, str] = {
    "id": "机构编码",
    "name": "机构名称",
    "kind": "机构类别代码",
    "kind_name": "机构类别",
    "level": "层级",
    "owner": "举办主体",
    "parent_id": "上级机构编码",
    "address": "地址",
    "division_code": "所在村（社区）代码",
    "lon": "经度",
    "lat": "纬度",
    "status": "运营状态",
    "stage": "建设阶段",
    "open_date": "启用日期",
    "close_date": "停业日期",
    "hours": "开诊时间",
    "open_days": "每周开诊天数",
    "services": "服务项目",
    "equipment": "主要设备",
    "doctors": "执业（助理）医师数",
    "gps": "全科医生数",
    "nurses": "注册护士数",
    "village_doctors": "乡村医生数",
    "beds": "实有床位数",
    "capacity_people": "可服务人口",
    "centre_class": "中心类型",
    "in_plan": "是否规划内",
    "standardised": "是否规范化",
    "insurance_enabled": "是否医保联网",
    "sole_doctor_exit_year": "唯一村医预计退出年份",
    "alliance_id": "医共体",
    "refers_to": "上转机构编码",
    "closable": "是否可撤并",
}
"""Our column -> header of the list; the study file maps them back."""

UNMAPPED = ("kind_name", "stage")
"""Columns that a bureau's list has and the study file does not ask for."""

KIND_NAMES = {
    "A100": "综合医院",
    "A210": "中医医院",
    "A520": "精神病医院",
    "A710": "护理院",
    "B100": "社区卫生服务中心",
    "B200": "社区卫生服务站",
    "C210": "中心卫生院",
    "C220": "乡镇卫生院",
    "D110": "综合门诊部",
    "D211": "普通诊所",
    "D212": "中医诊所",
    "D600": "村卫生室",
    "G100": "妇幼保健院",
}


@dataclass(frozen=True, eq=False)
class Villages:
    """What the services need to know of the villages, one entry each."""

    code: list[str]
    name: list[str]
    people: NDArray[np.float64]
    urban: NDArray[np.float64]
    height_m: NDArray[np.float64]

    @property
    def is_community(self) -> NDArray[np.bool_]:
        """True for communities of towns."""
        return self.urban > 0.25

    @property
    def is_hill(self) -> NDArray[np.bool_]:
        """True for villages in the hills."""
        return self.height_m > 45.0

    def stem(self, village: int) -> str:
        """Return the name without 社区 or 村."""
        return self.name[village].removesuffix("社区").removesuffix("村")


class Frontage:
    """The places beside streets where a building may stand: dry, and not on a bridge."""

    _CLASSES = frozenset(
        {"residential", "unclassified", "tertiary", "secondary", "living_street", "service"}
    )

    def __init__(self, terrain: Terrain, ways: list[Way]) -> None:
        lines = [
            shapely.LineString(w.xy)
            for w in ways
            if w.highway in self._CLASSES and "bridge" not in w.tags
        ]
        points = shapely.get_coordinates(shapely.segmentize(np.array(lines), 25.0))
        wet = terrain.water.buffer(25.0)
        shapely.prepare(wet)
        self._points = points[~shapely.contains_xy(wet, points[:, 0], points[:, 1])]
        self._tree = cKDTree(self._points)
        self._shore = terrain.water.buffer(6.0)
        shapely.prepare(self._shore)

    def near(
        self,
        rng: np.random.Generator,
        wish: NDArray[np.float64],
        inside: shapely.Geometry | None = None,
    ) -> tuple[float, float]:
        """Return a place beside the street nearest to a wish, inside an area where one is given."""
        for k in (120, 3000):
            _, near = self._tree.query(wish, k=k)
            offers = self._points[near] + rng.normal(0, 9.0, (k, 2))
            fits = ~shapely.contains_xy(self._shore, offers[:, 0], offers[:, 1])
            if inside is not None:
                fits &= shapely.contains_xy(inside, offers[:, 0], offers[:, 1])
            if fits.any():
                break
        x, y = offers[int(np.argmax(fits))] if fits.any() else wish
        return float(x), float(y)


@dataclass(eq=False)
class Register:
    """The list of institutions with their places on the sheet; NaN where the place is not known."""

    rng: np.random.Generator
    settlement: Settlement
    villages: Villages
    frontage: Frontage
    rows: list[Row] = field(default_factory=list)
    xy: list[tuple[float, float]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float) -> str:
        """Return 是 with a probability, else 否."""
        return "是" if self.rng.random() < share else "否"

    def day(self, first: int, last: int) -> str:
        """Return the first day of a month of the years from first to last."""
        return f"{self.between(first, last)}-{self.between(1, 12):02d}-01"

    def building(
        self, wish: NDArray[np.float64], *, village: int | None = None
    ) -> tuple[float, float]:
        """Return a place beside the street nearest to a wish, inside a village if one is named."""
        inside = None if village is None else self.settlement.area[village]
        return self.frontage.near(self.rng, wish, inside)

    def seat_building(self, village: int) -> tuple[float, float]:
        """Return a place in the heart of a village."""
        return self.building(self.settlement.seat[village], village=village)

    def add(
        self, kind: str, name: str, xy: tuple[float, float], village: int | None, **more: object
    ) -> Row:
        """Add one institution and return its row."""
        number = self.counts[kind] = self.counts.get(kind, 0) + 1
        width = 3 if kind == "D600" else 2
        row: Row = {"id": f"{layout.COUNTY_CODE}-{kind}-{number:0{width}d}", "name": name}
        row.update({"kind": kind, "status": "在营", **more})
        if village is not None:
            seat = layout.SEATS[int(self.settlement.zone[village])]
            row.setdefault("division_code", self.villages.code[village])
            address = f"{layout.COUNTY_NAME}{seat.name}{self.villages.name[village]}"
            row.setdefault("address", address)
        self.rows.append(row)
        self.xy.append(xy)
        return row

    def village_of(self, row: Row) -> int:
        """Return the village that an institution stands in."""
        return self.villages.code.index(str(row["division_code"]))

    def open_points(self) -> NDArray[np.float64]:
        """Return (n, 2) the places of the points and centres that operate."""
        return np.array(
            [
                xy
                for row, xy in zip(self.rows, self.xy, strict=True)
                if row.get("level") in POINT_LEVELS
                and row["status"] == "在营"
                and np.isfinite(xy[0])
            ]
        )
