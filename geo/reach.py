"""All pairs of facility and place within a limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Ints, Longs
from geo.compiled import HAS_NUMBA
from geo.errors import Progress
from geo.legs import (
    Arcs,
    Joints,
    arriving,
    bucket_count,
    leaving,
    places_at_nodes,
    reversed_arrays,
    sealed,
)
from geo.pairs import Reach
from geo.roads import ModeNetwork
from geo.search import NOWHERE, UNREACHED, reach_rows, within_rows
from geo.slow import slow_node_times, slow_place_times
from geo.snap import Snaps
from geo.threads import run_pieces, thread_count
from geo.times import to_tenths

SHORT_TENTHS = np.iinfo(np.uint16).max
"""Limits up to this many tenths (6,553.5 s) are stored in two bytes."""

BLOCK_PAIRS = 50_000_000
"""Pairs of one block: about 0.3 GB when it is handed over, and 0.4 GB while it is made."""

ROWS_A_PIECE = 32
BUFFER_PAIRS = 1 << 20


def reach(
    network: ModeNetwork,
    demand: Snaps,
    facilities: Snaps,
    *,
    limit_minutes: float,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Reach:
    """Return every pair of facility and place within the limit.

    Rows are all facilities, open or not; one that is not tied to a road has an empty row. A pair
    takes six bytes, and twice that while the rows are joined: what is too large for memory is made
    with `reach_blocks`.

    Parameters
    ----------
    network
        What the mode makes of the roads.
    demand, facilities
        Places and facilities tied to the same network.
    limit_minutes
        Longest time, access legs included; compared with `<=`.
    threads
        Number of threads; None for one per processor. The answer does not depend on it.
    progress
        Called with ("reach", pieces done, pieces); may raise `Cancelled`.

    Returns
    -------
    Reach

    Raises
    ------
    GeoError
        When the limit is out of range.
    """
    job = _reach_job(network, demand, facilities, to_tenths(limit_minutes))
    indptr, places, tenths = _joined(job.rows(0, len(facilities), threads, progress), job.dtype)
    return Reach(indptr, places, tenths, len(demand))


def reach_blocks(
    network: ModeNetwork,
    demand: Snaps,
    facilities: Snaps,
    *,
    limit_minutes: float,
    max_pairs: int = BLOCK_PAIRS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[int, Reach]]:
    """Yield `reach` in blocks of consecutive facilities, each of at most `max_pairs` pairs.

    A block holds more only where `ROWS_A_PIECE` facilities alone have more. For results that go
    to disk block by block. `progress` counts facilities.

    Yields
    ------
    tuple of int and Reach
        The first facility of the block, and its rows.
    """
    job = _reach_job(network, demand, facilities, to_tenths(limit_minutes))
    count = len(facilities)
    parts: list[_Rows] = []
    held, first = 0, 0
    for start in range(0, count, ROWS_A_PIECE):
        stop = min(start + ROWS_A_PIECE, count)
        new = job.rows(start, stop, threads, progress and _counting(progress, start, stop, count))
        pairs = sum(len(part.item) for part in new)
        if parts and held + pairs > max_pairs:
            yield first, Reach(*_joined(parts, job.dtype), len(demand))
            parts, held, first = [], 0, start
        parts += new
        held += pairs
    if parts:
        yield first, Reach(*_joined(parts, job.dtype), len(demand))


def _counting(progress: Progress, start: int, stop: int, count: int) -> Progress:
    """Return a callback that tells of pieces of rows `start` to `stop` as rows out of `count`."""

    def report(stage: str, done: int, total: int) -> None:
        progress(stage, start + (stop - start) * done // total, count)

    return report


@dataclass(frozen=True, slots=True, eq=False)
class NodeReach:
    """All pairs of facility and node within a limit: row k is `indptr[k]:indptr[k + 1]`.

    Nodes of a row stand in the order they were reached, nearest first: each but the first ones was
    reached from one before it.
    """

    indptr: Longs
    node: Ints
    tenths: Ints


def node_reach(
    arcs: Arcs, joints: Joints, *, limit_tenths: int, threads: int | None = None
) -> NodeReach:
    """Return every pair of facility and node within the limit.

    Parameters
    ----------
    arcs
        `reversed_arrays` for times from nodes to facilities; `driven_arrays`, with joints of places
        that people leave from, for times from places to nodes.
    joints
        Facilities (or places), each with its legs.
    limit_tenths
        Longest time, the leg at the facility included; compared with `<=`.
    threads
        As `reach`.
    """

    def slow_row(site: int) -> tuple[Ints, Ints]:
        times = slow_node_times(arcs, joints.ends[site], joints.legs[site], limit_tenths)
        node = np.argsort(times, kind="stable")[: int((times < UNREACHED).sum())]
        return node.astype(np.int32), times[node]

    inputs = (*arcs, joints.ends, joints.legs, limit_tenths)
    job = _Job(within_rows, inputs, limit_tenths, 0, np.dtype(np.int32), slow_row)
    return NodeReach(*_joined(job.rows(0, len(joints), threads, None), job.dtype))


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Pairs of some consecutive facilities: how many each has, and the pairs."""

    count: Longs
    item: Ints
    tenths: NDArray[Any]


