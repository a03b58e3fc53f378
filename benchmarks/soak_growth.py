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
from typing import Any, TypeAlias

import numpy as np

from benchmarks.road_generator import make_network
from benchmarks.rounds import ROOT, begin_peak, end_peak, in_fresh_process
from geo.reach import reach
from geo.snap import snap
from geo.travel import nearest
from geo.warm import warm

Row: TypeAlias = dict[str, Any]

RESULTS = ROOT / "benchmarks" / "results" / "growth.json"
PLOT = ROOT / "docs" / "growth.svg"
STEPS: dict[str, tuple[int, ...]] = {
    "nodes": (12_500, 50_000, 200_000, 800_000, 3_200_000),
    "facilities": (50, 200, 800, 3_200),
    "places": (12_500, 50_000, 200_000, 800_000, 3_200_000),
}
BASE = {"nodes": 200_000, "facilities": 200, "places": 200_000}
WORKS = ("snap", "nearest", "reach")
COLUMNS = (*(f"{work}_s" for work in WORKS), *(f"{work}_mb" for work in WORKS))
ROUNDS = 3

TITLES = {
    "nodes": "larger towns (all grow)",
    "facilities": "more facilities",
    "places": "more places",
}
NAMES = {"snap": "tie places to roads", "nearest": "nearest facility", "reach": "all pairs, 20 min"}
COLOURS = {"snap": "#1b6e8c", "nearest": "#b3541e", "reach": "#5a7d2a"}
SECONDS = (-4, 2, ("0.1 ms", "1 ms", "10 ms", "0.1 s", "1 s", "10 s", "100 s"))
MEGABYTES = (-1, 4, ("0.1 MB", "1 MB", "10 MB", "100 MB", "1 GB", "10 GB"))
PANEL = 250
GAP = 80


def main(minutes: float) -> int:
    """Measure while time is left; return the exit status."""
    end = time.monotonic() + 60 * minutes
    rows: list[Row] = []
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
            print(f"{what:>10} {size:>9,}", *(f"{number:>10.4g}" for number in numbers))
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    PLOT.write_text(plot(rows), encoding="utf-8")
    return 0


def measured(n_nodes: int, n_facilities: int, n_places: int) -> tuple[float, ...]:
    """Return processor seconds of each piece of work, and its peak in MB above the loaded roads.

    Processor time, because what else runs on the machine would bend the lines.
    """
    warm()
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
    seconds, megabytes = [], []
    for work in works:
        before_mb = begin_peak()
        times = []
        for _ in range(ROUNDS + 1):
            begin = time.process_time()
            work()
            times.append(time.process_time() - begin)
        seconds.append(median(times[1:]))
        megabytes.append(end_peak() - before_mb)
    return (*seconds, *megabytes)


def plot(rows: list[Row]) -> str:
    """Return time above and memory below on logarithmic axes, with the growth of each line."""
    panels = []
    for line, (unit, axis) in enumerate((("s", SECONDS), ("mb", MEGABYTES))):
        for column, what in enumerate(STEPS):
            left, top = 70 + column * (PANEL + GAP), 60 + line * (PANEL + GAP)
            chosen = [row for row in rows if row["what"] == what]
            panels.append(_panel(chosen, what, unit, axis, left=left, top=top))
    legend = "".join(
        f'<circle cx="{74 + 190 * index}" cy="16" r="4" fill="{COLOURS[work]}"/>'
        f'<text x="{84 + 190 * index}" y="20">{NAMES[work]}</text>'
        for index, work in enumerate(WORKS)
    )
    words = "number at a line: slope of its last step; 1 = in proportion"
    note = f'<text x="630" y="20" fill="#666">{words}</text>'
    width, height = 70 + 3 * (PANEL + GAP), 60 + 2 * (PANEL + GAP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12" fill="#222">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f"{legend}{note}{''.join(panels)}</svg>\n"
    )


def _panel(
    rows: list[Row],
    what: str,
    unit: str,
    axis: tuple[int, int, tuple[str, ...]],
    *,
    left: int,
    top: int,
) -> str:
    """Return one panel with a line for each piece of work."""
    low, high, labels = axis
    sizes = STEPS[what]
    first, last = math.log10(sizes[0]) - 0.1, math.log10(sizes[-1]) + 0.1

    def across(size: float) -> float:
        return left + PANEL * (math.log10(size) - first) / (last - first)

    def up(value: float) -> float:
        exponent = min(max(math.log10(max(value, 1e-9)), low), high)
        return top + PANEL * (high - exponent) / (high - low)

    title = f"{'Processor time' if unit == 's' else 'Memory'}, {TITLES[what]}"
    parts = [
        f'<text x="{left}" y="{top - 10}" font-weight="bold">{title}</text>',
        f'<rect x="{left}" y="{top}" width="{PANEL}" height="{PANEL}" fill="none" stroke="#999"/>',
    ]
    for exponent, label in zip(range(low, high + 1), labels, strict=True):
        y = up(10.0**exponent)
        parts.append(f'<path d="M{left} {y:.1f}h{PANEL}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for size in sizes:
        x = across(size)
        parts.append(f'<path d="M{x:.1f} {top}v{PANEL}" stroke="#e4e4e4"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{top + PANEL + 16}" text-anchor="middle">{_short(size)}</text>'
        )
    ends = []
    for work in WORKS:
        known = [(row["size"], row[f"{work}_{unit}"]) for row in rows]
        points = [(across(size), up(value)) for size, value in known]
        parts += _line(points, COLOURS[work])
        if len(known) > 1:
            ends.append((points[-1][1], f"{_slope(*known[-2:]):.2f}", COLOURS[work]))
    beneath = -math.inf
    for y, text, colour in sorted(ends):
        beneath = max(y, beneath + 13)  # numbers of lines that meet stand below each other
        x = left + PANEL + 4
        parts.append(f'<text x="{x}" y="{beneath + 4:.1f}" fill="{colour}">{text}</text>')
    return "".join(parts)


def _line(points: list[tuple[float, float]], colour: str) -> list[str]:
    """Return a line with a dot at each measured size."""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    return [f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots]


def _slope(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Return the exponent with which a value grows from one size to the next.

    >>> _slope((10, 3.0), (100, 30.0))
    1.0
    """
    (small, low), (large, high) = before, after
    return math.log10(max(high, 1e-9) / max(low, 1e-9)) / math.log10(large / small)


def _short(size: int) -> str:
    """Return a count as an axis shows it.

    >>> _short(12_500), _short(800_000), _short(3_200_000)
    ('12.5k', '800k', '3.2M')
    """
    if size >= 1_000_000:
        return f"{size / 1e6:g}M"
    return f"{size / 1000:g}k" if size >= 10_000 else str(size)


if __name__ == "__main__":
    print(*measured(*(int(word) for word in sys.argv[1:4])))
