"""The study file: every table a frozen dataclass of strings and numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data.addresses import DatabaseAddress
from data.study.schema import ADDRESS_IN_PATH, FLAT
from data.study.siting import ExclusionsTable, ModeName, SitingTable, SpeedSetName
from data.types import FACILITY_COLUMNS

CoordinatesName = Literal["wgs84", "gcj02", "bd09", "auto"]

DEFAULT_MODES: tuple[ModeName, ...] = ("walk", "walk_elderly", "e_bike", "car")

COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "zones": ("code", "name", "level", "urban", "people"),
    "villages": (
        *("code", "name", "people", "parent", "lon", "lat", "lonlat"),
        *("declared_mode", "served_by"),
    ),
    "former_names": ("code", "former_name"),
    "population": ("id", "lon", "lat", "lonlat", "division_code"),
    "facilities": (
        *(*FACILITY_COLUMNS, "lon", "lat", "lonlat", "level"),
        *("coordinates", "division_code", "division_name", "address", "affiliation"),
        *("economic_type", "village_doctor_births", "stage"),
    ),
    "circuits": (
        *(
            "stop_id",
            "place",
            "lon",
            "lat",
            "lonlat",
            "base_facility",
            "visits_per_month",
            "weekdays",
        ),
        *("hours", "villages", "is_island_point"),
    ),
    "service_areas": ("area_code", "facility_id", "people"),
    "programme": (
        *("id", "name", "facility_id", "place", "lon", "lat", "lonlat", "type", "kind_after"),
        *("list", "year", "allotted_to", "stage", "start_date", "finish_date", "accepted_date"),
        *("open_date", "project_code", "approval_no", "budget_yuan", "year_plan_yuan"),
        *("done_yuan", "progress_text", "progress_percent", "reported_on", "fund_source", "payer"),
        *("responsible_unit", "land", "area_m2", "people_planned", "note"),
    ),
    "reported": ("figure", "year", "value", "source"),
    "indicators": (
        *("indicator_id", "zone_code", "year", "numerator", "denominator", "value", "unit"),
        *("base", "source"),
    ),
    "candidates": ("id", "name", "lon", "lat", "lonlat", "kind", "land_status"),
    "projection": ("zone_code", "rate"),
    "successions": ("old_code", "old_name", "new_code", "new_name", "date", "share", "source"),
    "placed": ("facility_id", "lon", "lat", "lonlat"),
    "roads": ("id", "class", "direction", "maxspeed", "duration", "bridge"),
    "overrides": ("osm_id", "max_speed", "speed_type"),
    "ferries": (
        *("way", "name", "first", "last", "sailings_per_day", "days", "crossing_minutes"),
        "carries",
    ),
}
"""Our column names that `columns = { ... }` of each table may map to names in the file."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """A file with a layer and a column mapping (our name -> the file's name).

    Where `path` is the address of a database, `database` holds it and `layer` names a table or
    `query` a selection; `path` then is the name of the database only.
    `crs`, `encoding`, `separator` and `decimal` state what the file itself does not say;
    `coordinates` states which of the systems of Chinese web maps it is in (`auto`: propose one and
    ask); `licence`, `attribution` and `date` are shown on every map and GeoPackage.
    """

    path: Path
    layer: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    crs: str | None = None
    encoding: str | None = None
    separator: str | None = None
    decimal: Literal[".", ","] | None = None
    coordinates: CoordinatesName | None = None
    licence: str = ""
    attribution: str = ""
    date: str = ""
    query: str | None = None
    database: DatabaseAddress | None = field(default=None, metadata=ADDRESS_IN_PATH)


@dataclass(frozen=True, slots=True)
class RoadsTable(TableSource):
    """`[roads]`: an OSM file, a street graph, or a line layer whose ends meet within `join_m`.

    `classes` says what the words of the class column (the layers of a drawing) mean as highway
    values.
    """

    join_m: float = 0.5
    classes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class VillagesTable(TableSource):
    """`[villages]`: the layer of villages; `former_names` says what they were called.

    It is a column of the layer, or a file beside it with a `code` and a `former_name` a row.
    """

    former_names: str | None = None


@dataclass(frozen=True, slots=True)
class ZonesTable:
    """`[zones]`: the layer of towns and subdistricts, and who says which are urban."""

    source: TableSource = field(metadata=FLAT)
    urban_source: str = ""


@dataclass(frozen=True, slots=True)
class GroupSource:
    """One population group: a raster of its own, or a column of the population table."""

    name: str
    path: Path | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class PopulationTable:
    """`[population]`: a raster of counts or a table of points.

    `window_km`: cells of a raster farther than this from the zones are left out, and counted;
    `nodata`: the number that means "no value" in rasters that do not say so themselves.
    """

    source: TableSource = field(metadata=FLAT)
    column: str | None = None
    window_km: float | None = None
    nodata: float | None = None
    groups: tuple[GroupSource, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationTable:
    """`[calibration]`: people per zone are brought to the `people` column of the zones.

    `source` names the census; `groups` says whether age groups are multiplied too.
    """

    source: str
    year: int
    groups: bool = True


@dataclass(frozen=True, slots=True)
class ProjectionTable:
    """`[projection]`: people are carried from `base_year` to `year`.

    By one yearly `rate` (0.01 is one percent), or by a table of `zone_code` and `rate`.
    """

    base_year: int
    year: int
    rate: float | None = None
    source: TableSource | None = field(default=None, metadata=FLAT)


@dataclass(frozen=True, slots=True)
class KindRule:
    """One entry of `facilities.kinds`: rows that match `where` (all when None) are of this kind."""

    kind: str
    where: str | None = None


@dataclass(frozen=True, slots=True)
class FacilitiesTable:
    """`[facilities]`: the list of institutions and how its rows are read.

    `placed` is a CSV beside the study with places that a person has chosen (it may not exist yet);
    `place_by_village` says whether rows without coordinates are placed by their village;
    `reference` is a layer of named places in WGS 84 that coordinates are compared with.
    """

    source: TableSource = field(metadata=FLAT)
    placed: str | None = None
    place_by_village: bool = True
    reference: Path | None = None
    defaults: tuple[tuple[str, str | float | bool], ...] = ()
    where: str | None = None
    kinds: tuple[KindRule, ...] = ()


@dataclass(frozen=True, slots=True)
class TravelTable:
    """`[travel]`: how people travel and which reading of the 20 minutes is the study's headline."""

    modes: tuple[ModeName, ...] = DEFAULT_MODES
    headline_mode: ModeName | None = None
    basis: str | None = None
    minutes: float = 20.0
    speed_set: SpeedSetName = "default"
    max_access_m: float = 1000.0
    horizon_minutes: float = 120.0
    outside_facilities: Literal["include", "exclude"] = "include"
    speeds_kph: tuple[tuple[str, float], ...] = ()
    class_speeds_kph: tuple[tuple[str, float], ...] = ()
    class_factors: tuple[tuple[str, float], ...] = ()
    avoid_islands: bool = True


@dataclass(frozen=True, slots=True)
class StandardsTable:
    """`[standards]`: the preset, and how people per government-run centre (N1) are judged.

    Parameters
    ----------
    ratio_bounds
        The two bounds of people per centre.
    n1_reading
        Whether one of the two columns of N1 (街道或人口) is enough, or both are asked for `[I]`.
    """

    preset: str = "zhoushan-2020"
    ratio_bounds: tuple[float, float] = (30_000.0, 100_000.0)
    n1_reading: Literal["or", "and"] = "or"


@dataclass(frozen=True, slots=True)
class CandidatesTable:
    """`[candidates]`: a layer of sites, or where sites are generated.

    Parameters
    ----------
    source
        The layer; without one sites are generated.
    generate
        At the most populated point of each village, at populated cells, or at both.
    spacing_m
        Least distance between generated sites.
    suitability
        Score between 0 and 1 -> its weight: a column of numbers of the layer, or for generated
        sites `near_road` and `flat`. People are weighed by it when sites are generated.
    min_suitability
        Candidates below it are left out.
    """

    source: TableSource | None = field(default=None, metadata=FLAT)
    generate: Literal["villages_and_cells", "villages", "cells"] = "villages_and_cells"
    spacing_m: float = 1000.0
    suitability: tuple[tuple[str, float], ...] = ()
    min_suitability: float = 0.0


@dataclass(frozen=True, slots=True)
class Allotted:
    """One entry of `programme.allotted`: projects of a list and year that this place has to do."""

    list: str
    year: int
    number: int


@dataclass(frozen=True, slots=True)
class ProgrammeTable:
    """`[programme]`: the table of projects, and how many each list allots to this place."""

    source: TableSource = field(metadata=FLAT)
    allotted: tuple[Allotted, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    """`[scenario]`: what differs from the list of facilities as it is read."""

    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """A study file as read: paths are absolute, everything else is text and numbers.

    `maker` is the unit that makes the tables (制表单位); empty where the study names none.
    """

    path: Path
    name: str
    date: str
    population: PopulationTable
    facilities: FacilitiesTable
    roads: RoadsTable
    is_synthetic: bool = False
    maker: str = ""
    calibration: CalibrationTable | None = None
    projection: ProjectionTable | None = None
    zones: ZonesTable | None = None
    successions: TableSource | None = None
    villages: VillagesTable | None = None
    circuits: TableSource | None = None
    service_areas: TableSource | None = None
    water: TableSource | None = None
    elevation: TableSource | None = None
    overrides: TableSource | None = None
    ferries: TableSource | None = None
    reported: TableSource | None = None
    indicators: TableSource | None = None
    travel: TravelTable = field(default_factory=TravelTable)
    standards: StandardsTable = field(default_factory=StandardsTable)
    candidates: CandidatesTable = field(default_factory=CandidatesTable)
    exclusions: ExclusionsTable = field(default_factory=ExclusionsTable)
    siting: SitingTable = field(default_factory=SitingTable)
    programme: ProgrammeTable | None = None
    scenario: ScenarioTable = field(default_factory=ScenarioTable)
