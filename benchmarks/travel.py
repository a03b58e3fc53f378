"""Travel times against the clock and the peers; sizes S, M, L are 52k, 523k and 2.6M nodes."""

from __future__ import annotations

import sys
import tempfile
import time
from statistics import median
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.road_generator import SIZES, SyntheticRoads, make_network, make_roads
from benchmarks.rounds import ROUNDS, begin_peak, end_peak, in_fresh_process, medians, row
from benchmarks.travel_peers import (
    LIMIT_TENTHS,
    PEERS,
    prepared,
    reversed_matrix,
    scipy_nearest,
    scipy_within,
)
from geo.legs import arriving, reversed_arrays
from geo.live import close_facility, open_facility, travel_state
from geo.reach import NodeReach, node_reach, reach_blocks
from geo.roads import ModeNetwork, RoadGraph
from geo.snap import Snaps, snap
from geo.tiles import nearest_by_tiles
from geo.travel import UNREACHED, nearest

Row: TypeAlias = dict[str, Any]

LIMIT_MINUTES = LIMIT_TENTHS / 600
SAMPLE = 20
"""Facilities that the slow peers search from; ours search from all."""

EDITS = 1000
TILES_ON_A_SIDE = 4
BUFFER_M = 5000.0


class Town:
    """One synthetic town: roads, places at every node, facilities; and the arcs as loaded."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.loaded: SyntheticRoads = make_roads(SIZES[size])
        self.roads: RoadGraph
        self.network: ModeNetwork
        self.roads, self.network, self.ordered = make_network(SIZES[size])
        self.places = self.tied(np.arange(len(self.roads.x_m)))
        self.facilities = self.tied(self.ordered.facilities)
        # Node of the Hilbert order by the number it had when loaded.
        self.number = np.empty(self.loaded.n_nodes, np.int64)
        self.number[_by_place(self.loaded)] = _by_place(self.ordered)

    def tied(self, nodes: NDArray[Any]) -> Snaps:
        """Return nodes as places on the road."""
        return snap(self.roads, self.network, self.roads.x_m[nodes], self.roads.y_m[nodes])


def _by_place(roads: SyntheticRoads) -> NDArray[np.int64]:
    """Return nodes in an order that does not depend on their numbers."""
    return np.lexsort((roads.y_m, roads.x_m))


def rows(size: str) -> list[Row]:
    """Return the rows of all work on travel times."""
    town = Town(size)
    found = [*_nearest_rows(town), *_within_rows(town), *_open_close_rows(town)]
    found += _tile_rows(town)
    if size == "S":
        found += _peer_rows(town)
    return [*found, *_pairs_rows(size), *_compile_rows(size)]


def _nearest_rows(town: Town) -> list[Row]:
    """Nearest facility and which, for a place at every node, ties and legs included."""
    loaded, ordered = reversed_matrix(town.loaded), reversed_matrix(town.ordered)
    seconds, found = medians(
        {
            "ours": lambda: nearest(
                town.network, town.places, town.facilities, horizon_minutes=6e3
            ),
            "loaded": lambda: scipy_nearest(loaded, town.loaded.facilities),
            "ordered": lambda: scipy_nearest(ordered, town.ordered.facilities),
        }
    )
    ours = found["ours"].tenths
    differences = {
        "loaded": np.abs(found["loaded"][0] - ours[town.number]).max(),
        "ordered": np.abs(found["ordered"][0] - ours).max(),
    }
    names = {"loaded": "scipy, ids as loaded", "ordered": "scipy, Hilbert order"}
    return [
        row(
            "nearest facility and id",
            town.size,
            seconds["ours"],
            peer=names[key],
            peer_s=seconds[key],
            agrees=differences[key],
        )
        for key in names
    ]


def _within(town: Town, threads: int) -> NodeReach:
    sites = arriving(town.network, town.facilities)
    return node_reach(
        reversed_arrays(town.network), sites, limit_tenths=LIMIT_TENTHS, threads=threads
    )


def _within_rows(town: Town) -> list[Row]:
    """Everything within 20 minutes of each facility, in seconds per facility."""
    count = len(town.ordered.facilities)
    step = max(1, count // SAMPLE)
    loaded, ordered = reversed_matrix(town.loaded), reversed_matrix(town.ordered)
    sample = slice(None, SAMPLE * step, step)
    seconds, found = medians(
        {
            "one": lambda: _within(town, 1),
            "two": lambda: _within(town, 2),
            "loaded": lambda: scipy_within(loaded, town.loaded.facilities[sample]),
            "ordered": lambda: scipy_within(ordered, town.ordered.facilities[sample]),
        }
    )
    searched = len(found["ordered"])
    ours = _dense(found["one"], np.arange(count)[sample], town.loaded.n_nodes)
    agrees = max(
        np.abs(np.where(np.isinf(theirs), UNREACHED, theirs) - mine).max()
        for theirs, mine in zip(found["ordered"], ours, strict=True)
    )
    peers = (
        ("scipy limit=, ids as loaded", "loaded"),
        ("scipy limit=, Hilbert order", "ordered"),
    )
    return [
        row(
            f"within 20 min, per facility, {threads} thread{'s'[: threads - 1]}",
            town.size,
            seconds[ours_key] / count,
            peer=peer,
            peer_s=seconds[key] / searched,
            agrees=agrees,
        )
        for threads, ours_key in ((1, "one"), (2, "two"))
        for peer, key in peers
    ]


def _dense(pairs: NodeReach, sites: NDArray[Any], n_nodes: int) -> list[NDArray[np.int64]]:
    """Return the times of every node to some facilities."""
    table = []
    for site in sites:
        times = np.full(n_nodes, UNREACHED, np.int64)
        part = slice(pairs.indptr[site], pairs.indptr[site + 1])
        times[pairs.node[part]] = pairs.tenths[part]
        table.append(times)
    return table


def _open_close_rows(town: Town) -> list[Row]:
    """Close and open one facility: median of single edits, and the state after 1,000 of them."""
    state = travel_state(town.network, town.places, town.facilities, horizon_minutes=6e3)
    rng = np.random.default_rng(11)
    seconds: dict[str, list[float]] = {"open": [], "close": []}
    for site in rng.integers(0, len(town.facilities), EDITS):
        name = "close" if state.is_open[site] else "open"
        begin = time.perf_counter()
        (close_facility if name == "close" else open_facility)(state, int(site))
        seconds[name].append(time.perf_counter() - begin)
    options = {"is_open": state.is_open, "horizon_minutes": 6e3}
    anew, found = medians(
        {"anew": lambda: nearest(town.network, town.places, town.facilities, **options)}
    )
    fresh = found["anew"]
    agrees = max(
        np.abs(fresh.tenths.astype(np.int64) - state.tenths).max(),
        np.abs(fresh.facility - state.facility).max(),
    )
    return [
        row(
            f"open_close: {name} one facility, {EDITS} random edits",
            town.size,
            median(seconds[name]),
            peer="our own search anew",
            peer_s=anew["anew"],
            agrees=agrees,
        )
        for name in ("open", "close")
    ]


def _tile_rows(town: Town) -> list[Row]:
    """Return the nearest facilities tile by tile, with what is not proven done again."""
    quarter = np.arange(1, TILES_ON_A_SIDE) / TILES_ON_A_SIDE
    column, line = (
        np.searchsorted(np.quantile(axis, quarter), axis)
        for axis in (town.roads.x_m, town.roads.y_m)
    )
    tiles = [
        np.flatnonzero(line * TILES_ON_A_SIDE + column == k) for k in range(TILES_ON_A_SIDE**2)
    ]
    whole = (town.network, town.places, town.facilities)
    seconds, found = medians(
        {
            "tiles": lambda: nearest_by_tiles(town.roads, *whole, tiles, buffer_m=BUFFER_M),
            "whole": lambda: nearest(*whole),
        }
    )
    agrees = max(
        np.abs(getattr(found["tiles"], name).astype(np.int64) - getattr(found["whole"], name)).max()
        for name in ("tenths", "facility", "status")
    )
    return [
        row(
            f"tiles: {len(tiles)} tiles with certificate, {BUFFER_M / 1000:g} km buffer",
            town.size,
            seconds["tiles"],
            peer="our own search of the whole",
            peer_s=seconds["whole"],
            agrees=agrees,
        )
    ]


def _peer_rows(town: Town) -> list[Row]:
    """Return the rows of other engines, all on Hilbert order, all through our own interleaving."""
    sites = town.ordered.facilities[:3]
    ours = {
        "nearest": lambda: (
            nearest(town.network, town.places, town.facilities, horizon_minutes=6e3).tenths
        ),
        "within": lambda: _within(town, 1),
    }
    found: list[Row] = []
    for name in PEERS:
        peer = prepared(name, town.ordered)
        if peer is None:
            seconds, _ = medians(ours, rounds=1)
            agrees: list[float | None] = [None, None]
            theirs: list[float | None] = [None, None]
        else:
            everywhere, outward = peer
            works = {
                **ours,
                "their nearest": everywhere,
                "their within": lambda outward=outward: [outward(int(site)) for site in sites],
            }
            seconds, answers = medians(works, rounds=ROUNDS if name != "pandana" else 2)
            agrees = [float(np.abs(answers["their nearest"] - answers["nearest"]).max()), None]
            theirs = [seconds["their nearest"], seconds["their within"] / len(sites)]
        mine = [seconds["nearest"], seconds["within"] / len(town.facilities)]
        works_named = ("nearest facility and id", "within 20 min, per facility, 1 thread")
        for work, ours_s, peer_s, same in zip(works_named, mine, theirs, agrees, strict=True):
            found.append(row(work, town.size, ours_s, peer=name, peer_s=peer_s, agrees=same))
    return found


def _pairs_rows(size: str) -> list[Row]:
    """All candidate sites within 20 minutes, in a fresh process for its memory."""
    seconds, pairs, above_mb = in_fresh_process("benchmarks.travel", "pairs", size)
    work = f"pairs: {round(pairs / 1e6, 1)}M pairs within 20 min, 2 threads"
    return [row(work, size, seconds, peak_mb=above_mb)]


def _pairs(size: str) -> tuple[float, float, float]:
    """Return seconds, pairs and peak memory in MB above the graph with everything tied."""
    roads, network, ordered = make_network(SIZES[size])
    x_m, y_m = roads.x_m, roads.y_m
    places = snap(roads, network, x_m, y_m)
    sites = snap(roads, network, x_m[ordered.candidates], y_m[ordered.candidates])
    options = {"limit_minutes": LIMIT_MINUTES, "threads": 2}
    list(reach_blocks(network, places, sites.take(np.arange(2)), **options))
    before_mb = begin_peak()
    begin = time.perf_counter()
    # One block at a time, as a caller that writes them to disk would hold them.
    pairs = sum(len(block.demand) for _, block in reach_blocks(network, places, sites, **options))
    return time.perf_counter() - begin, pairs, end_peak() - before_mb


def _compile_rows(size: str) -> list[Row]:
    """Compilation with an empty cache, and what is left of it in a fresh process after."""
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = (
            in_fresh_process("benchmarks.travel", "compile", NUMBA_CACHE_DIR=cache)[0]
            for _ in range(2)
        )
    return [
        row("compile: all kernels, empty cache", size, cold),
        row("compile: first calls in a fresh process after install", size, warm),
    ]


def _compile() -> float:
    """Return the seconds of the first call of every kernel, imports aside."""
    from geo.warm import warm

    begin = time.perf_counter()
    warm()
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(*(_pairs(sys.argv[2]) if sys.argv[1] == "pairs" else (_compile(),)))
