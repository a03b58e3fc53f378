"""Circuit stops, declared service areas, reported figures and indicators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from data.checks import repeated, row_finding
from data.places.positions import has_place, read_positions
from data.study.tables import COLUMN_NAMES, TableSource
from data.tables.cells import items, parse, rate, text
from data.tables.headers import find_columns, in_ones, missing_column, parsed_column
from data.tables.heading import RATE_UNITS, plain
from data.tables.read import read_any
from data.tables.sheets import Table
from data.types import (
    CircuitStop,
    ColumnKind,
    Floats,
    ReportedValue,
    ServiceArea,
    Villages,
)
from geo.crs import to_lonlat, to_metric
from geo.errors import Finding

_KINDS: dict[str, ColumnKind] = {
    "visits_per_month": "number",
    "is_island_point": "flag",
    "people": "number",
    "year": "number",
    "numerator": "number",
    "denominator": "number",
}
"""Kind of a side table's column; text where it is not named."""

_RATE_FACTORS = {"%": 0.01, "‰": 0.001}


class _Rows:
    """The parsed columns of a side table, row by row."""

    def __init__(self, table: Table, columns: Mapping[str, str], findings: list[Finding]) -> None:
        self.table = table
        self.columns = columns
        self._values = {
            name: parsed_column(table, header, _KINDS.get(name, "text"), findings)
            for name, header in columns.items()
        }

    def __len__(self) -> int:
        return len(self.table)

    def text(self, name: str, index: int) -> str:
        values = self._values.get(name)
        return "" if values is None else text(values[index])

    def number(self, name: str, index: int) -> float | None:
        values = self._values.get(name)
        value = None if values is None else values[index]
        return None if value is None else float(value)

    def year(self, index: int) -> int | None:
        value = self.number("year", index)
        return None if value is None else int(value)


def read_circuits(
    source: TableSource,
    *,
    crs: str,
    villages: Villages | None,
    facility_ids: Iterable[str],
    findings: list[Finding],
) -> tuple[CircuitStop, ...]:
    """Return the stops of circuit teams, in order of id.

    A stop without coordinates takes those of the village that its place names.

    Parameters
    ----------
    source
        `[circuits]` of the study.
    crs
        Metric system of the dataset.
    villages
        To find places and check the villages served; None when the study has none.
    facility_ids
        To check the base of each stop.
    findings
        Receives every fault and note.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    rows = _read(source, "circuits", ("stop_id", "base_facility"), findings)
    if rows is None:
        return ()
    x_m, y_m, lon, lat = _stop_positions(rows, source, crs, villages, findings)
    known = set(facility_ids)
    _check_known(rows, "base_facility", known, "facility_unknown", findings)
    codes = _village_codes(rows, villages, findings)
    _check_weekdays(rows, findings)
    flags = parsed_column(rows.table, rows.columns.get("is_island_point"), "flag", [])
    stops = [
        CircuitStop(
            stop_id=rows.text("stop_id", i),
            place=rows.text("place", i),
            x_m=float(x_m[i]),
            y_m=float(y_m[i]),
            lon=float(lon[i]),
            lat=float(lat[i]),
            base_facility=rows.text("base_facility", i),
            visits_per_month=rows.number("visits_per_month", i) or 0.0,
            weekdays=rows.text("weekdays", i),
            hours=rows.text("hours", i),
            villages=codes[i],
            is_island_point=bool(flags[i]),
        )
        for i in range(len(rows))
    ]
    return tuple(sorted(stops, key=lambda stop: stop.stop_id))


def read_service_areas(
    source: TableSource,
    *,
    area_codes: Iterable[str],
    facility_ids: Iterable[str],
    findings: list[Finding],
) -> tuple[ServiceArea, ...]:
    """Return the declared service areas, in order of area and facility.

    Parameters
    ----------
    source
        `[service_areas]` of the study.
    area_codes, facility_ids
        Codes of zones and villages, ids of institutions: rows that name others are warned of.
    findings
        Receives every fault and note.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    rows = _read(source, "service_areas", ("facility_id",), findings)
    if rows is None:
        return ()
    _check_known(rows, "facility_id", set(facility_ids), "facility_unknown", findings)
    _check_known(rows, "area_code", set(area_codes), "area_unknown", findings)
    areas = [
        ServiceArea(
            rows.text("area_code", i), rows.text("facility_id", i), rows.number("people", i)
        )
        for i in range(len(rows))
    ]
    return tuple(sorted(areas, key=lambda area: (area.area_code, area.facility_id)))


