"""The population cells of the map: themes of cover and time, values under the pointer."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from data.types import Floats
from geo.travel import UNREACHED
from planning.assess.mode_result import ModeResult
from planning.assess.workflow import Assessment
from planning.maps import NO_CLASS, CellLayer, CellTheme, HoverChoice, HoverNumber, HoverTime
from planning.maps.layers import Hover
from planning.maps.themes import ThemeName, people_theme, status_theme, time_theme
from planning.reach.coverage import BANDS_MINUTES, Status
from planning.words.figures import mode_text
from planning.words.wording import Translate, msgid

STATUS_LABELS: dict[int, str] = {
    Status.COVERED: msgid("Covered"),
    Status.BEYOND: msgid("Beyond the limit"),
    Status.UNREACHABLE: msgid("Unreachable by road"),
    Status.OFF_NETWORK: msgid("Far from any road"),
    Status.OUTSIDE: msgid("Outside"),
}
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
        shown = np.where(result.status == Status.OUTSIDE, NO_CLASS, result.status).astype(np.uint8)
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
        is_blank=result.status == Status.OUTSIDE,
    )
