"""Edits of a scenario, as plain values: stations added, moved, closed, upgraded; roads changed.

What edits do to roads is in `roads`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np

from data.errors import PlannerError
from data.kinds import KIND_NAMES, kind_level
from data.types import CellValue, Dataset, Facilities
from geo.crs import to_metric
from geo.errors import Finding
from geo.zones import assign
from planning.reach.scenario import Scenario
from planning.words.wording import msgid

Action: TypeAlias = Literal[
    "add", "move", "close", "open", "upgrade", "add_road", "set_speed", "close_road"
]

ACTIONS: tuple[Action, ...] = get_args(Action)
ROAD_ACTIONS: tuple[Action, ...] = ("add_road", "set_speed", "close_road")
ACTION_NAMES: dict[Action, str] = {
    "add": msgid("Add"),
    "move": msgid("Move"),
    "close": msgid("Close"),
    "open": msgid("Open"),
    "upgrade": msgid("Change kind"),
    "add_road": msgid("Add a road link"),
    "set_speed": msgid("Change a road's speed"),
    "close_road": msgid("Close a road"),
}
ADDED_OWNER = "卫生健康局"
"""What is added counts as government-run: it is the health bureau that plans."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a scenario; a scenario is a tuple of them, so undoing drops the last.

    Parameters
    ----------
    action
        What happens: `add` a point, `move` one, `close` it, `open` one that is not operating, or
        `upgrade` it to another kind; `add_road`, `set_speed` of cars on a road, or `close_road`.
    facility_id
        Whom it concerns; for `add` the id of the new point; a road is `way/ID` as in the road file,
        or `ROAD-001` for a new one.
    name
        Name of a new point.
    kind
        WS 218 code of a new or upgraded point.
    lon, lat
        WGS 84 degrees of a new or moved point, or of the start of a new road.
    capacity_people
        People whom a new or upgraded point can serve; None where it is not stated.
    cost_wan_yuan
        Cost in 10,000 yuan (万元); None where it is not stated.
    to_lon, to_lat
        WGS 84 degrees of the end of a new road.
    road_class
        Highway value of a new road.
    speed_kph
        Car speed of a road; None on a new road for that of its class.
    is_oneway
        A new road leads only from its start to its end.
    """

    action: Action
    facility_id: str
    name: str = ""
    kind: str = ""
    lon: float | None = None
    lat: float | None = None
    capacity_people: float | None = None
    cost_wan_yuan: float | None = None
    to_lon: float | None = None
    to_lat: float | None = None
    road_class: str = ""
    speed_kph: float | None = None
    is_oneway: bool = False


def next_id(edits: Sequence[Edit], taken: Sequence[str] = ()) -> str:
    """Return the id of the next added point.

    >>> next_id((Edit("add", "NEW-001"),))
    'NEW-002'
    """
    used = {edit.facility_id for edit in edits} | set(taken)
    number = 1 + sum(edit.action == "add" for edit in edits)
    while f"NEW-{number:03d}" in used:
        number += 1
    return f"NEW-{number:03d}"


def total_cost_wan_yuan(edits: Sequence[Edit]) -> float | None:
    """Return the stated costs added up; None where no edit states one.

    >>> total_cost_wan_yuan((Edit("add", "a", cost_wan_yuan=80.0), Edit("close", "b")))
    80.0
    """
    costs = [edit.cost_wan_yuan for edit in edits if edit.cost_wan_yuan is not None]
    return sum(costs) if costs else None


def edited_scenario(scenario: Scenario, edits: Sequence[Edit]) -> Scenario:
    """Return the scenario whose lists of opened and closed facilities follow the edits."""
    opened, closed = list(scenario.opened), list(scenario.closed)
    for edit in edits:
        if edit.action not in {"open", "close"}:
            continue
        opened = [name for name in opened if name != edit.facility_id]
        closed = [name for name in closed if name != edit.facility_id]
        (opened if edit.action == "open" else closed).append(edit.facility_id)
    return replace(scenario, opened=tuple(opened), closed=tuple(closed))


def edited_facilities(dataset: Dataset, edits: Sequence[Edit]) -> Facilities:
    """Return the institutions after the edits: changed rows in their place, new rows at the end.

    Opening and closing are left to `edited_scenario`, roads to `roads.edited_roads`.

    Raises
    ------
    PlannerError
        When an edit names an institution that does not exist, adds one that does, has no kind or
        no place, or a place outside the world; all faults at once.
    """
    rows = _Rows(dataset.facilities)
    faults: list[Finding] = []
    for number, edit in enumerate(edits, start=1):
        if edit.action in ROAD_ACTIONS:
            continue
        fault = _fault(edit, rows)
        if fault:
            params = (("action", edit.action), ("id", edit.facility_id), ("reason", fault))
            faults.append(Finding("scenario_edit", params, rows=(number,)))
        else:
            rows.apply(edit)
    if faults:
        raise PlannerError(*faults)
    return rows.facilities(dataset)


def _fault(edit: Edit, rows: _Rows) -> str:
    """Return why an edit cannot be made; empty where it can."""
    is_known = edit.facility_id in rows.row_of
    needs_place, needs_kind = edit.action in {"add", "move"}, edit.action in {"add", "upgrade"}
    if edit.action not in ACTIONS:
        return "no such action"
    if edit.action == "add" and (is_known or not edit.facility_id):
        return "the number is taken or empty"
    if edit.action != "add" and not is_known:
        return "there is no such institution"
    if needs_kind and edit.kind not in KIND_NAMES:
        return "the kind is no WS 218 code"
    if needs_place and not is_on_earth(edit.lon, edit.lat):
        return "longitude and latitude are missing or outside the world"
    return ""


def is_on_earth(lon: float | None, lat: float | None) -> bool:
    """Return whether both are given and maps can show them."""
    return lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 85


class _Rows:
    """The institutions as lists that edits change; the arrays of the dataset stay as they are."""

    def __init__(self, facilities: Facilities) -> None:
        self.row_of = {name: row for row, name in enumerate(facilities.id)}
        self._before = facilities
        self._id, self._name = list(facilities.id), list(facilities.name)
        self._kind, self._level = list(facilities.kind), facilities.level.tolist()
        self._columns: dict[str, list[CellValue]] = {
            name: list(values) for name, values in facilities.columns.items()
        }
        self._place: dict[int, tuple[float, float]] = {}

    def apply(self, edit: Edit) -> None:
        """Change or add one row."""
        if edit.action == "add":
            self._append(edit)
        row = self.row_of[edit.facility_id]
        if edit.kind:
            self._kind[row], self._level[row] = edit.kind, kind_level(edit.kind)
        if edit.lon is not None and edit.lat is not None:
            self._place[row] = (edit.lon, edit.lat)
        for name, value in (
            ("id", edit.facility_id),
            ("name", edit.name),
            ("kind", edit.kind),
            ("capacity_people", edit.capacity_people),
        ):
            if name in self._columns and value:
                self._columns[name][row] = value

    def _append(self, edit: Edit) -> None:
        self.row_of[edit.facility_id] = len(self._id)
        self._id.append(edit.facility_id)
        self._name.append(edit.name or edit.facility_id)
        self._kind.append(edit.kind)
        self._level.append(0)
        known: dict[str, CellValue] = {"owner": ADDED_OWNER, "status": "operating"}
        for name, values in self._columns.items():
            values.append(known.get(name))

    def facilities(self, dataset: Dataset) -> Facilities:
        """Return the rows as a value; zones of changed places are found anew."""
        added = len(self._id) - len(self._before)
        lon, lat, x_m, y_m = (
            np.concatenate([getattr(self._before, name), np.full(added, np.nan)])
            for name in ("lon", "lat", "x_m", "y_m")
        )
        zone = np.concatenate([self._before.zone, np.full(added, -1, dtype=np.int32)])
        if self._place:
            rows = np.array(list(self._place), dtype=np.int64)
            lon[rows], lat[rows] = np.array(list(self._place.values())).T
            x_m[rows], y_m[rows] = to_metric(lon[rows], lat[rows], dataset.crs)
            zone[rows] = assign(x_m[rows], y_m[rows], dataset.zones.geometry)
        level = np.array(self._level, dtype=np.int8)
        for array in (lon, lat, x_m, y_m, zone, level):
            array.setflags(write=False)
        return replace(
            self._before,
            id=tuple(self._id),
            name=tuple(self._name),
            kind=tuple(self._kind),
            level=level,
            x_m=x_m,
            y_m=y_m,
            lon=lon,
            lat=lat,
            zone=zone,
            columns={name: tuple(values) for name, values in self._columns.items()},
        )
