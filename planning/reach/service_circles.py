"""Service circles as areas: what lies within the limit of any open point, by band of minutes."""

from __future__ import annotations

import math

from geo.circles import Circle, bands, cell_times, cells_of
from planning.reach.coverage import BANDS_MINUTES
from planning.reach.mode_input import ModeInput

CELL_M = 100.0
MOST_CELLS = 400_000
RIM_M = 1_000.0


def service_circles(mode: ModeInput) -> tuple[Circle, ...]:
    """Return the dissolved bands up to the limit around all points that count, nearest band first.

    Areas are made from the times of square cells, so they do not swell between roads; cells are
    100 m, or as large as it takes to keep their number at `MOST_CELLS`.
    """
    demand, travel = mode.dataset.demand, mode.travel
    bounds_m = (
        float(demand.x_m.min()) - RIM_M,
        float(demand.y_m.min()) - RIM_M,
        float(demand.x_m.max()) + RIM_M,
        float(demand.y_m.max()) + RIM_M,
    )
    area_m2 = (bounds_m[2] - bounds_m[0]) * (bounds_m[3] - bounds_m[1])
    cells = cells_of(
        mode.dataset.roads,
        mode.network,
        bounds_m=bounds_m,
        cell_m=max(CELL_M, math.sqrt(area_m2 / MOST_CELLS)),
        max_access_m=travel.max_access_m,
        water=mode.dataset.water,
        avoid_islands=travel.avoid_islands,
    )
    times = cell_times(
        cells,
        mode.network,
        mode.facility_snaps,
        is_open=mode.points,
        horizon_minutes=travel.minutes,
    )
    limits = [float(m) for m in BANDS_MINUTES if m < travel.minutes]
    return tuple(bands(times, [*limits, travel.minutes]))
