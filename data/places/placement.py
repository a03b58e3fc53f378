"""Rows without coordinates of their own: placed by a person's choice, else by their village."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import row_finding
from data.places.positions import read_positions
from data.places.village_names import FormerNames, NameMatch, match_name
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


@dataclass(frozen=True, slots=True, eq=False)
class RowNames:
    """What the rows of a list are called, n of them: by that they are found and placed.

    Parameters
    ----------
    file, row
        File name and (n,) rows in it, for findings.
    id, name
        Of each row.
    division_code, division_name
        Code and name of the village that each says to be in; "" where it says none.
    """

    file: str
    row: NDArray[np.int64]
    id: tuple[str, ...]
    name: tuple[str, ...]
    division_code: tuple[str, ...]
    division_name: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where n rows are (NaN: nowhere), by what each was placed, and how far it may be off."""

    lon: Floats
    lat: Floats
    method: tuple[Method | Literal[""], ...]
    error_m: Floats


def place_rows(
    names: RowNames,
    lonlat: tuple[Floats, Floats],
    villages: Villages | None,
    demand: Demand,
    *,
    former: FormerNames = MappingProxyType({}),
    crs: str,
    side_file: Path | None,
    findings: list[Finding],
) -> Placement:
    """Return where rows are: a person's choice first, then own coordinates, then their village.

    Parameters
    ----------
    names
        Of the list; the list itself is never changed.
    lonlat
        (n,) degrees as the rows state them, NaN where they state none.
    villages
        By whose 12-digit code or name rows are placed; None places nothing by village.
    demand
        A row stands where the people of its village are.
    former
        What the villages were called: merged villages keep clinics under their old names.
    crs
        Metric system of villages and demand.
    side_file
        CSV of places that a person has chosen; may not exist yet.
    findings
        Receives a warning for every method that placed rows, with the farthest possible error.
    """
    lon, lat = (values.copy() for values in lonlat)
    method: list[Method | Literal[""]] = [
        "coordinates" if known else "" for known in np.isfinite(lon)
    ]
    error_m = np.where(np.isfinite(lon), 0.0, np.nan)
    if side_file is not None and side_file.is_file():
        for index, place in _chosen(side_file, names.id, findings).items():
            lon[index], lat[index] = place
            method[index], error_m[index] = "side_file", 0.0
    if villages is not None:
        open_rows = np.flatnonzero(~np.isfinite(lon)).tolist()
        named = _villages_of(names, open_rows, villages, former)
        _report_names(names, villages, named, findings)
        found = {
            row: (match.villages[0], method)
            for row, (match, method) in named.items()
            if len(match.villages) == 1
        }
        if found:
            centre, spread_m = settled_centres(villages.geometry, demand.village, demand)
            places = to_lonlat(centre[:, 0], centre[:, 1], crs)
            for index, (village, how) in found.items():
                lon[index], lat[index] = places[0][village], places[1][village]
                method[index], error_m[index] = how, spread_m[village]
            _report(names, found, error_m, findings)
    return Placement(lon, lat, tuple(method), error_m)


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


def _villages_of(
    names: RowNames, rows: list[int], villages: Villages, former: FormerNames
) -> dict[int, tuple[NameMatch, Method]]:
    """Return for each of the rows the villages that it may name, and by which of its cells."""
    by_code = {code: i for i, code in enumerate(villages.code) if len(code) == 12}
    found: dict[int, tuple[NameMatch, Method]] = {}
    for row in rows:
        code = names.division_code[row]
        if code in by_code:
            found[row] = NameMatch((by_code[code],), "exact"), "village_code"
            continue
        match = match_name(names.division_name[row], villages.name, former)
        method: Method = "village_name" if match.villages else "own_name"
        ending = next(filter(names.name[row].endswith, _NAME_ENDINGS), None)
        if not match.villages and ending is not None:
            match = match_name(names.name[row].removesuffix(ending), villages.name, former)
        found[row] = _in_town(match, code, villages), method
    return found


def _in_town(match: NameMatch, code: str, villages: Villages) -> NameMatch:
    """Return the match within the town of a code, where the row states one and it has any."""
    here = tuple(v for v in match.villages if len(code) >= 9 and villages.code[v][:9] == code[:9])
    return replace(match, villages=here) if here else match


def _report_names(
    names: RowNames,
    villages: Villages,
    named: Mapping[int, tuple[NameMatch, Method]],
    findings: list[Finding],
) -> None:
    """Say which names were not as they are written, with what they were read as."""
    said = {
        row: names.name[row] if method == "own_name" else names.division_name[row]
        for row, (_, method) in named.items()
    }
    several = {row: match for row, (match, _) in named.items() if len(match.villages) > 1}
    of_codes = [
        f"{said[row]}: " + ", ".join(villages.code[v] for v in match.villages)
        for row, match in several.items()
    ]
    _report_rows("facilities_village_unclear", names, several, of_codes, findings)
    for code, ways in (
        ("facilities_former_village", {"former"}),
        ("facilities_village_alike", {"ending", "lost"}),
    ):
        found = {
            row: match.villages[0]
            for row, (match, _) in named.items()
            if match.how in ways and len(match.villages) == 1
        }
        pairs = [f"{said[row]} = {villages.name[village]}" for row, village in found.items()]
        _report_rows(code, names, found, pairs, findings)


def _report_rows(
    code: str,
    names: RowNames,
    rows: Iterable[int],
    words: Sequence[str],
    findings: list[Finding],
) -> None:
    if words:
        listed = ", ".join(dict.fromkeys(words[:20]))[:400]
        at = np.sort(names.row[list(rows)])
        findings.append(row_finding(code, at, file=names.file, names=listed))


def _chosen(
    side_file: Path, ids: tuple[str, ...], findings: list[Finding]
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
    names: RowNames,
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
                    names.row[places],
                    file=names.file,
                    method=method,
                    confidence=CONFIDENCE[method],
                    error_m=round(float(error_m[places].max())),
                )
            )
