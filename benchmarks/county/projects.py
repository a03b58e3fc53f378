"""What is planned or being built, a relocation, a closed clinic, and one without coordinates."""

from __future__ import annotations

import numpy as np

from benchmarks.county import layout
from benchmarks.county.register import Register, Row
from benchmarks.county.services import ALLIANCE_OF_SEAT, HEADS, HEALTH_BUREAU, WITHOUT_CENTRE

STAGES = (
    ("在建", "内部装修", "2025-10-15"),
    ("拟建", "选址", "2027-12-31"),
    ("筹建", "规划批复", "2027-06-30"),
    ("在建", "主体施工", "2026-09-30"),
)
"""Status, stage and planned day, in turn."""
MOVING_DAY = "2026-07-01"


def add_projects(reg: Register, serves: dict[int, str]) -> None:
    """Add the missing centre under construction, then points where people are farthest from one."""
    _add_centre(reg)
    points = reg.open_points()
    far_m = np.array([np.min(np.hypot(*(points - seat).T)) for seat in reg.settlement.seat])
    order = np.argsort(-far_m * np.sqrt(reg.villages.people), kind="stable")
    mainland = reg.settlement.zone != len(layout.SEATS) - 1
    urban = [int(v) for v in order if reg.villages.is_community[v]][:3]
    rural = [int(v) for v in order if not reg.villages.is_community[v] and mainland[v]][:5]
    for i, v in enumerate(urban + rural):
        _add_point(reg, v, serves, stage=STAGES[(i + 2) % len(STAGES)])


def _common() -> Row:
    return {
        "owner": HEALTH_BUREAU,
        "village_doctors": 0,
        "in_plan": "是",
        "standardised": "是",
        "insurance_enabled": "否",
        "closable": "否",
    }


def _add_centre(reg: Register) -> None:
    k = WITHOUT_CENTRE
    status, stage, _ = STAGES[0]
    wish = reg.settlement.seat[k] + (260.0, -140.0)
    reg.add(
        "B100",
        f"{layout.SEATS[k].name}社区卫生服务中心",
        reg.building(wish, village=k),
        k,
        **_common(),
        level=2,
        status=status,
        stage=stage,
        open_date="2026-03-01",
        hours="Mo-Fr 08:00-20:30; Sa-Su 08:00-17:00",
        open_days=7,
        services="全科;中医;预防接种;儿童保健;老年健康管理;家庭医生签约;康复",
        equipment="DR;彩超;心电图",
        doctors=32,
        gps=14,
        nurses=30,
        beds=30,
        capacity_people=80_000,
        centre_class="综合服务型",
        alliance_id="YGT-2",
        refers_to=HEADS["YGT-2"],
    )


def _add_point(
    reg: Register, v: int, serves: dict[int, str], *, stage: tuple[str, str, str]
) -> None:
    zone = int(reg.settlement.zone[v])
    is_station = bool(reg.villages.is_community[v])
    name = (
        f"{reg.villages.stem(v)}社区卫生服务站" if is_station else f"{reg.villages.name[v]}卫生室"
    )
    reg.add(
        "B200" if is_station else "D600",
        name,
        reg.seat_building(v),
        v,
        **_common(),
        level=1,
        parent_id=serves[zone],
        status=stage[0],
        stage=stage[1],
        open_date=stage[2],
        hours="Mo-Sa 08:00-17:00",
        open_days=6,
        services="全科;中医;家庭医生签约",
        equipment="心电图;健康一体机",
        doctors=2,
        gps=1,
        nurses=1,
        beds=0,
        capacity_people=12_000 if is_station else 3_000,
        alliance_id=ALLIANCE_OF_SEAT[zone],
        refers_to=serves[zone],
    )


def relocate(reg: Register) -> None:
    """Move one clinic of the plain: the old point closes on the day the new one opens."""
    old = next(
        i
        for i, row in enumerate(reg.rows)
        if row["kind"] == "D600" and row["open_days"] == 6 and row["standardised"] == "否"
    )
    row, v = reg.rows[old], reg.village_of(reg.rows[old])
    wish = np.array(reg.xy[old]) + reg.rng.normal(0, 420.0, 2)
    copy = {k: value for k, value in row.items() if k not in {"id", "name", "kind"}}
    copy.update(open_date=MOVING_DAY, standardised="是", stage="主体施工（迁建）", status="在建")
    reg.add("D600", f"{row['name']}（迁建）", reg.building(wish, village=v), v, **copy)
    row["close_date"] = MOVING_DAY


def close_and_lose(reg: Register) -> None:
    """Close one clinic in the past and leave one without coordinates."""
    clinics = [
        i
        for i, row in enumerate(reg.rows)
        if row["kind"] == "D600" and row["status"] == "在营" and not row.get("close_date")
    ]
    closed, lost = clinics[len(clinics) // 3], clinics[2 * len(clinics) // 3]
    reg.rows[closed].update(status="停业", close_date="2023-11-30", closable="否")
    seat = layout.SEATS[int(reg.settlement.zone[reg.village_of(reg.rows[lost])])]
    reg.rows[lost].update(
        name=f"{seat.name}联合卫生室", division_code="", address=f"{seat.name}（新址待核）"
    )
    reg.xy[lost] = (np.nan, np.nan)
