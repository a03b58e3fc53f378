"""Which system a layer is in by all that speaks for it, and what is to be said of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.checks import shown_rows
from data.systems.evidence import (
    ODD_M,
    Evidence,
    PlacedAreas,
    PlacedPoints,
    Surroundings,
    in_china,
    middles_of,
)
from data.types import Floats, Zones
from geo.crs import to_metric
from geo.errors import Finding
from geo.offsets import (
    System,
    agreed,
    contest,
    from_wgs84,
    group_contests,
    odd_points,
    to_wgs84,
)
from geo.zones import assign

SMALLEST_GROUP = 10
"""Fewer rows decide nothing by themselves."""
MOST_GROUPS_NAMED = 8


@dataclass(frozen=True, slots=True, eq=False)
class GroupSystem:
    """A group of a list's rows that decides by itself: those of one township, reporter, source."""

    name: str
    rows: NDArray[np.int64]
    system: System


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """Which system a layer seems to be in.

    Parameters
    ----------
    system
        None where nothing tells it, and where groups of rows are in different ones.
    groups
        The groups that decide, where they differ from each other or from the whole: then the list
        is mixed, and no one system is right for it.
    sibling
        File of the same source that decides for one that cannot decide for itself.
    """

    system: System | None
    groups: tuple[GroupSystem, ...] = ()
    sibling: str = ""


def judge_points(
    evidence: Evidence, around: Surroundings, siblings: Sequence[Evidence] = ()
) -> Verdict:
    """Return which system points are in: by all rows, then by groups, then by the same source.

    Parameters
    ----------
    evidence
        Of points that were already converted from the system that the study states.
    around
        Zones that hold the units which the points' codes name.
    siblings
        Evidence of other layers of the study; those of the same source may decide.
    """
    units = [to_metric(*around.zone_shift.moved(each), around.crs) for each in evidence.lonlat]
    in_units = contest(_outside_unit(units, evidence.points.codes, around.zones))
    found = agreed(*evidence.contests, in_units)
    groups = _groups(evidence)
    systems = {group.system for group in groups}
    if len(systems | ({found} if found else set())) > 1:
        return Verdict(None, groups)
    if found is None and sum(len(group.rows) for group in groups) * 2 >= len(evidence.points.lon):
        found = systems.pop() if systems else None
    if found is not None or not evidence.points.source:
        return Verdict(found)
    for other in siblings:
        points = other.points
        is_sibling = points.source == evidence.points.source and points.file != evidence.points.file
        if is_sibling and other.system is not None:
            return Verdict(other.system, sibling=points.file)
    return Verdict(None)


def _groups(evidence: Evidence) -> tuple[GroupSystem, ...]:
    """Return the groups of at least ten rows that decide by the roads."""
    asked = [
        (name, np.flatnonzero(np.array(words) == name))
        for words in evidence.points.groups.values()
        for name, count in sorted(Counter(words).items())
        if name and SMALLEST_GROUP <= count < len(words)
    ]
    systems = group_contests(
        evidence.distance_m,
        [rows for _, rows in asked],
        is_beside_roads=evidence.points.is_beside_roads,
    )
    return tuple(
        GroupSystem(name, rows, system)
        for (name, rows), system in zip(asked, systems, strict=True)
        if system is not None
    )


def point_findings(evidence: Evidence, verdict: Verdict) -> list[Finding]:
    """Return what is to be said of points; nothing is converted, a better system is proposed.

    Returns
    -------
    list of Finding
        `coordinates_suspected` (`coordinates_ask`, an error, when the study says `auto`),
        `coordinates_mixed` (`coordinates_mixed_ask`), `coordinates_undetermined`,
        `coordinates_odd`; nothing outside China.
    """
    points = evidence.points
    if not len(points.lon):
        return []
    if verdict.groups:
        return [_mixed(points, verdict)]
    findings = _system_findings(verdict, points)
    if verdict.system is None or not points.is_beside_roads:
        return findings
    odd = odd_points(evidence.distance_m, verdict.system, margin_m=ODD_M)
    if odd.mean() < 0.5 and _kept(points, odd).any():
        findings.append(_rows_finding("coordinates_odd", points, odd))
    return findings


