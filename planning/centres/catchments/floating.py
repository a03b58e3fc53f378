"""Floating catchments: one sparse core and two weight matrices for every method of the family.

With weights a_ij and b_ij, supply S_j and people P_i, all methods are

    R_j = S_j / sum_k P_k a_kj        A_i = sum_j R_j b_ij

and differ only in a and b: powers of one weight w_ij, each divided by the sum of the weights of the
point or of the facility (docs/catchments.md). A facility without supply attracts nobody; a place
that reaches no supply has A = 0; supply that reaches nobody is told as idle.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.arrays import Floats, Ints, checked_amounts
from geo.legs import sealed
from geo.pairs import Reach
from planning.centres.catchments import kernels
from planning.centres.catchments.decay import Decay, DecayKind, pair_weights

PER_THOUSAND = 1000.0


class Method(StrEnum):
    """The methods of the family."""

    TWO_STEP = "2sfca"
    ENHANCED = "e2sfca"
    GAUSSIAN = "gaussian_2sfca"
    KERNEL = "kd2sfca"
    THREE_STEP = "3sfca"
    MODIFIED = "m2sfca"
    BALANCED = "bfca"
    AVAILABILITY = "spatial_availability"


DEFAULT_DECAY: dict[Method, DecayKind] = {
    Method.TWO_STEP: DecayKind.BINARY,
    Method.GAUSSIAN: DecayKind.GAUSSIAN,
    Method.KERNEL: DecayKind.EPANECHNIKOV,
}
"""Shape that a method's source uses; the others take the slow steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Catchments:
    """Access of each demand point and load of each facility by one method.

    Parameters
    ----------
    method, decay
        How it was computed.
    access
        (n_demand,) supply per person; 0 where no supply is in reach.
    available
        (n_demand,) supply that falls to the point's people: people x access (spatial availability
        V_i; no supply in the balanced method).
    ratio
        (n_facilities,) supply per weighted person R_j; 0 where nobody is in reach.
    weighted_people
        (n_facilities,) people weighted by a_ij (balanced: people allocated, adding up to all who
        reach supply).
    supply, idle_supply
        Supply of all facilities, and of those that reach nobody.
    people, people_without
        All people, and those with no supply in reach.
    """

    method: Method
    decay: Decay
    access: Floats
    available: Floats
    ratio: Floats
    weighted_people: Floats
    supply: float
    idle_supply: float
    people: float
    people_without: float

    @property
    def lost_share(self) -> float | None:
        """Share of the supply within reach of people that reaches nobody.

        This loss to bad siting is what M2SFCA is made to show; 0 for methods that hand out all
        supply. None where there is no supply, and for the balanced method, whose access does not
        add up to supply.
        """
        in_reach = self.supply - self.idle_supply
        if in_reach <= 0 or self.method == Method.BALANCED:
            return None
        return max(0.0, 1 - float(self.available.sum()) / in_reach)

    @property
    def per_thousand(self) -> Floats:
        """(n_demand,) supply per 1,000 people."""
        return self.access * PER_THOUSAND


@dataclass(frozen=True, slots=True, eq=False)
class Crowding:
    """People each unit of supply has to serve (i2SFCA).

    Parameters
    ----------
    decay
        How times were weighted.
    people_per_supply
        (n_facilities,) people per doctor; 0 where nobody is in reach or there is no supply.
    people, people_without
        All people, and those with no supply in reach.
    """

    decay: Decay
    people_per_supply: Floats
    people: float
    people_without: float


def floating_catchments(
    pairs: Reach,
    *,
    people: ArrayLike,
    supply: ArrayLike,
    method: Method,
    limit_minutes: float | tuple[float, ...] = 20.0,
    decay_kind: DecayKind | None = None,
) -> Catchments:
    """Compute access by one method of the family.

    Include people and facilities in a belt of one limit around the area of interest: without it
    the access at its edge is wrong in both directions.

    Parameters
    ----------
    pairs
        Travel times by facility.
    people
        (n_demand,) people.
    supply
        (n_facilities,) doctors, beds or other supply; 0 where closed.
    method
        Which method.
    limit_minutes
        Catchment limit, one for all or one a facility; a time equal to it is inside.
    decay_kind
        Shape of the weights; None: that of the method's source. 2SFCA, the Gaussian and the kernel
        method have no other.

    Returns
    -------
    Catchments
        Access in supply per person, without NaN.

    Raises
    ------
    PlannerError
        When lengths differ or amounts are negative.
    """
    weights = checked_amounts("people", people, pairs.n_demand)
    offered = checked_amounts("supply", supply, pairs.n_facilities)
    decay = Decay(_decay_kind(method, decay_kind), limit_minutes)
    form = FORMS[method]
    core = _Core(pairs, pair_weights(pairs, decay, is_used=offered > 0))
    by_point = _inverse(core.point_sums(np.ones(len(offered)))) if form.by_point else None
    weighted = core.row_sums(_product(weights, by_point), power=form.a_power)
    ratio = _ratio(offered, weighted)
    by_row = _inverse(core.row_sums(np.ones(len(weights)))) if form.b_by_row else None
    access = core.point_sums(_product(ratio, by_row), power=form.b_power)
    if form.b_by_point:
        access = _product(access, by_point)
    return Catchments(
        method=method,
        decay=decay,
        access=access,
        available=access * weights,
        ratio=ratio,
        weighted_people=weighted,
        supply=float(offered.sum()),
        idle_supply=float(offered[weighted == 0].sum()),
        people=float(weights.sum()),
        people_without=float(weights[access == 0].sum()),
    )


