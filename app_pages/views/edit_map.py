"""What the map lays over the present state: cells whose class an edit changed, and its points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app_pages.views.workbench import changed_gaps
from data.types import Dataset
from geo.travel import UNREACHED, Nearest
from planning.assess.workflow import Assessment
from planning.maps import (
    NO_CLASS,
    AreaStyle,
    CellLayer,
    CellTheme,
    FacilityLayer,
    LineLayer,
    LineStyle,
    PointStyle,
    PolygonLayer,
    Swatch,
)
from planning.maps.cells import cell_areas, typical_spacing_m
from planning.maps.layers import Layer
from planning.maps.scene import in_degrees
from planning.maps.themes import COVERED, NO_TIME, UNCOVERED, ramp
from planning.reach.coverage import BANDS_MINUTES, NOT_JUDGED, Status, Statuses
from planning.reach.gaps import Gap
from planning.whatif.edits import ROAD_ACTIONS, Edit
from planning.whatif.outcome import Outcome
from planning.whatif.roads import lines_of, road_steps
from planning.words.figures import people_text
from planning.words.wording import Translate

Classes = NDArray[np.uint8]

GAIN, LOSS, EDITED, SPEED, PICKED = "#006d2c", "#a50f15", "#d6006c", "#2166ac", "#ffd92f"


def edit_layers(
    assessment: Assessment, before: Outcome, after: Outcome, translate: Translate
) -> list[Layer]:
    """Return all that the edits change on the map of the assessment, lowest layer first."""
    layers = (
        changed_cells(assessment, after),
        new_gaps(after, changed_gaps(before, after), translate),
        edited_roads_layer(after, translate),
        edited_points(after, translate),
    )
    return [layer for layer in layers if layer is not None]


def changed_cells(assessment: Assessment, outcome: Outcome) -> CellLayer | None:
    """Return the cells whose class changed in any theme of the map; None where none did.

    Cells that keep their class in a theme stay blank in it, so that the map below shows through.
    """
    themes: list[tuple[str, Classes, tuple[str, ...]]] = []
    for mode, after in outcome.modes.items():
        before = assessment.modes[mode]
        cover = _changed(_cover(before.status), _cover(after.status))
        themes.append((f"cover_{mode}", cover, (COVERED, UNCOVERED)))
        bands = _changed(_bands(before.nearest, before.status), _bands(after.nearest, after.status))
        themes.append((f"time_{mode}", bands, (*ramp("viridis", len(BANDS_MINUTES) + 1), NO_TIME)))
    changed = np.flatnonzero(np.any([classes != NO_CLASS for _, classes, _ in themes], axis=0))
    if not len(changed):
        return None
    return _cells_of(
        assessment.dataset,
        changed,
        tuple(
            CellTheme(name, name, "", classes[changed], tuple(Swatch("", c) for c in colours))
            for name, classes, colours in themes
        ),
        "edit",
    )


def change_areas(
    before: Outcome, after: Outcome, mode: str, translate: Translate
) -> PolygonLayer | None:
    """Return where people gain or lose the circle, as areas that a small map shows, too."""
    was, now = (o.modes[mode].status == Status.COVERED for o in (before, after))
    is_inside = after.dataset.demand.zone >= 0
    found = [
        (group, np.flatnonzero(is_changed & is_inside))
        for group, is_changed in enumerate((now & ~was, was & ~now))
    ]
    found = [(group, rows) for group, rows in found if len(rows)]
    if not found:
        return None
    dataset = after.dataset
    areas = cell_areas(dataset.demand, [rows for _, rows in found], dataset.crs)
    return PolygonLayer(
        id="change-areas",
        label=translate("Winners and losers"),
        polygons=in_degrees(areas, dataset.crs),
        group=np.array([group for group, _ in found], dtype=np.uint8),
        styles=(
            AreaStyle(translate("Gain the circle"), GAIN, 0.75, "solid", GAIN, 2.5),
            AreaStyle(translate("Lose the circle"), LOSS, 0.75, "hatch", LOSS, 2.5),
        ),
    )


def compared_layers(
    before: Outcome, after: Outcome, mode: str, translate: Translate
) -> list[Layer]:
    """Return what a map of the comparison shows of one scenario against the first."""
    layers = (
        change_areas(before, after, mode, translate),
        edited_roads_layer(after, translate),
        edited_points(after, translate),
    )
    return [layer for layer in layers if layer is not None]


def edited_points(outcome: Outcome, translate: Translate) -> FacilityLayer | None:
    """Return the points that edits touch: added or moved, closed, upgraded or opened."""
    facilities = outcome.dataset.facilities
    row_of = {name: row for row, name in enumerate(facilities.id)}
    kinds = {"add": 0, "move": 0, "close": 1, "upgrade": 2, "open": 2}
    last: dict[str, Edit] = {
        edit.facility_id: edit for edit in outcome.edits if edit.action not in ROAD_ACTIONS
    }
    rows = [row_of[name] for name in last if facilities.has_position[row_of[name]]]
    if not rows:
        return None
    group = [kinds[last[facilities.id[row]].action] for row in rows]
    return FacilityLayer(
        id="edit-points",
        label=translate("Edits"),
        lon=facilities.lon[rows],
        lat=facilities.lat[rows],
        name=tuple(facilities.name[row] for row in rows),
        group=np.array(group, dtype=np.uint8),
        styles=(
            PointStyle(translate("Added or moved"), "triangle", EDITED, 15.0, 9.0),
            PointStyle(translate("Closed"), "ring", "#000000", 15.0, 9.0),
            PointStyle(translate("Changed"), "square", EDITED, 12.0, 9.0),
        ),
    )


def edited_roads_layer(outcome: Outcome, translate: Translate) -> LineLayer | None:
    """Return the roads that edits touch: new links, changed speeds, closed roads."""
    kinds = {"add_road": 0, "set_speed": 1, "close_road": 2}
    last = {edit.facility_id: edit.action for edit in road_steps(outcome.edits)}
    lines, group = [], []
    for name, action in last.items():
        for line in lines_of(outcome.dataset.roads, outcome.dataset.crs, name):
            lines.append(line)
            group.append(kinds[action])
    if not lines:
        return None
    return LineLayer(
        id="edit-roads",
        label=translate("Edited roads"),
        lines=tuple(lines),
        group=np.array(group, dtype=np.uint8),
        styles=(
            LineStyle(translate("New road"), EDITED, 4.0, casing="#ffffff"),
            LineStyle(translate("Changed speed"), SPEED, 4.0, casing="#ffffff"),
            LineStyle(translate("Closed road"), "#000000", 4.0, dash=(2.0, 5.0)),
        ),
    )


def picked_layers(
    outcome: Outcome,
    road: str | None,
    start: tuple[float, float] | None,
    translate: Translate,
) -> list[Layer]:
    """Return the road that is picked, and the place (lon, lat) where a new link begins."""
    layers: list[Layer] = []
    lines = [] if road is None else lines_of(outcome.dataset.roads, outcome.dataset.crs, road)
    if lines:
        label = translate("Selected road")
        group = np.zeros(len(lines), dtype=np.uint8)
        style = LineStyle(label, PICKED, 6.0, casing="#000000")
        layers.append(LineLayer("picked-road", label, tuple(lines), group, (style,)))
    if start is not None:
        label = translate("Start of the new road")
        layers.append(
            FacilityLayer(
                id="link-start",
                label=label,
                lon=np.array([start[0]]),
                lat=np.array([start[1]]),
                name=(label,),
                group=np.zeros(1, dtype=np.uint8),
                styles=(PointStyle(label, "diamond", EDITED, 16.0),),
            )
        )
    return layers


def new_gaps(outcome: Outcome, gaps: Sequence[Gap], translate: Translate) -> PolygonLayer | None:
    """Return gaps as areas of their cells; None where there is none."""
    if not gaps:
        return None
    dataset = outcome.dataset
    areas = cell_areas(dataset.demand, [gap.demand for gap in gaps], dataset.crs)
    label = translate("Service gap")
    return PolygonLayer(
        id="edit-gaps",
        label=label,
        polygons=in_degrees(areas, dataset.crs),
        group=np.zeros(len(gaps), dtype=np.uint8),
        styles=(AreaStyle(label, "#b35806", 0.3, "hatch", "#7f3b08"),),
        fields=((translate("People"), tuple(people_text(gap.people) for gap in gaps)),),
    )


def _cells_of(
    dataset: Dataset, chosen: NDArray[np.int64], themes: tuple[CellTheme, ...], label: str
) -> CellLayer:
    """Return some of the cells as a layer over the map."""
    demand = dataset.demand
    none = np.zeros(0, dtype=np.int32)
    return CellLayer(
        id="edit-cells",
        label=label,
        lon=demand.lon[chosen],
        lat=demand.lat[chosen],
        themes=themes,
        grid=demand.grid,
        row=none if demand.grid is None else demand.row[chosen],
        column=none if demand.grid is None else demand.column[chosen],
        cell_size_m=typical_spacing_m(demand.x_m, demand.y_m),
    )


def _cover(status: Statuses) -> Classes:
    return np.where(np.isin(status, NOT_JUDGED), NO_CLASS, status != Status.COVERED).astype(
        np.uint8
    )


def _bands(times: Nearest, status: Statuses) -> Classes:
    """Return the class of each cell as `planning.maps.themes.time_theme` numbers them."""
    limits = np.array(BANDS_MINUTES, dtype=np.int64) * 600
    bands = np.searchsorted(limits, times.tenths.astype(np.int64), side="left")
    bands = np.where(times.tenths == UNREACHED, len(limits) + 1, bands)
    return np.where(np.isin(status, NOT_JUDGED), NO_CLASS, bands).astype(np.uint8)


def _changed(before: Classes, after: Classes) -> Classes:
    return np.where(before == after, NO_CLASS, after).astype(np.uint8)
