"""All pairs of facility and place within a limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.compiled import HAS_NUMBA
from geo.errors import Progress
from geo.legs import arriving, leaving, places_at_nodes, reversed_arrays, sealed, to_tenths
from geo.roads import ModeNetwork
from geo.search import NOWHERE, UNREACHED, reach_rows, transpose_rows
from geo.slow import slow_along, slow_node_times
from geo.snap import Snaps
from geo.threads import run_pieces, thread_count

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]

SHORT_TENTHS = np.iinfo(np.uint16).max
"""Limits up to this many tenths (6,553.5 s) are stored in two bytes."""

BLOCK_PAIRS = 100_000_000
"""Pairs that one `Reach` holds at most when it is made in blocks."""

ROWS_A_PIECE = 32
BUFFER_PAIRS = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """All pairs of facility and place within a limit, by facility.

    Parameters
    ----------
    indptr
        (n_facilities + 1,) where the row of each facility begins.
    demand
        (n_pairs,) places, ascending in each row.
    tenths
        (n_pairs,) tenths of a second; uint16 for limits up to 6,553 s, int32 above.
    n_demand
        Number of places.
    """

    indptr: Longs
    demand: Ints
    tenths: NDArray[Any]
    n_demand: int

    def by_demand(self) -> tuple[Longs, Ints, NDArray[Any]]:
        """Return (indptr, facility, tenths) by place, facilities ascending in each row."""
        indptr = np.zeros(self.n_demand + 1, np.int64)
        np.cumsum(np.bincount(self.demand, minlength=self.n_demand), out=indptr[1:])
        facility = np.empty(len(self.demand), np.int32)
        tenths = np.empty_like(self.tenths)
        size = self.tenths.itemsize
        transpose_rows(
            sealed(self.indptr, np.int64),
            sealed(self.demand, np.int32),
            sealed(self.tenths, self.tenths.dtype).view(np.uint8).reshape(-1, size),
            indptr[:-1].copy(),
            facility,
            tenths.view(np.uint8).reshape(-1, size),
        )
        return indptr, facility, tenths


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
    job = _ReachJob(network, demand, facilities, to_tenths(limit_minutes))
    return _joined(job, job.rows(0, len(facilities), threads, progress))


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
    to disk block by block.

    Yields
    ------
    tuple of int and Reach
        The first facility of the block, and its rows.
    """
    job = _ReachJob(network, demand, facilities, to_tenths(limit_minutes))
    parts: list[_Rows] = []
    held, first = 0, 0
    for start in range(0, len(facilities), ROWS_A_PIECE):
        new = job.rows(start, min(start + ROWS_A_PIECE, len(facilities)), threads, progress)
        pairs = sum(len(part.demand) for part in new)
        if parts and held + pairs > max_pairs:
            yield first, _joined(job, parts)
            parts, held, first = [], 0, start
        parts += new
        held += pairs
    if parts:
        yield first, _joined(job, parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Pairs of some consecutive facilities: how many each has, and the pairs."""

    count: Longs
    demand: Ints
    tenths: NDArray[Any]


class _ReachJob:
    """The arrays of one `reach`, and scratch for its threads."""

    def __init__(
        self, network: ModeNetwork, demand: Snaps, facilities: Snaps, limit_tenths: int
    ) -> None:
        self.network = network
        self.places, self.sites = leaving(network, demand), arriving(network, facilities)
        self.arcs = reversed_arrays(network)
        self.limit_tenths = limit_tenths
        self.dtype = np.uint16 if limit_tenths <= SHORT_TENTHS else np.int32
        at_nodes = places_at_nodes(self.places, len(self.arcs[0]) - 1)
        self._inputs: tuple[Any, ...] = (
            *self.arcs,
            self.sites.ends,
            self.sites.legs,
            self.sites.segment,
            self.sites.fraction,
            sealed(network.forward_tenths, np.int32),
            sealed(network.backward_tenths, np.int32),
            at_nodes.indptr,
            at_nodes.place,
            at_nodes.tenths,
            self.places.segment,
            self.places.legs,
            self.places.fraction,
            limit_tenths,
        )
        self._idle: SimpleQueue[tuple[NDArray[Any], ...]] = SimpleQueue()

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
            scratch = self._idle.get_nowait()
        except Empty:
            scratch = self._scratch()
        while first < last:
            count = np.zeros(last - first, np.int64)
            arguments = (*self._inputs, first, last, *scratch, count)
            upto, used = reach_rows(*arguments)
            if upto > first:
                demand, tenths = scratch[-2][:used].copy(), scratch[-1][:used]
                done[first] = _Rows(count[: upto - first], demand, tenths.astype(self.dtype))
            else:
                scratch = (*scratch[:-2], *_pair_buffers(2 * len(scratch[-1])))
            first = upto
        self._idle.put(scratch)

    def _fill_slowly(self, done: dict[int, _Rows], first: int, last: int) -> None:
        """Do the same on scipy, row by row."""
        for site in range(first, last):
            times = self._slow_row(site)
            demand = np.flatnonzero(times <= self.limit_tenths).astype(np.int32)
            count = np.array([len(demand)], np.int64)
            done[site] = _Rows(count, demand, times[demand].astype(self.dtype))

    def _slow_row(self, site: int) -> Longs:
        """Return the tenths of every place to one facility; beyond the limit, any larger number."""
        places, segment = self.places, int(self.sites.segment[site])
        best = slow_node_times(
            self.arcs, self.sites.ends[site], self.sites.legs[site], self.limit_tenths
        ).astype(np.int64)
        totals = np.where(places.legs >= 0, best[places.ends] + places.legs, UNREACHED)
        times: Longs = totals.min(axis=1, initial=int(UNREACHED))
        same = np.flatnonzero(places.segment == segment) if segment >= 0 else np.empty(0, int)
        along = slow_along(
            places.legs[same],
            places.fraction[same],
            self.sites.legs[site],
            float(self.sites.fraction[site]),
            (int(self.network.forward_tenths[segment]), int(self.network.backward_tenths[segment]))
            if segment >= 0
            else (-1, -1),
        )
        times[same] = np.minimum(times[same], along)
        return times

    def _scratch(self) -> tuple[NDArray[Any], ...]:
        """Return clean scratch arrays in the order of the kernel's parameters."""
        n_nodes, n_arcs, n_places = len(self.arcs[0]) - 1, len(self.arcs[1]), len(self.places)
        return (
            np.full(n_nodes, UNREACHED, np.int32),
            np.full(self.limit_tenths + 1, NOWHERE, np.int32),
            np.empty(n_arcs + 2, np.int32),
            np.empty(n_arcs + 2, np.int32),
            np.empty(n_nodes, np.int32),
            np.full(n_places, UNREACHED, np.int32),
            np.zeros((n_places >> 6) + 1, np.uint64),
            *_pair_buffers(BUFFER_PAIRS),
        )


def _pair_buffers(pairs: int) -> tuple[Ints, Ints]:
    return np.empty(pairs, np.int32), np.empty(pairs, np.int32)


def _joined(job: _ReachJob, parts: list[_Rows]) -> Reach:
    """Return the parts as one, emptying the list: at its peak the result and what is left of it."""
    count = np.concatenate([np.zeros(1, np.int64), *(part.count for part in parts)])
    indptr = np.cumsum(count)
    demand = np.empty(indptr[-1], np.int32)
    tenths = np.empty(indptr[-1], job.dtype)
    at = 0
    parts.reverse()
    while parts:
        part = parts.pop()
        demand[at : at + len(part.demand)] = part.demand
        tenths[at : at + len(part.demand)] = part.tenths
        at += len(part.demand)
    return Reach(indptr, demand, tenths, len(job.places))