def area_findings(areas: PlacedAreas, found: System | None, crs: str) -> list[Finding]:
    """Return what is to be said of borders that seem to be in a system, or in an unknown one.

    Parameters
    ----------
    areas
        Already converted from the system that the study states.
    found
        As `system_of_areas` returns it.
    crs
        Metric system of the areas.

    Returns
    -------
    list of Finding
        As for `point_findings`; nothing outside China.
    """
    points = in_china(middles_of(areas, crs))
    return _system_findings(Verdict(found), points) if len(points.lon) else []


def _system_findings(verdict: Verdict, points: PlacedPoints) -> list[Finding]:
    found = verdict.system
    if found is None:
        unstated = np.full(len(points.lon), points.is_auto)
        if points.is_unstated is not None:
            unstated |= points.is_unstated
        if not _kept(points, unstated).any():
            return []
        return [_rows_finding("coordinates_undetermined", points, unstated)]
    findings = []
    if verdict.sibling:
        said = (("system", found), ("other", verdict.sibling))
        findings.append(Finding("coordinates_as_sibling", said, file=points.file))
    if found == points.stated:
        fit = Finding("coordinates_fit", (("system", found),), file=points.file)
        return [*findings, fit] if points.is_auto else findings
    code = "coordinates_ask" if points.is_auto else "coordinates_suspected"
    written = from_wgs84(points.lon, points.lat, points.stated)
    other = to_wgs84(*written, found)
    shift_m = float(
        np.median(np.hypot((other[0] - points.lon) * 96_000, (other[1] - points.lat) * 110_900))
    )
    params = (
        ("stated", points.stated),
        ("found", found),
        ("shift_m", round(shift_m)),
        ("minutes", round(shift_m / 75, 1)),
    )
    return [*findings, Finding(code, params, file=points.file)]


def _mixed(points: PlacedPoints, verdict: Verdict) -> Finding:
    """Return that groups of a list are in different systems, and which are in which."""
    shown = verdict.groups[:MOST_GROUPS_NAMED]
    words = "; ".join(f"{group.name} ({len(group.rows)}): {group.system}" for group in shown)
    if len(verdict.groups) > len(shown):
        words += f"; + {len(verdict.groups) - len(shown)}"
    is_other = np.zeros(len(points.lon), dtype=bool)
    for group in verdict.groups:
        is_other[group.rows] |= group.system != points.stated
    kept = np.flatnonzero(_kept(points, is_other)).tolist()
    return Finding(
        "coordinates_mixed_ask" if points.is_auto else "coordinates_mixed",
        (("groups", words),),
        file=points.file,
        rows=shown_rows([points.rows[i] for i in kept]),
    )


def _kept(points: PlacedPoints, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return those of the rows that the study uses."""
    return which if points.is_kept is None else which & points.is_kept


def _rows_finding(code: str, points: PlacedPoints, which: NDArray[np.bool_]) -> Finding:
    rows = [points.rows[i] for i in np.flatnonzero(_kept(points, which)).tolist()]
    return Finding(code, (("count", len(rows)),), file=points.file, rows=shown_rows(rows))


def _outside_unit(
    places: list[tuple[Floats, Floats]], codes: tuple[str, ...], zones: Zones
) -> Floats:
    """Return (3, n) 1 where a point lies outside the zone of its own division code, else 0."""
    zone_of = {code[:9]: index for index, code in enumerate(zones.code) if len(code) >= 9}
    own = np.array([zone_of.get(code[:9], -1) for code in codes], dtype=np.int64)
    known = np.flatnonzero(own >= 0)
    penalty = np.zeros((len(places), len(known)))
    for index, (x_m, y_m) in enumerate(places):
        zone = assign(x_m[known], y_m[known], zones.geometry)
        penalty[index] = zone != own[known]
    return penalty
