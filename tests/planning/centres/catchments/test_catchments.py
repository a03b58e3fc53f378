"""Floating catchments and the rational agents: toy values, conservation laws, PySAL access."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from access import fca
from access.raam import raam
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from geo.errors import Cancelled, GeoError
from geo.pairs import Reach, reach_from_table
from planning.centres.catchments import (
    AGENTS_NOTE,
    CROWDING_NOTE,
    NOTES,
    Decay,
    DecayKind,
    Method,
    access_by_zone,
    crowding,
    floating_catchments,
    kernels,
    pair_weights,
    rational_agents,
)
from tests.geo.hand_pairs import pairs_from_minutes

MINUTES = np.array([[5, 25], [15, 12], [35, 8]])
PEOPLE = np.array([1000.0, 2000.0, 3000.0])
DOCTORS = np.array([6.0, 24.0])

ALL_SUPPLY = [method for method in Method if method not in {Method.MODIFIED, Method.BALANCED}]


def random_system(seed: int, n_points: int = 60, n_rows: int = 7):
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 40 * 600, (n_points, n_rows)) / 600
    people = rng.integers(0, 300, n_points).astype(float)
    supply = rng.integers(1, 20, n_rows).astype(float)
    return pairs_from_minutes(minutes), people, supply


def toy(method: Method, **options):
    return floating_catchments(
        pairs_from_minutes(MINUTES),
        people=PEOPLE,
        supply=DOCTORS,
        method=method,
        limit_minutes=30,
        **options,
    )


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (Method.TWO_STEP, (6, 6, 4)),
        (Method.ENHANCED, (3.695211, 5.292132, 5.240175)),
        (Method.GAUSSIAN, (3.773626, 5.977716, 4.756981)),
        (Method.KERNEL, (3.896221, 6.044672, 4.671478)),
        (Method.THREE_STEP, (3.535377, 3.554039, 6.452182)),
        (Method.MODIFIED, (2.795997, 3.598650, 5.240175)),
        (Method.BALANCED, (2.627445, 3.389357, 3.021672)),
        (Method.AVAILABILITY, (3.695211, 5.292132, 5.240175)),
    ],
)
def test_toy_value(method, expected):
    assert toy(method).per_thousand.round(6).tolist() == list(expected)


def test_toy_ratios_weights_and_losses():
    sharp = toy(Method.ENHANCED, decay_kind=DecayKind.STEP_SHARP).per_thousand
    assert sharp.round(6).tolist() == [3.810488, 3.934451, 6.106870]
    assert toy(Method.TWO_STEP).ratio.tolist() == [0.002, 0.004]
    assert toy(Method.ENHANCED).weighted_people.tolist() == [2360, 4580]
    assert toy(Method.AVAILABILITY).available.round(3).tolist() == [3.695, 10.584, 15.721]
    modified = toy(Method.MODIFIED)
    assert modified.available.sum() == pytest.approx(25.7138, abs=5e-5)
    assert round(modified.lost_share, 3) == 0.143
    assert toy(Method.ENHANCED).lost_share == 0
    balanced = toy(Method.BALANCED)
    assert balanced.weighted_people.round(3).tolist() == [1819.672, 4180.328]
    assert balanced.ratio.round(8).tolist() == [0.00329730, 0.00574118]
    assert balanced.lost_share is None


def test_toy_crowding():
    step = crowding(pairs_from_minutes(MINUTES), people=PEOPLE, supply=DOCTORS, limit_minutes=30)
    assert step.people_per_supply.round(3).tolist() == [155.319, 211.170]
    binary = crowding(
        pairs_from_minutes(MINUTES),
        people=PEOPLE,
        supply=DOCTORS,
        limit_minutes=30,
        decay_kind=DecayKind.BINARY,
    )
    assert binary.people_per_supply == pytest.approx([100, 225], rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (DecayKind.GAUSSIAN, ((0.964945, 0.254448), (0.701367, 0.804601), (0, 0.911223))),
        (DecayKind.EPANECHNIKOV, ((0.729167, 0.229167), (0.5625, 0.63), (0, 0.696667))),
        (DecayKind.STEP_SLOW, ((1, 0.22), (0.68, 0.68), (0, 1))),
        (DecayKind.BINARY, ((1, 1), (1, 1), (0, 1))),
    ],
)
def test_toy_weights(kind, expected):
    pairs = pairs_from_minutes(MINUTES)
    weights = pair_weights(pairs, Decay(kind, 30)).reshape(2, 3).T
    assert weights.round(6).tolist() == [list(row) for row in expected]


def test_ends_of_zones_and_limits_belong_to_them():
    column = np.array([[10], [10 + 1 / 600], [20], [30], [30 + 1 / 600]])
    weights = pair_weights(pairs_from_minutes(column), Decay(DecayKind.STEP_SLOW, 30))
    assert weights.tolist() == [1, 0.68, 0.68, 0.22, 0]
    assert pair_weights(pairs_from_minutes(column), Decay(DecayKind.BINARY, 20)).tolist() == [
        1,
        1,
        1,
        0,
        0,
    ]


def test_each_facility_may_have_its_own_limit():
    pairs = pairs_from_minutes(np.array([[10, 10], [16, 16], [60, 60]]))
    weights = pair_weights(pairs, Decay(DecayKind.BINARY, (15, 60)))
    assert weights.tolist() == [1, 0, 0, 1, 1, 1]
    for kind in DecayKind:
        own = pair_weights(pairs, Decay(kind, (15, 60)))
        both = [pair_weights(pairs, Decay(kind, limit)) for limit in (15, 60)]
        assert own.tolist() == [*both[0][:3], *both[1][3:]]


@pytest.mark.parametrize("method", ALL_SUPPLY)
@pytest.mark.parametrize("seed", range(5))
def test_all_supply_in_reach_is_handed_out(method, seed):
    pairs, people, supply = random_system(seed)
    answer = floating_catchments(pairs, people=people, supply=supply, method=method)
    assert answer.idle_supply == 0
    assert answer.available.sum() == pytest.approx(supply.sum(), rel=1e-12)
    assert answer.lost_share == pytest.approx(0, abs=1e-12)
    assert np.isfinite(answer.access).all()


@pytest.mark.parametrize("seed", range(5))
def test_laws_of_the_others(seed):
    pairs, people, supply = random_system(seed)
    given_all = {"people": people, "supply": supply}
    modified = floating_catchments(pairs, method=Method.MODIFIED, **given_all)
    enhanced = floating_catchments(pairs, method=Method.ENHANCED, **given_all)
    assert (modified.access <= enhanced.access + 1e-15).all()
    balanced = floating_catchments(pairs, method=Method.BALANCED, **given_all)
    reached = people[balanced.access > 0].sum()
    assert balanced.weighted_people.sum() == pytest.approx(reached)
    assert balanced.access.sum() == pytest.approx(balanced.ratio.sum())
    crowd = crowding(pairs, **given_all)
    assert supply @ crowd.people_per_supply == pytest.approx(people.sum() - crowd.people_without)


@pytest.mark.parametrize("method", Method)
def test_scaling_permuting_splitting_and_merging(method):
    pairs, people, supply = random_system(3)
    matrix = np.full((60, 7), np.inf)
    matrix[pairs.demand, np.repeat(np.arange(7), np.diff(pairs.indptr))] = pairs.tenths / 600

    def access(minutes, weights, offered):
        return floating_catchments(
            pairs_from_minutes(minutes), people=weights, supply=offered, method=method
        ).access

    plain = access(matrix, people, supply)
    np.testing.assert_allclose(access(matrix, people, 2 * supply), 2 * plain)
    order = np.random.default_rng(1).permutation(60)
    np.testing.assert_allclose(access(matrix[order], people[order], supply), plain[order])
    np.testing.assert_allclose(access(matrix[:, ::-1], people, supply[::-1]), plain)
    if method == Method.BALANCED:
        # Splitting a point changes its column sums, splitting a facility a point's row sum.
        return
    split = np.vstack((matrix, matrix[5]))
    halves = np.append(people, people[5] / 2)
    halves[5] /= 2
    np.testing.assert_allclose(access(split, halves, supply)[:60], plain)
    if method != Method.THREE_STEP:
        twin = np.column_stack((matrix, matrix[:, 2]))
        parts = np.append(supply, supply[2] / 2)
        parts[2] /= 2
        np.testing.assert_allclose(access(twin, people, parts), plain)


@pytest.mark.slow
@given(st.integers(0, 10_000), st.sampled_from(list(Method)))
def test_never_nan_whatever_is_missing(seed, method):
    rng = np.random.default_rng(seed)
    minutes = np.where(rng.random((6, 4)) < 0.4, rng.integers(0, 40, (6, 4)), np.inf)
    people = rng.integers(0, 3, 6) * 10.0
    supply = rng.integers(0, 2, 4) * 3.0
    answer = floating_catchments(
        pairs_from_minutes(minutes), people=people, supply=supply, method=method
    )
    for values in (answer.access, answer.available, answer.ratio, answer.weighted_people):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    reached = ((minutes <= 20) & (supply > 0)).any(axis=1)
    assert (answer.access[~reached] == 0).all()
    assert answer.idle_supply <= answer.supply
    agents = rational_agents(
        pairs_from_minutes(minutes), people=people, supply=supply, limit_minutes=20
    )
    assert np.isfinite(agents.cost).tolist() == reached.tolist()
    assert agents.people_without == people[~reached].sum()
    crowd = crowding(pairs_from_minutes(minutes), people=people, supply=supply)
    assert np.isfinite(crowd.people_per_supply).all()


def test_places_and_facilities_without_the_other_side():
    answer = floating_catchments(
        pairs_from_minutes(np.array([[5, np.inf, np.inf], [50, np.inf, 3]])),
        people=[10, 20],
        supply=[4, 5, 0],
        method=Method.TWO_STEP,
    )
    assert answer.access.tolist() == [0.4, 0]
    assert (answer.people_without, answer.idle_supply) == (20, 5)


def test_mean_access_of_zones():
    answer = toy(Method.TWO_STEP)
    zone = np.array([1, 1, -1], dtype=np.int32)
    means = access_by_zone(answer, people=PEOPLE, zone=zone, n_zones=3)
    assert means == (None, pytest.approx(0.006), None)


def test_each_method_has_its_note():
    assert list(NOTES) == list(Method)
    notes = [*NOTES.values(), CROWDING_NOTE, AGENTS_NOTE]
    assert len({note.formula for note in notes}) == len(notes)
    assert all("doi:10." in note.source for note in notes)
    page = (Path(__file__).parents[4] / "docs" / "catchments.md").read_text(encoding="utf-8")
    for note in notes:
        assert note.formula in page
        assert note.source in page


def cost_table(pairs: Reach, limit_minutes: float) -> pd.DataFrame:
    facility = np.repeat(np.arange(len(pairs.indptr) - 1), np.diff(pairs.indptr))
    table = pd.DataFrame({"origin": pairs.demand, "dest": facility, "cost": pairs.tenths / 600})
    # The peer's third step adds up the weights of all rows, also those beyond the limit.
    return table[table.cost <= limit_minutes].reset_index(drop=True)


# access 1.1.10 drops columns in place, which pandas 3.1 warns about.
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("method", "peer"),
    [
        (Method.TWO_STEP, fca.two_stage_fca),
        (Method.ENHANCED, fca.two_stage_fca),
        (Method.GAUSSIAN, fca.two_stage_fca),
        (Method.KERNEL, fca.two_stage_fca),
        (Method.THREE_STEP, fca.three_stage_fca),
    ],
)
def test_agrees_with_pysal_access(method, peer, seed):
    pairs, people, supply = random_system(seed)
    ours = floating_catchments(pairs, people=people, supply=supply, method=method, limit_minutes=30)
    kind = ours.decay.kind

    def weight(minutes: float) -> float:
        tenths = round(minutes * 600)
        one = reach_from_table([0], [0], [tenths], n_facilities=1, n_demand=1)
        return float(pair_weights(one, Decay(kind, 30))[0])

    theirs = peer(
        pd.DataFrame({"demand": people}, index=pd.RangeIndex(len(people), name="geoid")),
        pd.DataFrame({"supply": supply}, index=pd.RangeIndex(len(supply), name="geoid")),
        cost_table(pairs, 30),
        max_cost=30,
        demand_index=True,
        supply_index=True,
        weight_fn=weight,
    )
    np.testing.assert_allclose(
        ours.access, theirs.reindex(range(len(people))).fillna(0), rtol=1e-9, atol=1e-15
    )


def assert_equilibrium(answer, pairs: Reach, people) -> None:
    """Check Wardrop's condition: nobody pays more than the cheapest place costs."""
    facility = np.repeat(np.arange(len(answer.load)), np.diff(answer.flows.indptr))
    paid = answer.congestion[facility] + answer.flows.tenths / (600 * answer.tau_minutes)
    np.testing.assert_allclose(paid, answer.cost[answer.flows.demand], rtol=0, atol=1e-9)
    sent = np.bincount(answer.flows.demand, weights=answer.flows.people, minlength=len(people))
    np.testing.assert_allclose(sent, np.where(np.isfinite(answer.cost), people, 0), rtol=1e-9)
    load = np.bincount(facility, weights=answer.flows.people, minlength=len(answer.load))
    np.testing.assert_allclose(load, answer.load, rtol=1e-9, atol=1e-9)
    assert answer.regret <= 1e-10


