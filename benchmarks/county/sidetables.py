"""Circuit stops, declared service areas, reported figures, indicators, candidate sites, ferry times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from benchmarks.county import layout
from benchmarks.county.services import Register, Row

DAYS = ("周一", "周二", "周三", "周四", "周五")


def circuit_stops(reg: Register, serves: dict[int, str], villages: list[int]) -> list[Row]:
    """Return circuit stops in villages without a clinic of their own, and on the islands."""
    rng = reg.rng
    rows: list[Row] = []
    for v in villages:
        zone = int(reg.settlement.zone[v])
        members = np.nonzero(reg.settlement.hamlet_village == v)[0]
        wish = reg.settlement.seat[v] if len(members) == 0 else reg.settlement.hamlet[members[0]]
        xy = reg.building(wish, village=v)
        is_island = zone == len(layout.SEATS) - 1
        day = DAYS[len(rows) % 5]
        visits = 1.0 if is_island else float(rng.choice([2.0, 4.33, 4.33, 8.67]))
        rows.append(
            {
                "stop_id": f"XH-{len(rows) + 1:02d}", "place": f"{reg.village_name[v]}文化礼堂", "xy": xy, "base_facility": serves[zone],
                "visits_per_month": visits, "weekdays": day if visits < 8 else f"{day}、{DAYS[(len(rows) + 2) % 5]}", "hours": f"{day}上午8:30-11:00",
                "villages": reg.code[v], "is_island_point": "是" if is_island else "否",
            }
        )  # fmt: skip
    return rows


def places_to_tour(reg: Register) -> list[int]:
    """Return the villages that circuit teams visit: without a point and far from one, and the outer island."""
    open_points = [
        xy for row, xy in zip(reg.rows, reg.xy, strict=True)
        if row.get("level") in {1, 2} and row["status"] == "在营" and np.isfinite(xy[0])
    ]  # fmt: skip
    far = cKDTree(np.array(open_points)).query(reg.settlement.seat)[0]
    island = reg.settlement.zone == len(layout.SEATS) - 1
    inland = [int(v) for v in np.argsort(-far) if not island[v] and far[v] > 1500.0][:34]
    skipped = set(inland[3::8])  # some are reached by nobody yet
    small = np.nonzero(island)[0]
    small = small[np.argsort(-np.hypot(*(reg.settlement.seat[small] - reg.settlement.seat[len(layout.SEATS) - 1]).T))][:3]
    return sorted(set(inland) - skipped) + [int(v) for v in small]


def service_areas(reg: Register, serves: dict[int, str]) -> list[Row]:
    """Return village -> institution as declared; a few villages are in none and one is in two."""
    none = {int(v) for v in np.nonzero((reg.settlement.zone == 10) & (reg.urban < 0.1))[0][-3:]}
    old_town = np.nonzero(reg.settlement.zone == 0)[0]
    west = next(i for i, r in enumerate(reg.rows) if r["id"] == serves[-1])
    order = old_town[np.argsort(np.hypot(*(reg.settlement.seat[old_town] - np.array(reg.xy[west])).T))]
    to_west: set[int] = set()
    for v in order:
        if sum(reg.people[list(to_west)]) + reg.people[v] < 24_000 if to_west else True:
            to_west.add(int(v))
    rows: list[Row] = []
    for v, code in enumerate(reg.code):
        if v in none:
            continue
        centre = serves[-1] if v in to_west else serves[int(reg.settlement.zone[v])]
        rows.append({"area_code": code, "area_name": reg.village_name[v], "facility_id": centre, "people": ""})
    twice = int(np.nonzero(reg.settlement.zone == 3)[0][-1])
    rows.append({"area_code": reg.code[twice], "area_name": reg.village_name[twice], "facility_id": serves[1], "people": ""})
    return sorted(rows, key=lambda r: (str(r["area_code"]), str(r["facility_id"])))


def reported_values(people: int, elders: int) -> list[Row]:
    """Return figures as a bureau reports them, to be compared with the computed ones."""
    source = "澜浦县卫生健康事业统计报表（示例）"
    return [
        {"figure": "固定网点20分钟人口覆盖率", "year": 2024, "value": 0.952, "source": source},
        {"figure": "村级服务覆盖率", "year": 2024, "value": 0.975, "source": source},
        {"figure": "规划内村卫生室规范化率", "year": 2024, "value": 0.86, "source": source},
        {"figure": "常住人口", "year": 2023, "value": people - 6_420, "source": "澜浦县统计公报（示例）"},
        {"figure": "65岁及以上人口", "year": 2023, "value": elders - 3_105, "source": "澜浦县统计公报（示例）"},
        {"figure": "每千人口执业（助理）医师数", "year": 2024, "value": 3.02, "source": source},
        {"figure": "每千人口床位数", "year": 2024, "value": 5.05, "source": source},
        {"figure": "每万人口全科医生数", "year": 2024, "value": 4.4, "source": source},
        {"figure": "医保联网率", "year": 2024, "value": 0.96, "source": source},
    ]


_INDICATORS: tuple[tuple[str, str, str, str, tuple[float, ...], float | None], ...] = (
    # id (number in annex 2 of the Shangyu plan), what, unit, base, values of 2021-2024, denominator of 2024
    ("SY-1", "人均期望寿命", "岁", "常住", (82.41, 82.60, 82.73, 82.88), None),
    ("SY-2", "孕产妇系统管理率", "%", "常住", (95.90, 96.02, 96.21, 96.34), 4_906),
    ("SY-3", "孕产妇死亡率", "1/10万", "常住", (0.0, 0.0, 0.0, 0.0), 4_906),
    ("SY-4", "0-6岁儿童系统管理率", "%", "常住", (96.05, 96.20, 96.44, 96.52), 40_100),
    ("SY-5", "65岁以上老年人中医药健康管理率", "%", "常住", (71.80, 74.10, 76.60, 78.20), 150_900),
    ("SY-6", "0-3岁儿童中医药健康管理率", "%", "常住", (77.20, 78.40, 79.10, 79.80), 17_600),
    ("SY-7", "每千人口床位数", "张/千人", "常住", (4.46, 4.70, 4.88, 5.05), 832_391),
    ("SY-8", "每千人口执业（助理）医师数", "人/千人", "常住", (2.61, 2.74, 2.90, 3.02), 832_391),
    ("SY-9", "每千人口注册护士数", "人/千人", "常住", (2.55, 2.70, 2.86, 2.98), 832_391),
    ("SY-10", "每万人口全科医生数", "人/万人", "常住", (3.90, 4.05, 4.22, 4.40), 832_391),
    ("SY-11", "每千名儿童儿科医生数", "人/千人", "常住", (1.98, 2.06, 2.18, 2.24), 96_800),
    ("SY-12", "每千人口托位数", "个/千人", "常住", (2.20, 2.86, 3.40, 3.92), 832_391),
    ("SY-13", "基层中高级岗位占比", "%", "在岗", (51.0, 54.0, 58.0, 61.0), 1_480),
    ("SY-14", "县域就诊率", "%", "参保", (75.10, 77.60, 80.30, 82.90), 5_640_000),
    ("SY-15", "基层就诊率", "%", "参保", (51.20, 54.00, 57.10, 59.40), 4_675_560),
    ("SY-16", "中医药发展指数", "分", "", (68.4, 70.2, 72.5, 74.1), None),
    ("SY-17", "居民健康素养水平", "%", "常住", (34.9, 36.2, 37.8, 39.1), 1_200),
    ("SY-18", "人均基本公共卫生服务经费", "元", "常住", (70.0, 75.0, 80.0, 85.0), 832_391),
    ("SY-19", "家庭医生签约率", "%", "常住", (46.8, 47.9, 49.2, 50.4), 832_391),
    ("SY-20", "电子健康档案开放率", "%", "建档", (74.0, 77.5, 81.2, 84.6), 701_000),
    ("SY-21", "政府卫生支出占比", "%", "", (7.8, 8.1, 8.3, 8.4), None),
)


def indicators() -> list[Row]:
    """Return the 21 rows of the Shangyu table for four years, numerator and denominator for the last."""
    rows: list[Row] = []
    scale = {"%": 100.0, "1/10万": 100_000.0, "张/千人": 1000.0, "人/千人": 1000.0, "个/千人": 1000.0, "人/万人": 10_000.0, "元": 1.0}
    for key, what, unit, base, values, denominator in _INDICATORS:
        for year, value in zip(range(2021, 2025), values, strict=True):
            row: Row = {
                "indicator_id": key, "indicator_name": what, "zone_code": f"{layout.COUNTY_CODE}000000", "year": year, "numerator": "",
                "denominator": "", "value": value, "unit": unit, "base": base, "source": "澜浦县卫生健康事业统计报表（示例）",
            }  # fmt: skip
            if year == 2024 and denominator is not None and unit in scale:
                row["denominator"] = int(denominator)
                row["numerator"] = round(value * denominator / scale[unit])
            rows.append(row)
    return rows


def candidate_sites(reg: Register) -> list[Row]:
    """Return sites that towns offer: village offices and halls of villages without a point, and large hamlets."""
    has_point = {str(r.get("village_code")) for r in reg.rows if r.get("level") in {1, 2} and r["status"] == "在营"}
    rows: list[Row] = []
    kinds = ("村委会办公楼", "文化礼堂", "闲置校舍", "居家养老服务中心")
    for v, code in enumerate(reg.code):
        if code in has_point:
            continue
        xy = reg.building(reg.settlement.seat[v], village=v)
        rows.append({"id": f"HX-{len(rows) + 1:03d}", "name": f"{reg.village_name[v]}{kinds[v % 4]}", "xy": xy, "premises": kinds[v % 4], "village_code": code})
    tree = cKDTree(np.array([xy for xy in reg.xy if np.isfinite(xy[0])]))
    far = tree.query(reg.settlement.hamlet)[0]
    for h in np.argsort(-far * reg.settlement.hamlet_radius_m, kind="stable"):
        v = int(reg.settlement.hamlet_village[h])
        if len(rows) >= 240:
            break
        xy = reg.building(reg.settlement.hamlet[h], village=v)
        if min(np.hypot(xy[0] - r["xy"][0], xy[1] - r["xy"][1]) for r in rows) < 700.0:  # type: ignore[index]
            continue
        rows.append({"id": f"HX-{len(rows) + 1:03d}", "name": f"{reg.village_name[v]}便民服务点", "xy": xy, "premises": "便民服务点", "village_code": reg.code[v]})
    return rows


def ferry_times(way_ids: dict[str, int]) -> list[Row]:
    """Return the timetable of the ferries; `way_ids` holds the way of each line by name."""
    times = (("06:30", "17:30", 10, 35, "vehicles"), ("07:20", "16:40", 5, 30, "bicycles"))
    rows: list[Row] = []
    for (_, _, _, name), (first, last, sailings, minutes, carries) in zip(layout.FERRIES, times, strict=True):
        rows.append(
            {
                "way": way_ids[name], "name": name, "first": first, "last": last, "sailings_per_day": sailings, "days": "Mo-Su",
                "crossing_minutes": minutes, "carries": carries,
            }
        )  # fmt: skip
    return rows


def village_mask(reg: Register) -> NDArray[np.bool_]:
    """Return which villages lie in the hills and get natural villages of their own in the layer."""
    row, column = (reg.settlement.seat[:, 1] // 100).astype(int), (reg.settlement.seat[:, 0] // 100).astype(int)
    return np.asarray(reg.terrain.height_m[row, column] > 60.0)

