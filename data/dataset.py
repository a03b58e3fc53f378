"""The dataset of a study: every file read, checked together, in one metric coordinate system."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely

from data.calibration import calibrated, projected
from data.checks import row_finding
from data.coordinates import Surroundings, coordinate_findings
from data.errors import PlannerError, StudyError, raise_errors
from data.facilities import FacilityRows, place_facilities, read_facilities
from data.population import Population, check_sum, read_population
from data.rasters import Box
from data.regions import (
    Layer,
    build_candidates,
    build_villages,
    build_zones,
    depth_of,
    read_layer_of,
    read_water,
    whole_zone,
)
from data.roads import RoadsRead, read_study_roads
from data.sidetables import read_circuits, read_indicators, read_reported, read_service_areas
from data.store import file_sha256
from data.study import Study, TableSource
from data.study_file import read_study, write_template
from data.types import (
    Candidates,
    CircuitStop,
    Dataset,
    Demand,
    Facilities,
    Floats,
    Geometries,
    Ints,
    Provenance,
    ServiceArea,
    Villages,
    Zones,
)
from geo.crs import local_crs, to_metric
from geo.errors import Finding, GeoError, Progress
from geo.fingerprints import fingerprint
from geo.points import frozen_array
from geo.zones import assign, distance_to_box_m, nearest_site

__all__ = ["load_dataset", "read_study", "write_template"]

FAR_M = 100_000.0
"""Facilities and people farther than this from the zones' box are a mistake, not neighbours."""

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
    findings: list[Finding] = []
    population, zones_layer, facilities = _read_places(study, findings, progress)
    crs = _metric_crs(population, zones_layer)
    roads = _attempt(
        findings,
        lambda: read_study_roads(study, crs=crs, cache_dir=cache_dir, progress=progress),
    )
    if population is None or crs is None:
        raise_errors(findings)
        raise StudyError(*findings)
    zones = _zones(study, zones_layer, population, crs, findings)
    villages = _villages(study, zones, crs, findings)
    demand = _demand(study, population, (zones, villages), crs, findings)
    placed = _facilities(facilities, zones, crs, findings)
    side = _side_tables(study, (zones, villages, placed), crs, findings)
    if roads is not None and facilities is not None:
        around = Surroundings(crs, roads.graph, zones, _water(side["water"], roads))
        findings.extend(coordinate_findings(facilities, study.facilities.source, around))
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
        provenance=_provenance(study, roads),
        findings=tuple(findings),
        fingerprint="",
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
) -> tuple[Population | None, Layer | None, FacilityRows | None]:
    source = study.zones
    zones = (
        None
        if source is None
        else _attempt(findings, lambda: read_layer_of(source.source, "zones", findings))
    )
    window = _window(study, zones)
    population = _attempt(
        findings,
        lambda: read_population(study.population, findings, window=window, progress=progress),
    )
    facilities = _attempt(findings, lambda: read_facilities(study.facilities, findings))
    return population, zones, facilities


def _window(study: Study, zones: Layer | None) -> Box | None:
    """Return the box of degrees that `population.window_km` leaves of a raster."""
    margin_km = study.population.window_km
    if margin_km is None or zones is None:
        return None
    west, south, east, north = shapely.total_bounds(zones.lonlat)
    rise = margin_km / 110.6
    run = rise / np.cos(np.radians(min(max(abs(south), abs(north)) + rise, 89.0)))
    return west - run, south - rise, east + run, north + rise


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


def _villages(study: Study, zones: Zones, crs: str, findings: list[Finding]) -> Villages | None:
    source = study.villages
    if source is None:
        return None
    layer = _attempt(findings, lambda: read_layer_of(source, "villages", findings))
    return None if layer is None else build_villages(layer, zones, crs, findings)


def _demand(
    study: Study,
    population: Population,
    places: tuple[Zones, Villages | None],
    crs: str,
    findings: list[Finding],
) -> Demand:
    zones, villages = places
    x_m, y_m = to_metric(population.lon, population.lat, crs)
    zone = _zone_of(x_m, y_m, zones)
    _check_people_outside(population, (x_m, y_m), zone, zones, findings)
    population = _adjusted(study, population, zone, zones, findings)
    demand = Demand(
        cell_id=population.cell_id,
        x_m=frozen_array(x_m, np.float64),
        y_m=frozen_array(y_m, np.float64),
        lon=frozen_array(population.lon, np.float64),
        lat=frozen_array(population.lat, np.float64),
        people=frozen_array(population.people, np.float64),
        groups={n: frozen_array(v, np.float64) for n, v in population.groups.items()},
        zone=frozen_array(zone, np.int32),
        village=frozen_array(_village_of(x_m, y_m, zone, villages), np.int32),
        grid=population.grid,
        row=frozen_array(population.row, np.int32),
        column=frozen_array(population.column, np.int32),
    )
    check_sum(population.people.sum(), demand.people.sum(), population.file, findings)
    return demand


