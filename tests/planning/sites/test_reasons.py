"""Reasons of sites, and where candidates stand, against tables counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.pairs import Reach
from geo.travel import UNREACHED
from planning.sites.candidates import on_water, spaced_points
from planning.sites.readings import Reading
from planning.sites.reasons import count_covers, gains_of_each_site, reason_of, why_not
from planning.solver import MaximalCover, SiteRules, solve, sparse_reach

LIMIT_MINUTES, N_SITES, N_DEMAND = 9, 9, 18


def made(seed: int) -> tuple[Reading, np.ndarray, np.ndarray]:
    """Return a reading of random times, who is near which site, and the standing site's cover."""
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 20, (N_SITES, N_DEMAND)).astype(float)
    minutes[rng.random((N_SITES, N_DEMAND)) < (0.0, 0.4, 0.7)[seed % 3]] = np.inf
    site, demand = np.nonzero(np.isfinite(minutes))
    indptr = np.searchsorted(site, np.arange(N_SITES + 1)).astype(np.int64)
    tenths = np.rint(minutes[site, demand] * 600).astype(np.int32)
    standing = np.where(rng.random(N_DEMAND) < 0.3, 3_000, UNREACHED).astype(np.int32)
    reading = Reading(
        people=rng.integers(0, 9, N_DEMAND).astype(float),
        standing=standing,
        today=standing,
        committed=standing,
        base="today",
        pairs=Reach(indptr, demand.astype(np.int32), tenths, N_DEMAND),
        limit_tenths=LIMIT_MINUTES * 600,
    )
    return reading, minutes <= LIMIT_MINUTES, standing <= LIMIT_MINUTES * 600


@pytest.mark.parametrize("seed", range(12))
def test_reasons_add_up(seed: int) -> None:
    reading, near, stands = made(seed)
    people, new = reading.people, np.array([0, 3, 5])
    groups = {"even": np.where(np.arange(N_DEMAND) % 2, 0.0, people)}
    covers = count_covers(reading, new)
    total = people[stands | near[new].any(axis=0)].sum()
    for site in new.tolist():
        reason = reason_of(reading, site, new, covers=covers, groups=groups)
        others = near[new[new != site]].any(axis=0)
        assert reason.new_people == pytest.approx(total - people[stands | others].sum())
        assert reason.in_reach_people == pytest.approx(people[near[site]].sum())
        fresh = near[site] & ~stands
        assert reason.reached_people == pytest.approx(people[fresh].sum())
        assert reason.by_group["even"] == pytest.approx(groups["even"][fresh].sum())
        assert reason.shared_people == pytest.approx(people[fresh & others].sum())
        for other, shared in reason.shared_with:
            assert shared == pytest.approx(people[fresh & near[other]].sum())


@pytest.mark.parametrize("seed", range(12))
def test_a_site_that_was_not_chosen_is_explained(seed: int) -> None:
    reading, near, stands = made(seed)
    people, new, site = reading.people, np.array([0, 3, 5]), 7
    answer = why_not(reading, site, new, covers=count_covers(reading, new))
    left = near[site] & ~stands & ~near[new].any(axis=0)
    assert answer.covered_before == pytest.approx(people[near[site] & stands].sum())
    assert answer.left == pytest.approx(people[left].sum())
    gains = gains_of_each_site(reading, stands | near[new].any(axis=0))
    assert gains[site] == pytest.approx(answer.left)
    assert gains[new].sum() == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_the_best_next_site_is_that_of_the_model(seed: int) -> None:
    reading, _, stands = made(seed)
    pairs, bare = reading.pairs, np.where(stands, 0.0, reading.people)
    site = np.repeat(np.arange(N_SITES), np.diff(pairs.indptr))
    problem = MaximalCover(
        sparse_reach(site, pairs.demand, pairs.tenths, n_sites=N_SITES, n_demand=N_DEMAND),
        bare,
        reading.limit_tenths,
        1,
        SiteRules(),
    )
    assert gains_of_each_site(reading, stands).max() == pytest.approx(solve(problem).objective)


def test_candidates_keep_their_distance_and_leave_nobody_alone(rng: np.random.Generator) -> None:
    x_m, y_m = rng.uniform(0, 5000, (2, 800))
    people = rng.integers(0, 30, 800).astype(float)
    is_allowed = rng.random(800) < 0.8
    chosen = spaced_points(x_m, y_m, people, spacing_m=400.0, is_allowed=is_allowed)
    apart = np.hypot(x_m[chosen, None] - x_m[chosen], y_m[chosen, None] - y_m[chosen])
    assert apart[~np.eye(len(chosen), dtype=bool)].min() >= 400.0
    assert is_allowed[chosen].all()
    assert (people[chosen] > 0).all()
    free = np.flatnonzero(is_allowed & (people > 0))
    gap = np.hypot(x_m[free, None] - x_m[chosen], y_m[free, None] - y_m[chosen]).min(axis=1)
    assert gap.max() < 400.0


def test_candidates_of_a_lower_rank_come_first() -> None:
    x_m = np.array([0.0, 100.0, 1000.0])
    people = np.array([5.0, 90.0, 2.0])
    chosen = spaced_points(x_m, np.zeros(3), people, spacing_m=300.0, rank=np.array([0, 1, 1]))
    assert chosen.tolist() == [0, 2]


def test_no_candidate_stands_on_water() -> None:
    pond = np.array([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)])
    x_m, y_m = np.array([5.0, 15.0, 25.0]), np.array([5.0, 5.0, 5.0])
    assert on_water(x_m, y_m, pond).tolist() == [True, False, True]
    assert on_water(x_m, y_m, None).tolist() == [False, False, False]
