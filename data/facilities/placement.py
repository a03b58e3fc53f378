"""Institutions without coordinates: placed by a person's choice, or by their village."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import row_finding
from data.coordinates.positions import read_positions
from data.facilities.read import FacilityRows
from data.facilities.village_names import FormerNames, NameMatch, match_name
from data.study.tables import COLUMN_NAMES, TableSource
from data.tables.cells import text
from data.tables.headers import find_columns, missing_column
from data.tables.read import read_any
from data.types import Demand, Floats, Geometries, Villages
from geo.crs import to_lonlat
from geo.errors import Finding

Method: TypeAlias = Literal["coordinates", "side_file", "village_code", "village_name", "own_name"]

CONFIDENCE: dict[Method, str] = {
    "coordinates": "high",
    "side_file": "high",
    "village_code": "medium",
    "village_name": "medium",
    "own_name": "low",
}
"""How sure a place is: the list's own code or name of the village, or the village in its name."""

_NAME_ENDINGS = ("村卫生室", "卫生室", "社区卫生服务站", "卫生服务站", "服务站")


def placed_rows(
    rows: FacilityRows,
    villages: Villages | None,
    demand: Demand,
    *,
    former: FormerNames = MappingProxyType({}),
    crs: str,
    side_file: Path | None,
    findings: list[Finding],
) -> FacilityRows:
    """Return institutions with those placed that a side file or their village places.

    Parameters
    ----------
    rows
        As read; the list itself is never changed.
    villages
        By whose 12-digit code or name rows are placed; None places nothing by village.
    demand
        An institution stands where the people of its village are.
    former
        What the villages were called: merged villages keep clinics under their old names.
    crs
        Metric system of villages and demand.
    side_file
        CSV of places that a person has chosen; may not exist yet.
    findings
        Receives a warning for every method that placed rows, with the farthest possible error.

    Returns
    -------
    FacilityRows
        With `placed_by` and `placed_error_m` for each row.
    """
    lon, lat = rows.lon.copy(), rows.lat.copy()
    ids = [text(value) for value in rows.columns["id"]]
    method = ["coordinates" if known else "" for known in np.isfinite(lon)]
    error_m = np.where(np.isfinite(lon), 0.0, np.nan)
    if side_file is not None and side_file.is_file():
        for index, place in _chosen(side_file, ids, findings).items():
            lon[index], lat[index] = place
            method[index], error_m[index] = "side_file", 0.0
    if villages is not None:
        open_rows = np.flatnonzero(~np.isfinite(lon))
        named = {int(i): _village_of(rows, int(i), villages, former) for i in open_rows}
        _report_names(rows, villages, named, findings)
        found = {
            index: (match.villages[0], method)
            for index, (match, method) in named.items()
            if len(match.villages) == 1
        }
        if found:
            centre, spread_m = settled_centres(villages.geometry, demand.village, demand)
            places = to_lonlat(centre[:, 0], centre[:, 1], crs)
            for index, (village, way) in found.items():
                lon[index], lat[index] = places[0][village], places[1][village]
                method[index], error_m[index] = way, spread_m[village]
            _report(rows, found, error_m, findings)
    return replace(rows, lon=lon, lat=lat, placed_by=tuple(method), placed_error_m=error_m)


def settled_centres(
    geometry: Geometries, unit: NDArray[np.int32], demand: Demand
) -> tuple[Floats, Floats]:
    """Return where the people of each unit live, and how far from there they live at most.

    Parameters
    ----------
    geometry
        (n,) villages or zones in the metric system of the demand.
    unit
        Per point of demand the unit that it belongs to, -1 for none.

    Returns
    -------
    centre
        (n, 2) metres east and north: the people-weighted middle, or a point of the unit itself
        where nobody is counted.
    spread_m
        (n,) metres to the farthest cell, or the radius of a circle of the polygon's area.
    """
    inside = shapely.point_on_surface(geometry)
    centre = np.column_stack((shapely.get_x(inside), shapely.get_y(inside)))
    spread_m = np.sqrt(np.nan_to_num(shapely.area(geometry)) / np.pi)
    counted = unit >= 0
    of, people = unit[counted], demand.people[counted]
    n = len(geometry)
    total = np.bincount(of, weights=people, minlength=n)
    is_settled = total > 0
    for axis, values in enumerate((demand.x_m[counted], demand.y_m[counted])):
        mean = np.bincount(of, weights=people * values, minlength=n)
        centre[is_settled, axis] = mean[is_settled] / total[is_settled]
    distance_m = np.hypot(demand.x_m[counted] - centre[of, 0], demand.y_m[counted] - centre[of, 1])
    farthest_m = np.zeros(n)
    np.maximum.at(farthest_m, of, distance_m)
    return centre, np.where(is_settled, farthest_m, spread_m)


