"""How time and memory grow with the town, its facilities and its places: a table and a plot.

`python3 run.py soak growth --minutes 10` goes on to larger sizes while time is left. Each size runs
in a process of its own, so that its peak memory is its own. Written: `results/growth.json` and
`docs/growth.svg`.
"""

from __future__ import annotations

import json
import math
import sys
import time
from statistics import median
from typing import Any

import numpy as np

from benchmarks.road_generator import make_network
from benchmarks.rounds import ROOT, in_fresh_process, peak_mb
from geo.reach import reach
from geo.snap import snap
from geo.travel import nearest

RESULTS = ROOT / "benchmarks" / "results" / "growth.json"
PLOT = ROOT / "docs" / "growth.svg"
STEPS: dict[str, tuple[int, ...]] = {
    "nodes": (12_500, 50_000, 200_000, 800_000, 3_200_000),
    "facilities": (50, 200, 800, 3_200),
    "places": (12_500, 50_000, 200_000, 800_000, 3_200_000),
}
BASE = {"nodes": 200_000, "facilities": 200, "places": 200_000}
COLUMNS = ("snap_s", "nearest_s", "reach_s", "peak_mb")
COLOURS = {"snap_s": "#1b6e8c", "nearest_s": "#b3541e", "reach_s": "#5a7d2a", "peak_mb": "#777777"}


def main(minutes: float) -> int:
    """Measure while time is left; return the exit status."""
    end = time.monotonic() + 60 * minutes
    rows: list[dict[str, Any]] = []
    for what, steps in STEPS.items():
        for size in steps:
            if time.monotonic() > end:
                print("time is up: larger sizes were not measured")
                break
            # A larger town has more of everything; the others grow alone.
            town = {"nodes": size, "facilities": size // 1000, "places": size}
            sizes = town if what == "nodes" else {**BASE, what: size}
            words = [str(sizes[name]) for name in BASE]
            numbers = in_fresh_process("benchmarks.soak_growth", *words)
            rows.append({"what": what, "size": size, **dict(zip(COLUMNS, numbers, strict=True))})
            print("  ".join(f"{value:>12.6g}" if isinstance(value, float) else f"{value:>12}"
                            for value in rows[-1].values()))  # fmt: skip
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    PLOT.write_text(plot(rows), encoding="utf-8")
    return 0


def measured(n_nodes: int, n_facilities: int, n_places: int) -> tuple[float, ...]:
    """Return seconds of snapping, nearest and reach, and peak memory in MB."""
    roads, network, _ = make_network(n_nodes)
    rng = np.random.default_rng(4)
    x_m, y_m = (rng.uniform(axis.min(), axis.max(), n_places) for axis in (roads.x_m, roads.y_m))
    node = rng.choice(len(roads.x_m), n_facilities)
    sites = snap(roads, network, roads.x_m[node], roads.y_m[node])
    places = snap(roads, network, x_m, y_m)
    works = (
        lambda: snap(roads, network, x_m, y_m),
        lambda: nearest(network, places, sites),
        lambda: reach(network, places, sites, limit_minutes=20, threads=1),
    )
    seconds = []
    for work in works:
        times = []
        for _ in range(4):
            begin = time.perf_counter()
            work()
            times.append(time.perf_counter() - begin)
        seconds.append(median(times[1:]))
    return (*seconds, peak_mb())


def plot(rows: list[dict[str, Any]]) -> str:
    """Return three panels on logarithmic axes; growth in proportion is a line at 45 degrees."""
    panels = [
        _panel([row for row in rows if row["what"] == what], what, 40 + 330 * index)
        for index, what in enumerate(STEPS)
    ]
    legend = "".join(
        f'<text x="{60 + 160 * index}" y="372" fill="{colour}">{name}</text>'
        for index, (name, colour) in enumerate(COLOURS.items())
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1030 385" font-family="sans-serif" '
        f'font-size="13">{"".join(panels)}{legend}</svg>\n'
    )


def _panel(rows: list[dict[str, Any]], what: str, left: int) -> str:
    """Return one panel: four decades both ways, each decade 75 units."""
    parts = [f'<text x="{left + 100}" y="20">by {what}</text>']
    parts.append(f'<rect x="{left}" y="30" width="300" height="300" fill="none" stroke="#999"/>')
    if not rows:
        return "".join(parts)
    low = math.floor(math.log10(rows[0]["size"]))
    for decade in range(5):
        x = left + 75 * decade
        parts.append(f'<text x="{x - 8}" y="346">1e{low + decade}</text>')
    for name in COLUMNS:
        # Memory is drawn in units of 10 GB, so that it fits the axis of seconds.
        scale = 1e-4 if name == "peak_mb" else 1.0
        points = " ".join(
            f"{left + 75 * (math.log10(row['size']) - low):.1f},"
            f"{330 - 75 * (math.log10(max(row[name] * scale, 1e-3)) + 3):.1f}"
            for row in rows
        )
        line = f'points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"'
        parts.append(f"<polyline {line}/>")
    for decade, label in enumerate(("1 ms", "10 ms", "0.1 s", "1 s, 10 GB", "10 s")):
        y = 330 - 75 * decade
        parts.append(f'<text x="{left + 4}" y="{y - 3}" fill="#777" font-size="10">{label}</text>')
    return "".join(parts)


if __name__ == "__main__":
    print(*measured(*(int(word) for word in sys.argv[1:4])))
