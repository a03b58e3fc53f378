"""The list of institutions: rows, kinds, status and where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from data.checks import repeated, row_finding
from data.conditions import ConditionError, matches, parse_condition
from data.facilities.columns import parsed_columns
from data.facilities.doctors import read_birth_years
from data.kinds import kind_code, kind_level, kind_of_name, operating_status
from data.places.placement import RowNames
from data.places.positions import read_positions, stated_system, states_no_system
from data.study.tables import COLUMN_NAMES, FacilitiesTable
from data.tables.cells import (
    is_blank,
    number,
    parse,
    stated_text,
    text,
)
from data.tables.headers import (
    find_columns,
    missing_column,
    note_rounded_codes,
)
from data.tables.read import read_any
from data.tables.sheets import Table, select
from data.types import CellValue, Facilities, Floats
from geo.crs import to_metric
from geo.errors import Finding
from geo.offsets import System
from geo.points import frozen_array
from geo.zones import assign

GROUP_HEADERS = (
    *("乡镇", "街道", "镇街", "乡镇街道", "所属乡镇", "所在乡镇", "所属街道", "所属镇街"),
    *("填报人", "填报单位", "上报单位", "报送单位", "采集人", "采集单位", "数据来源", "来源"),
    *("township", "reporter", "source"),
)
"""Columns by which a list may have been collected: each part perhaps from another map."""
UNIT_DIGITS = 9
"""Digits of a division code that name the town or subdistrict."""


@dataclass(frozen=True, slots=True, eq=False)
class ListedPlaces:
    """Where every row of a list says to be, m of them, whichever of them the study keeps.

    Parameters
    ----------
    row
        (m,) row in the file.
    lon, lat
        (m,) degrees, NaN where the row has no coordinates.
    is_unstated
        (m,) True where nobody says which system they are in.
    names, codes
        (m,) names and division codes.
    groups
        Header -> (m,) words by which the list may have been collected.
    """

    row: NDArray[np.int64]
    lon: Floats
    lat: Floats
    is_unstated: NDArray[np.bool_]
    names: tuple[str, ...]
    codes: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class FacilityRows:
    """Institutions as read, n of them, in order of id; not yet placed in the dataset's system.

    Parameters
    ----------
    file
        File name, for findings.
    row
        (n,) row in the file.
    columns
        Every column of `FACILITY_COLUMNS` -> n parsed values.
    level
        (n,) level by kind, or as the list says.
    lon, lat
        (n,) degrees, NaN where the row has no coordinates.
    is_unstated
        (n,) True where nobody says which system they are in.
    listed
        Every row of the list, kept or not: all bear witness to its system.
    division_code, division_name, address
        What the list says of where each is; "" where it says nothing.
    placed_by, placed_error_m
        How each got its coordinates ("" without any), and how far they may be off (NaN without).
    system
        Web map system that coordinates were converted from, as stated for the file.
    economic_type, stage
        What the list says of each, as written; empty where it has no such column.
    birth_years
        Years of birth of the village doctors of each; personal, never shown.
    """

    file: str
    row: NDArray[np.int64]
    columns: Mapping[str, tuple[CellValue, ...]]
    level: NDArray[np.int8]
    lon: Floats
    lat: Floats
    is_unstated: NDArray[np.bool_]
    listed: ListedPlaces
    division_code: tuple[str, ...]
    division_name: tuple[str, ...]
    address: tuple[str, ...]
    placed_by: tuple[str, ...] = ()
    placed_error_m: Floats = field(default_factory=lambda: np.array([]))
    system: System = "wgs84"
    economic_type: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    birth_years: tuple[tuple[int, ...], ...] = field(default=(), repr=False)


def read_facilities(source: FacilitiesTable, findings: list[Finding]) -> FacilityRows | None:
    """Return the institutions of a study; None when faults leave none.

    Parameters
    ----------
    source
        `[facilities]` of the study.
    findings
        Receives every fault and note.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    whole = table = read_any(source.source, findings)
    if source.where is not None:
        keep = _matching(table, source.where, findings)
        table = table if keep is None else select(table, keep)
    if not len(table):
        findings.append(Finding("facilities_empty", file=table.file))
        return None
    # `level` is taken only where the study maps it: lists use the word for many things.
    names = [n for n in COLUMN_NAMES["facilities"] if n != "level" or _is_mapped(source, n)]
    found = find_columns(table, names, source.source.columns, findings)
    lon, lat = read_positions(table, found, source.source, findings)
    columns = parsed_columns(table, found, dict(source.defaults), findings)
    columns["id"] = _ids(table, columns["id"], found.get("id", "id"), findings)
    columns["name"] = tuple(
        stated_text(name) or text(key)
        for name, key in zip(columns["name"], columns["id"], strict=True)
    )
    kind_texts = _kind_texts(table, columns["kind"], source, findings)
    columns["kind"] = _kinds(table, kind_texts, columns["name"], findings)
    columns["status"] = _statuses(table, columns["status"], findings)
    affiliation = _plain_column(table, found.get("affiliation"))
    level = _levels(table, (columns["kind"], kind_texts, affiliation), found.get("level"), findings)
    return _in_order(
        FacilityRows(
            file=table.file,
            row=table.row,
            columns=columns,
            level=level,
            lon=lon,
            lat=lat,
            is_unstated=states_no_system(table, found, source.source),
            listed=_listed_places(whole, found, source),
            division_code=_plain_column(table, found.get("division_code")),
            division_name=_plain_column(table, found.get("division_name")),
            address=_plain_column(table, found.get("address")),
            system=stated_system(source.source, found),
            economic_type=_plain_column(table, found.get("economic_type")),
            stage=_plain_column(table, found.get("stage")),
            birth_years=read_birth_years(table, found, columns["village_doctors"], findings),
        )
    )


