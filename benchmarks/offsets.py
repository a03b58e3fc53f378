"""How often the road-snap contest tells WGS 84, GCJ-02 and BD-09 apart: simulated street nets.

Run: python benchmarks/offsets.py [--runs 400] [--json FILE]

Each run draws a street net (two families of streets, uneven spacing, any bearing) near Shangyu
and facilities along its streets, one in ten anywhere; shifts them into one of the three systems;
and asks the contest which one it was. Then the same for points of people, which lie anywhere: the
contest should decide nothing. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from geo.offsets import SYSTEMS, System, from_wgs84, group_contests, road_contest, to_wgs84

CENTRE = (120.87, 30.03)
METRES_PER_DEGREE = (111_320.0 * np.cos(np.radians(CENTRE[1])), 110_857.0)
HALF_SIDE_M = 6_000.0
SPACINGS_M = (120, 200, 350)
COUNTS = (5, 10, 20, 50)
PEOPLE_COUNTS = (20, 50, 150)
GROUPS = ((20, 10), (10, 12), (5, 30))
"""Groups of a list, and rows in each."""
OFF_STREET_M = 15.0
ANYWHERE_SHARE = 0.1


class StreetNet:
    """Two families of parallel streets with uneven spacing, turned by any angle."""

    def __init__(self, rng: np.random.Generator, spacing_m: float) -> None:
        self.angle = rng.uniform(0, np.pi / 2)
        n_streets = int(4 * HALF_SIDE_M / spacing_m) + 2
        gaps = spacing_m * rng.lognormal(0.0, 0.35, (2, n_streets))
        self.lines = np.cumsum(gaps, axis=1) - gaps.sum(axis=1, keepdims=True) / 2

    def _turned(self, xy: np.ndarray, angle: float) -> np.ndarray:
        c, s = np.cos(angle), np.sin(angle)
        return xy @ np.array([[c, -s], [s, c]])

    def distance_m(self, xy: np.ndarray) -> np.ndarray:
        """Return the distance of points to the nearest street."""
        turned = self._turned(xy, self.angle)
        best = np.full(len(xy), np.inf)
        for axis in (0, 1):
            lines = self.lines[axis]
            place = np.clip(np.searchsorted(lines, turned[:, axis]), 1, len(lines) - 1)
            for index in (place - 1, place):
                best = np.minimum(best, np.abs(turned[:, axis] - lines[index]))
        return best

    def facilities(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Return places beside streets, and a tenth of them anywhere."""
        xy = rng.uniform(-HALF_SIDE_M / 2, HALF_SIDE_M / 2, (n, 2))
        axis = rng.integers(0, 2, n)
        for i in np.flatnonzero(rng.random(n) >= ANYWHERE_SHARE):
            lines = self.lines[axis[i]]
            near = lines[np.abs(lines) < HALF_SIDE_M / 2]
            side = rng.choice([-1.0, 1.0])
            xy[i, axis[i]] = rng.choice(near) + side * rng.exponential(OFF_STREET_M)
        return self._turned(xy, -self.angle)


def decide(
    rng: np.random.Generator, spacing_m: float, n: int, truth: System, *, is_beside_roads: bool
) -> System | None:
    """Return what the contest says of one drawn file."""
    net = StreetNet(rng, spacing_m)
    if is_beside_roads:
        xy = net.facilities(rng, n)
    else:
        xy = rng.uniform(-HALF_SIDE_M / 2, HALF_SIDE_M / 2, (n, 2))
    return road_contest(distances_m(net, xy, truth), is_beside_roads=is_beside_roads).winner


def distances_m(net: StreetNet, xy: np.ndarray, truth: System) -> np.ndarray:
    """Return (3, n) distances to the streets when places of one system are read in each."""
    lon = CENTRE[0] + xy[:, 0] / METRES_PER_DEGREE[0]
    lat = CENTRE[1] + xy[:, 1] / METRES_PER_DEGREE[1]
    file_lon, file_lat = from_wgs84(lon, lat, truth)
    found = []
    for system in SYSTEMS:
        back_lon, back_lat = to_wgs84(file_lon, file_lat, system)
        back = np.column_stack(
            (
                (back_lon - CENTRE[0]) * METRES_PER_DEGREE[0],
                (back_lat - CENTRE[1]) * METRES_PER_DEGREE[1],
            )
        )
        found.append(net.distance_m(back))
    return np.array(found)


