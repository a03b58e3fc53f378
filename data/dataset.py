"""The dataset of a study: every file read, checked together, in one metric coordinate system."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely

from data.checks import row_finding
from data.demand import FAR_M, build_demand, far_finding, zones_box
from data.errors import PlannerError, StudyError, raise_errors
from data.exclusions import read_exclusions
from data.facilities.read import (
    FacilityRows,
    note_unplaced,
    place_facilities,
    read_facilities,
    row_names,
)
from data.places.placement import place_rows
from data.places.positions import to_system
from data.places.village_names import FormerNames, read_former_names
from data.population.rasters import Window
from data.population.read import Population, read_population
from data.postgis import databases_as_files
from data.programme.read import join_programme, read_programme
from data.regions import (
    Layer,
    build_candidates,
    build_villages,
    build_zones,
    code_places,
    read_layer_of,
    read_water,
    whole_zone,
)
from data.roads.read import RoadsRead, read_study_roads
from data.sidetables import read_circuits, read_indicators, read_reported, read_service_areas
from data.stopping import stoppable
from data.store import file_sha256
from data.study.file import read_study, write_template
from data.study.files import placed_file
from data.study.tables import Study, TableSource
from data.successions import built_in_successions, read_successions
from data.systems.evidence import NamedPlaces, Surroundings
from data.systems.layers import Layers, judge_layers
from data.systems.named import read_named_places
from data.types import (
    NO_PROJECTS,
    Candidates,
    CircuitStop,
    Dataset,
    Demand,
    Exclusions,
    Facilities,
    FerryLine,
    Geometries,
    Projects,
    Provenance,
    ServiceArea,
    Villages,
    Zones,
)
from geo.crs import LONLAT, local_crs, to_metric
from geo.errors import Finding, GeoError, Progress
from geo.fingerprints import fingerprint
from geo.zones import distance_to_box_m

__all__ = ["load_dataset", "read_study", "write_template"]

_NOT_ANALYSED = frozenset(
    {
        *("roads", "provenance", "findings", "fingerprint", "successions", "doctor_birth_years"),
        "other_places",
    }
)
"""Fields that the fingerprint leaves out; roads have one of their own."""

_WINDOW_SEGMENTS = 16
"""Of each quarter of a circle around a corner: less than 0.5 % too narrow."""

T = TypeVar("T")


def load_dataset(
    study: Study, *, cache_dir: Path | None = None, progress: Progress | None = None
) -> Dataset:
    """Return everything a study names, read, checked and brought into one metric system.

    Parameters
    ----------
    study
        As `read_study` returns it.
    cache_dir
        Folder where finished roads are kept; nothing is kept without one.
    progress
        Called with the stage, and with rows or bytes done where they are known.

    Returns
    -------
    Dataset
        Its `findings` are the warnings and notes of the readers.

    Raises
    ------
    StudyError
        With every error of every file.
    """
    with stoppable(progress), databases_as_files(study, progress=progress) as local:
        return _loaded(local, cache_dir=cache_dir, progress=progress)


def _loaded(study: Study, *, cache_dir: Path | None, progress: Progress | None) -> Dataset:
    """Return the dataset of a study whose inputs are all files."""
    findings: list[Finding] = []
    population, zones_layer, villages_layer, facilities = _read_places(study, findings, progress)
    crs = _metric_crs(population, zones_layer)
    roads = _attempt(
        findings,
        lambda: read_study_roads(study, crs=crs, cache_dir=cache_dir, progress=progress),
    )
    if population is None or crs is None:
        raise_errors(findings)
        raise StudyError(*findings)
    zones = _zones(study, zones_layer, population, crs, findings)
    villages = (
        None if villages_layer is None else build_villages(villages_layer, zones, crs, findings)
    )
    demand = build_demand(study, population, zones, villages, crs=crs, findings=findings)
    if facilities is not None:
        former = _former_names(study, villages_layer, villages, findings)
        facilities = _placed(study, facilities, (villages, former, demand), crs, findings)
    placed = _facilities(facilities, zones, crs, findings)
    placed, projects, births = _with_programme(
        study, placed, facilities, zones, crs=crs, findings=findings
    )
    side = _side_tables(study, (zones, villages, placed), crs, findings)
    exclusions = read_exclusions(
        study.exclusions, study.elevation, (demand, side["candidates"]), crs, findings
    )
    other_places = None
    if roads is not None and facilities is not None:
        named = _named_places(study, findings)
        around = Surroundings(crs, roads.graph, zones, _water(side["water"], roads), named)
        layers = Layers(zones, villages, population, facilities, side["candidates"])
        systems = judge_layers(study, layers, around)
        findings.extend(systems.findings)
        other_places = systems.other_places
    raise_errors(findings)
    if placed is None or roads is None:  # pragma: no cover - both leave errors behind
        raise StudyError(*findings)
    findings.extend(roads.findings)
    dataset = Dataset(
        title=study.name,
        date=study.date,
        crs=crs,
        is_synthetic=study.is_synthetic,
        zones=zones,
        villages=villages,
        demand=demand,
        facilities=placed,
        roads=roads.graph,
        water=_water(side.pop("water"), roads),
        ferries=tuple(
            FerryLine(f.way, f.name, f.sailings_per_day, f.days, f.first, f.last)
            for f in roads.ferries
        ),
        provenance=_provenance(study, roads),
        findings=tuple(findings),
        fingerprint="",
        doctor_birth_years=births,
        programme=projects,
        exclusions=exclusions,
        other_places=other_places,
        **side,
    )
    return replace(dataset, fingerprint=_fingerprint(dataset))


def _attempt(findings: list[Finding], read: Callable[[], T]) -> T | None:
    """Return what a reader returns; keep its errors and go on, so that all faults come at once."""
    try:
        return read()
    except PlannerError as error:
        findings.extend(error.findings)
    except GeoError as error:
        findings.extend(error.findings)
    return None


def _read_places(
    study: Study, findings: list[Finding], progress: Progress | None
) -> tuple[Population | None, Layer | None, Layer | None, FacilityRows | None]:
    def layer(source: TableSource | None, name: str) -> Layer | None:
        if source is None:
            return None
        return _attempt(findings, lambda: read_layer_of(source, name, findings))

    zones = layer(None if study.zones is None else study.zones.source, "zones")
    villages = layer(study.villages, "villages")
    window = _window(study, zones)
    places = {**code_places(zones), **code_places(villages)}
    population = _attempt(
        findings,
        lambda: read_population(
            study.population, findings, window=window, places=places, progress=progress
        ),
    )
    facilities = _attempt(findings, lambda: read_facilities(study.facilities, findings))
    return population, zones, villages, facilities


def _window(study: Study, zones: Layer | None) -> Window | None:
    """Return the area in degrees that `population.window_km` leaves of a raster.

    It reaches as far beyond the border of the zones everywhere; of points beyond their hull.
    """
    margin_km = study.population.window_km
    if margin_km is None or zones is None:
        return None
    crs = _metric_crs(None, zones)
    if crs is None:
        return None
    merged = shapely.union_all(zones.lonlat)
    area = merged if shapely.area(merged) > 0 else shapely.convex_hull(merged)
    metric = to_system(np.array([area], dtype=object), source=LONLAT, target=crs)
    grown = shapely.buffer(metric, margin_km * 1000, quad_segs=_WINDOW_SEGMENTS)
    window: Window = to_system(grown, source=crs, target=LONLAT)[0]
    shapely.prepare(window)
    return window


def _metric_crs(population: Population | None, zones: Layer | None) -> str | None:
    """Return the metric system around the zones, or around the people where there are none."""
    if zones is not None:
        inside = shapely.point_on_surface(zones.lonlat)
        lon, lat = shapely.get_x(inside), shapely.get_y(inside)
        if np.isfinite(lon).any():
            return local_crs(lon, lat)
    if population is not None:
        return local_crs(population.lon, population.lat)
    return None


def _zones(
    study: Study,
    layer: Layer | None,
    population: Population,
    crs: str,
    findings: list[Finding],
) -> Zones:
    if study.zones is None or layer is None:
        # A zones file with errors ends the run below; until then one zone lets reading go on.
        return whole_zone(*to_metric(population.lon, population.lat, crs), study.name)
    return build_zones(study.zones, layer, crs, findings)


def _placed(
    study: Study,
    rows: FacilityRows,
    places: tuple[Villages | None, FormerNames, Demand],
    crs: str,
    findings: list[Finding],
) -> FacilityRows:
    """Return the institutions with those placed that have no coordinates of their own."""
    villages, former, demand = places
    found = _attempt(
        findings,
        lambda: place_rows(
            row_names(rows),
            (rows.lon, rows.lat),
            villages if study.facilities.place_by_village else None,
            demand,
            former=former,
            crs=crs,
            side_file=placed_file(study),
            findings=findings,
        ),
    )
    if found is not None:
        rows = replace(
            rows,
            lon=found.lon,
            lat=found.lat,
            placed_by=found.method,
            placed_error_m=found.error_m,
        )
    note_unplaced(rows, findings)
    return rows


def _former_names(
    study: Study, layer: Layer | None, villages: Villages | None, findings: list[Finding]
) -> FormerNames:
    """Return what the villages were called -> their places among the villages."""
    source = study.villages
    if source is None or layer is None or villages is None:
        return {}
    found = _attempt(
        findings, lambda: read_former_names(source, layer.table, layer.columns, findings)
    )
    place_of = {code: place for place, code in enumerate(villages.code)}
    return {
        name: tuple(place_of[code] for code in codes if code in place_of)
        for name, codes in (found or {}).items()
    }


def _named_places(study: Study, findings: list[Finding]) -> NamedPlaces | None:
    path = study.facilities.reference
    if path is None:
        return None
    return _attempt(findings, lambda: read_named_places(TableSource(path=path), findings))


def _facilities(
    rows: FacilityRows | None, zones: Zones, crs: str, findings: list[Finding]
) -> Facilities | None:
    if rows is None:
        return None
    facilities = place_facilities(rows, zones.geometry, crs)
    distance_m = distance_to_box_m(facilities.x_m, facilities.y_m, zones_box(zones))
    if (distance_m > FAR_M).any():
        findings.append(far_finding("facility_far", facilities.id, distance_m, rows.file))
    is_outside = (facilities.zone < 0) & facilities.has_position & ~(distance_m > FAR_M)
    if is_outside.any():
        outside = row_finding("facility_outside", rows.row[is_outside], file=rows.file)
        findings.append(outside)
    return facilities


def _with_programme(
    study: Study,
    placed: Facilities | None,
    rows: FacilityRows | None,
    zones: Zones,
    *,
    crs: str,
    findings: list[Finding],
) -> tuple[Facilities | None, Projects, tuple[tuple[int, ...], ...]]:
    """Return the institutions with those of the programme, the projects, and birth years by row."""
    births = () if rows is None else rows.birth_years
    if study.programme is None or placed is None:
        return placed, NO_PROJECTS, births
    source = study.programme.source
    read = _attempt(findings, lambda: read_programme(source, findings))
    if read is None:
        return placed, NO_PROJECTS, births
    projects, whole = join_programme(read, placed, zones, crs, findings)
    of = dict(zip(placed.id, births or ((),) * len(placed), strict=True))
    return whole, projects, tuple(of.get(name, ()) for name in whole.id) if births else ()


def _side_tables(
    study: Study,
    places: tuple[Zones, Villages | None, Facilities | None],
    crs: str,
    findings: list[Finding],
) -> dict[str, Any]:
    """Return the optional parts of a dataset by name of field, and `water` as the study has it."""
    zones, villages, facilities = places
    ids = () if facilities is None else facilities.id
    areas = (*zones.code, *(() if villages is None else villages.code))

    def circuits(source: TableSource) -> tuple[CircuitStop, ...]:
        return read_circuits(
            source, crs=crs, villages=villages, facility_ids=ids, findings=findings
        )

    def service_areas(source: TableSource) -> tuple[ServiceArea, ...]:
        return read_service_areas(source, area_codes=areas, facility_ids=ids, findings=findings)

    def candidates(source: TableSource) -> Candidates | None:
        layer = read_layer_of(source, "candidates", findings)
        return None if layer is None else build_candidates(layer, crs, findings)

    def each(source: TableSource | None, read: Callable[[TableSource], T]) -> T | None:
        return None if source is None else _attempt(findings, lambda: read(source))

    return {
        "circuits": each(study.circuits, circuits) or (),
        "service_areas": each(study.service_areas, service_areas) or (),
        "candidates": each(study.candidates.source, candidates),
        "reported": each(study.reported, lambda source: read_reported(source, findings)) or (),
        "indicators": each(study.indicators, lambda source: read_indicators(source, findings))
        or (),
        "successions": (
            *built_in_successions(),
            *(each(study.successions, lambda source: read_successions(source, findings)) or ()),
        ),
        "water": each(study.water, lambda source: read_water(source, crs, findings)),
    }


def _water(stated: Geometries | None, roads: RoadsRead) -> Geometries | None:
    """Return the study's water, else that of the road file."""
    return roads.water if stated is None else stated


