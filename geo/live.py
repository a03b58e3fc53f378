"""Live editing: open and close one facility at a time and see at once which times change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from geo.arrays import Bools, Ints, Longs
from geo.compiled import HAS_NUMBA
from geo.errors import Finding, GeoError
from geo.legs import (
    Joints,
    PlacesAtNodes,
    SitesOnSegments,
    arriving,
    driven_arrays,
    leaving,
    linked_lists,
    places_at_nodes,
    reversed_arrays,
    sealed,
    sites_on_segments,
)
from geo.relabel import close_site, open_site, places_of_nodes
from geo.roads import ModeNetwork
from geo.snap import Snaps
from geo.times import to_tenths
from geo.travel import Nearest, answer_chosen, as_nearest, node_labels, open_mask

_Relabelled: TypeAlias = tuple[Longs, Longs]
"""Nodes that changed, and the labels they had."""


@dataclass(frozen=True, slots=True, eq=False)
class TimesPatch:
    """What one edit changed.

    Parameters
    ----------
    facility, is_open
        The facility and what it is after the edit.
    demand
        (n,) places whose time or facility changed, ascending.
    old_tenths, old_facility, new_tenths, new_facility
        (n,) before and after: tenths of a second without regard to the horizon, `UNREACHED` and -1
        where no open facility can be reached.
    node, old_label
        (m,) nodes that the edit visited, and the labels they had before.
    before, after
        Revisions of the state, so that only the latest edit is undone.
    """

    facility: int
    is_open: bool
    demand: Ints
    old_tenths: Ints
    old_facility: Ints
    new_tenths: Ints
    new_facility: Ints
    node: Longs
    old_label: Longs
    before: int
    after: int


@dataclass(slots=True, eq=False)
class TravelState:
    """Nearest times of one network while facilities open and close; private to one session.

    Made by `travel_state` and changed in place by `open_facility`, `close_facility` and `undo`.
    After any edits it equals a fresh computation, ties included. `label` is that of the nodes
    (tenths << 32 | facility); `tenths` and `facility` are those of the places without regard to the
    horizon; `current` gives them as a `Nearest`.
    """

    network: ModeNetwork
    reversed_arcs: tuple[Ints, Ints, Ints]
    driven_arcs: tuple[Ints, Ints, Ints]
    demand: Snaps
    sites: Joints
    on_segments: SitesOnSegments
    at_nodes: PlacesAtNodes
    first_seed: Ints
    next_seed: Ints
    horizon_tenths: int
    is_open: Bools
    label: Longs
    tenths: Ints
    facility: Ints
    is_listed: Bools
    listed: Ints
    revision: int
    last_revision: int


def travel_state(
    network: ModeNetwork,
    demand: Snaps,
    facilities: Snaps,
    *,
    is_open: Bools | None = None,
    horizon_minutes: float = 120.0,
) -> TravelState:
    """Return a state with the given facilities open. Parameters and errors as `nearest`."""
    opened = open_mask(is_open, len(facilities))
    sites = arriving(network, facilities)
    lists = sites_on_segments(sites, len(network.forward_tenths))
    label = node_labels(network, sites, opened)
    seeds = np.where(sites.legs >= 0, sites.ends, -1).ravel()
    first_seed, next_seed = linked_lists(seeds, len(label))
    state = TravelState(
        network=network,
        reversed_arcs=reversed_arrays(network),
        driven_arcs=driven_arrays(network),
        demand=demand,
        sites=sites,
        on_segments=lists,
        at_nodes=places_at_nodes(leaving(network, demand), len(label)),
        first_seed=first_seed,
        next_seed=next_seed,
        horizon_tenths=to_tenths(horizon_minutes),
        is_open=opened,
        label=label,
        tenths=np.empty(len(demand), np.int32),
        facility=np.empty(len(demand), np.int32),
        is_listed=np.zeros(len(demand), np.bool_),
        listed=np.empty(len(demand), np.int32),
        revision=0,
        last_revision=0,
    )
    _answer(state, np.arange(len(demand), dtype=np.int32))
    return state


def current(state: TravelState) -> Nearest:
    """Return a copy of the present answer, as `nearest` would give it."""
    tenths, facility = state.tenths.copy(), state.facility.copy()
    return as_nearest(state.demand, tenths, facility, state.horizon_tenths)


def open_facility(state: TravelState, facility: int) -> TimesPatch:
    """Open one facility.

    Returns
    -------
    TimesPatch
        Empty when it was open already.

    Raises
    ------
    GeoError
        When there is no such facility.
    """
    return _edit(state, facility, True, _open_nodes)


def close_facility(state: TravelState, facility: int) -> TimesPatch:
    """Close one facility. Returns and errors as `open_facility`."""
    return _edit(state, facility, False, _close_nodes)


def undo(state: TravelState, patch: TimesPatch) -> None:
    """Take back the latest edit.

    Raises
    ------
    GeoError
        When another edit came after it: edits are undone in reverse order.
    """
    if state.revision != patch.after:
        raise GeoError(Finding("edit_not_latest", (("facility", patch.facility),)))
    state.label[patch.node] = patch.old_label
    state.tenths[patch.demand] = patch.old_tenths
    state.facility[patch.demand] = patch.old_facility
    if patch.after != patch.before:
        state.is_open[patch.facility] = not patch.is_open
    state.revision = patch.before


def _edit(
    state: TravelState,
    facility: int,
    is_open: bool,
    relabel: Callable[[TravelState, int], _Relabelled],
) -> TimesPatch:
    if not 0 <= facility < len(state.is_open):
        count = len(state.is_open)
        raise GeoError(Finding("facility_unknown", (("facility", facility), ("count", count))))
    before = state.revision
    if bool(state.is_open[facility]) == is_open:
        nodes, old_label = np.empty(0, np.int64), np.empty(0, np.int64)
        chosen = np.empty(0, np.int32)
    else:
        state.is_open[facility] = is_open
        nodes, old_label = (relabel if HAS_NUMBA else _all_nodes)(state, facility)
        state.last_revision += 1
        state.revision = state.last_revision
        chosen = _places_touched(state, nodes, facility)
    old_tenths, old_facility = state.tenths[chosen], state.facility[chosen]
    _answer(state, chosen)
    new_tenths, new_facility = state.tenths[chosen], state.facility[chosen]
    changed = np.flatnonzero((old_tenths != new_tenths) | (old_facility != new_facility))
    return TimesPatch(
        facility=facility,
        is_open=is_open,
        demand=chosen[changed],
        old_tenths=old_tenths[changed],
        old_facility=old_facility[changed],
        new_tenths=new_tenths[changed],
        new_facility=new_facility[changed],
        node=nodes,
        old_label=old_label,
        before=before,
        after=state.revision,
    )


def _open_nodes(state: TravelState, facility: int) -> _Relabelled:
    return open_site(
        *state.reversed_arcs,
        state.sites.ends[facility],
        state.sites.legs[facility],
        facility,
        state.label,
    )


def _close_nodes(state: TravelState, facility: int) -> _Relabelled:
    return close_site(
        *state.reversed_arcs,
        *state.driven_arcs,
        state.sites.ends,
        state.sites.legs,
        state.first_seed,
        state.next_seed,
        sealed(state.is_open, np.bool_),
        facility,
        state.label,
    )


def _all_nodes(state: TravelState, _facility: int) -> _Relabelled:
    """Compute all nodes anew: the way without numba."""
    old = state.label
    state.label = node_labels(state.network, state.sites, state.is_open)
    nodes = np.flatnonzero(state.label != old)
    return nodes, old[nodes]


def _places_touched(state: TravelState, nodes: Longs, facility: int) -> Ints:
    """Return the places that leave to one of the nodes or share the facility's segment."""
    if state.sites.segment[facility] < 0:
        return np.empty(0, np.int32)
    ends = state.sites.ends[facility].astype(np.int64)
    at_nodes = state.at_nodes
    count = places_of_nodes(
        sealed(np.concatenate([nodes, ends]), np.int64),
        at_nodes.indptr,
        at_nodes.place,
        state.is_listed,
        state.listed,
    )
    return np.sort(state.listed[:count])


def _answer(state: TravelState, chosen: Ints) -> None:
    """Write time and facility of the chosen places from those of the nodes."""
    answer_chosen(
        state.network,
        state.demand,
        state.sites,
        state.on_segments,
        chosen=chosen,
        opened=state.is_open,
        label=state.label,
        answer=(state.tenths, state.facility),
    )
