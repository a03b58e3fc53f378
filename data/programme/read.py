"""Reading the programme table: projects, and the points of care that some of them will add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from data.checks import repeated, row_finding
from data.kinds import kind_code, kind_level
from data.places.positions import has_place, read_positions
from data.programme.stages import ProjectClass, ProjectType, Stage, class_of, stage_of, type_of
from data.study.tables import COLUMN_NAMES, TableSource
from data.tables.cells import text
from data.tables.headers import find_columns, missing_column, parsed_column
from data.tables.read import read_any
from data.tables.sheets import Table
from data.types import CellValue, ColumnKind, Facilities, Floats, Ints, Projects, Zones
from geo.crs import to_metric
from geo.errors import Finding
from geo.points import frozen_array
from geo.zones import assign

PROJECT_COLUMNS: dict[str, ColumnKind] = {
    **{"list": "text", "year": "number", "allotted_to": "text"},
    **{"start_date": "date", "finish_date": "date", "accepted_date": "date", "open_date": "date"},
    **{"project_code": "text", "approval_no": "text"},
    **{"budget_yuan": "number", "year_plan_yuan": "number", "done_yuan": "number"},
    **{"progress_text": "text", "progress_percent": "number", "reported_on": "date"},
    **{"fund_source": "text", "payer": "text", "responsible_unit": "text", "land": "text"},
    **{"area_m2": "number", "people_planned": "number", "place": "text", "note": "text"},
}
"""What is kept of a project beside its id, name, type, stage and place."""

MONEY_COLUMNS = ("budget_yuan", "year_plan_yuan", "done_yuan")
LEAST_YUAN, MOST_YUAN = 1_000.0, 500_000_000.0
"""Amounts outside are probably in another unit than their header says."""


@dataclass(frozen=True, slots=True, eq=False)
class ProgrammeRows:
    """The table as read, n projects in order of id, before they meet the institutions.

    Parameters
    ----------
    lon, lat
        (n,) degrees, NaN where the row states no place.
    facility_id, kind_after
        As written, "" where the row does not say; `kind_after` as a WS 218 code.
    """

    file: str
    row: Ints
    id: tuple[str, ...]
    name: tuple[str, ...]
    type: tuple[ProjectType, ...]
    stage: tuple[Stage, ...]
    facility_id: tuple[str, ...]
    kind_after: tuple[str, ...]
    lon: Floats
    lat: Floats
    columns: Mapping[str, tuple[CellValue, ...]]


def read_programme(source: TableSource, findings: list[Finding]) -> ProgrammeRows | None:
    """Return the projects of a study; None when faults leave none.

    A project without a stage counts as an idea, one without a type as new; both are findings.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    table = read_any(source, findings)
    found = find_columns(table, COLUMN_NAMES["programme"], source.columns, findings)
    if "id" not in found:
        if "id" not in dict(source.columns):
            findings.append(missing_column(table, "id"))
        return None
    lon, lat = np.full(len(table), np.nan), np.full(len(table), np.nan)
    if has_place(table, found):
        lon, lat = read_positions(table, found, source, findings)
    written = {name: _texts(table, found.get(name)) for name in ("id", "name", "facility_id")}
    again = repeated(written["id"])
    if again:
        findings.append(
            row_finding("id_repeated", table.row[again], file=table.file, column=found["id"])
        )
    stages = _words(table, found, "stage", stage_of, findings)
    types = _words(table, found, "type", type_of, findings)
    kinds = [kind_code(word) or "" for word in _texts(table, found.get("kind_after"))]
    columns = {
        name: parsed_column(table, found.get(name), kind, findings)
        for name, kind in PROJECT_COLUMNS.items()
    }
    _note_amounts(table, found, columns, findings)
    order = sorted(range(len(table)), key=lambda i: written["id"][i])
    return ProgrammeRows(
        file=table.file,
        row=np.array([table.row[i] for i in order], dtype=np.int32),
        id=tuple(written["id"][i] for i in order),
        name=tuple(written["name"][i] or written["id"][i] for i in order),
        type=tuple(types[i] or ProjectType.NEW for i in order),
        stage=tuple(stages[i] or Stage.IDEA for i in order),
        facility_id=tuple(written["facility_id"][i] for i in order),
        kind_after=tuple(kinds[i] for i in order),
        lon=lon[order],
        lat=lat[order],
        columns={name: tuple(values[i] for i in order) for name, values in columns.items()},
    )


