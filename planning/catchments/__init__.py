"""Catchments: how much supply falls to each place, by every method of the family."""

from planning.catchments.decay import Decay, DecayKind, pair_weights
from planning.catchments.floating import (
    Catchments,
    Crowding,
    Method,
    crowding,
    floating_catchments,
)
from planning.catchments.rational import Equilibrium, rational_agents, warm

__all__ = [
    "Catchments",
    "Crowding",
    "Decay",
    "DecayKind",
    "Equilibrium",
    "Method",
    "crowding",
    "floating_catchments",
    "pair_weights",
    "rational_agents",
    "warm",
]