def simulate_groups(
    runs: int,
    spacings_m: Iterable[int] = SPACINGS_M[:2],
    groups: Iterable[tuple[int, int]] = GROUPS,
) -> list[dict[str, object]]:
    """Return a row for each spacing and grouping of lists that are in one system.

    `wrong` is the share of lists in which any group decides for another system: they would be
    called mixed. `deciding` is the share of groups that decide.
    """
    rows = []
    for spacing_m in spacings_m:
        for count, size in groups:
            rng = np.random.default_rng([20261130, spacing_m, count, size])
            wrong = deciding = 0
            for run in range(runs):
                truth = SYSTEMS[run % 3]
                net = StreetNet(rng, spacing_m)
                distance_m = distances_m(net, net.facilities(rng, count * size), truth)
                members = list(np.arange(count * size).reshape(count, size))
                systems = [s for s in group_contests(distance_m, members) if s is not None]
                wrong += any(system != truth for system in systems)
                deciding += len(systems)
            rows.append(
                {
                    "spacing_m": spacing_m,
                    "groups": count,
                    "rows": size,
                    "runs": runs,
                    "deciding": round(deciding / (runs * count), 3),
                    "wrong": wrong / runs,
                    "wrong_95": [round(v, 4) for v in wilson(wrong, runs)],
                }
            )
    return rows


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    z, p = 1.959964, successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def simulate(
    runs: int,
    spacings_m: Iterable[int] = SPACINGS_M,
    counts: Iterable[int] = COUNTS,
    *,
    is_beside_roads: bool = True,
) -> list[dict[str, object]]:
    """Return a row for each spacing and number of points."""
    rows = []
    for spacing_m in spacings_m:
        for n in counts:
            rng = np.random.default_rng([20261121, spacing_m, n])
            right = wrong = 0
            for run in range(runs):
                truth = SYSTEMS[run % 3]
                found = decide(rng, spacing_m, n, truth, is_beside_roads=is_beside_roads)
                right += found == truth
                wrong += found not in {truth, None}
            rows.append(
                {
                    "spacing_m": spacing_m,
                    "points": "facilities" if is_beside_roads else "people",
                    "count": n,
                    "runs": runs,
                    "right": right / runs,
                    "right_95": [round(v, 4) for v in wilson(right, runs)],
                    "wrong": wrong / runs,
                    "wrong_95": [round(v, 4) for v in wilson(wrong, runs)],
                }
            )
    return rows


def main() -> None:
    """Print the table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = simulate(options.runs)
    rows += simulate(options.runs, counts=PEOPLE_COUNTS, is_beside_roads=False)
    print("| streets every | points | decided right (95 %) | decided wrong (95 %) |")
    print("|---|---|---|---|")
    for row in rows:
        low, high = row["right_95"]  # type: ignore[misc]
        wrong_low, wrong_high = row["wrong_95"]  # type: ignore[misc]
        right = f"{row['right']:.3f} ({low:.3f}-{high:.3f})"
        wrong = f"{row['wrong']:.4f} ({wrong_low:.3f}-{wrong_high:.3f})"
        print(f"| {row['spacing_m']} m | {row['count']} {row['points']} | {right} | {wrong} |")
    grouped = simulate_groups(options.runs)
    print("| streets every | groups x rows | groups that decide | called mixed (95 %) |")
    print("|---|---|---|---|")
    for row in grouped:
        low, high = row["wrong_95"]  # type: ignore[misc]
        wrong = f"{row['wrong']:.4f} ({low:.3f}-{high:.3f})"
        size = f"{row['groups']} x {row['rows']}"
        print(f"| {row['spacing_m']} m | {size} | {row['deciding']} | {wrong} |")
    rows += grouped
    if options.json is not None:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