def join_programme(
    rows: ProgrammeRows, facilities: Facilities, zones: Zones, crs: str, findings: list[Finding]
) -> tuple[Projects, Facilities]:
    """Return the projects by institution, and the institutions with the points projects will add.

    A new point without a row in the list, and the new place of a relocation, become rows of status
    `planned` with the project's id: they count nowhere until a state of the network has them open.

    Parameters
    ----------
    facilities
        As read, in order of id.
    zones, crs
        Of the dataset, to place new points.
    """
    known = {name: i for i, name in enumerate(facilities.id)}
    unknown = [i for i, name in enumerate(rows.facility_id) if name and name not in known]
    if unknown:
        words = ", ".join(dict.fromkeys(rows.facility_id[i] for i in unknown[:20]))
        findings.append(
            row_finding("facility_unknown", rows.row[unknown], file=rows.file, words=words[:200])
        )
    is_new = np.array(
        [
            (rows.type[i] is ProjectType.RELOCATION or not rows.facility_id[i])
            and rows.type[i] is not ProjectType.CLOSURE
            for i in range(len(rows.id))
        ],
        dtype=bool,
    )
    nowhere = np.flatnonzero(is_new & ~np.isfinite(rows.lon))
    if len(nowhere):
        findings.append(row_finding("programme_unplaced", rows.row[nowhere], file=rows.file))
    _note_differences(rows, facilities, known, findings)
    facilities = _as_programmed(facilities, rows, known)
    added = np.flatnonzero(is_new & np.isfinite(rows.lon)).astype(np.int32)
    whole = _with_points(facilities, rows, added, zones, crs)
    number = {name: i for i, name in enumerate(whole.id)}
    points = set(added.tolist())
    facility = [
        number[point_id(rows.id[i], known)] if i in points else number.get(rows.facility_id[i], -1)
        for i in range(len(rows.id))
    ]
    replaces = [
        number.get(rows.facility_id[i], -1) if rows.type[i] is ProjectType.RELOCATION else -1
        for i in range(len(rows.id))
    ]
    projects = Projects(
        id=rows.id,
        name=rows.name,
        type=rows.type,
        stage=rows.stage,
        facility=frozen_array(facility, np.int32),
        replaces=frozen_array(replaces, np.int32),
        kind_after=rows.kind_after,
        columns=rows.columns,
    )
    return projects, whole


def point_id(project_id: str, known: Mapping[str, int]) -> str:
    """Return the id of the point that a project adds: its own, marked where an institution has it.

    >>> point_id("P1", {}), point_id("P1", {"P1": 0})
    ('P1', 'P1 (project)')
    """
    return f"{project_id} (project)" if project_id in known else project_id


def _with_points(
    facilities: Facilities, rows: ProgrammeRows, added: Ints, zones: Zones, crs: str
) -> Facilities:
    """Return the institutions with planned points, in order of id."""
    if not len(added):
        return facilities
    known = {name: i for i, name in enumerate(facilities.id)}
    x_m, y_m = to_metric(rows.lon[added], rows.lat[added], crs)
    old = [known.get(rows.facility_id[i], -1) for i in added.tolist()]
    kinds = [
        rows.kind_after[i] or (facilities.kind[k] if k >= 0 else "")
        for i, k in zip(added.tolist(), old, strict=True)
    ]
    opens = [
        None if class_of(stage) is ProjectClass.SUSPENDED else day
        for stage, day in zip(rows.stage, rows.columns["open_date"], strict=True)
    ]
    own: dict[str, list[CellValue]] = {
        "id": [point_id(rows.id[i], known) for i in added.tolist()],
        "name": [rows.name[i] for i in added.tolist()],
        "kind": list(kinds),
        "status": [_STATUS_OF[class_of(rows.stage[i])] for i in added.tolist()],
        "open_date": [opens[i] for i in added.tolist()],
    }
    columns = {
        name: (*values, *own.get(name, [None] * len(added)))
        for name, values in facilities.columns.items()
    }
    names = (*facilities.id, *map(str, own["id"]))
    order = np.array(sorted(range(len(names)), key=names.__getitem__))
    extra: dict[str, Any] = {
        "id": tuple(map(str, own["id"])),
        "name": tuple(map(str, own["name"])),
        "kind": tuple(kinds),
        "level": np.array([kind_level(kind) for kind in kinds], dtype=np.int8),
        "x_m": x_m,
        "y_m": y_m,
        "lon": rows.lon[added],
        "lat": rows.lat[added],
        "zone": assign(x_m, y_m, zones.geometry),
    }
    joined: dict[str, Any] = {}
    for item in fields(Facilities):
        if item.name == "columns":
            continue
        first = getattr(facilities, item.name)
        if isinstance(first, np.ndarray):
            whole = np.concatenate([first, extra[item.name]])[order]
            joined[item.name] = frozen_array(whole, first.dtype)
        else:
            both = (*first, *extra[item.name])
            joined[item.name] = tuple(both[i] for i in order)
    return Facilities(**joined, columns={n: tuple(v[i] for i in order) for n, v in columns.items()})


