"""People at places, in the dataset's metric system, with the zone and village of each."""

from __future__ import annotations

import numpy as np
import shapely

from data.calibration import calibrated, projected
from data.errors import StudyError
from data.population.read import Population, check_sum
from data.regions import depth_of
from data.study.tables import Study
from data.types import Demand, Floats, Geometries, Ints, Villages, Zones
from geo.crs import to_metric
from geo.errors import Finding
from geo.points import frozen_array
from geo.zones import assign, distance_to_box_m, nearest_site

CENSUS_LIMIT = 0.2
CENSUS_FACTOR = 10.0
"""Shares of the census by which all people of the zones may differ, before it is said and before
the file is refused."""
FAR_M = 100_000.0
"""Facilities and people farther than this from the zones' box are a mistake, not neighbours."""


def build_demand(
    study: Study,
    population: Population,
    zones: Zones,
    villages: Villages | None,
    *,
    crs: str,
    findings: list[Finding],
) -> Demand:
    """Return the people of a study in the dataset's metric system, with their zone and village.

    Parameters
    ----------
    study
        Says whether people are brought to the census or carried to another year.
    population
        As read.
    zones, villages
        In `crs`.
    crs
        Metric system of the dataset.
    findings
        Receives people outside the zones, people far from them, and what calibration did.

    Returns
    -------
    Demand
        In the order of the source; everybody of the source is in it.
    """
    x_m, y_m = to_metric(population.lon, population.lat, crs)
    zone = _zone_of(x_m, y_m, zones)
    _check_people_outside(population, (x_m, y_m), zone, zones, findings)
    if study.calibration is None:
        _check_census(population, zone, zones, findings)
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
        try:
            population, _ = projected(population, zone, zones, projection, findings)
        except StudyError as error:
            findings.extend(error.findings)
    return population


def _check_census(
    population: Population, zone: Ints, zones: Zones, findings: list[Finding]
) -> None:
    """Compare all people of the zones that state a census with it."""
    is_stated = np.isfinite(zones.census_people)
    census = float(zones.census_people[is_stated].sum())
    is_inside = zone >= 0
    sums = np.bincount(zone[is_inside], population.people[is_inside], minlength=len(zones.code))
    people = float(sums[is_stated].sum())
    if census <= 0 or abs(people - census) <= CENSUS_LIMIT * census:
        return
    is_other = people > CENSUS_FACTOR * census or census > CENSUS_FACTOR * people
    code = "people_not_the_census" if is_other else "people_unlike_census"
    params = (
        ("people", round(people)),
        ("census", round(census)),
        ("percent", round(100 * (people / census - 1))),
    )
    findings.append(Finding(code, params, file=population.file, people=abs(people - census)))


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
    distance_m = distance_to_box_m(*xy_m, zones_box(zones))
    is_far = distance_m > FAR_M
    if is_far.any():
        findings.append(far_finding("people_far", population.cell_id, distance_m, population.file))
    is_outside = (zone < 0) & ~is_far
    if is_outside.any():
        people = float(population.people[is_outside].sum())
        params = (("count", int(is_outside.sum())),)
        findings.append(Finding("people_outside", params, file=population.file, people=people))


def far_finding(code: str, ids: tuple[str, ...], distance_m: Floats, file: str) -> Finding:
    """Return the error for places more than 100 km from the zones."""
    places = np.flatnonzero(distance_m > FAR_M)
    params = (
        ("count", len(places)),
        ("farthest_km", round(float(np.nanmax(distance_m)) / 1000)),
        ("limit_km", round(FAR_M / 1000)),
    )
    return Finding(code, params, file=file, rows=tuple(ids[i] for i in places[:20]))


def zones_box(zones: Zones) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the zones, in metres."""
    west, south, east, north = shapely.total_bounds(zones.geometry)
    return float(west), float(south), float(east), float(north)