def _provenance(study: Study, roads: RoadsRead) -> tuple[Provenance, ...]:
    """Return where every file came from, in the order of the study file."""
    # Invented roads are in OpenStreetMap's format without being anybody's work.
    road_attribution = "" if study.is_synthetic else roads.attribution
    entries = [
        Provenance(
            role=role,
            source=source.path.name,
            sha256=file_sha256(source.path),
            licence=source.licence,
            attribution=source.attribution or (road_attribution if role == "roads" else ""),
            date=source.date or study.date,
        )
        for role, source in _sources(study)
    ]
    groups = [
        Provenance(f"population {group.name}", group.path.name, file_sha256(group.path))
        for group in study.population.groups
        if group.path is not None
    ]
    side = placed_file(study)
    chosen = (
        [Provenance("placed", side.name, file_sha256(side), date=study.date)]
        if side.is_file()
        else []
    )
    former = None if study.villages is None else study.villages.former_names
    named = (
        None if former is None or study.villages is None else study.villages.path.parent / former
    )
    if named is not None and named.is_file():
        chosen.append(Provenance("former names", named.name, file_sha256(named)))
    excluded = [
        Provenance(f"exclusions {layer.name}", layer.path.name, file_sha256(layer.path))
        for layer in study.exclusions.layers
    ]
    return tuple(entries + groups + chosen + excluded)


def _sources(study: Study) -> Iterable[tuple[str, TableSource]]:
    for item in fields(study):
        table = getattr(study, item.name)
        source = table if isinstance(table, TableSource) else getattr(table, "source", None)
        if isinstance(source, TableSource):
            yield item.name, source


def _fingerprint(dataset: Dataset) -> str:
    """Return a hash of what an analysis can see: no file name, finding or date of a file."""
    seen = {
        item.name: _hashable(getattr(dataset, item.name))
        for item in fields(dataset)
        # A study without a programme keeps the fingerprint it had before there was one.
        if item.name not in _NOT_ANALYSED
        and not (item.name == "programme" and not len(dataset.programme))
    }
    return fingerprint({**seen, "roads": dataset.roads.fingerprint})


def _hashable(value: Any) -> Any:
    """Return a value with its geometries as bytes: their objects have no content of their own."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        return tuple(shapely.to_wkb(value).tolist())
    if isinstance(value, Zones | Villages | Exclusions | Projects):
        parts = {item.name: getattr(value, item.name) for item in fields(value)}
        return {name: _hashable(part) for name, part in parts.items()}
    return value
