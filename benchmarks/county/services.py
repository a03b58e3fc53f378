"""Institutions of the county: hospitals, centres, stations, village clinics, private clinics, projects."""

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

HEADERS: dict[str, str] = {
    "id": "机构编码", "name": "机构名称", "kind": "机构类别代码", "kind_name": "机构类别", "level": "层级",
    "owner": "举办主体", "parent_id": "上级机构编码", "address": "地址", "village_code": "所在村（社区）代码",
    "lon": "经度", "lat": "纬度", "status": "运营状态", "stage": "建设阶段", "open_date": "启用日期", "close_date": "停业日期",
    "hours": "开诊时间", "open_days": "每周开诊天数", "services": "服务项目", "equipment": "主要设备",
    "doctors": "执业（助理）医师数", "gps": "全科医生数", "nurses": "注册护士数", "village_doctors": "乡村医生数",
    "beds": "实有床位数", "capacity_people": "可服务人口", "centre_class": "中心类型", "in_plan": "是否规划内",
    "standardised": "是否规范化", "insurance_enabled": "是否医保联网", "sole_doctor_exit_year": "唯一村医预计退出年份",
    "alliance_id": "医共体", "refers_to": "上转机构编码", "closable": "是否可撤并",
}  # fmt: skip
"""Our column -> header of the list; the study file maps them back."""

HOSPITALS = (
    # id, name, kind, seat, offset (m), owner, beds, doctors, gps, nurses, alliance
    ("A100-01", "澜浦县人民医院", "A100", 1, (620, -380), "县卫生健康局", 1120, 610, 6, 742, "YGT-1"),
    ("A210-01", "澜浦县中医医院", "A210", 0, (-540, 460), "县卫生健康局", 560, 302, 4, 338, "YGT-2"),
    ("A100-02", "澜浦县第二人民医院", "A100", 7, (420, -250), "县卫生健康局", 430, 214, 3, 246, "YGT-3"),
    ("G100-01", "澜浦县妇幼保健院", "G100", 2, (380, 300), "县卫生健康局", 180, 128, 2, 151, "YGT-1"),
    ("A520-01", "澜浦县康宁医院", "A520", 6, (-900, 300), "县卫生健康局", 260, 62, 0, 108, "YGT-2"),
    ("A710-01", "澜浦颐和护理院", "A710", 4, (700, 500), "民营", 300, 24, 0, 66, ""),
)
ALLIANCE_HEADS = {"YGT-1": "339900-A100-01", "YGT-2": "339900-A210-01", "YGT-3": "339900-A100-02"}
CITY_HOSPITAL = "339900-A100-90"

ALLIANCE_OF_SEAT = ("YGT-2", "YGT-1", "YGT-2", "YGT-1", "YGT-1", "YGT-1", "YGT-2", "YGT-3", "YGT-3", "YGT-3", "YGT-1",
                    "YGT-2", "YGT-2", "YGT-2", "YGT-2", "YGT-2", "YGT-1", "YGT-2", "YGT-1", "YGT-3")  # fmt: skip

CENTRAL_TOWNS = (7, 9, 14, 15)
WITHOUT_CENTRE = 2
SHARED_BY = 5
"""Seat 2 has no centre of its own yet: it is declared to the centre of seat 5."""


