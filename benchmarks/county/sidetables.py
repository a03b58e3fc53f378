"""Circuit stops, declared service areas, reported figures, candidate sites, ferry times."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.county import layout
from benchmarks.county.register import POINT_LEVELS, Register, Row

DAYS = ("周一", "周二", "周三", "周四", "周五")
ISLAND = len(layout.SEATS) - 1


def places_to_tour(reg: Register) -> list[int]:
    """Return the villages that circuit teams visit: far from every point, and on the islands."""
    seats = reg.settlement.seat
    far_m = cKDTree(reg.open_points()).query(seats)[0]
    is_island = reg.settlement.zone == ISLAND
    order = np.argsort(-far_m, kind="stable")
    inland = [int(v) for v in order if not is_island[v] and far_m[v] > 1500.0][:34]
    skipped = set(inland[3::8])  # some are reached by nobody yet
    island = np.nonzero(is_island)[0]
    away = np.hypot(*(seats[island] - seats[ISLAND]).T)
    islanders = [int(v) for v in island[np.argsort(-away, kind="stable")][:3]]
    return sorted(set(inland) - skipped) + islanders


def circuit_stops(reg: Register, serves: dict[int, str]) -> list[Row]:
    """Return circuit stops: weekly or more in the hills, monthly mobile points on the islands."""
    rows: list[Row] = []
    for v in places_to_tour(reg):
        zone = int(reg.settlement.zone[v])
        members = np.nonzero(reg.settlement.hamlet_village == v)[0]
        wish = reg.settlement.hamlet[members[0]] if len(members) else reg.settlement.seat[v]
        day, other = DAYS[len(rows) % 5], DAYS[(len(rows) + 2) % 5]
        visits = 1.0 if zone == ISLAND else float(reg.rng.choice([2.0, 4.33, 4.33, 8.67]))
        rows.append(
            {
                "stop_id": f"XH-{len(rows) + 1:02d}",
                "place": f"{reg.villages.name[v]}文化礼堂",
                "xy": reg.building(wish, village=v),
                "base_facility": serves[zone],
                "visits_per_month": visits,
                "weekdays": f"{day}、{other}" if visits > 8 else day,
                "hours": f"{day}上午8:30-11:00",
                "villages": reg.villages.code[v],
                "is_island_point": "是" if zone == ISLAND else "否",
            }
        )
    return rows


def service_areas(reg: Register, serves: dict[int, str], west: str) -> list[Row]:
    """Return village -> institution as declared; three villages are in none and one is in two."""
    zone, urban = reg.settlement.zone, reg.villages.urban
    none = {int(v) for v in np.nonzero((zone == 10) & (urban < 0.1))[0][-3:]}
    to_west = _near_west(reg, west)
    rows = [
        _area(reg, v, west if v in to_west else serves[int(zone[v])])
        for v in range(len(zone))
        if v not in none
    ]
    rows.append(_area(reg, int(np.nonzero(zone == 3)[0][-1]), serves[1]))
    return sorted(rows, key=lambda r: (str(r["area_code"]), str(r["facility_id"])))


def _near_west(reg: Register, west: str, *, people: float = 24_000.0) -> set[int]:
    """Return the communities of the old town nearest to its western centre."""
    members = np.nonzero(reg.settlement.zone == 0)[0]
    place = np.array(
        next(xy for row, xy in zip(reg.rows, reg.xy, strict=True) if row["id"] == west)
    )
    away = np.hypot(*(reg.settlement.seat[members] - place).T)
    order = members[np.argsort(away, kind="stable")]
    total = np.cumsum(reg.villages.people[order])
    return {int(v) for v in order[: max(1, int(np.searchsorted(total, people)))]}


def _area(reg: Register, v: int, facility_id: str) -> Row:
    return {
        "area_code": reg.villages.code[v],
        "area_name": reg.villages.name[v],
        "facility_id": facility_id,
        "people": "",
    }


def reported_values(people: int, elders: int) -> list[Row]:
    """Return figures as a bureau reports them, to be compared with the computed ones."""
    health, census = (
        f"{layout.COUNTY_NAME}卫生健康统计报表（示例）",
        f"{layout.COUNTY_NAME}统计公报（示例）",
    )
    figures = (
        ("固定网点20分钟人口覆盖率", 2024, 0.952, health),
        ("村级服务覆盖率", 2024, 0.975, health),
        ("规划内村卫生室规范化率", 2024, 0.86, health),
        ("医保联网率", 2024, 0.96, health),
        ("社区卫生服务中心数", 2024, 21, health),
        ("常住人口", 2023, people - 6_420, census),
        ("65岁及以上人口", 2023, elders - 3_105, census),
        ("每千人口执业（助理）医师数", 2024, 3.02, health),
        ("每千人口床位数", 2024, 5.05, health),
    )
    return [dict(zip(("figure", "year", "value", "source"), row, strict=True)) for row in figures]


def candidate_sites(reg: Register, *, most: int = 240) -> list[Row]:
    """Return sites that towns offer: premises of villages without a point, then far hamlets."""
    has_point = {
        str(r.get("division_code"))
        for r in reg.rows
        if r.get("level") in POINT_LEVELS and r["status"] == "在营"
    }
    kinds = ("村委会办公楼", "文化礼堂", "闲置校舍", "居家养老服务中心")
    rows: list[Row] = []
    places: list[tuple[float, float]] = []
    for v, code in enumerate(reg.villages.code):
        if code not in has_point:
            places.append(reg.seat_building(v))
            rows.append(_site(reg, v, kinds[v % 4], len(places), places[-1]))
    far_m = cKDTree(reg.open_points()).query(reg.settlement.hamlet)[0]
    for h in np.argsort(-far_m * reg.settlement.hamlet_radius_m, kind="stable"):
        v = int(reg.settlement.hamlet_village[h])
        xy = reg.building(reg.settlement.hamlet[h], village=v)
        if min(np.hypot(xy[0] - p[0], xy[1] - p[1]) for p in places) > 700.0:
            places.append(xy)
            rows.append(_site(reg, v, "便民服务点", len(places), xy))
        if len(rows) >= most:
            break
    return rows


def _site(reg: Register, v: int, premises: str, number: int, xy: tuple[float, float]) -> Row:
    return {
        "id": f"HX-{number:03d}",
        "name": f"{reg.villages.name[v]}{premises}",
        "xy": xy,
        "premises": premises,
        "village_code": reg.villages.code[v],
    }


def ferry_times(way_ids: dict[str, int]) -> list[Row]:
    """Return the timetable of the ferries; `way_ids` holds the way of each line by name."""
    keys = ("first", "last", "sailings_per_day", "days", "crossing_minutes", "carries")
    times = (
        ("06:30", "17:30", 10, "Mo-Su", 35, "vehicles"),
        ("07:20", "16:40", 5, "Mo-Su", 30, "bicycles"),
    )
    rows: list[Row] = []
    for (_, _, _, name), values in zip(layout.FERRIES, times, strict=True):
        rows.append({"way": way_ids[name], "name": name, **dict(zip(keys, values, strict=True))})
    return rows
