"""The values that every analysis takes: zones, villages, demand, facilities, dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.programme.stages import ProjectClass, ProjectType, Stage, class_of
from geo import arrays
from geo.errors import Finding
from geo.points import Grid
from geo.roads import RoadGraph

Floats: TypeAlias = arrays.Floats
Ints: TypeAlias = arrays.Ints
Geometries: TypeAlias = NDArray[np.object_]
"""(n,) shapely geometries in the dataset's metric system; None where a row has none."""

CellValue: TypeAlias = str | float | bool | None
ColumnKind: TypeAlias = Literal["text", "number", "flag", "date", "list"]

FACILITY_COLUMNS: dict[str, ColumnKind] = {
    "id": "text",
    "name": "text",
    "kind": "text",
    "owner": "text",
    "parent_id": "text",
    "status": "text",
    "open_date": "date",
    "close_date": "date",
    "hours": "text",
    "open_days": "number",
    "services": "list",
    "equipment": "list",
    "doctors": "number",
    "gps": "number",
    "nurses": "number",
    "village_doctors": "number",
    "beds": "number",
    "capacity_people": "number",
    "centre_class": "text",
    "in_plan": "flag",
    "standardised": "flag",
    "insurance_enabled": "flag",
    "sole_doctor_exit_year": "number",
    "alliance_id": "text",
    "refers_to": "text",
    "closable": "flag",
    "hospital_grade": "text",
    "building_area_m2": "number",
    "network_enabled": "flag",
    "quality_level": "text",
    "teams": "number",
}
"""Every column of a facility row. Lists are text joined by `;`, dates ISO, flags bool or None."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one input came from; shown on every map and GeoPackage."""

    role: str  # "population", "roads", ...
    source: str  # file name, never a full path
    sha256: str
    licence: str = ""
    attribution: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """The units that results are given for: towns and subdistricts, n of them, in order of code.

    Parameters
    ----------
    code, name, level
        Text; codes are unique. Level is `street` (街道), `town`, `township` or `other`.
    urban
        True, False or None (the study does not say) per zone, with `urban_source` as its source.
    census_people
        (n,) people by the census; NaN where the study has none.
    geometry
        (n,) polygons or points.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    level: tuple[str, ...]
    urban: tuple[bool | None, ...]
    urban_source: str
    census_people: Floats
    geometry: Geometries

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True, slots=True, eq=False)
class Villages:
    """Administrative villages and, below them, natural villages, in order of code.

    Parameters
    ----------
    code, name
        Text; codes are unique.
    parent
        (n,) index of the administrative village a natural village belongs to; -1 for an
        administrative village.
    zone
        (n,) index into `Zones`; -1 outside all zones.
    people
        (n,) people by the village table; NaN where it has none.
    geometry
        (n,) polygons or points.
    declared_mode, served_by
        What a layout plan declares of each village: `point`, `cluster`, `circuit` or `uncovered`,
        and the id or name of the clinic that serves it; blank where it is silent, empty without a
        plan.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    parent: Ints
    zone: Ints
    people: Floats
    geometry: Geometries
    declared_mode: tuple[str, ...] = ()
    served_by: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Weighted points: where people live, n of them. Their sum is the source's sum.

    Parameters
    ----------
    cell_id
        The source's id, or `r<row>c<column>` of the raster.
    x_m, y_m, lon, lat
        (n,) metric and WGS 84 coordinates.
    people
        (n,) people, >= 0.
    groups
        Name of group (such as `65+`) -> (n,) people of the group.
    zone, village
        (n,) index into `Zones` and `Villages`; -1 outside. Village indices name administrative
        villages
        or their natural villages, whichever polygon or nearest point holds the point.
    grid, row, column
        The raster the points came from, with (n,) row and column; None and empty for tables.
    """

    cell_id: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    lon: Floats
    lat: Floats
    people: Floats
    groups: Mapping[str, Floats]
    zone: Ints
    village: Ints
    grid: Grid | None
    row: Ints
    column: Ints

    def __len__(self) -> int:
        return len(self.cell_id)


@dataclass(frozen=True, slots=True, eq=False)
class Facilities:
    """Institutions and points of care, n of them, in order of id.

    Parameters
    ----------
    id, name, kind
        Text; ids are unique; kind is a WS 218 code such as `B100`.
    level
        (n,) int8: 1 point (station, village clinic), 2 centre, 3 county hospital, 4 city
        hospital, 0 other.
    x_m, y_m, lon, lat
        (n,) coordinates; NaN where the row has none (待定位).
    zone
        (n,) index into `Zones`; -1 outside or without position.
    columns
        Column name of `FACILITY_COLUMNS` -> n values (text, number, flag or None); all columns
        are present.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    level: NDArray[np.int8]
    x_m: Floats
    y_m: Floats
    lon: Floats
    lat: Floats
    zone: Ints
    columns: Mapping[str, tuple[CellValue, ...]]

    def __len__(self) -> int:
        return len(self.id)

    @property
    def has_position(self) -> NDArray[np.bool_]:
        """(n,) True where the row has coordinates."""
        return np.isfinite(self.x_m)

    def numbers(self, column: str) -> Floats:
        """Return a column as (n,) floats, NaN where it is blank."""
        return np.array(
            [np.nan if v is None else float(v) for v in self.columns[column]], dtype=np.float64
        )

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a column as text, empty where it is blank."""
        return tuple("" if value is None else str(value) for value in self.columns[column])

    def flags(self, column: str) -> tuple[bool | None, ...]:
        """Return a column of yes, no and not stated."""
        return tuple(None if value is None else bool(value) for value in self.columns[column])


@dataclass(frozen=True, slots=True)
class CircuitStop:
    """A place that a circuit team visits; never counted as a fixed point."""

    stop_id: str
    place: str
    x_m: float
    y_m: float
    lon: float
    lat: float
    base_facility: str
    visits_per_month: float
    weekdays: str
    hours: str
    villages: tuple[str, ...]
    is_island_point: bool


@dataclass(frozen=True, slots=True)
class ServiceArea:
    """One declared service area: a village or community and the institution that serves it.

    `people` is the declared figure where the row states one, else None.
    """

    area_code: str
    facility_id: str
    people: float | None


@dataclass(frozen=True, slots=True)
class ReportedValue:
    """A figure somebody reported, to be compared with the computed one.

    `value` is in ones: 98.5 % is 0.985; `unit` is the sign it was written with (% or ‰), if any.
    """

    figure: str
    year: int | None
    value: float
    source: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Succession:
    """One old division code and one of the codes that replaced it.

    `share` is the share of the old unit's people that went to the new one; None where it is split
    and nobody stated the shares.
    """

    old_code: str
    old_name: str
    new_code: str
    new_name: str
    date: str
    share: float | None
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidate sites of the study, in order of id; `columns` keeps what else the layer says.

    `kind` and `land_status` are as the layer writes them, empty where it does not say.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    lon: Floats
    lat: Floats
    columns: Mapping[str, tuple[CellValue, ...]]
    kind: tuple[str, ...]
    land_status: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True, eq=False)
class Exclusions:
    """Where no site may stand.

    Parameters
    ----------
    names
        Layers that the study excludes, such as basic farmland.
    areas, layer
        (n,) polygons in the dataset's metric system, margins included, and the layer of each.
    demand_slope_percent, candidate_slope_percent
        (n_demand,) and (n_candidates,) slope of the ground, NaN where it is not known; None where
        the study sets no limit.
    """

    names: tuple[str, ...]
    areas: Geometries
    layer: Ints
    demand_slope_percent: Floats | None
    candidate_slope_percent: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Projects:
    """The programme: n projects in order of id.

    Parameters
    ----------
    type, stage
        What each does and how far it has come.
    facility
        (n,) institution it is about: of a new point without a row in the list, and of a relocation,
        the planned point that was added for it; -1 where there is none.
    replaces
        (n,) old place that a relocation closes; -1 for others.
    kind_after
        WS 218 code once it is finished; empty where the kind stays.
    columns
        What else the table says: dates, money, lists, progress.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    type: tuple[ProjectType, ...]
    stage: tuple[Stage, ...]
    facility: Ints
    replaces: Ints
    kind_after: tuple[str, ...]
    columns: Mapping[str, tuple[CellValue, ...]]

    def __len__(self) -> int:
        return len(self.id)

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a column as text, empty where it is blank."""
        return tuple("" if value is None else str(value) for value in self.columns[column])

    def project_class(self, row: int, *, zoning_is_decided: bool = False) -> ProjectClass:
        """Return the class of one project.

        One with 控规 is decided with an approval number, a yearly plan or the study's own word.
        """
        has_plan = bool(self.columns["year_plan_yuan"][row] or self.columns["approval_no"][row])
        return class_of(self.stage[row], is_backed=zoning_is_decided or has_plan)


NO_PROJECTS = Projects(
    (), (), (), (), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), (), {}
)


@dataclass(frozen=True, slots=True)
class FerryLine:
    """What a study's timetable says of one ferry; `way` is its way in the road file."""

    way: int
    name: str
    sailings_per_day: int
    days: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, eq=False)
