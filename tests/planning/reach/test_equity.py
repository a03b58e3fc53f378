"""The toy values of the method notes, brute force, and what holds for any distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeoError
from planning.reach.equity import (
    Inequality,
    atkinson,
    coefficient_of_variation,
    concentration_index,
    decompose_theil_l,
    decompose_theil_t,
    gini,
    inequality,
    inequality_by_group,
    palma,
    theil_l,
    theil_t,
    time_spread,
    weighted_mean,
    weighted_quantiles,
)

VALUES = np.array([6.0, 6.0, 4.0])
PEOPLE = np.array([1000.0, 2000.0, 3000.0])

distributions = st.lists(
    st.tuples(st.floats(0.1, 1000), st.integers(0, 500), st.integers(0, 3)),
    min_size=1,
    max_size=30,
).filter(lambda rows: any(people for _, people, _ in rows))


@pytest.mark.parametrize(
    ("measure", "expected", "digits"),
    [
        (weighted_mean, 5.0, 9),
        (gini, 0.1, 9),
        (theil_t, 0.0201355, 7),
        (theil_l, 0.0204110, 7),
        (atkinson, 0.0202041, 7),
        (coefficient_of_variation, 0.2, 9),
        (palma, 0.375, 9),
    ],
)
def test_toy_value(measure, expected, digits):
    assert round(measure(VALUES, PEOPLE), digits) == expected


@pytest.mark.parametrize(("order", "expected"), [((1, 2, 0), 0.10), ((1, 0, 2), -0.10)])
def test_concentration_toy(order, expected):
    assert concentration_index(VALUES, PEOPLE, order) == pytest.approx(expected, abs=1e-12)


def test_concentration_of_tied_ranks_does_not_depend_on_their_order():
    tied = concentration_index([6, 4, 5], [10, 30, 20], [1, 1, 0])
    assert tied == pytest.approx(concentration_index([4, 6, 5], [30, 10, 20], [1, 1, 0]))
    merged = concentration_index([(60 + 120) / 40, 5], [40, 20], [1, 0])
    assert tied == pytest.approx(merged)


def test_gini_is_the_mean_difference_of_all_pairs(rng):
    values, people = rng.uniform(0, 9, 60), rng.integers(0, 40, 60)
    share = people / people.sum()
    brute = (share[:, None] * share * abs(values[:, None] - values)).sum() / (2 * share @ values)
    assert gini(values, people) == pytest.approx(brute, rel=1e-12)


def test_cells_are_not_people():
    """Splitting a cell in two changes nothing; the unweighted Gini over cells would change."""
    whole = inequality([6, 6, 4], [1000, 2000, 3000])
    split = inequality([6, 6, 4, 4], [1000, 2000, 500, 2500])
    for name in Inequality.__slots__[3:]:
        assert getattr(whole, name) == pytest.approx(getattr(split, name), rel=1e-12)


@given(distributions)
def test_parts_of_theil_add_up_and_scale_does_not_matter(rows):
    values, people, groups = (np.array(column) for column in zip(*rows, strict=True))
    for total, split in ((theil_t, decompose_theil_t), (theil_l, decompose_theil_l)):
        parts = split(values, people, groups)
        assert parts.between >= 0
        assert parts.within >= 0
        assert parts.total == pytest.approx(total(values, people), abs=1e-9)
    scaled = inequality(values * 7, people)
    for name in ("gini", "theil_t", "theil_l", "atkinson", "variation"):
        plain = getattr(inequality(values, people), name)
        assert getattr(scaled, name) == pytest.approx(plain, abs=1e-7)


def test_theil_of_each_group_is_its_own():
    parts = decompose_theil_t([6, 6, 4, 9], [*PEOPLE, 500], [0, 1, 1, 3])
    assert parts.groups[0] == 0
    assert parts.groups[1] == pytest.approx(theil_t([6, 4], [2000, 3000]))
    assert parts.groups[2] == 0


def test_zeros_are_told_and_never_nan():
    some = inequality([0, 0, 10, 10], [1, 1, 1, 1])
    assert some.zero_share == 0.5
    assert some.gini == 0.5
    assert some.theil_l == 0
    assert some.atkinson == 1
    assert some.palma is None
    nothing = inequality([0, 0], [3, 4])
    assert (nothing.mean, nothing.zero_share, nothing.gini, nothing.palma) == (0, 1, 0, 0.25)
    nobody = inequality([5, 6], [0, 0])
    assert (nobody.mean, nobody.people, nobody.gini, nobody.theil_t) == (None, 0, 0, 0)
    assert decompose_theil_l([0, 3], [1, 1], [0, 1]).groups == (0, 0)
    assert concentration_index([0, 0], [1, 1], [0, 1]) == 0


def test_atkinson_of_other_aversions(rng):
    values, people = rng.uniform(1, 9, 20), rng.integers(1, 40, 20)
    share = people / people.sum()
    for aversion in (0.5, 2.0):
        powered = (share @ values ** (1 - aversion)) ** (1 / (1 - aversion))
        expected = 1 - powered / (share @ values)
        assert atkinson(values, people, aversion=aversion) == pytest.approx(expected)
    assert atkinson([0, 4], [1, 1], aversion=0.5) == pytest.approx(1 - 0.25 * 4 / 2)


def test_quantiles_belong_to_somebody():
    minutes = [5.0, 12.0, 8.0]
    assert weighted_quantiles(minutes, PEOPLE, (0, 0.5, 4000 / 6000, 0.9, 1)) == (5, 8, 8, 12, 12)
    assert weighted_quantiles([1.0, 2.0], [0, 0], (0.5,)) == (None,)
    repeated = np.repeat(minutes, [1, 2, 3])
    expected = np.quantile(repeated, [0.1, 0.5, 0.9], method="inverted_cdf")
    assert weighted_quantiles(minutes, PEOPLE, (0.1, 0.5, 0.9)) == tuple(expected)


def test_time_spread_puts_the_unreached_last():
    tenths = np.array([3000, 7200, 4800, 0], dtype=np.int32)
    reached = [True, True, True, False]
    spread = time_spread(tenths, [1000, 2000, 3000, 0], is_reached=reached, group="65+")
    assert spread.quantiles == ((0.5, 8.0), (0.9, 12.0))
    assert spread.worst_minutes == 12
    assert spread.unreached_share == 0
    some = time_spread(tenths, [1000, 2000, 3000, 1000], is_reached=reached)
    assert some.quantiles == ((0.5, 8.0), (0.9, None))
    assert some.worst_minutes is None
    assert some.unreached_share == pytest.approx(1 / 7)
    empty = time_spread(tenths, [0, 0, 0, 0], is_reached=reached)
    assert (empty.quantiles, empty.unreached_share) == (((0.5, None), (0.9, None)), 0.0)


def test_worst_five_percent_takes_part_of_a_point():
    tenths = np.array([600, 1200], dtype=np.int32)
    spread = time_spread(tenths, [97, 3], is_reached=[True, True])
    assert spread.worst_minutes == pytest.approx((3 * 2 + 2 * 1) / 5)


def test_groups_keep_their_order():
    groups = {"65+": [1000, 0, 0], "all": PEOPLE}
    assert [row.group for row in inequality_by_group(VALUES, groups)] == ["65+", "all"]


def test_bad_people_are_refused():
    with pytest.raises(GeoError, match="people: 1 values are negative"):
        gini([1, 2], [1, -1])
    with pytest.raises(GeoError, match="expected 2 values, got 3"):
        gini([1, 2], [1, 1, 1])