@dataclass(slots=True, eq=False)
class _Buffer:
    """Room for pairs; the rows that are written to it stay views of it."""

    item: Ints
    tenths: Ints
    used: int

    @classmethod
    def of(cls, pairs: int) -> _Buffer:
        return cls(np.empty(pairs, np.int32), np.empty(pairs, np.int32), 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A kernel that appends rows of pairs, with its inputs and scratch for each thread.

    Parameters
    ----------
    kernel, inputs
        Called with the inputs (the arcs first, then ends and legs), the range of rows, scratch and
        room for pairs.
    limit_tenths, n_places
        What the scratch is made for; no places for a kernel that stops at nodes.
    dtype
        Of the tenths in the result.
    slow_row
        Gives one row (items, tenths) where numba is not installed.
    idle
        Scratch and buffers that no thread is using.
    """

    kernel: Callable[..., tuple[int, int]]
    inputs: tuple[Any, ...]
    limit_tenths: int
    n_places: int
    dtype: np.dtype[Any]
    slow_row: Callable[[int], tuple[Ints, NDArray[Any]]]
    idle: SimpleQueue[tuple[tuple[NDArray[Any], ...], _Buffer]] = field(default_factory=SimpleQueue)

    def rows(
        self, start: int, stop: int, threads: int | None, progress: Progress | None
    ) -> list[_Rows]:
        """Return the rows of facilities `start` to `stop`, in order."""
        done: dict[int, _Rows] = {}
        fill = self._fill if HAS_NUMBA else self._fill_slowly

        def work(first: int, last: int) -> None:
            fill(done, first, last)

        piece = min(ROWS_A_PIECE, max(1, -(-(stop - start) // (4 * thread_count(threads)))))
        cuts = [*range(start, stop, piece), stop]
        run_pieces(work, cuts, threads=threads, stage="reach", progress=progress)
        return [done[first] for first in sorted(done)]

    def _fill(self, done: dict[int, _Rows], first: int, last: int) -> None:
        try:
            scratch, buffer = self.idle.get_nowait()
        except Empty:
            scratch, buffer = self._scratch(), _Buffer.of(BUFFER_PAIRS)
        while first < last:
            count = np.zeros(last - first, np.int64)
            room = buffer.item[buffer.used :], buffer.tenths[buffer.used :]
            upto, used = self.kernel(*self.inputs, first, last, *scratch, *room, count)
            if upto > first:
                done[first] = _Rows(count[: upto - first], room[0][:used], room[1][:used])
                buffer.used += used
                first = upto
            else:
                # What is full stays with its rows; one row may need more than a whole buffer.
                grown = 1 if buffer.used else 2
                buffer = _Buffer.of(max(BUFFER_PAIRS, grown * len(buffer.item)))
        self.idle.put((scratch, buffer))

    def _fill_slowly(self, done: dict[int, _Rows], first: int, last: int) -> None:
        for site in range(first, last):
            item, tenths = self.slow_row(site)
            done[site] = _Rows(np.array([len(item)]), item, tenths)

    def _scratch(self) -> tuple[NDArray[Any], ...]:
        """Return clean scratch arrays in the order of the kernels' parameters."""
        arcs, legs = self.inputs[:3], self.inputs[4]
        n_nodes = len(arcs[0]) - 1
        gap = np.where((legs >= 0).all(axis=1), np.abs(legs[:, 0] - legs[:, 1]), 0)
        for_nodes = (
            np.full(n_nodes, UNREACHED, np.int32),
            np.full(bucket_count(arcs, widest_gap=int(gap.max(initial=0))), NOWHERE, np.int32),
            np.empty((len(arcs[1]) + 3, 2), np.int32),
            np.empty(n_nodes, np.int32),
        )
        if self.n_places == 0:
            return for_nodes
        best = np.full(self.n_places, UNREACHED, np.int32)
        return (*for_nodes, best, np.zeros((self.n_places >> 6) + 1, np.uint64))


def _reach_job(network: ModeNetwork, demand: Snaps, facilities: Snaps, limit_tenths: int) -> _Job:
    arcs = reversed_arrays(network)
    places, sites = leaving(network, demand), arriving(network, facilities)
    at_nodes = places_at_nodes(places, len(arcs[0]) - 1)
    forward_tenths = sealed(network.forward_tenths, np.int32)
    backward_tenths = sealed(network.backward_tenths, np.int32)
    inputs = (
        *arcs,
        sites.ends,
        sites.legs,
        sites.segment,
        sites.fraction,
        forward_tenths,
        backward_tenths,
        at_nodes.indptr,
        at_nodes.place,
        at_nodes.tenths,
        places.segment,
        places.legs,
        places.fraction,
        limit_tenths,
    )

    def slow_row(site: int) -> tuple[Ints, NDArray[Any]]:
        best = slow_node_times(arcs, sites.ends[site], sites.legs[site], limit_tenths)
        directions = (forward_tenths, backward_tenths)
        times = slow_place_times(places, sites, site, best, directions)
        item = np.flatnonzero(times <= limit_tenths).astype(np.int32)
        return item, times[item]

    dtype = np.dtype(np.uint16 if limit_tenths <= SHORT_TENTHS else np.int32)
    return _Job(reach_rows, inputs, limit_tenths, max(1, len(places)), dtype, slow_row)


def _joined(parts: list[_Rows], dtype: np.dtype[Any]) -> tuple[Longs, Ints, NDArray[Any]]:
    """Return the parts as one, emptying the list: at its peak the result and what is left of it."""
    count = np.concatenate([np.zeros(1, np.int64), *(part.count for part in parts)])
    indptr = np.cumsum(count)
    item, tenths = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], dtype)
    at = 0
    parts.reverse()
    while parts:
        part = parts.pop()
        item[at : at + len(part.item)] = part.item
        tenths[at : at + len(part.item)] = part.tenths
        at += len(part.item)
    return indptr, item, tenths
