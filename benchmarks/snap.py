"""Snapping against the clock and shapely: points anywhere to the nearest road segment."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from benchmarks.road_generator import SIZES, make_network
from benchmarks.rounds import medians, row
from geo.snap import snap

N_POINTS = {"S": 100_000, "M": 1_000_000, "L": 1_000_000}
SAMPLE = 10_000
"""Points that shapely snaps; its time is scaled to all of them."""


def rows(size: str) -> list[dict[str, Any]]:
    """Return ours, index included, beside the index of shapely, queried point by point in bulk."""
    roads, network, _ = make_network(SIZES[size])
    rng = np.random.default_rng(2)
    low, high = (np.array([f(roads.x_m), f(roads.y_m)]) for f in (np.min, np.max))
    x_m, y_m = rng.uniform(low, high, (N_POINTS[size], 2)).T.copy()
    start = np.column_stack([roads.x_m[roads.tail], roads.y_m[roads.tail]])
    end = np.column_stack([roads.x_m[roads.head], roads.y_m[roads.head]])
    tree = shapely.STRtree(list(shapely.linestrings(np.stack([start, end], axis=1))))
    sample = shapely.points(x_m[:SAMPLE], y_m[:SAMPLE])
    lakes = list(shapely.buffer(shapely.points(rng.uniform(low, high, (400, 2))), 300.0))
    options = {"max_access_m": 1000.0, "avoid_islands": False}
    seconds, found = medians(
        {
            "ours": lambda: snap(roads, network, x_m, y_m, **options),
            "ours, water": lambda: snap(roads, network, x_m, y_m, water=lakes, **options),
            "shapely": lambda: tree.query_nearest(sample, return_distance=True, all_matches=False)[
                1
            ],
        }
    )
    ours = np.nan_to_num(found["ours"].access_m[:SAMPLE], nan=np.inf)
    theirs = np.where(found["shapely"] <= 1000.0, found["shapely"], np.inf)
    agrees = np.abs(np.subtract(ours, theirs, where=theirs < np.inf, out=np.zeros(SAMPLE))).max()
    work = f"snap {N_POINTS[size]:,} points to {len(roads.tail):,} segments"
    return [
        row(
            work,
            size,
            seconds["ours"],
            peer=f"shapely STRtree, {SAMPLE:,} points scaled",
            peer_s=seconds["shapely"] * N_POINTS[size] / SAMPLE,
            agrees=agrees,
        ),
        row(f"{work}, 400 lakes not to be crossed", size, seconds["ours, water"]),
    ]
