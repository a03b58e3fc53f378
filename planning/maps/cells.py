"""The population cells of the map: their ground, themes of cover and time, values by place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.types import Demand, Floats
from geo.crs import transform
from geo.travel import UNREACHED
from planning.assess.mode_result import ModeResult
from planning.assess.workflow import Assessment
from planning.maps import NO_CLASS, CellLayer, CellTheme, HoverChoice, HoverNumber, HoverTime
from planning.maps.layers import Geometries, Hover
from planning.maps.pack.registration import lattice_cell
from planning.maps.themes import ThemeName, people_theme, status_theme, time_theme
from planning.reach.coverage import BANDS_MINUTES, NOT_JUDGED, Status
from planning.words.figures import mode_text
from planning.words.wording import Translate, msgid

STATUS_LABELS: dict[int, str] = {
    Status.COVERED: msgid("Covered"),
    Status.BEYOND: msgid("Beyond the limit"),
    Status.UNREACHABLE: msgid("Unreachable by road"),
    Status.OFF_NETWORK: msgid("Far from any road"),
    Status.OUTSIDE: msgid("Outside"),
    Status.UNKNOWN: msgid("Unknown, no point counts"),
}
OUTLINE_TOLERANCE_M = 0.5
PEOPLE_LIMITS = (5.0, 20.0, 50.0, 100.0, 200.0)


def cell_layer(assessment: Assessment, translate: Translate) -> CellLayer:
    """Return the population cells with a theme of cover and of time bands for each mode."""
    demand = assessment.dataset.demand
    return CellLayer(
        id="cells",
        label=translate("People"),
        lon=demand.lon,
        lat=demand.lat,
        themes=cell_themes(assessment, translate),
        hover=hover_rows(assessment, translate),
        grid=demand.grid,
        row=demand.row,
        column=demand.column,
        cell_size_m=typical_spacing_m(demand.x_m, demand.y_m),
        facility_names=assessment.dataset.facilities.name,
    )


def cell_themes(assessment: Assessment, translate: Translate) -> tuple[CellTheme, ...]:
    """Return cover and time bands by mode, the mode of the analysis first, then people."""
    demand = assessment.dataset.demand
    modes = sorted(assessment.modes, key=lambda mode: mode != assessment.analysis_mode)
    themes = []
    for mode in modes:
        result = assessment.modes[mode]
        name = mode_text(mode, translate)
        is_blank = np.isin(result.status, NOT_JUDGED)
        shown = np.where(is_blank, NO_CLASS, result.status).astype(np.uint8)
        themes.append(
            status_theme(
                ThemeName(f"cover_{mode}", translate("Inside the circle or not"), name),
                shown,
                (translate("Covered"), translate("Not covered")),
                people=demand.people,
            )
        )
        themes.append(_bands_theme(result, demand.people, name, translate))
    limits = [f"{limit:.0f}" for limit in PEOPLE_LIMITS]
    labels = [translate("up to {limit}").format(limit=limit) for limit in limits]
    labels.append(translate("over {limit}").format(limit=limits[-1]))
    themes.append(
        people_theme(
            ThemeName("people", translate("People per cell"), translate("Population")),
            demand.people,
            PEOPLE_LIMITS,
            labels,
        )
    )
    return tuple(themes)


def hover_rows(assessment: Assessment, translate: Translate) -> tuple[Hover, ...]:
    """Return what stands under the pointer: people, minutes and nearest point by mode, place."""
    dataset = assessment.dataset
    demand = dataset.demand
    names = tuple(translate(STATUS_LABELS[code]) for code in sorted(STATUS_LABELS))
    rows: list[Hover] = [HoverNumber(translate("People"), demand.people, decimals=1)]
    for mode, result in assessment.modes.items():
        rows.append(
            HoverTime(
                mode_text(mode, translate),
                result.nearest.tenths,
                result.status,
                names,
                result.nearest.facility,
            )
        )
    rows.append(HoverChoice(translate("Zone"), demand.zone, dataset.zones.name))
    if dataset.villages is not None:
        rows.append(HoverChoice(translate("Village"), demand.village, dataset.villages.name))
    return tuple(rows)


def cell_areas(demand: Demand, groups: Sequence[NDArray[np.integer]], crs: str) -> Geometries:
    """Return the ground of groups of cells, one area a group, without the lines between cells.

    Parameters
    ----------
    demand
        Where people live.
    groups
        Indices of the demand points of each group; a group without points has empty ground.
    crs
        Metric system of the demand.
    """
    outlines = cell_outlines(demand, crs, np.concatenate([np.zeros(0, dtype=np.int64), *groups]))
    # Cells of a raster share their corners exactly: no overlay has to be computed.
    join = shapely.union_all if demand.grid is None else shapely.coverage_union_all
    ends = np.cumsum([len(group) for group in groups])[:-1]
    areas = np.empty(len(groups), dtype=object)
    areas[:] = [shapely.make_valid(join(part)) for part in np.split(outlines, ends)]
    return shapely.simplify(areas, OUTLINE_TOLERANCE_M)


def cell_outlines(
    demand: Demand, crs: str, chosen: NDArray[np.integer] | slice = slice(None)
) -> Geometries:
    """Return the outline of each demand point's cell in the metric system.

    A raster's cells have the corners of its grid, in whatever system that is; points of a table
    have the hexagons or squares of their lattice, or squares as wide as they lie apart.

    Parameters
    ----------
    demand
        Where people live.
    crs
        Metric system of the demand.
    chosen
        Indices of the points; all when not given.
    """
    if demand.grid is not None:
        down = demand.row[chosen, None] + np.array([0, 0, 1, 1])
        along = demand.column[chosen, None] + np.array([0, 1, 1, 0])
        a, b, c, d, e, f = demand.grid.transform
        x, y = a * along + b * down + c, d * along + e * down + f
        x_m, y_m = transform(x.ravel(), y.ravel(), source=demand.grid.crs, target=crs)
        corners = np.column_stack([x_m, y_m]).reshape(*x.shape, 2)
    else:
        cell = lattice_cell(demand.lon, demand.lat)
        if cell is None:
            half = typical_spacing_m(demand.x_m, demand.y_m) / 2
            cell = half * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        centre = np.column_stack([demand.x_m[chosen], demand.y_m[chosen]])
        # On whole metres neighbours meet exactly, and are joined five times faster.
        corners = np.rint(centre[:, None] + cell)
    return np.asarray(shapely.polygons(corners), dtype=object)


def typical_spacing_m(x_m: Floats, y_m: Floats) -> float:
    """Return the median distance between neighbours among the first points; 100 for one point."""
    if len(x_m) < 2:
        return 100.0
    points = np.column_stack([x_m, y_m])
    distance, _ = cKDTree(points).query(points[:2000], k=2)
    return float(np.median(distance[:, 1]))


def _bands_theme(
    result: ModeResult, people: Floats, mode_name: str, translate: Translate
) -> CellTheme:
    upto = translate("up to {limit} min")
    labels = [upto.format(limit=minutes) for minutes in BANDS_MINUTES]
    labels.append(translate("over {limit} min").format(limit=BANDS_MINUTES[-1]))
    tenths = np.where(result.nearest.tenths == UNREACHED, -1, result.nearest.tenths)
    return time_theme(
        ThemeName(f"time_{result.mode}", translate("Minutes to the nearest point"), mode_name),
        tenths.astype(np.int32),
        BANDS_MINUTES,
        [*labels, translate("no way")],
        people=people,
        is_blank=np.isin(result.status, NOT_JUDGED),
    )