def _as_programmed(
    facilities: Facilities, rows: ProgrammeRows, known: Mapping[str, int]
) -> Facilities:
    """Return the institutions with what the programme says of their status and days.

    A new institution has the status and the opening day of its project; the old place of a
    relocation, and an institution to be merged away, close on the day once that is decided.
    """
    columns = {name: list(facilities.columns[name]) for name in _PROGRAMMED}
    for i, name in enumerate(rows.facility_id):
        k = known.get(name, -1)
        found = class_of(rows.stage[i])
        opens = rows.columns["open_date"][i]
        is_sure = found in {ProjectClass.DECIDED, ProjectClass.IN_USE}
        if k < 0:
            continue
        if rows.type[i] is ProjectType.NEW:
            columns["status"][k] = _STATUS_OF[found]
            is_off = found is ProjectClass.SUSPENDED
            columns["open_date"][k] = None if is_off else opens or columns["open_date"][k]
        elif rows.type[i] in {ProjectType.RELOCATION, ProjectType.CLOSURE} and is_sure:
            day = opens or rows.columns["finish_date"][i]
            columns["close_date"][k] = day or columns["close_date"][k]
    changed = {name: tuple(values) for name, values in columns.items()}
    return replace(facilities, columns={**facilities.columns, **changed})


_PROGRAMMED = ("status", "open_date", "close_date")
_STATUS_OF = {
    ProjectClass.IN_USE: "operating",
    ProjectClass.DECIDED: "construction",
    ProjectClass.RESERVE: "planned",
    ProjectClass.SUSPENDED: "planned",
}


def _note_differences(
    rows: ProgrammeRows, facilities: Facilities, known: Mapping[str, int], findings: list[Finding]
) -> None:
    """Note projects whose day of opening, or whose being in use, the list tells otherwise."""
    status, opens_on = facilities.texts("status"), facilities.texts("open_date")
    differ = []
    for i, name in enumerate(rows.facility_id):
        k = known.get(name, -1)
        if k < 0 or rows.type[i] is not ProjectType.NEW:
            continue
        opens = rows.columns["open_date"][i]
        in_use = class_of(rows.stage[i]) is ProjectClass.IN_USE
        other_day = opens is not None and opens_on[k] and str(opens) != opens_on[k]
        if other_day or in_use != (status[k] in {"", "operating"}):
            differ.append(i)
    if differ:
        words = ", ".join(rows.facility_id[i] for i in differ[:20])
        findings.append(
            row_finding("programme_beats_list", rows.row[differ], file=rows.file, words=words[:200])
        )


def _note_amounts(
    table: Table,
    found: Mapping[str, str],
    columns: Mapping[str, Sequence[CellValue]],
    findings: list[Finding],
) -> None:
    for name in MONEY_COLUMNS:
        odd = [
            i
            for i, value in enumerate(columns[name])
            if value is not None
            and float(value) != 0
            and not LEAST_YUAN <= float(value) <= MOST_YUAN
        ]
        if odd:
            findings.append(
                row_finding(
                    "programme_amount_odd", table.row[odd], file=table.file, column=found[name]
                )
            )


def _words(
    table: Table, found: Mapping[str, str], name: str, read: Any, findings: list[Finding]
) -> list[Any]:
    """Return what the words of a column mean; words that mean nothing are a finding."""
    written = _texts(table, found.get(name))
    meant = [read(word) if word else None for word in written]
    odd = [i for i, value in enumerate(meant) if value is None]
    if odd:
        words = ", ".join(dict.fromkeys(written[i] or "-" for i in odd[:20]))
        findings.append(
            row_finding(
                f"programme_{name}_unknown", table.row[odd], file=table.file, words=words[:200]
            )
        )
    return meant


def _texts(table: Table, header: str | None) -> tuple[str, ...]:
    return tuple(map(text, table.columns[header])) if header else ("",) * len(table)