def read_reported(source: TableSource, findings: list[Finding]) -> tuple[ReportedValue, ...]:
    """Return reported figures in the order of the file; rows without a value are left out.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    rows = _read(source, "reported", ("figure", "value"), findings)
    if rows is None:
        return ()
    reported = []
    for i, found in enumerate(_rates(rows, findings)):
        if found is not None:
            figure, origin = rows.text("figure", i), rows.text("source", i)
            value = found[0] * _RATE_FACTORS.get(found[1], 1.0)
            reported.append(ReportedValue(figure, rows.year(i), value, origin, found[1]))
    return tuple(reported)


def read_indicators(source: TableSource, findings: list[Finding]) -> tuple[Mapping[str, Any], ...]:
    """Return indicator rows in the order of the file, each with every column of the contract.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    rows = _read(source, "indicators", ("indicator_id",), findings)
    if rows is None:
        return ()
    rates = _rates(rows, findings)
    units = [rows.text("unit", i) or (found[1] if found else "") for i, found in enumerate(rates)]
    odd = [i for i, found in enumerate(rates) if found and found[1] not in units[i]]
    if odd:
        where = rows.table.row[odd]
        findings.append(
            row_finding(
                "unit_contradicts", where, file=rows.table.file, column=rows.columns["value"]
            )
        )
    values = [None if found is None or i in odd else found[0] for i, found in enumerate(rates)]
    return tuple(
        {**_indicator(rows, i), "value": values[i], "unit": units[i]} for i in range(len(rows))
    )


def _indicator(rows: _Rows, index: int) -> dict[str, Any]:
    """Return one row with every column of the contract."""
    read = {"text": rows.text, "number": rows.number}
    return {
        name: rows.year(index) if name == "year" else read[_KINDS.get(name, "text")](name, index)
        for name in COLUMN_NAMES["indicators"]
    }


def _rates(rows: _Rows, findings: list[Finding]) -> list[tuple[float, str] | None]:
    """Return value and sign (% or ‰) of every row; a sign in the header holds for those without."""
    header = rows.columns.get("value")
    if header is None:
        return [None] * len(rows)
    values, bad = parse(rows.table.columns[header], rate)
    if bad:
        where = rows.table.row[bad]
        findings.append(
            row_finding(
                "cell_not_understood", where, file=rows.table.file, column=header, kind="number"
            )
        )
    of_header = next((sign for sign in RATE_UNITS if sign in plain(header)), "")
    numbers = [None if value is None else value[0] for value in values]
    scaled = in_ones(numbers, header, file=rows.table.file, findings=findings)
    return [
        None if value is None or number is None else (number, value[1] or of_header)
        for value, number in zip(values, scaled, strict=True)
    ]


def _read(
    source: TableSource, name: str, needed: Sequence[str], findings: list[Finding]
) -> _Rows | None:
    table = read_any(source, findings)
    columns = find_columns(table, COLUMN_NAMES[name], source.columns, findings)
    missing = [column for column in needed if column not in columns]
    stated = dict(source.columns)
    findings.extend(missing_column(table, column) for column in missing if column not in stated)
    if missing:
        return None
    rows = _Rows(table, columns, findings)
    if "stop_id" in needed:
        again = repeated([rows.text("stop_id", i) for i in range(len(rows))])
        if again:
            findings.append(
                row_finding(
                    "id_repeated", table.row[again], file=table.file, column=columns["stop_id"]
                )
            )
    return rows