def crowding(
    pairs: Reach,
    *,
    people: ArrayLike,
    supply: ArrayLike,
    limit_minutes: float | tuple[float, ...] = 20.0,
    decay_kind: DecayKind = DecayKind.STEP_SLOW,
) -> Crowding:
    """Return the people per unit of supply at each facility: i2SFCA, the same core turned round.

    C_j = sum_i w_ij P_i / sum_l S_l w_il, so that sum S_j C_j = all people who reach supply.

    Parameters are those of `floating_catchments`.

    Source: Wang 2018 (inverted 2SFCA); derivation in 10.1080/13658816.2020.1811868.
    """
    weights = checked_amounts("people", people, pairs.n_demand)
    offered = checked_amounts("supply", supply, pairs.n_facilities)
    decay = Decay(decay_kind, limit_minutes)
    core = _Core(pairs, pair_weights(pairs, decay))
    in_reach = core.point_sums(offered)
    crowd = core.row_sums(_ratio(weights, in_reach))
    return Crowding(
        decay=decay,
        people_per_supply=np.where(offered > 0, crowd, 0.0),
        people=float(weights.sum()),
        people_without=float(weights[in_reach == 0].sum()),
    )


def access_by_zone(
    catchments: Catchments, *, people: ArrayLike, zone: Ints, n_zones: int
) -> tuple[float | None, ...]:
    """Return the people-weighted mean access of each zone; None where a zone has no people.

    Parameters
    ----------
    people
        (n_demand,) people: all, or one group.
    zone
        (n_demand,) zone of each point; points of -1 are in none.
    """
    weights = checked_amounts("people", people, len(catchments.access))
    inside = zone >= 0
    total = np.bincount(zone[inside], weights=weights[inside], minlength=n_zones)
    supply = (weights * catchments.access)[inside]
    sums = np.bincount(zone[inside], weights=supply, minlength=n_zones)
    return tuple(
        float(part / whole) if whole > 0 else None for part, whole in zip(sums, total, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Form:
    """The two weight matrices of a method: powers of w, and what they are divided by.

    a_ij = w^a_power (/ sum of the point's w), b_ij = w^b_power (/ sum of the point's or of the
    facility's w).
    """

    a_power: int = 1
    b_power: int = 1
    by_point: bool = False
    b_by_point: bool = False
    b_by_row: bool = False


FORMS: dict[Method, Form] = {
    Method.TWO_STEP: Form(),
    Method.ENHANCED: Form(),
    Method.GAUSSIAN: Form(),
    Method.KERNEL: Form(),
    # G_ij w_ij with the share G_ij = w_ij / sum_l w_il of the point's weights.
    Method.THREE_STEP: Form(a_power=2, b_power=2, by_point=True, b_by_point=True),
    Method.MODIFIED: Form(b_power=2),
    Method.BALANCED: Form(by_point=True, b_by_row=True),
    # V_i = sum_j S_j P_i w_ij / sum_k P_k w_kj: the point's people times E2SFCA.
    Method.AVAILABILITY: Form(),
}


@dataclass(frozen=True, slots=True)
class _Core:
    """The pairs with their weights, summed up either way."""

    pairs: Reach
    weight: Floats

    def row_sums(self, amount: Floats, *, power: int = 1) -> Floats:
        """Return (n_facilities,) sums of weight^power x amount of the point."""
        sums = np.empty(self.pairs.n_facilities)
        kernels.row_sums(*self._rows(power), sealed(amount, np.float64), sums)
        return sums

    def point_sums(self, amount: Floats, *, power: int = 1) -> Floats:
        """Return (n_demand,) sums of weight^power x amount of the facility."""
        sums = np.zeros(self.pairs.n_demand)
        kernels.point_sums(*self._rows(power), sealed(amount, np.float64), sums)
        return sums

    def _rows(self, power: int) -> tuple[NDArray[np.int64], Ints, Floats]:
        weight = self.weight if power == 1 else self.weight**power
        return (
            sealed(self.pairs.indptr, np.int64),
            sealed(self.pairs.demand, np.int32),
            sealed(weight, np.float64),
        )


def _decay_kind(method: Method, asked: DecayKind | None) -> DecayKind:
    if method in DEFAULT_DECAY:
        return DEFAULT_DECAY[method]
    return asked or DecayKind.STEP_SLOW


def _product(values: Floats, factor: Floats | None) -> Floats:
    return values if factor is None else values * factor


def _inverse(values: Floats) -> Floats:
    return _ratio(np.ones(len(values)), values)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Return above / below, 0 where below is 0."""
    return np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
