"""Travel times from home to facility: the nearest one, and every pair within a limit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Ints, Longs
from geo.compiled import HAS_NUMBA
from geo.errors import Finding, GeoError
from geo.legs import (
    Joints,
    SitesOnSegments,
    arriving,
    bucket_count,
    reversed_arrays,
    sealed,
    sites_on_segments,
)
from geo.pairs import Reach
from geo.reach import reach, reach_blocks
from geo.roads import ModeNetwork
from geo.search import UNREACHED, answer_places, judge_places, settle_nearest
from geo.slow import slow_settle_nearest
from geo.snap import Snaps
from geo.times import to_tenths

__all__ = [
    "UNREACHED",
    "Nearest",
    "NearestStatus",
    "Reach",
    "nearest",
    "reach",
    "reach_blocks",
]


class NearestStatus(IntEnum):
    """What became of a place in the search for the nearest facility; numbers as `judge_places`."""

    REACHED = 0
    BEYOND = 1
    UNREACHABLE = 2
    OFF_NETWORK = 3


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest open facility of n places; the lowest index among equals.

    Parameters
    ----------
    tenths
        (n,) tenths of a second to it; `UNREACHED` where none is within the horizon.
    facility
        (n,) its index; -1 where none is within the horizon.
    status
        (n,) `NearestStatus`: beyond means reachable past the horizon, unreachable that no directed
        path leads to any open facility, off_network that the place could not be tied to a road.
    """

    tenths: Ints
    facility: Ints
    status: NDArray[np.uint8]


def nearest(
    network: ModeNetwork,
    demand: Snaps,
    facilities: Snaps,
    *,
    is_open: NDArray[np.bool_] | None = None,
    horizon_minutes: float = 120.0,
) -> Nearest:
    """Return the nearest open facility of every place, exact to the horizon.

    Parameters
    ----------
    network
        What the mode makes of the roads.
    demand, facilities
        Places and facilities tied to the same network; facilities that are not tied are ignored.
    is_open
        (n_facilities,) which facilities count; None for all.
    horizon_minutes
        Longer times are `NearestStatus.BEYOND`.

    Returns
    -------
    Nearest

    Raises
    ------
    GeoError
        When `is_open` has another length than `facilities`, or the horizon is out of range.
    """
    horizon = to_tenths(horizon_minutes)
    opened = open_mask(is_open, len(facilities))
    tenths, facility = nearest_times(network, demand, facilities, opened)
    return as_nearest(demand, tenths, facility, horizon)


def nearest_times(
    network: ModeNetwork, demand: Snaps, facilities: Snaps, opened: NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Return (tenths, facility) of every place without regard to a horizon."""
    sites = arriving(network, facilities)
    tenths, facility = np.empty(len(demand), np.int32), np.empty(len(demand), np.int32)
    answer_chosen(
        network,
        demand,
        sites,
        sites_on_segments(sites, len(network.forward_tenths)),
        chosen=np.arange(len(demand), dtype=np.int32),
        opened=opened,
        label=node_labels(network, sites, opened),
        answer=(tenths, facility),
    )
    return tenths, facility


def open_mask(is_open: NDArray[np.bool_] | None, count: int) -> NDArray[np.bool_]:
    """Return which facilities are open as a fresh array."""
    mask = np.ones(count, np.bool_) if is_open is None else np.array(is_open, np.bool_)
    if mask.shape != (count,):
        params = (("name", "is_open"), ("expected", count), ("actual", mask.size))
        raise GeoError(Finding("array_shape", params))
    return mask


def node_labels(network: ModeNetwork, sites: Joints, opened: NDArray[np.bool_]) -> Longs:
    """Return (tenths << 32 | facility) of every node; `NEVER` where no open one is reached."""
    arcs = reversed_arrays(network)
    # Seeds of the same time stay in order of facility.
    leg = np.flatnonzero((sites.legs >= 0) & opened[:, None])
    seed_tenths = sites.legs.ravel()[leg]
    leg = leg[np.argsort(seed_tenths, kind="stable")]
    seeds = (
        sealed(sites.ends.ravel()[leg], np.int32),
        sealed(sites.legs.ravel()[leg], np.int32),
        sealed(leg // 2, np.int32),
    )
    if not HAS_NUMBA:
        return slow_settle_nearest(arcs, *seeds)
    label = np.empty(len(arcs[0]) - 1, np.int64)
    room = len(arcs[1]) + len(leg) + 1
    while not settle_nearest(*arcs, *seeds, bucket_count(arcs), room, label):
        room *= 2
    return label


def times_and_facilities(label: Longs) -> tuple[Ints, Ints]:
    """Return the (tenths, facility) of labels; `UNREACHED` and -1 for `NEVER`.

    >>> times_and_facilities(np.array([(600 << 32) | 7, 2**63 - 1]))
    (array([       600, 2147483647], dtype=int32), array([ 7, -1], dtype=int32))
    """
    return (label >> 32).astype(np.int32), label.astype(np.int32)


def answer_chosen(
    network: ModeNetwork,
    demand: Snaps,
    sites: Joints,
    lists: SitesOnSegments,
    *,
    chosen: Ints,
    opened: NDArray[np.bool_],
    label: Longs,
    answer: tuple[Ints, Ints],
) -> None:
    """Write the (tenths, facility) of chosen places into `answer` from the labels of the nodes."""
    tenths, facility = answer
    answer_places(
        sealed(chosen, np.int32),
        sealed(demand.segment, np.int32),
        sealed(demand.tail, np.int32),
        sealed(demand.head, np.int32),
        sealed(demand.fraction, np.float64),
        sealed(demand.access_tenths, np.int32),
        sealed(network.forward_tenths, np.int32),
        sealed(network.backward_tenths, np.int32),
        lists.first,
        lists.following,
        sites.legs,
        sites.fraction,
        sealed(opened, np.bool_),
        sealed(label, np.int64),
        tenths,
        facility,
    )


def as_nearest(demand: Snaps, tenths: Ints, facility: Ints, horizon_tenths: int) -> Nearest:
    """Return times without regard to a horizon as the answer within one; the arrays are used up."""
    status = np.empty(len(tenths), np.uint8)
    judge_places(sealed(demand.segment, np.int32), horizon_tenths, tenths, facility, status)
    return Nearest(tenths, facility, status)