_NO_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[七八九十零089]|(?<!\d)(?:0|[89]|\d{2,})(?!\d)")


def _check_weekdays(rows: _Rows, findings: list[Finding]) -> None:
    """Warn of days that no week has, such as 周八."""
    wrong = [i for i in range(len(rows)) if _NO_WEEKDAY.search(rows.text("weekdays", i))]
    if wrong:
        findings.append(
            row_finding(
                "weekday_unknown",
                rows.table.row[wrong],
                file=rows.table.file,
                column=rows.columns["weekdays"],
                text=rows.text("weekdays", wrong[0]),
            )
        )


def _check_known(
    rows: _Rows, name: str, known: set[str], code: str, findings: list[Finding]
) -> None:
    if name not in rows.columns:
        return
    values = [rows.text(name, i) for i in range(len(rows))]
    unknown = [i for i, value in enumerate(values) if value and value not in known]
    if unknown:
        words = ", ".join(dict.fromkeys(values[i] for i in unknown[:20]))
        findings.append(
            row_finding(
                code,
                rows.table.row[unknown],
                file=rows.table.file,
                column=rows.columns[name],
                words=words[:200],
            )
        )


def _stop_positions(
    rows: _Rows,
    source: TableSource,
    crs: str,
    villages: Villages | None,
    findings: list[Finding],
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x, y, longitude and latitude; those of the named village where none is given."""
    has_own = has_place(rows.table, rows.columns)
    if has_own:
        lon, lat = read_positions(rows.table, rows.columns, source, findings)
    else:
        lon, lat = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    x_m, y_m = to_metric(lon, lat, crs)
    is_open = ~np.isfinite(lon)
    x_m[is_open], y_m[is_open] = np.nan, np.nan
    if villages is not None and is_open.any():
        index_of = _village_index(villages)
        inside = shapely.point_on_surface(villages.geometry)
        for i in np.flatnonzero(is_open):
            village = index_of.get(rows.text("place", int(i)))
            if village is not None:
                x_m[i], y_m[i] = shapely.get_x(inside[village]), shapely.get_y(inside[village])
        is_found = is_open & np.isfinite(x_m)
        lon[is_found], lat[is_found] = to_lonlat(x_m[is_found], y_m[is_found], crs)
    nowhere = np.flatnonzero(~np.isfinite(x_m))
    if len(nowhere):
        findings.append(
            row_finding("stops_unplaced", rows.table.row[nowhere], file=rows.table.file)
        )
    return x_m, y_m, lon, lat


def _village_index(villages: Villages) -> dict[str, int]:
    """Return code and name -> index; names that several villages bear are left out."""
    index_of: dict[str, int] = {}
    for index, name in enumerate(villages.name):
        index_of[name] = -1 if name in index_of else index
    index_of = {name: index for name, index in index_of.items() if index >= 0}
    return {**index_of, **{code: index for index, code in enumerate(villages.code)}}


def _village_codes(
    rows: _Rows, villages: Villages | None, findings: list[Finding]
) -> list[tuple[str, ...]]:
    """Return the codes of the villages that each stop serves, whether listed by code or by name."""
    index_of = {} if villages is None else _village_index(villages)
    codes: list[tuple[str, ...]] = []
    unknown: dict[str, int] = {}
    for i in range(len(rows)):
        written = (items(rows.text("villages", i)) or "").split(";")
        found = []
        for word in filter(None, written):
            if villages is not None and word in index_of:
                found.append(villages.code[index_of[word]])
            else:
                found.append(word)
                unknown.setdefault(word, int(rows.table.row[i]))
        codes.append(tuple(found))
    if unknown and villages is not None:
        words = ", ".join(list(unknown)[:20])
        findings.append(
            row_finding(
                "area_unknown",
                list(unknown.values()),
                file=rows.table.file,
                column=rows.columns.get("villages", "villages"),
                words=words[:200],
            )
        )
    return codes