def place_facilities(rows: FacilityRows, polygons: NDArray[np.object_], crs: str) -> Facilities:
    """Return the institutions in the dataset's metric system, with the zone that holds each.

    Parameters
    ----------
    rows
        As read.
    polygons
        (n_zones,) zones in `crs`.
    crs
        Metric system of the dataset.
    """
    x_m, y_m = to_metric(rows.lon, rows.lat, crs)
    is_nowhere = ~np.isfinite(rows.lon)
    x_m[is_nowhere], y_m[is_nowhere] = np.nan, np.nan
    return Facilities(
        id=_texts(rows.columns["id"]),
        name=_texts(rows.columns["name"]),
        kind=_texts(rows.columns["kind"]),
        level=frozen_array(rows.level, np.int8),
        x_m=frozen_array(x_m, np.float64),
        y_m=frozen_array(y_m, np.float64),
        lon=frozen_array(rows.lon, np.float64),
        lat=frozen_array(rows.lat, np.float64),
        zone=frozen_array(assign(x_m, y_m, polygons), np.int32),
        columns={**rows.columns, **_place_columns(rows)},
    )


def row_names(rows: FacilityRows) -> RowNames:
    """Return what the rows are called, for what places them."""
    return RowNames(
        file=rows.file,
        row=rows.row,
        id=_texts(rows.columns["id"]),
        name=_texts(rows.columns["name"]),
        division_code=rows.division_code,
        division_name=rows.division_name,
    )


def note_unplaced(rows: FacilityRows, findings: list[Finding]) -> None:
    """Warn of institutions without any place: they count in totals, never in times."""
    unplaced = np.flatnonzero(~np.isfinite(rows.lon))
    if len(unplaced):
        findings.append(row_finding("facilities_unplaced", rows.row[unplaced], file=rows.file))


def _place_columns(rows: FacilityRows) -> dict[str, tuple[CellValue, ...]]:
    """Return what is known of where each institution is, as further columns."""
    errors: list[CellValue] = [None if np.isnan(e) else float(e) for e in rows.placed_error_m]
    return {
        "division_code": rows.division_code,
        "division_name": rows.division_name,
        "address": rows.address,
        "placed_by": rows.placed_by or ("",) * len(rows.row),
        "placed_error_m": tuple(errors) or (None,) * len(rows.row),
        **({"economic_type": rows.economic_type} if any(rows.economic_type) else {}),
        **({"stage": rows.stage} if any(rows.stage) else {}),
    }


def _listed_places(
    table: Table, columns: Mapping[str, str], source: FacilitiesTable
) -> ListedPlaces:
    """Return where every row says to be; faults of rows that the study leaves out are nobody's."""
    lon, lat = read_positions(table, columns, source.source, [])
    codes = _plain_column(table, columns.get("division_code"))
    groups = {h: tuple(map(text, table.columns[h])) for h in table.columns if h in GROUP_HEADERS}
    if any(codes):
        groups["division_code"] = tuple(c[:UNIT_DIGITS] if len(c) >= 9 else "" for c in codes)
    return ListedPlaces(
        row=table.row,
        lon=lon,
        lat=lat,
        is_unstated=states_no_system(table, columns, source.source),
        names=_plain_column(table, columns.get("name")),
        codes=codes,
        groups=groups,
    )


def _matching(table: Table, where: str, findings: list[Finding]) -> NDArray[np.bool_] | None:
    """Return the rows that match a comparison; None when it cannot be applied."""
    try:
        condition = parse_condition(where)
    except ConditionError:
        findings.append(Finding("where_syntax", (("where", where[:100]),), file=table.file))
        return None
    if condition.column not in table.columns:
        findings.append(missing_column(table, condition.column))
        return None
    found = matches(condition, table.columns[condition.column])
    for code, rows in (("where_blank", found.blank), ("where_text", found.not_comparable)):
        if rows:
            findings.append(
                row_finding(
                    code,
                    table.row[list(rows)],
                    file=table.file,
                    column=condition.column,
                    where=where,
                )
            )
    return found.matched


