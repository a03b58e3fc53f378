"""Catchments: how much supply falls to each place, by every method of the family."""

from planning.centres.catchments.decay import Decay, DecayKind, pair_weights
from planning.centres.catchments.floating import (
    Catchments,
    Crowding,
    Method,
    access_by_zone,
    crowding,
    floating_catchments,
)
from planning.centres.catchments.notes import AGENTS_NOTE, CROWDING_NOTE, NOTES, MethodNote
from planning.centres.catchments.rational import Equilibrium, rational_agents, warm

__all__ = [
    "AGENTS_NOTE",
    "CROWDING_NOTE",
    "NOTES",
    "Catchments",
    "Crowding",
    "Decay",
    "DecayKind",
    "Equilibrium",
    "Method",
    "MethodNote",
    "access_by_zone",
    "crowding",
    "floating_catchments",
    "pair_weights",
    "rational_agents",
    "warm",
]