def _village_of(
    rows: FacilityRows, index: int, villages: Villages, former: FormerNames
) -> tuple[NameMatch, Method]:
    """Return the villages that a row may name, and by which of its cells."""
    code = rows.division_code[index]
    if len(code) == 12 and code in villages.code:
        return NameMatch((villages.code.index(code),), "exact"), "village_code"
    match = match_name(rows.division_name[index], villages.name, former)
    if match.villages:
        return _in_town(match, code, villages), "village_name"
    name = text(rows.columns["name"][index])
    ending = next((each for each in _NAME_ENDINGS if name.endswith(each)), None)
    if ending is not None:
        match = match_name(name.removesuffix(ending), villages.name, former)
    return _in_town(match, code, villages), "own_name"


def _in_town(match: NameMatch, code: str, villages: Villages) -> NameMatch:
    """Return the match within the town of a code, where the row states one and it has any."""
    here = tuple(v for v in match.villages if len(code) >= 9 and villages.code[v][:9] == code[:9])
    return replace(match, villages=here) if here else match


def _report_names(
    rows: FacilityRows,
    villages: Villages,
    named: Mapping[int, tuple[NameMatch, Method]],
    findings: list[Finding],
) -> None:
    """Say which names were not as they are written, with what they were read as."""
    several = {i: match for i, (match, _) in named.items() if len(match.villages) > 1}
    if several:
        words = [
            f"{_named(rows, i, named)}: " + ", ".join(villages.code[v] for v in match.villages)
            for i, match in several.items()
        ]
        findings.append(_names_finding("facilities_village_unclear", rows, several, words))
    for code, ways in (
        ("facilities_former_village", {"former"}),
        ("facilities_village_alike", {"ending", "lost"}),
    ):
        found = {
            i: match.villages[0]
            for i, (match, _) in named.items()
            if match.how in ways and len(match.villages) == 1
        }
        if found:
            words = [f"{_named(rows, i, named)} = {villages.name[v]}" for i, v in found.items()]
            findings.append(_names_finding(code, rows, found, words))


def _named(rows: FacilityRows, index: int, named: Mapping[int, tuple[NameMatch, Method]]) -> str:
    """Return the cell of a row in which its village was found."""
    is_own = named[index][1] == "own_name"
    return text(rows.columns["name"][index]) if is_own else rows.division_name[index]


def _names_finding(
    code: str, rows: FacilityRows, at: Iterable[int], words: Sequence[str]
) -> Finding:
    listed = ", ".join(dict.fromkeys(words[:20]))
    return row_finding(code, np.sort(rows.row[list(at)]), file=rows.file, names=listed[:400])


def _chosen(
    side_file: Path, ids: list[str], findings: list[Finding]
) -> dict[int, tuple[float, float]]:
    source = TableSource(path=side_file)
    table = read_any(source, findings)
    columns = find_columns(table, COLUMN_NAMES["placed"], (), findings)
    if "facility_id" not in columns:
        findings.append(missing_column(table, "facility_id"))
        return {}
    lon, lat = read_positions(table, columns, source, findings)
    index_of = {facility_id: index for index, facility_id in enumerate(ids)}
    chosen: dict[int, tuple[float, float]] = {}
    unknown = []
    for row, cell in enumerate(table.columns[columns["facility_id"]]):
        index = index_of.get(text(cell))
        if index is None:
            unknown.append(row)
        elif np.isfinite(lon[row]):
            chosen[index] = (float(lon[row]), float(lat[row]))
    if unknown:
        words = ", ".join(text(table.columns[columns["facility_id"]][i]) for i in unknown[:20])
        findings.append(
            row_finding("facility_unknown", table.row[unknown], file=table.file, words=words[:200])
        )
    return chosen


def _report(
    rows: FacilityRows,
    found: Mapping[int, tuple[int, Method]],
    error_m: Floats,
    findings: list[Finding],
) -> None:
    for method in ("village_code", "village_name", "own_name"):
        places = sorted(index for index, (_, how) in found.items() if how == method)
        if places:
            findings.append(
                row_finding(
                    "facilities_placed",
                    rows.row[places],
                    file=rows.file,
                    method=method,
                    confidence=CONFIDENCE[method],
                    error_m=round(float(error_m[places].max())),
                )
            )
