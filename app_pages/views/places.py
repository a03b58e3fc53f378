"""Places that people ask for: found by name, code or coordinates; villages without cover."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import shapely

from data.errors import PlannerError
from data.places.pasted import Box, read_pasted
from data.types import Dataset
from geo.crs import to_lonlat, to_metric
from geo.zones import assign
from planning.assess.explain import Place, find_place
from planning.assess.study_figures import village_figures, village_minutes_of
from planning.assess.workflow import Assessment
from planning.reach.gaps import Gap
from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.villages.members import members_of
from planning.reach.villages.uncovered import UncoveredVillage, uncovered_villages
from planning.standards.evidence_sheets import village_standard_text
from planning.standards.judgement import StandardsResult
from planning.words.tables import Cell, Row, Table, table_of
from planning.words.wording import Translate, msgid

MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A village or institution that a search found; `label` says what it is."""

    code: str
    label: str
    place: Place


def search_places(dataset: Dataset, text: str) -> list[FoundPlace]:
    """Return villages and institutions whose name or code holds the text, exact hits first.

    Parameters
    ----------
    text
        Part of a name or code, or coordinates in any notation that people paste.
    """
    asked = text.strip()
    if not asked:
        return []
    with contextlib.suppress(PlannerError):
        pasted = read_pasted(asked, area=study_area(dataset))
        place = spot(dataset, pasted.lon, pasted.lat, f"{pasted.lon:.5f}, {pasted.lat:.5f}")
        return [FoundPlace("", asked, place)]
    found = [*_villages(dataset, asked), *_facilities(dataset, asked)]
    found.sort(key=lambda row: asked not in {row.code, row.place.name})
    return found[:MOST_FOUND]


def spot(dataset: Dataset, lon: float, lat: float, name: str) -> Place:
    """Return a place on the map."""
    x_m, y_m = to_metric(np.array([lon]), np.array([lat]), dataset.crs)
    return Place(name, float(x_m[0]), float(y_m[0]), lon, lat)


def gap_spot(dataset: Dataset, gap: Gap) -> Place:
    """Return the centre of a gap."""
    lon, lat = to_lonlat(np.array([gap.x_m]), np.array([gap.y_m]), dataset.crs)
    return Place(gap.gap_id, gap.x_m, gap.y_m, float(lon[0]), float(lat[0]))


def uncovered_rows(assessment: Assessment) -> tuple[UncoveredVillage, ...]:
    """Return the villages with people outside the circle, by the mode and minutes of the page."""
    ledgers = assessment.modes[assessment.analysis_mode].village_ledgers[ALL_PEOPLE]
    return uncovered_villages(assessment.dataset.villages, ledgers)


def uncovered_sheet(assessment: Assessment, result: StandardsResult, translate: Translate) -> Table:
    """Return the villages with people outside the circle: people, nearest point, minutes, standard.

    The nearest point is that of most of the village's people; the minutes are those within which
    half of them reach a point. Circuits count in the village standard alone, in its own column.
    """
    dataset, mode = assessment.dataset, assessment.analysis_mode
    groups = tuple(dataset.demand.groups)
    headers = (
        msgid("Code"),
        msgid("Village"),
        msgid("Zone"),
        msgid("People"),
        msgid("People not covered"),
        msgid("Nearest point"),
        msgid("Median minutes"),
        msgid("Village standard"),
    )
    titles = [translate(text) for text in headers]
    titles[5:5] = [translate("{group} people not covered").format(group=name) for name in groups]
    minutes, cells_of = village_minutes_of(assessment, mode), _cells_by_village(dataset)
    rows: list[Row] = []
    for row in uncovered_rows(assessment):
        cells = cells_of.get(row.code, np.zeros(0, dtype=np.int64))
        found = village_figures(assessment, mode, row.index)
        head: list[Cell] = [row.code, row.name]
        head.append(dataset.zones.name[row.zone] if row.zone >= 0 else None)
        head += [found.inside, found.uncovered]
        head += [
            village_figures(assessment, mode, row.index, group=name).uncovered for name in groups
        ]
        point = _nearest(assessment, cells)
        rows.append(
            (*head, point, minutes[row.code], village_standard_text(result, row.code, translate))
        )
    return table_of(translate("Villages not covered"), titles, rows)


def study_area(dataset: Dataset) -> Box:
    """Return (west, south, east, north) of the zones in degrees."""
    west, south, east, north = shapely.total_bounds(dataset.zones.geometry)
    x_m, y_m = np.array([west, west, east, east]), np.array([south, north, south, north])
    lon, lat = to_lonlat(x_m, y_m, dataset.crs)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def place_text(dataset: Dataset, lon: float, lat: float, translate: Translate) -> str:
    """Return where a place lies: town and village, or outside."""
    x_m, y_m = to_metric(np.array([lon]), np.array([lat]), dataset.crs)
    zone = int(assign(x_m, y_m, dataset.zones.geometry)[0])
    parts = [dataset.zones.name[zone]] if zone >= 0 else [translate("outside all zones")]
    villages = dataset.villages
    if villages is not None and zone >= 0:
        village = int(assign(x_m, y_m, villages.geometry)[0])
        parts += [villages.name[village]] if village >= 0 else []
    return " · ".join(parts)


def _villages(dataset: Dataset, asked: str) -> list[FoundPlace]:
    villages = dataset.villages
    found: list[FoundPlace] = []
    if villages is None:
        return found
    for row, (code, name) in enumerate(zip(villages.code, villages.name, strict=True)):
        if (asked in name or code.startswith(asked)) and len(found) < MOST_FOUND * 5:
            zone = int(villages.zone[row])
            where = dataset.zones.name[zone] if zone >= 0 else "—"
            place = find_place(dataset, code)
            named = Place(name, place.x_m, place.y_m, place.lon, place.lat)
            found.append(FoundPlace(code, f"{name} · {where} · {code}", named))
    return found


def _facilities(dataset: Dataset, asked: str) -> list[FoundPlace]:
    facilities = dataset.facilities
    found = []
    for row, (code, name) in enumerate(zip(facilities.id, facilities.name, strict=True)):
        if facilities.has_position[row] and (asked in name or asked == code):
            x_m, y_m, lon, lat = (
                float(getattr(facilities, axis)[row]) for axis in ("x_m", "y_m", "lon", "lat")
            )
            found.append(FoundPlace(code, f"{name} · {code}", Place(name, x_m, y_m, lon, lat)))
    return found


def _cells_by_village(dataset: Dataset) -> dict[str, np.ndarray]:
    """Return the cells inside the zones of each administrative village, by its code."""
    villages, demand = dataset.villages, dataset.demand
    if villages is None:
        return {}
    member = np.where(demand.zone >= 0, members_of(villages, demand), -1)
    order = np.argsort(member, kind="stable")
    starts = np.searchsorted(member[order], np.arange(len(villages) + 1))
    return {
        code: order[starts[row] : starts[row + 1]]
        for row, code in enumerate(villages.code)
        if starts[row] < starts[row + 1]
    }


def _nearest(assessment: Assessment, cells: np.ndarray) -> str | None:
    """Return the point that most people of these cells have as nearest."""
    dataset = assessment.dataset
    facility = assessment.modes[assessment.analysis_mode].nearest.facility[cells]
    reached = facility >= 0
    if not reached.any():
        return None
    count = np.bincount(facility[reached], weights=dataset.demand.people[cells][reached])
    return dataset.facilities.name[int(np.argmax(count))]