class OtherPlaces:
    """Where institutions would be if their list were in another system than it was taken for.

    Parameters
    ----------
    file
        File name of the list.
    systems
        k names of readings: a system, or `mixed` where each group of rows is in its own.
    lon, lat
        (k, n_facilities) degrees, WGS 84; NaN for those without a place.
    """

    file: str
    systems: tuple[str, ...]
    lon: Floats
    lat: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Everything read from one study, validated, in one metric coordinate system.

    `water` holds polygons that a straight access leg may not cross; None when the study and its
    roads
    say nothing of water. `is_synthetic` marks the built-in county: every map, table and page says
    so. `doctor_birth_years` are those of the village doctors of each institution, where the list
    states them: personal data that only sums are made of, and that no output shows.
    """

    title: str
    date: str
    crs: str
    is_synthetic: bool
    zones: Zones
    villages: Villages | None
    demand: Demand
    facilities: Facilities
    circuits: tuple[CircuitStop, ...]
    service_areas: tuple[ServiceArea, ...]
    candidates: Candidates | None
    reported: tuple[ReportedValue, ...]
    indicators: tuple[Mapping[str, Any], ...]
    roads: RoadGraph
    water: Geometries | None
    ferries: tuple[FerryLine, ...]
    provenance: tuple[Provenance, ...]
    findings: tuple[Finding, ...]
    fingerprint: str
    successions: tuple[Succession, ...] = ()
    exclusions: Exclusions | None = None
    programme: Projects = NO_PROJECTS
    doctor_birth_years: tuple[tuple[int, ...], ...] = field(default=(), repr=False)
    other_places: OtherPlaces | None = None
