"""Rows of institutions for toy studies."""

from __future__ import annotations

from typing import Any

GOVERNMENT = "区卫生健康局"


def centre(facility_id: str, zone: int, **columns: Any) -> dict[str, Any]:
    return {"id": facility_id, "zone": zone, "kind": "B100", "owner": GOVERNMENT, **columns}


def clinic(facility_id: str, zone: int, **columns: Any) -> dict[str, Any]:
    return {"id": facility_id, "zone": zone, "kind": "D600", "open_days": 5, **columns}