def _adjusted(
    study: Study,
    population: Population,
    zone: Ints,
    zones: Zones,
    findings: list[Finding],
) -> Population:
    """Return people calibrated to the census and carried to another year, where the study asks."""
    calibration, projection = study.calibration, study.projection
    if calibration is not None:
        population, _ = calibrated(population, zone, zones, calibration, findings)
    if projection is not None:
        later = _attempt(findings, lambda: projected(population, zone, zones, projection, findings))
        population = population if later is None else later[0]
    return population


def _zone_of(x_m: Floats, y_m: Floats, zones: Zones) -> Ints:
    if shapely.get_type_id(zones.geometry).max(initial=-1) >= 3:
        return assign(x_m, y_m, zones.geometry)
    return _nearest_point_of(x_m, y_m, np.zeros(len(x_m), dtype=np.int32), zones.geometry, None)


def _village_of(x_m: Floats, y_m: Floats, zone: Ints, villages: Villages | None) -> Ints:
    """Return the village of each point: the polygon that holds it, or the nearest in its zone."""
    if villages is None:
        return np.full(len(x_m), -1, dtype=np.int32)
    if shapely.get_type_id(villages.geometry).max(initial=-1) >= 3:
        return assign(x_m, y_m, villages.geometry, depth=depth_of(villages.parent))
    return _nearest_point_of(x_m, y_m, zone, villages.geometry, villages.zone)


def _nearest_point_of(
    x_m: Floats, y_m: Floats, group: Ints, sites: Geometries, site_group: Ints | None
) -> Ints:
    return nearest_site(
        x_m,
        y_m,
        group,
        site_x_m=shapely.get_x(sites),
        site_y_m=shapely.get_y(sites),
        site_group=np.zeros(len(sites), dtype=np.int32) if site_group is None else site_group,
    )


def _check_people_outside(
    population: Population,
    xy_m: tuple[Floats, Floats],
    zone: Ints,
    zones: Zones,
    findings: list[Finding],
) -> None:
    distance_m = distance_to_box_m(*xy_m, _box(zones))
    is_far = distance_m > FAR_M
    if is_far.any():
        findings.append(_far("people_far", population.cell_id, distance_m, population.file))
    is_outside = (zone < 0) & ~is_far
    if is_outside.any():
        people = float(population.people[is_outside].sum())
        params = (("count", int(is_outside.sum())),)
        findings.append(Finding("people_outside", params, file=population.file, people=people))


def _facilities(
    rows: FacilityRows | None, zones: Zones, crs: str, findings: list[Finding]
) -> Facilities | None:
    if rows is None:
        return None
    facilities = place_facilities(rows, zones.geometry, crs)
    distance_m = distance_to_box_m(facilities.x_m, facilities.y_m, _box(zones))
    if (distance_m > FAR_M).any():
        findings.append(_far("facility_far", facilities.id, distance_m, rows.file))
    is_outside = (facilities.zone < 0) & facilities.has_position & ~(distance_m > FAR_M)
    if is_outside.any():
        outside = row_finding("facility_outside", rows.row[is_outside], file=rows.file)
        findings.append(outside)
    return facilities


def _far(code: str, ids: tuple[str, ...], distance_m: Floats, file: str) -> Finding:
    places = np.flatnonzero(distance_m > FAR_M)
    params = (
        ("count", len(places)),
        ("farthest_km", round(float(np.nanmax(distance_m)) / 1000)),
        ("limit_km", round(FAR_M / 1000)),
    )
    return Finding(code, params, file=file, rows=tuple(ids[i] for i in places[:20]))


def _box(zones: Zones) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(zones.geometry)
    return float(west), float(south), float(east), float(north)


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
    return tuple(entries + groups)


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
        if item.name not in {"roads", "provenance", "findings", "fingerprint"}
    }
    return fingerprint({**seen, "roads": dataset.roads.fingerprint})


def _hashable(value: Any) -> Any:
    """Return a value with its geometries as bytes: their objects have no content of their own."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        return tuple(shapely.to_wkb(value).tolist())
    if isinstance(value, Zones | Villages):
        parts = {item.name: getattr(value, item.name) for item in fields(value)}
        return {name: _hashable(part) for name, part in parts.items()}
    return value
