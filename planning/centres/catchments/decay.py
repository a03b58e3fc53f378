"""How the pull of a facility fades with travel time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.arrays import Floats
from geo.legs import sealed
from geo.pairs import Reach
from geo.times import limits_in_tenths
from planning.centres.catchments import kernels


class DecayKind(StrEnum):
    """Shape of the weight between 0 minutes and the limit; above the limit all are 0."""

    BINARY = "binary"
    STEP_SLOW = "step_slow"
    STEP_SHARP = "step_sharp"
    GAUSSIAN = "gaussian"
    EPANECHNIKOV = "epanechnikov"


STEP_WEIGHTS: dict[DecayKind, tuple[float, ...]] = {
    DecayKind.STEP_SLOW: (1.0, 0.68, 0.22),
    DecayKind.STEP_SHARP: (1.0, 0.42, 0.09),
}
"""Weights of three equal zones of the limit (0-10-20-30 minutes; Luo and Qi 2009)."""


@dataclass(frozen=True, slots=True)
class Decay:
    """Weight of a pair by its travel time: 1 at the door (Epanechnikov: 3/4), 0 past the limit.

    Parameters
    ----------
    kind
        Shape.
    limit_minutes
        Limit of all facilities, or one a facility: smaller for stations, larger for hospitals.
    """

    kind: DecayKind
    limit_minutes: float | tuple[float, ...]


def pair_weights(pairs: Reach, decay: Decay, *, is_used: NDArray[np.bool_] | None = None) -> Floats:
    """Return the (n_pairs,) weights; a time equal to the limit or to a zone's end is within it.

    Facilities that are not used, (n_facilities,) False, weigh 0.

    >>> from geo.pairs import reach_from_table
    >>> pairs = reach_from_table([0, 0], [0, 1], [6000, 6001], n_facilities=1, n_demand=2)
    >>> pair_weights(pairs, Decay(DecayKind.STEP_SLOW, 30)).tolist()
    [1.0, 0.68]
    """
    count = pairs.n_facilities
    limits, table_of = np.unique(limits_in_tenths(decay.limit_minutes, count), return_inverse=True)
    tables = [_table(decay.kind, int(limit)) for limit in limits]
    # Behind the tables stands the one for facilities that are not used: a single 0.
    ends = np.cumsum([len(table) for table in tables] + [1]) - 1
    starts = np.append(0, ends[:-1] + 1)
    if is_used is not None:
        table_of = np.where(is_used, table_of, len(tables))
    weights = np.empty(len(pairs.demand))
    kernels.look_up(
        sealed(pairs.indptr, np.int64),
        sealed(pairs.tenths, np.int32),
        sealed(np.concatenate([*tables, [0.0]]), np.float64),
        sealed(starts[table_of], np.int64),
        sealed(ends[table_of], np.int64),
        weights,
    )
    return weights


def _table(kind: DecayKind, limit_tenths: int) -> Floats:
    """Return the weight at 0, 1, ... tenths of a second up to the limit, and a 0 behind it."""
    tenths = np.arange(limit_tenths + 1, dtype=np.int64)
    weights = SHAPES[kind](tenths, max(limit_tenths, 1))
    return np.append(weights, 0.0)


def _step(zone_weights: tuple[float, ...]) -> Callable[[ArrayLike, int], Floats]:
    def weights(tenths: ArrayLike, limit_tenths: int) -> Floats:
        n_zones = len(zone_weights)
        # Whole numbers: a zone's end belongs to the zone.
        zone = np.maximum(-(-np.asarray(tenths) * n_zones // limit_tenths), 1) - 1
        chosen: Floats = np.asarray(zone_weights, dtype=np.float64)[zone]
        return chosen

    return weights


def _gaussian(tenths: ArrayLike, limit_tenths: int) -> Floats:
    ratio = np.asarray(tenths) / limit_tenths
    edge = np.exp(-0.5)
    return np.asarray((np.exp(-0.5 * ratio**2) - edge) / (1 - edge))


SHAPES: dict[DecayKind, Callable[[ArrayLike, int], Floats]] = {
    DecayKind.BINARY: lambda tenths, _: np.ones(np.size(tenths)),
    DecayKind.STEP_SLOW: _step(STEP_WEIGHTS[DecayKind.STEP_SLOW]),
    DecayKind.STEP_SHARP: _step(STEP_WEIGHTS[DecayKind.STEP_SHARP]),
    DecayKind.GAUSSIAN: _gaussian,
    DecayKind.EPANECHNIKOV: lambda tenths, limit: 0.75 * (1 - (np.asarray(tenths) / limit) ** 2),
}