def test_toy_equilibrium_moves_104_people():
    pairs = pairs_from_minutes(MINUTES)
    answer = rational_agents(pairs, people=PEOPLE, supply=DOCTORS, limit_minutes=30)
    assert answer.flows.people == pytest.approx([1000, 104, 1896, 3000], rel=1e-12)
    assert answer.load == pytest.approx([1104, 4896], rel=1e-12)
    assert answer.cost.round(6).tolist() == [1.086667, 1.42, 1.286667]
    assert answer.people_per_supply == 200
    assert_equilibrium(answer, pairs, PEOPLE)


def test_toy_equilibrium_is_that_of_pysal_access():
    table = cost_table(pairs_from_minutes(MINUTES), 30)
    theirs = raam(
        pd.DataFrame({"demand": PEOPLE.astype(int)}),
        pd.DataFrame({"supply": DOCTORS}),
        table,
        tau=30,
        initial_step=50,
        min_step=1,
        max_cycles=400,
    )
    ours = rational_agents(
        pairs_from_minutes(MINUTES), people=PEOPLE, supply=DOCTORS, limit_minutes=30
    )
    np.testing.assert_allclose(ours.cost, theirs.sort_index(), atol=2e-3)


@pytest.mark.parametrize("seed", range(6))
def test_equilibrium_of_random_systems(seed):
    pairs, people, supply = random_system(seed, n_points=300, n_rows=12)
    answer = rational_agents(pairs, people=people, supply=supply, tau_minutes=10 + 10 * seed)
    assert_equilibrium(answer, pairs, people)


