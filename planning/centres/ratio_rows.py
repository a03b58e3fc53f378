"""N1 as rows: the list `ratios` of summary.json and the differences between the views."""

from __future__ import annotations

from typing import Any

from geo.errors import Finding
from planning.centres.centres import COUNTING_UNIT
from planning.centres.norms import RatioBounds, SizeStatus, size_text
from planning.centres.service_people import VIEW_NAMES, View
from planning.centres.service_ratio import AllZonesRatio, Ratios, ServiceRatio
from planning.centres.urban_verdict import STANDARD_ID, UrbanVerdict


def ratio_rows(ratios: Ratios) -> list[dict[str, Any]]:
    """Return the list `ratios` of summary.json: the whole, institutions, zones, each once a view.

    Returns
    -------
    list of dict
        All rows have `row` (`all`, `institution` or `zone`), `view` (declared, nearest, capacity),
        `view_name` (Chinese), `standard`, `bounds` [lower, upper], `size` (none, under, within,
        over) and `size_text` (Chinese).
        Row `all` adds `people`, `unassigned_people`, `centres`, `centres_unknown_owner`,
        `branches`, `people_per_centre` (null without a centre), `centres_needed` [min, max],
        `counting_unit`, `branches_counted`.
        Row `institution` adds `facility_id`, `name`, `zone_code`, `government_run` (yes, unknown),
        `branches`, `service_people`.
        Row `zone` adds `zone_codes`, `zone_names` (several when judged together),
        `resident_people`, `service_people` (adds up to everybody once), `judged_people` (of the
        people column), the centre counts of `all`, `centres_missing`
        (null where it cannot be judged), `reading` (or, and),
        `street` and `people` (met, not_met, unknown, not_applicable), `verdict` (in Chinese),
        `verdict_code`, `zones_without_centre`, `centre_ids`, `oversized_ids`, `urban_source`.
    """
    rows = [
        {**_total_row(row), "branches_counted": ratios.branches_counted} for row in ratios.totals
    ]
    rows += [_institution_row(row) for row in ratios.institutions]
    more = {"urban_source": ratios.urban_source, "reading": ratios.reading}
    return rows + [{**_zone_row(row), **more} for row in ratios.zones]


def view_differences(ratios: Ratios) -> list[dict[str, Any]]:
    """Return, per institution, its people in each view and how they differ from the first."""
    people: dict[str, dict[str, float]] = {}
    names: dict[str, str] = {}
    for ratio in ratios.institutions:
        people.setdefault(ratio.facility_id, {})[ratio.view] = ratio.service_people
        names[ratio.facility_id] = ratio.name
    rows = []
    for facility_id, views in sorted(people.items()):
        order = [view for view in VIEW_NAMES if view in views]
        row: dict[str, Any] = {"facility_id": facility_id, "name": names[facility_id]}
        row |= {view: views[view] for view in order}
        row |= {f"{view}_minus_{order[0]}": views[view] - views[order[0]] for view in order[1:]}
        rows.append(row)
    return rows


def ratio_findings(ratios: Ratios) -> tuple[Finding, ...]:
    """Return what is doubtful about declared areas and owners, one finding a reason."""
    findings = []
    for reason in sorted({fault.reason for fault in ratios.faults}):
        faults = [fault for fault in ratios.faults if fault.reason == reason]
        findings.append(
            Finding(
                f"declared_{reason}",
                (("count", len(faults)),),
                rows=tuple(fault.area_code for fault in faults),
                people=float(sum(fault.people for fault in faults)),
            )
        )
    if ratios.unknown_owner:
        params = (("count", len(ratios.unknown_owner)),)
        findings.append(Finding("owner_unverified", params, rows=ratios.unknown_owner))
    return tuple(findings)


def _common(view: View, size: SizeStatus, bounds: RatioBounds) -> dict[str, Any]:
    return {
        "view": view,
        "view_name": VIEW_NAMES[view],
        "standard": STANDARD_ID,
        "bounds": [bounds.lower_people, bounds.upper_people],
        "size": size.value,
        "size_text": size_text(size, bounds),
    }


def _total_row(row: AllZonesRatio) -> dict[str, Any]:
    return {
        "row": "all",
        **_common(row.view, row.size, row.bounds),
        "people": row.people,
        "unassigned_people": row.unassigned_people,
        "centres": row.centres,
        "centres_unknown_owner": row.centres_unknown,
        "branches": row.branches,
        "people_per_centre": row.people_per_centre,
        "centres_needed": list(row.centres_needed),
        "counting_unit": COUNTING_UNIT,
    }


def _institution_row(row: ServiceRatio) -> dict[str, Any]:
    return {
        "row": "institution",
        **_common(row.view, row.size, row.bounds),
        "facility_id": row.facility_id,
        "name": row.name,
        "zone_code": row.zone_code,
        "government_run": row.government_run,
        "branches": row.branches,
        "service_people": row.service_people,
    }


def _zone_row(row: UrbanVerdict) -> dict[str, Any]:
    return {
        "row": "zone",
        **_common(row.view, row.size, row.bounds),
        "zone_codes": list(row.zone_codes),
        "zone_names": list(row.zone_names),
        "resident_people": row.resident_people,
        "service_people": row.service_people,
        "judged_people": row.judged_people,
        "centres": row.centres,
        "centres_unknown_owner": row.centres_unknown,
        "branches": row.branches,
        "people_per_centre": row.people_per_centre,
        "centres_needed": list(row.centres_needed),
        "centres_missing": row.centres_missing,
        "street": row.street.value,
        "people": row.people.value,
        "verdict": row.result.value,
        "verdict_code": row.result.name.lower(),
        "zones_without_centre": list(row.zones_without_centre),
        "centre_ids": list(row.centre_ids),
        "oversized_ids": list(row.oversized_ids),
    }
