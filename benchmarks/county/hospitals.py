"""The hospitals of the county, and the city hospital beyond its boundary."""

from __future__ import annotations

import numpy as np
import shapely

from benchmarks.county import layout
from benchmarks.county.register import Register
from benchmarks.county.services import CITY_HOSPITAL, HEADS, HEALTH_BUREAU, YES, staff

BIG_CARE = "全科;内科;外科;妇产;儿科;急诊;住院;中医;康复;老年医学;预防接种;血液透析"
BIG_EQUIPMENT = "CT;MRI;DR;彩超;心电图;检验;救护车"

_HOSPITALS = (
    # name, kind, seat, offset (m), beds, doctors, gps, nurses, alliance
    ("人民医院", "A100", 1, (620, -380), 1120, 610, 6, 742, "YGT-1"),
    ("中医医院", "A210", 0, (-540, 460), 560, 302, 4, 338, "YGT-2"),
    ("第二人民医院", "A100", 7, (420, -250), 430, 214, 3, 246, "YGT-3"),
    ("妇幼保健院", "G100", 2, (380, 300), 180, 128, 2, 151, "YGT-1"),
    ("康宁医院", "A520", 6, (-900, 300), 260, 62, 0, 108, "YGT-2"),
    ("颐和护理院", "A710", 4, (700, 500), 300, 24, 0, 66, ""),
)


def add_hospitals(reg: Register) -> None:
    """Add the county's hospitals."""
    areas = shapely.STRtree(reg.settlement.area)
    for name, kind, seat, offset, beds, doctors, gps, nurses, alliance in _HOSPITALS:
        xy = reg.building(reg.settlement.seat[seat] + np.array(offset, dtype=float))
        is_big = kind in {"A100", "A210"}
        head = HEADS.get(alliance, "")
        care = BIG_CARE if is_big else "妇产;儿科;预防接种" if kind == "G100" else "住院;康复"
        row = reg.add(
            kind,
            f"{layout.COUNTY_NAME}{name}",
            xy,
            int(areas.query(shapely.Point(xy), predicate="within")[0]),
            level=3 if is_big or kind == "A520" else 0,
            owner="民营" if kind == "A710" else HEALTH_BUREAU,
            open_date=reg.day(1952, 1998),
            hours="Mo-Su 00:00-24:00" if is_big else "Mo-Su 08:00-17:00",
            open_days=7,
            services=care,
            equipment=BIG_EQUIPMENT if is_big else "DR;彩超;心电图",
            capacity_people=400_000 if is_big else None,
            alliance_id=alliance,
            closable="否",
            **YES,
            **staff(doctors, gps, nurses, 0, beds),
        )
        row["refers_to"] = CITY_HOSPITAL if row["id"] == head else head


def add_city_hospital(reg: Register) -> None:
    """Add the hospital of the neighbouring city, to which the county's hospitals refer."""
    reg.add(
        "A100",
        "示例市第一医院（界外）",
        layout.CITY_HOSPITAL_M,
        None,
        address="县界以西，示例市",
        level=4,
        owner="示例市卫生健康委员会",
        open_date="1956-05-01",
        hours="Mo-Su 00:00-24:00",
        open_days=7,
        services=f"{BIG_CARE};介入",
        equipment=f"{BIG_EQUIPMENT};DSA",
        insurance_enabled="是",
        closable="否",
        **staff(1240, 12, 1650, 0, 2100),
    )
