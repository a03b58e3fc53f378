"""Hospitals, centres, stations, village clinics and private clinics of the county."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.county import layout
from benchmarks.county.register import Register, Row

HEALTH_BUREAU = f"{layout.COUNTY_NAME}卫生健康局"
HEADS = {
    "YGT-1": f"{layout.COUNTY_CODE}-A100-01",
    "YGT-2": f"{layout.COUNTY_CODE}-A210-01",
    "YGT-3": f"{layout.COUNTY_CODE}-A100-02",
}
"""Medical alliance -> the hospital that leads it."""
CITY_HOSPITAL = f"{layout.COUNTY_CODE}-A100-03"
ALLIANCE_OF_SEAT = tuple(
    f"YGT-{k}" for k in (2, 1, 2, 1, 1, 1, 2, 3, 3, 3, 1, 2, 2, 2, 2, 2, 1, 2, 1, 3)
)

CENTRAL_TOWNS = (7, 9, 14, 15)
WITHOUT_CENTRE = 2
SHARED_BY = 5
"""Seat 2 has no centre of its own yet: it is declared to the centre of seat 5."""

CENTRE_CARE = "全科;中医;预防接种;儿童保健;孕产妇管理;老年健康管理;家庭医生签约"
YES: Row = {"in_plan": "是", "standardised": "是", "insurance_enabled": "是"}


def staff(doctors: int, gps: int, nurses: int, village_doctors: int, beds: int) -> Row:
    return {
        "doctors": doctors,
        "gps": gps,
        "nurses": nurses,
        "village_doctors": village_doctors,
        "beds": beds,
    }


def add_centres(reg: Register) -> dict[int, str]:
    """Add the centres and township health centres; return seat -> the centre that serves it."""
    serves: dict[int, str] = {}
    for k, seat in enumerate(layout.SEATS):
        if k == WITHOUT_CENTRE:
            continue
        is_street = seat.level == "street"
        kind = "B100" if is_street else "C210" if k in CENTRAL_TOWNS else "C220"
        word = {"B100": "社区卫生服务中心", "C210": "中心卫生院", "C220": "卫生院"}[kind]
        wish = reg.settlement.seat[k] + reg.rng.normal(0, 170.0 * seat.radius_km, 2)
        size = seat.people / 40_000.0
        row = reg.add(
            kind,
            f"{seat.name}{word}",
            reg.building(wish, village=k),
            k,
            level=2,
            owner=HEALTH_BUREAU if k % 4 else f"{layout.COUNTY_NAME}{seat.name}人民政府",
            open_date=reg.day(1958, 2016),
            hours=_centre_hours(k, is_street=is_street),
            open_days=7,
            services=";".join([CENTRE_CARE, *_more_care(k, seat.people)]),
            equipment=";".join(_equipment(k, is_street=is_street)),
            capacity_people=round(seat.people * reg.rng.uniform(0.85, 1.2), -3),
            centre_class=_centre_class(k),
            alliance_id=ALLIANCE_OF_SEAT[k],
            refers_to=HEADS[ALLIANCE_OF_SEAT[k]],
            closable="否",
            **{**YES, "standardised": "否" if k in {13, 18} else "是"},
            **staff(
                int(16 + 19 * size) + reg.between(0, 5),
                int(5 + 6.2 * size),
                int(13 + 17 * size) + reg.between(0, 5),
                0,
                0 if seat.people < 9000 or k == 6 else int(8 + 26 * size),
            ),
        )
        serves[k] = str(row["id"])
    serves[WITHOUT_CENTRE] = serves[SHARED_BY]
    return serves


def _centre_hours(k: int, *, is_street: bool) -> str:
    if k in {0, 1, 3, 5}:
        return "Mo-Fr 08:00-20:30; Sa-Su 08:00-17:00"
    return "周一至周日 08:00-17:00" if is_street else "Mo-Su 08:00-17:00"


def _more_care(k: int, people: int) -> list[str]:
    """Return what some centres offer beyond the common list."""
    offers = (
        ("住院", people > 16_000 and k != 6),
        ("康复", k % 3 == 0),
        ("口腔", k % 2 == 0),
        ("长期护理", k in {0, 7, 9}),
        ("安宁疗护", k in {0, 7}),
        ("心理", k % 4 == 1),
        ("远程心电", k not in {13, 17, 18}),
        ("预检分诊", k != 18),
        ("名医工作室", k in {0, 1, 3, 7, 9}),
    )
    return [word for word, is_offered in offers if is_offered]


def _equipment(k: int, *, is_street: bool) -> list[str]:
    offers = (
        ("DR", k not in {17, 19}),
        ("CT", k in {1, 7, 9}),
        ("彩超", True),
        ("心电图", True),
        ("检验", True),
        ("救护车", not is_street),
    )
    return [word for word, is_there in offers if is_there]


def _centre_class(k: int) -> str:
    if k in {0, 1, 7, 9}:
        return "综合服务型"
    return "特色服务型" if k in {3, 4, 10, 12, 14} else "基本服务型"


def add_west_centre(reg: Register) -> str:
    """Add the second centre of the old town, small and at its western edge; return its id."""
    members = np.nonzero(reg.settlement.zone == 0)[0]
    seats = reg.settlement.seat
    far = int(members[np.argmax(np.hypot(*(seats[members] - seats[0]).T))])
    row = reg.add(
        "B100",
        f"{layout.SEATS[0].short}城西社区卫生服务中心",
        reg.seat_building(far),
        far,
        level=2,
        owner="县中医医院医共体领办",
        open_date="2019-09-01",
        hours="Mo-Fr 08:00-12:00,13:00-17:30; Sa 08:00-12:00",
        open_days=6,
        services="全科;中医;预防接种;儿童保健;老年健康管理;家庭医生签约",
        equipment="DR;彩超;心电图",
        capacity_people=25_000,
        centre_class="基本服务型",
        alliance_id="YGT-2",
        refers_to=HEADS["YGT-2"],
        closable="否",
        **YES,
        **staff(17, 8, 15, 0, 0),
    )
    return str(row["id"])


def add_branches(reg: Register, serves: dict[int, str]) -> None:
    """Add branches of town health centres far from the seat, one of them on the small island."""
    places = ((7, "海塘"), (9, "东片"), (11, "西片"), (16, "里山"), (10, "南片"), (19, "小溟"))
    for k, word in places:
        members = np.nonzero(reg.settlement.zone == k)[0]
        away = np.hypot(*(reg.settlement.seat[members] - reg.settlement.seat[k]).T)
        is_island = k == len(layout.SEATS) - 1
        pick = np.argmax(away) if is_island else np.argsort(away)[int(0.8 * len(members))]
        v = int(members[pick])
        reg.add(
            "C220",
            f"{layout.SEATS[k].name}卫生院{word}分院",
            reg.seat_building(v),
            v,
            level=2,
            owner=f"{layout.COUNTY_NAME}{layout.SEATS[k].name}人民政府",
            parent_id=serves[k],
            open_date=reg.day(1970, 2004),
            hours="Mo-Sa 08:00-16:30",
            open_days=6,
            services="全科;中医;家庭医生签约",
            equipment="心电图;彩超",
            capacity_people=8_000,
            centre_class="基本服务型",
            alliance_id=ALLIANCE_OF_SEAT[k],
            refers_to=serves[k],
            closable="是" if k == 11 else "否",
            **{**YES, "standardised": "否" if k == 16 else "是"},
            **staff(reg.between(3, 6), 2, reg.between(2, 5), 0, 0),
        )


_STATION_HOURS = (
    ("Mo-Fr 08:00-17:00; Sa 08:00-11:30", 6, 0.34),
    ("Mo-Fr 08:00-17:00", 5, 0.16),
    ("Mo-Sa 08:00-17:00", 6, 0.14),
    ("Mo-Su 08:00-17:00", 7, 0.12),
    ("Mo-Fr 08:00-12:00,13:30-19:30; Sa-Su 08:30-16:30", 7, 0.12),
    ("周一至周五 8:00-17:00；周六上午8:00-11:30", 6, 0.12),
)
"""Hours, days a week and how common they are."""


def add_stations(reg: Register, serves: dict[int, str]) -> None:
    """Add stations in the communities of towns, apart from one another and from centres."""
    places = [xy for row, xy in zip(reg.rows, reg.xy, strict=True) if row.get("level") == 2]
    for v in np.nonzero(reg.villages.is_community)[0]:
        xy = reg.seat_building(int(v))
        zone = int(reg.settlement.zone[v])
        is_missing = reg.rng.random() < (0.22 if zone in {1, 2, 4} else 0.10)
        if is_missing or min(np.hypot(xy[0] - p[0], xy[1] - p[1]) for p in places) < 450.0:
            continue
        places.append(xy)
        pick = int(reg.rng.choice(len(_STATION_HOURS), p=[p for _, _, p in _STATION_HOURS]))
        hours, days, _ = _STATION_HOURS[pick]
        reg.add(
            "B200",
            f"{reg.villages.stem(int(v))}社区卫生服务站",
            xy,
            int(v),
            level=1,
            owner="医共体领办（社区卫生服务中心）",
            parent_id=serves[zone],
            open_date=reg.day(2006, 2024),
            hours=hours,
            open_days=days,
            services="全科;中医;家庭医生签约;慢病管理" + ";预防接种" * (reg.rng.random() < 0.2),
            equipment="心电图;健康一体机" if reg.rng.random() < 0.7 else "心电图",
            capacity_people=reg.between(8, 15) * 1000,
            in_plan="是",
            standardised=reg.chance(0.93),
            insurance_enabled="是",
            alliance_id=ALLIANCE_OF_SEAT[zone],
            refers_to=serves[zone],
            closable="否",
            **staff(
                2 + (reg.villages.people[v] > 6000), reg.between(1, 2), reg.between(1, 3), 0, 0
            ),
        )


_CLINIC_HOURS = {
    7: ("Mo-Su 08:00-17:00",),
    6: ("Mo-Sa 08:00-16:30", "周一至周六 8:00-16:30"),
    5: ("Mo-Fr 08:00-16:30", "周一至周五 08:00-17:00", "Mo-Fr 07:30-11:30,13:30-17:00"),
    3: ("Mo,We,Fr 08:00-11:30", "周一、三、五上午8:00-11:30"),
    2: ("Tu,Th 08:00-11:30",),
}
"""Days a week -> how the hours are written."""


def add_village_clinics(reg: Register, serves: dict[int, str]) -> None:
    """Add a clinic in most villages of the plain and the islands and in fewer of the hills."""
    placed = np.array(
        [xy for row, xy in zip(reg.rows, reg.xy, strict=True) if row.get("level") in {1, 2}]
    )
    for v in np.nonzero(~reg.villages.is_community)[0]:
        zone = int(reg.settlement.zone[v])
        is_hill = bool(reg.villages.is_hill[v])
        share = 1.0 if zone == len(layout.SEATS) - 1 else 0.50 if is_hill else 0.77
        near_m = float(np.min(np.hypot(*(placed - reg.settlement.seat[v]).T)))
        if near_m > 650.0 and reg.rng.random() < share:
            _add_clinic(reg, int(v), serves[zone], is_hill=is_hill)


def _add_clinic(reg: Register, v: int, centre: str, *, is_hill: bool) -> None:
    people = float(reg.villages.people[v])
    shares = [0.05, 0.20, 0.45, 0.18, 0.12] if is_hill else [0.07, 0.27, 0.57, 0.07, 0.02]
    days = int(reg.rng.choice([7, 6, 5, 3, 2], p=shares))
    is_alone = people < 1100 or (is_hill and reg.rng.random() < 0.7)
    doctors = 1 if is_alone else 2 if people < 3200 else 3
    licensed, is_gp = int(reg.rng.random() < 0.22), bool(reg.rng.random() < 0.4)
    is_leaving = doctors == 1 and reg.rng.random() < (0.45 if is_hill else 0.2)
    reg.add(
        "D600",
        f"{reg.villages.name[v]}卫生室",
        reg.seat_building(v),
        v,
        level=1,
        owner="村集体" if reg.rng.random() < 0.35 else "医共体领办（乡镇卫生院）",
        parent_id=centre,
        open_date=reg.day(1975, 2024),
        hours=str(reg.rng.choice(_CLINIC_HOURS[days])),
        open_days=days,
        services="全科;家庭医生签约;慢病管理" + ";中医" * (reg.rng.random() < 0.55),
        equipment="健康一体机;心电图" if reg.rng.random() < 0.4 else "血压计;血糖仪",
        capacity_people=1000 * doctors + 500,
        in_plan=reg.chance(0.92),
        standardised=reg.chance(0.66 if is_hill else 0.86),
        insurance_enabled=reg.chance(0.82 if is_hill else 0.96),
        sole_doctor_exit_year=reg.between(2025, 2030) if is_leaving else None,
        alliance_id=ALLIANCE_OF_SEAT[int(reg.settlement.zone[v])],
        refers_to=centre,
        closable="是" if not is_hill and people < 700 else "否",
        **staff(licensed, int(licensed and is_gp), int(reg.rng.random() < 0.18), doctors, 0),
    )


def add_second_clinics(reg: Register, *, most: int) -> None:
    """Add branch clinics in the far hamlets of the largest villages of the plain."""
    clinics = [row for row in reg.rows if row["kind"] == "D600"]
    for row in sorted(clinics, key=lambda r: -reg.villages.people[reg.village_of(r)])[:most]:
        v = reg.village_of(row)
        members = np.nonzero(reg.settlement.hamlet_village == v)[0]
        away = np.hypot(*(reg.settlement.hamlet[members] - reg.settlement.seat[v]).T)
        if not len(members) or away.max() < 900.0:
            continue
        xy = reg.building(reg.settlement.hamlet[members[int(np.argmax(away))]], village=v)
        copy = {k: value for k, value in row.items() if k not in {"id", "name", "kind", "status"}}
        copy.update(staff(0, 0, 0, 1, 0))
        copy.update(
            parent_id=row["id"],
            open_days=3,
            hours="Mo,We,Fr 08:00-11:30",
            sole_doctor_exit_year=None,
            capacity_people=1500,
            refers_to=row["parent_id"],
        )
        reg.add("D600", f"{row['name']}分室", xy, v, **copy)


_PRIVATE = "仁和 康泰 济民 春晖 颐安 同善 澜安 百草 安宁 惠民 福康 杏林 德济 明德"


def add_private(reg: Register) -> None:
    """Add private clinics and a polyclinic: never counted as points of the circle."""
    urban: NDArray[np.int64] = np.nonzero(reg.villages.urban > 0.3)[0]
    for i, word in enumerate(_PRIVATE.split()):
        v = int(urban[(i * 7 + 3) % len(urban)])
        kind = "D211" if i % 4 else "D212" if i else "D110"
        ending = {"D110": "门诊部", "D211": "诊所", "D212": "中医诊所"}[kind]
        wish = reg.settlement.seat[v] + reg.rng.normal(0, 250.0, 2)
        reg.add(
            kind,
            f"{layout.COUNTY_NAME[:2]}{word}{ending}",
            reg.building(wish, village=v),
            v,
            level=0,
            owner="个人" if i % 3 else "民营",
            open_date=reg.day(2001, 2023),
            hours="Mo-Su 18:00-02:00" if i == 5 else "Mo-Su 08:00-20:00",
            open_days=7,
            services="中医" if kind == "D212" else "全科",
            in_plan="否",
            insurance_enabled="是" if i % 2 else "否",
            closable="否",
            **staff(reg.between(1, 4), 0, reg.between(0, 3), 0, 0),
        )


def open_lately(reg: Register, *, count: int) -> None:
    """Let some standardised clinics be this year's projects that are done."""
    done = [r for r in reg.rows if r["kind"] == "D600" and r["standardised"] == "是"]
    for i, row in enumerate(done[:: max(1, len(done) // count)][:count]):
        row.update(open_date=f"2025-{2 + i % 4:02d}-15", in_plan="是", stage="建成投用")


def break_chain(reg: Register) -> None:
    """Leave the two faults that real referral lists have: a missing link and a skipped level."""
    clinics = [row for row in reg.rows if row["kind"] == "D600" and row["status"] == "在营"]
    clinics[11]["refers_to"] = ""
    clinics[47]["refers_to"] = HEADS["YGT-2"]