def _is_mapped(source: FacilitiesTable, name: str) -> bool:
    return name in dict(source.source.columns)


def _plain_column(table: Table, header: str | None) -> tuple[str, ...]:
    return tuple(map(text, table.columns[header])) if header else ("",) * len(table)


def _ids(
    table: Table, values: Sequence[CellValue], header: str, findings: list[Finding]
) -> tuple[CellValue, ...]:
    """Return unique ids; rows without one get `row<n>`, which is noted."""
    blank = [index for index, value in enumerate(values) if is_blank(value)]
    if blank:
        findings.append(row_finding("id_made", table.row[blank], file=table.file, column=header))
    ids = tuple(
        f"row{row}" if is_blank(value) else text(value)
        for value, row in zip(values, table.row.tolist(), strict=True)
    )
    again = repeated(ids)
    if again:
        findings.append(
            row_finding("id_repeated", table.row[again], file=table.file, column=header)
        )
    note_rounded_codes(table, header, findings)
    return ids


def _kind_texts(
    table: Table, values: Sequence[CellValue], source: FacilitiesTable, findings: list[Finding]
) -> list[str]:
    """Return what is said of each row's kind: the first rule that matches, else its own cell."""
    written = [text(value) for value in values]
    is_open = np.ones(len(table), dtype=bool)
    for rule in source.kinds:
        matched = is_open if rule.where is None else _matching(table, rule.where, findings)
        if matched is None:
            continue
        for index in np.flatnonzero(matched & is_open):
            written[index] = rule.kind
        is_open &= ~matched
    return written


def _kinds(
    table: Table,
    written: Sequence[str],
    names: Sequence[CellValue],
    findings: list[Finding],
) -> tuple[CellValue, ...]:
    """Return WS 218 codes by the column, else by the name; any other is "" and counts nowhere."""
    codes = [kind_code(value) for value in written]
    silent = [index for index, code in enumerate(codes) if code is None]
    of_name = {i: code for i in silent if (code := kind_of_name(text(names[i]))) is not None}
    if of_name:
        counts = sorted(Counter(of_name.values()).items())
        kinds = ", ".join(f"{code} {count}" for code, count in counts)
        rows = table.row[list(of_name)]
        findings.append(row_finding("kinds_by_name", rows, file=table.file, kinds=kinds))
    unknown = [index for index in silent if index not in of_name]
    if unknown:
        words = ", ".join(dict.fromkeys(written[index] or "-" for index in unknown[:50]))
        findings.append(
            row_finding("kind_unknown", table.row[unknown], file=table.file, words=words[:200])
        )
    return tuple(code or of_name.get(index, "") for index, code in enumerate(codes))


def _statuses(
    table: Table, values: Sequence[CellValue], findings: list[Finding]
) -> tuple[CellValue, ...]:
    statuses = [None if is_blank(v) else operating_status(text(v)) for v in values]
    unknown = [i for i, v in enumerate(values) if not is_blank(v) and statuses[i] is None]
    if unknown:
        words = ", ".join(dict.fromkeys(text(values[index]) for index in unknown[:50]))
        findings.append(
            row_finding("status_unknown", table.row[unknown], file=table.file, words=words[:200])
        )
    return tuple(statuses)


def _levels(
    table: Table,
    said: tuple[Sequence[CellValue], Sequence[str], Sequence[str]],
    header: str | None,
    findings: list[Finding],
) -> NDArray[np.int8]:
    """Return the level of each row from its kind, the words for it and its affiliation."""
    levels = np.array(
        [kind_level(text(kind), word, whose) for kind, word, whose in zip(*said, strict=True)],
        dtype=np.int8,
    )
    if header is None:
        return levels
    values, bad = parse(table.columns[header], number)
    bad += [i for i, v in enumerate(values) if v is not None and v not in {0, 1, 2, 3, 4}]
    if bad:
        findings.append(
            row_finding("level_unknown", table.row[bad], file=table.file, column=header)
        )
    for index, value in enumerate(values):
        if value is not None and index not in set(bad):
            levels[index] = int(value)
    return levels


def _in_order(rows: FacilityRows) -> FacilityRows:
    order = np.array(sorted(range(len(rows.row)), key=lambda i: text(rows.columns["id"][i])))
    return replace(
        rows,
        row=rows.row[order],
        columns={n: tuple(values[i] for i in order) for n, values in rows.columns.items()},
        level=rows.level[order],
        lon=rows.lon[order],
        lat=rows.lat[order],
        is_unstated=rows.is_unstated[order],
        division_code=tuple(rows.division_code[i] for i in order),
        division_name=tuple(rows.division_name[i] for i in order),
        address=tuple(rows.address[i] for i in order),
        economic_type=tuple(rows.economic_type[i] for i in order),
        stage=tuple(rows.stage[i] for i in order),
        birth_years=tuple(rows.birth_years[i] for i in order),
    )


def _texts(values: Sequence[CellValue]) -> tuple[str, ...]:
    return tuple(text(value) for value in values)