@dataclass(eq=False)
class Register:
    """The list of institutions while it is filled in."""

    rng: np.random.Generator
    terrain: Terrain
    settlement: Settlement
    code: list[str]
    village_name: list[str]
    people: NDArray[np.float64]
    urban: NDArray[np.float64]
    rows: list[Row] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    xy: list[tuple[float, float]] = field(default_factory=list)
    _frontage: cKDTree | None = None
    _points: NDArray[np.float64] | None = None

    def use_streets(self, ways: list[Way]) -> None:
        """Remember the street points beside which a building may stand."""
        fit = {"residential", "unclassified", "tertiary", "secondary", "living_street", "service"}
        points = np.vstack(
            [
                shapely.get_coordinates(shapely.segmentize(shapely.LineString(w.xy), 25.0))
                for w in ways
                if w.highway in fit and "bridge" not in w.tags
            ]
        )
        points = points[~shapely.contains_xy(self.terrain.water.buffer(25.0), points[:, 0], points[:, 1])]
        self._points, self._frontage = points, cKDTree(points)

    def building(self, xy: NDArray[np.float64], *, village: int | None = None) -> tuple[float, float]:
        """Return a place beside the street nearest to a wish, inside the village where one is named."""
        assert self._frontage is not None
        assert self._points is not None
        _, near = self._frontage.query(xy, k=120)
        offers = self._points[near] + self.rng.normal(0, 9.0, (120, 2))
        fits = ~shapely.contains_xy(self.terrain.water.buffer(6.0), offers[:, 0], offers[:, 1])
        if village is not None:
            fits &= shapely.contains_xy(self.settlement.area[village], offers[:, 0], offers[:, 1])
        pick = offers[int(np.argmax(fits))] if fits.any() else xy
        return float(pick[0]), float(pick[1])

    def new_id(self, kind: str) -> str:
        """Return the next id of a kind."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{layout.COUNTY_CODE}-{kind}-{self.counts[kind]:02d}" if kind != "D600" else f"{layout.COUNTY_CODE}-D600-{self.counts[kind]:03d}"

    def add(self, kind: str, name: str, xy: tuple[float, float] | None, village: int | None, **more: object) -> Row:
        """Add one institution and return its row."""
        row: Row = {"id": more.pop("id", None) or self.new_id(kind), "name": name, "kind": kind, "status": "在营", **more}
        if village is not None:
            zone = layout.SEATS[int(self.settlement.zone[village])]
            row.setdefault("village_code", self.code[village])
            row.setdefault("address", f"{layout.COUNTY_NAME}{zone.name}{self.village_name[village]}")
        self.rows.append(row)
        self.xy.append(xy if xy is not None else (np.nan, np.nan))
        return row


def _between(rng: np.random.Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def add_hospitals(reg: Register) -> None:
    """Add the county hospitals, the nursing home and the city hospital beyond the boundary."""
    for key, name, kind, seat, offset, owner, beds, doctors, gps, nurses, alliance in HOSPITALS:
        wish = reg.settlement.seat[seat] + np.array(offset, dtype=float)
        xy = reg.building(wish)
        big = kind in {"A100", "A210"}
        village = int(shapely.STRtree(reg.settlement.area).query(shapely.Point(xy), predicate="within")[0])
        reg.add(
            kind, name, xy, village, id=f"{layout.COUNTY_CODE}-{key}", owner=owner, level=3 if kind.startswith("A") and kind != "A710" else 0,
            open_date=f"{_between(reg.rng, 1952, 1998)}-10-01", hours="Mo-Su 00:00-24:00" if big else "Mo-Su 08:00-17:00", open_days=7,
            services="全科;内科;外科;妇产;儿科;急诊;住院;中医;康复;老年医学;预防接种;血液透析" if big else "住院;康复" if kind.startswith("A") else "妇产;儿童保健;预防接种;孕产妇管理",
            equipment="CT;MRI;DR;彩超;心电图;全自动生化;救护车" if big else "DR;彩超;心电图", doctors=doctors, gps=gps, nurses=nurses,
            village_doctors=0, beds=beds, capacity_people=400_000 if big else None, in_plan="是", standardised="是", insurance_enabled="是",
            alliance_id=alliance, refers_to=CITY_HOSPITAL if big and ALLIANCE_HEADS.get(alliance, "").endswith(key) else ALLIANCE_HEADS.get(alliance, ""), closable="否",
        )  # fmt: skip
    reg.add(
        "A100", "示例市第一医院（界外）", (1030.0, 29_480.0), None, id=CITY_HOSPITAL, owner="市卫生健康委", level=4, open_date="1956-05-01",
        address="县界以西，示例市", hours="Mo-Su 00:00-24:00", open_days=7, services="全科;内科;外科;妇产;儿科;急诊;住院;中医;康复;老年医学;血液透析;介入",
        equipment="CT;MRI;DSA;DR;彩超;心电图;PET-CT;救护车", doctors=1240, gps=12, nurses=1650, village_doctors=0, beds=2100,
        in_plan="否", insurance_enabled="是", closable="否",
    )  # fmt: skip


def add_centres(reg: Register) -> dict[int, str]:
    """Add the centres and township health centres; return seat -> id of the centre that serves it."""
    rng = reg.rng
    serves: dict[int, str] = {}
    for k, seat in enumerate(layout.SEATS):
        if k == WITHOUT_CENTRE:
            continue
        is_street = seat.level == "street"
        kind = "B100" if is_street else "C210" if k in CENTRAL_TOWNS else "C220"
        name = f"{seat.name}社区卫生服务中心" if is_street else f"{seat.name}中心卫生院" if kind == "C210" else f"{seat.name}卫生院"
        size = seat.people / 40_000.0
        wish = reg.settlement.seat[k] + rng.normal(0, 170.0 * seat.radius_km, 2)
        is_late = is_street and k in {0, 1, 3, 5}
        row = reg.add(
            kind, name, reg.building(wish, village=k), k, owner=f"{layout.COUNTY_NAME}卫生健康局", level=2,
            open_date=f"{_between(rng, 1958, 2016)}-{_between(rng, 1, 12):02d}-01",
            hours="Mo-Fr 08:00-20:30; Sa-Su 08:00-17:00" if is_late else "周一至周日 08:00-17:00" if is_street else "Mo-Su 08:00-17:00", open_days=7,
            services=";".join(["全科", "中医", "预防接种", "儿童保健", "孕产妇管理", "老年健康管理", "家庭医生签约"] + (["住院"] if seat.people > 16_000 and k != 6 else []) + (["康复"] if k % 3 == 0 else []) + (["口腔"] if k % 2 == 0 else []) + (["长期护理", "安宁疗护"] if k in {0, 7, 9} else []) + (["心理"] if k % 4 == 1 else [])),
            equipment=";".join(["DR"] * (k not in {17, 19}) + ["彩超", "心电图", "全自动生化"] + (["CT"] if k in {1, 7, 9} else []) + (["救护车"] if not is_street else [])),
            doctors=int(16 + 19 * size + rng.integers(0, 6)), gps=int(5 + 6.2 * size), nurses=int(13 + 17 * size + rng.integers(0, 6)), village_doctors=0,
            beds=0 if seat.people < 9000 else int(8 + 26 * size) if k != 6 else 0, capacity_people=int(round(seat.people * rng.uniform(0.85, 1.2), -3)),
            centre_class="综合服务型" if k in {0, 1, 7, 9} else "特色服务型" if k in {3, 4, 10, 12, 14} else "基本服务型",
            in_plan="是", standardised="是" if k not in {13, 18} else "否", insurance_enabled="是", alliance_id=ALLIANCE_OF_SEAT[k],
            refers_to=ALLIANCE_HEADS[ALLIANCE_OF_SEAT[k]], closable="否",
        )  # fmt: skip
        serves[k] = str(row["id"])
    serves[WITHOUT_CENTRE] = serves[SHARED_BY]
    return serves


def add_branches(reg: Register, serves: dict[int, str]) -> dict[str, str]:
    """Add a second centre of the old town and branches of large town centres; return name -> id."""
    out: dict[str, str] = {}
    seat = layout.SEATS[0]
    zone_villages = np.nonzero(reg.settlement.zone == 0)[0]
    far = zone_villages[np.argmax(np.hypot(*(reg.settlement.seat[zone_villages] - reg.settlement.seat[0]).T))]
    row = reg.add(
        "B100", f"{seat.short}城西社区卫生服务中心", reg.building(reg.settlement.seat[far], village=int(far)), int(far),
        owner="县中医医院医共体领办", level=2, open_date="2019-09-01", hours="Mo-Fr 08:00-12:00,13:00-17:30; Sa 08:00-12:00", open_days=6,
        services="全科;中医;预防接种;儿童保健;老年健康管理;家庭医生签约", equipment="DR;彩超;心电图", doctors=17, gps=8, nurses=15, village_doctors=0, beds=0,
        capacity_people=25_000, centre_class="基本服务型", in_plan="是", standardised="是", insurance_enabled="是", alliance_id="YGT-2",
        refers_to=ALLIANCE_HEADS["YGT-2"], closable="否",
    )  # fmt: skip
    out["west"] = str(row["id"])
    for k, word in ((7, "海塘"), (9, "东片"), (11, "西片"), (16, "里山"), (10, "南片"), (19, "小溟")):
        members = np.nonzero(reg.settlement.zone == k)[0]
        away = np.hypot(*(reg.settlement.seat[members] - reg.settlement.seat[k]).T)
        v = int(members[np.argsort(away)[int(0.8 * len(members))] if k != 19 else np.argmax(away)])
        name = f"{layout.SEATS[k].name}卫生院{word}分院"
        reg.add(
            "C220", name, reg.building(reg.settlement.seat[v], village=v), v, owner=f"{layout.SEATS[k].name}人民政府", level=2, parent_id=serves[k],
            open_date=f"{_between(reg.rng, 1970, 2004)}-07-01", hours="Mo-Sa 08:00-16:30", open_days=6, services="全科;中医;家庭医生签约",
            equipment="心电图;B超", doctors=_between(reg.rng, 3, 6), gps=2, nurses=_between(reg.rng, 2, 5), village_doctors=0, beds=0,
            capacity_people=8_000, centre_class="基本服务型", in_plan="是", standardised="是" if k != 16 else "否", insurance_enabled="是",
            alliance_id=ALLIANCE_OF_SEAT[k], refers_to=serves[k], closable="是" if k == 11 else "否",
        )  # fmt: skip
    return out


STATION_HOURS = ("Mo-Fr 08:00-17:00; Sa 08:00-11:30", "Mo-Fr 08:00-17:00", "Mo-Sa 08:00-17:00", "Mo-Su 08:00-17:00", "Mo-Fr 08:00-12:00,13:30-19:30; Sa-Su 08:30-16:30", "周一至周五 8:00-17:00；周六上午8:00-11:30")
CLINIC_HOURS = {7: ("Mo-Su 08:00-17:00",), 6: ("Mo-Sa 08:00-16:30", "周一至周六 8:00-16:30"), 5: ("Mo-Fr 08:00-16:30", "周一至周五 08:00-17:00", "Mo-Fr 07:30-11:30,13:30-17:00"), 3: ("Mo,We,Fr 08:00-11:30", "周一、三、五上午8:00-11:30"), 2: ("Tu,Th 08:00-11:30",)}


def add_stations(reg: Register, serves: dict[int, str]) -> None:
    """Add stations in the communities of towns that no centre stands near."""
    centres = np.array([xy for row, xy in zip(reg.rows, reg.xy, strict=True) if row.get("level") == 2])
    taken: list[tuple[float, float]] = []
    for v in np.nonzero(reg.urban > 0.25)[0]:
        xy = reg.building(reg.settlement.seat[v], village=int(v))
        if np.min(np.hypot(*(centres - xy).T)) < 480 or any(np.hypot(xy[0] - p[0], xy[1] - p[1]) < 420 for p in taken):
            continue
        zone = int(reg.settlement.zone[v])
        if reg.rng.random() < (0.22 if zone in {1, 2, 4} else 0.10):
            continue
        taken.append(xy)
        hours = STATION_HOURS[int(reg.rng.choice(len(STATION_HOURS), p=[0.34, 0.16, 0.14, 0.12, 0.12, 0.12]))]
        days = {0: 6, 1: 5, 2: 6, 3: 7, 4: 7, 5: 6}[STATION_HOURS.index(hours)]
        people = float(reg.people[v])
        reg.add(
            "B200", f"{reg.village_name[v].removesuffix('社区').removesuffix('村')}社区卫生服务站", xy, int(v), owner="社区卫生服务中心（医共体领办）", level=1, parent_id=serves[zone],
            open_date=f"{_between(reg.rng, 2006, 2022)}-{_between(reg.rng, 1, 12):02d}-01", hours=hours, open_days=days,
            services="全科;中医;家庭医生签约;慢病管理" + (";预防接种" if reg.rng.random() < 0.2 else ""), equipment="心电图;智慧健康一体机" if reg.rng.random() < 0.7 else "心电图",
            doctors=2 if people < 6000 else 3, gps=_between(reg.rng, 1, 2), nurses=_between(reg.rng, 1, 3), village_doctors=0, beds=0, capacity_people=_between(reg.rng, 8, 15) * 1000,
            in_plan="是", standardised="是" if reg.rng.random() < 0.93 else "否", insurance_enabled="是", alliance_id=ALLIANCE_OF_SEAT[zone], refers_to=serves[zone], closable="否",
        )  # fmt: skip


def add_village_clinics(reg: Register, serves: dict[int, str]) -> None:
    """Add a clinic in most villages of the plain and the islands and in fewer of the hills."""
    rng = reg.rng
    placed = np.array(reg.xy)
    for v in np.nonzero(reg.urban <= 0.25)[0]:
        zone = int(reg.settlement.zone[v])
        height = float(reg.terrain.height_m[int(reg.settlement.seat[v][1] // 100), int(reg.settlement.seat[v][0] // 100)])
        is_hill = height > 45.0
        chance = 1.0 if zone == 19 else 0.56 if is_hill else 0.87
        near = np.nanmin(np.hypot(*(placed - reg.settlement.seat[v]).T))
        if near < 650.0 or rng.random() > chance:
            continue
        _add_clinic(reg, int(v), serves[zone], is_hill=is_hill, zone=zone)


def _add_clinic(reg: Register, v: int, centre: str, *, is_hill: bool, zone: int) -> Row:
    rng = reg.rng
    people = float(reg.people[v])
    days = int(rng.choice([7, 6, 5, 3, 2], p=[0.05, 0.20, 0.45, 0.18, 0.12] if is_hill else [0.07, 0.27, 0.57, 0.07, 0.02]))
    staff = 1 if people < 1100 or (is_hill and rng.random() < 0.7) else 2 if people < 3200 else 3
    exits = staff == 1 and rng.random() < (0.45 if is_hill else 0.2)
    name = reg.village_name[v]
    hours = str(rng.choice(CLINIC_HOURS[days]))
    return reg.add(
        "D600", f"{name}卫生室", reg.building(reg.settlement.seat[v], village=v), v, owner="村集体" if rng.random() < 0.35 else "乡镇卫生院（医共体领办）", level=1, parent_id=centre,
        open_date=f"{_between(rng, 1975, 2021)}-{_between(rng, 1, 12):02d}-01", hours=hours, open_days=days,
        services="全科;家庭医生签约;慢病管理" + (";中医" if rng.random() < 0.55 else ""), equipment="智慧健康一体机;心电图" if rng.random() < 0.4 else "血压计;血糖仪",
        doctors=1 if rng.random() < 0.22 else 0, gps=1 if rng.random() < 0.08 else 0, nurses=1 if rng.random() < 0.18 else 0, village_doctors=staff, beds=0,
        capacity_people=1000 * staff + 500, in_plan="是" if rng.random() < 0.92 else "否", standardised="是" if rng.random() < (0.66 if is_hill else 0.86) else "否",
        insurance_enabled="是" if rng.random() < (0.82 if is_hill else 0.96) else "否", sole_doctor_exit_year=_between(rng, 2025, 2030) if exits else None,
        alliance_id=ALLIANCE_OF_SEAT[zone], refers_to=centre, closable="是" if not is_hill and people < 700 else "否",
    )  # fmt: skip


def add_private(reg: Register) -> None:
    """Add private clinics and a polyclinic: never counted as points of the circle."""
    rng = reg.rng
    words = ("仁和", "康泰", "济民", "春晖", "颐安", "同善", "澜安", "百草", "安宁", "惠民", "福康", "杏林", "德济", "明德")
    urban = np.nonzero(reg.urban > 0.3)[0]
    for i, word in enumerate(words):
        v = int(urban[(i * 7 + 3) % len(urban)])
        kind = "D211" if i % 4 else "D212" if i else "D110"
        reg.add(
            kind, f"{layout.COUNTY_NAME[:2]}{word}{'门诊部' if kind == 'D110' else '中医诊所' if kind == 'D212' else '诊所'}", reg.building(reg.settlement.seat[v] + rng.normal(0, 250, 2), village=v), v,
            owner="个人" if i % 3 else "民营", level=0, open_date=f"{_between(rng, 2001, 2023)}-05-01", hours="Mo-Su 18:00-02:00" if i == 5 else "Mo-Su 08:00-20:00", open_days=7,
            services="中医" if kind == "D212" else "全科", equipment="", doctors=_between(rng, 1, 4), gps=0, nurses=_between(rng, 0, 3), village_doctors=0, beds=0,
            in_plan="否", insurance_enabled="是" if i % 2 else "否", closable="否",
        )  # fmt: skip


def add_projects(reg: Register, serves: dict[int, str]) -> None:
    """Add what is planned or being built, a relocation, a closed clinic and one without coordinates."""
    rng = reg.rng
    common: Row = {"owner": f"{layout.COUNTY_NAME}卫生健康局", "village_doctors": 0, "in_plan": "是", "standardised": "是", "insurance_enabled": "否", "closable": "否"}
    k = WITHOUT_CENTRE
    reg.add(
        "B100", f"{layout.SEATS[k].name}社区卫生服务中心", reg.building(reg.settlement.seat[k] + (260.0, -140.0), village=k), k, **common, level=2, status="在建", stage="内部装修",
        open_date="2026-03-01", hours="Mo-Fr 08:00-20:30; Sa-Su 08:00-17:00", open_days=7, services="全科;中医;预防接种;儿童保健;老年健康管理;家庭医生签约;康复", equipment="DR;彩超;心电图",
        doctors=32, gps=14, nurses=30, beds=30, capacity_people=80_000, centre_class="综合服务型", alliance_id="YGT-2", refers_to=ALLIANCE_HEADS["YGT-2"],
    )  # fmt: skip
    centres = np.array([xy for row, xy in zip(reg.rows, reg.xy, strict=True) if row.get("level") in {1, 2}])
    far = np.array([np.min(np.hypot(*(centres - s).T)) for s in reg.settlement.seat])
    gap = np.argsort(-far * np.sqrt(reg.people))
    urban_gap = [int(v) for v in gap if reg.urban[v] > 0.25][:3]
    rural_gap = [int(v) for v in gap if reg.urban[v] <= 0.25 and reg.settlement.zone[v] != 19][:5]
    stages = (("拟建", "选址", "2027-12-31"), ("筹建", "规划批复", "2027-06-30"), ("在建", "主体施工", "2026-09-30"), ("在建", "内部装修", "2025-10-15"))
    for i, v in enumerate(urban_gap + rural_gap):
        status, stage, opens = stages[(i + 1) % 4]
        zone = int(reg.settlement.zone[v])
        kind = "B200" if i < 3 else "D600"
        stem = reg.village_name[v].removesuffix("社区").removesuffix("村")
        reg.add(
            kind, f"{stem}社区卫生服务站" if kind == "B200" else f"{reg.village_name[v]}卫生室", reg.building(reg.settlement.seat[v], village=v), v, **common, level=1, parent_id=serves[zone],
            status=status, stage=stage, open_date=opens, hours="Mo-Sa 08:00-17:00", open_days=6, services="全科;中医;家庭医生签约", equipment="心电图;智慧健康一体机", doctors=2, gps=1, nurses=1,
            beds=0, capacity_people=3_000 if kind == "D600" else 12_000, alliance_id=ALLIANCE_OF_SEAT[zone], refers_to=serves[zone],
        )  # fmt: skip
    _relocate(reg, rng)
    clinics = [i for i, r in enumerate(reg.rows) if r["kind"] == "D600" and r["status"] == "在营" and not r.get("close_date")]
    closed, lost = clinics[len(clinics) // 3], clinics[2 * len(clinics) // 3]
    reg.rows[closed].update(status="停业", close_date="2023-11-30", closable="否")
    reg.rows[lost]["address"] = f"{reg.rows[lost]['address']}（新址待核）"
    reg.xy[lost] = (np.nan, np.nan)


def _relocate(reg: Register, rng: np.random.Generator) -> None:
    """Move one clinic of the plain: the old point closes the day the new one opens."""
    old = next(i for i, r in enumerate(reg.rows) if r["kind"] == "D600" and r["open_days"] == 6 and r["standardised"] == "否")
    row = reg.rows[old]
    row["close_date"] = "2026-07-01"
    v = reg.code.index(str(row["village_code"]))
    away = reg.building(np.array(reg.xy[old]) + rng.normal(0, 420.0, 2), village=v)
    copy = {k: value for k, value in row.items() if k not in {"id", "name", "kind", "close_date", "status"}}
    copy.update(open_date="2026-07-01", standardised="是", stage="主体施工（迁建）", status="在建")
    reg.add("D600", f"{row['name']}（迁建）", away, v, **copy)
    reg.rows[-1]["status"] = "在建"


def add_second_clinics(reg: Register) -> None:
    """Add branch clinics in the largest villages of the plain."""
    for row in [r for r in reg.rows if r["kind"] == "D600" and r["status"] == "在营"]:
        v = reg.code.index(str(row["village_code"]))
        members = np.nonzero(reg.settlement.hamlet_village == v)[0]
        if reg.people[v] < 2600 or len(members) == 0:
            continue
        away = np.hypot(*(reg.settlement.hamlet[members] - reg.settlement.seat[v]).T)
        if away.max() < 900.0 or sum(r["kind"] == "D600" for r in reg.rows) > 320:
            continue
        xy = reg.building(reg.settlement.hamlet[members[int(np.argmax(away))]], village=v)
        copy = {k: value for k, value in row.items() if k not in {"id", "name", "kind", "status"}}
        copy.update(parent_id=row["id"], village_doctors=1, doctors=0, gps=0, nurses=0, open_days=3, hours="Mo,We,Fr 08:00-11:30", sole_doctor_exit_year=None, capacity_people=1500, refers_to=row["parent_id"])
        reg.add("D600", f"{row['name']}分室", xy, v, **copy)


def break_chain(reg: Register) -> None:
    """Leave the two faults that real referral lists have: a missing link and a skipped level."""
    clinics = [r for r in reg.rows if r["kind"] == "D600" and r["status"] == "在营"]
    clinics[11]["refers_to"] = ""
    clinics[47]["refers_to"] = ALLIANCE_HEADS["YGT-2"]


def make_services(reg: Register) -> dict[int, str]:
    """Fill the register; return seat -> id of the centre that serves it."""
    add_hospitals(reg)
    serves = add_centres(reg)
    extra = add_branches(reg, serves)
    add_stations(reg, serves)
    add_village_clinics(reg, serves)
    add_second_clinics(reg)
    add_private(reg)
    add_projects(reg, serves)
    break_chain(reg)
    serves[-1] = extra["west"]
    return serves