def test_equilibrium_is_the_minimum_of_the_convex_programme():
    rng = np.random.default_rng(8)
    minutes = rng.integers(0, 30, (4, 3)).astype(float)
    people, supply = rng.integers(10, 60, 4).astype(float), np.array([2.0, 5.0, 3.0])
    answer = rational_agents(
        pairs_from_minutes(minutes), people=people, supply=supply, tau_minutes=30
    )
    places = supply * answer.people_per_supply

    def total(x: np.ndarray) -> float:
        flow = x.reshape(4, 3)
        return float((flow.sum(axis=0) ** 2 / places / 2).sum() + (flow * minutes / 30).sum())

    def gradient(x: np.ndarray) -> np.ndarray:
        return (x.reshape(4, 3).sum(axis=0) / places + minutes / 30).ravel()

    best = minimize(
        total,
        np.repeat(people / 3, 3),
        jac=gradient,
        bounds=[(0, None)] * 12,
        constraints={
            "type": "eq",
            "fun": lambda x: x.reshape(4, 3).sum(axis=1) - people,
            "jac": lambda _: np.kron(np.eye(4), np.ones(3)),
        },
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    facility = np.repeat(np.arange(3), np.diff(answer.flows.indptr))
    ours = np.zeros((4, 3))
    ours[answer.flows.demand, facility] = answer.flows.people
    assert total(ours.ravel()) <= best.fun + 1e-9
    np.testing.assert_allclose(answer.load, best.x.reshape(4, 3).sum(axis=0), atol=1e-3)


def test_equilibrium_with_ties_and_rings():
    """Equal times everywhere: many cells share many centres, and rings must be undone."""
    rng = np.random.default_rng(4)
    minutes = rng.choice([5.0, 10.0], (200, 9))
    people, supply = np.full(200, 10.0), rng.integers(1, 30, 9).astype(float)
    answer = rational_agents(
        pairs_from_minutes(minutes), people=people, supply=supply, tau_minutes=60
    )
    assert_equilibrium(answer, pairs_from_minutes(minutes), people)
    parts = np.bincount(answer.flows.demand, minlength=200)
    assert (parts - 1).sum() <= 8


def test_equilibrium_without_people_or_supply():
    nobody = rational_agents(pairs_from_minutes(MINUTES), people=[0, 0, 0], supply=DOCTORS)
    assert nobody.load.tolist() == [0, 0]
    assert nobody.cost.round(6).tolist() == [round(5 / 30, 6), 0.4, round(8 / 30, 6)]
    nothing = rational_agents(pairs_from_minutes(MINUTES), people=PEOPLE, supply=[0, 0])
    assert np.isinf(nothing.cost).all()
    assert nothing.people_without == 6000


def test_equilibrium_can_be_cancelled():
    pairs, people, supply = random_system(1)

    def stop(stage: str, _done: int, _total: int) -> None:
        assert stage == "agents"
        raise Cancelled

    with pytest.raises(Cancelled):
        rational_agents(pairs, people=people, supply=supply, progress=stop)


def test_two_byte_times_give_the_same_and_compile_nothing_anew():
    pairs, people, supply = random_system(1)
    small = Reach(pairs.indptr, pairs.demand, pairs.tenths.astype(np.uint16), pairs.n_demand)
    for method in Method:
        one, other = (
            floating_catchments(times, people=people, supply=supply, method=method).access
            for times in (pairs, small)
        )
        assert np.array_equal(one, other)
    one, other = (
        rational_agents(times, people=people, supply=supply).flows for times in (pairs, small)
    )
    assert np.array_equal(one.people, other.people)
    for kernel in vars(kernels).values():
        assert len(getattr(kernel, "signatures", ())) <= 1


def test_faults_are_named():
    with pytest.raises(GeoError, match="supply: expected 2 values, got 1"):
        floating_catchments(
            pairs_from_minutes(MINUTES), people=PEOPLE, supply=[1], method=Method.TWO_STEP
        )
    with pytest.raises(GeoError, match="people: 1 values are negative"):
        rational_agents(pairs_from_minutes(MINUTES), people=[1, 2, -3], supply=DOCTORS)
    with pytest.raises(GeoError, match=r"outside 0\.\.1"):
        reach_from_table([2], [0], [5], n_facilities=2, n_demand=1)
