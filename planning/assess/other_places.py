"""Who would change side of the circle if institutions stood where another system puts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from data.types import Dataset, Facilities, Floats
from geo.crs import to_metric
from geo.errors import Finding
from geo.points import frozen_array
from geo.zones import assign
from planning.reach.coverage import Status, Statuses
from planning.reach.mode_input import ModeInput, snap_places, status_of
from planning.reach.scenario import Scenario, fixed_points

IN_PEOPLE = {
    "coordinates_undetermined": "coordinates_undetermined_people",
    "coordinates_suspected": "coordinates_suspected_people",
    "coordinates_mixed": "coordinates_mixed_people",
}
"""What the readers say of a list's coordinate system -> the same with the people it decides on."""


def count_people_changing(
    findings: Sequence[Finding], mode: ModeInput, scenario: Scenario, status: Statuses
) -> tuple[Finding, ...]:
    """Return findings in which a doubtful coordinate system is told in people.

    Parameters
    ----------
    findings
        Of the readers.
    mode
        The mode of the analysis, with institutions where they were taken to be.
    scenario
        Who is open.
    status
        (n,) statuses of the demand points in that mode.
    """
    other = mode.dataset.other_places
    if other is None or not mode.is_known:
        return tuple(findings)
    changed = {
        system: people_changing_side(mode, scenario, status, other.lon[row], other.lat[row])
        for row, system in enumerate(other.systems)
    }
    return tuple(
        _told_in_people(finding, mode, changed)
        if finding.code in IN_PEOPLE and finding.file == other.file
        else finding
        for finding in findings
    )


def people_changing_side(
    mode: ModeInput, scenario: Scenario, status: Statuses, lon: Floats, lat: Floats
) -> float:
    """Return the people who are covered only with institutions here, or only with them there.

    Parameters
    ----------
    mode
        Roads, demand points and institutions of one mode.
    scenario
        Who is open.
    status
        (n,) statuses of the demand points as they are.
    lon, lat
        (n_facilities,) degrees of the other places, NaN for institutions without one.
    """
    dataset, travel = mode.dataset, mode.travel
    facilities = _moved(dataset, lon, lat)
    moved = replace(
        mode,
        dataset=replace(dataset, facilities=facilities),
        facility_snaps=snap_places(dataset, travel, mode.network, facilities.x_m, facilities.y_m),
        points=fixed_points(facilities, scenario, outside=travel.outside_facilities),
    )
    is_other = (status == Status.COVERED) != (status_of(moved) == Status.COVERED)
    return float(dataset.demand.people[is_other].sum())


def _moved(dataset: Dataset, lon: Floats, lat: Floats) -> Facilities:
    x_m, y_m = to_metric(lon, lat, dataset.crs)
    is_nowhere = ~np.isfinite(lon)
    x_m[is_nowhere], y_m[is_nowhere] = np.nan, np.nan
    return replace(
        dataset.facilities,
        x_m=frozen_array(x_m, np.float64),
        y_m=frozen_array(y_m, np.float64),
        lon=frozen_array(lon, np.float64),
        lat=frozen_array(lat, np.float64),
        zone=frozen_array(assign(x_m, y_m, dataset.zones.geometry), np.int32),
    )


def _told_in_people(finding: Finding, mode: ModeInput, changed: dict[str, float]) -> Finding:
    told = {system: _people_text(people) for system, people in changed.items()}
    if len(told) == 1:
        told = {"changed": next(iter(told.values()))}
    said = (*told.items(), ("mode", mode.network.mode), ("limit", f"{mode.travel.minutes:g}"))
    return replace(finding, code=IN_PEOPLE[finding.code], params=(*finding.params, *said))


def _people_text(people: float) -> str:
    """Return a count that tells nothing of single persons: findings are printed for everybody."""
    return "<10" if 0 < round(people) < 10 else f"{people:,.0f}"
