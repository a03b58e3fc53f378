"""Hidden figures of a published report: worked by hand, and attacked with a linear programme."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from planning.report.disclosure import WHOLE, Sum, hidden_figures
from planning.report.nested import nested_counts
from planning.report.tally import tally_of
from tests.planning.reader import ranges


def table(values, names=("x", "y", "z")):
    """Return figures and sums of a table of units and columns with both margins."""
    figures, sums = {}, []
    for r, row in enumerate(values):
        for c, value in enumerate(row):
            figures[f"u{r}", names[c]] = float(value)
        figures[f"u{r}", "all"] = float(np.sum(row))
        sums.append(Sum((f"u{r}", "all"), tuple((f"u{r}", n) for n in names[: len(row)])))
    for c in range(len(values[0])):
        figures["", names[c]] = float(np.sum(values, axis=0)[c])
        sums.append(Sum(("", names[c]), tuple((f"u{r}", names[c]) for r in range(len(values)))))
    figures["", "all"] = float(np.sum(values))
    sums.append(Sum(("", "all"), tuple(("", n) for n in names[: len(values[0])])))
    sums.append(Sum(("", "all"), tuple((f"u{r}", "all") for r in range(len(values)))))
    return figures, sums


def test_a_small_count_takes_a_second_one_of_its_row_and_column_with_it():
    figures, sums = table([[100, 4], [50, 60]], names=("covered", "left"))
    hidden = hidden_figures(figures, sums)
    assert ("u0", "left") in hidden
    # 104 - 4 and 64 - 60 would both tell it.
    assert ("u0", "covered") in hidden
    assert hidden & {("u1", "left"), ("", "left")}


def test_nothing_is_hidden_without_small_counts():
    figures, sums = table([[100, 40, 0], [50, 60, 10]])
    assert hidden_figures(figures, sums) == frozenset()


def test_a_zero_names_nobody_and_is_printed():
    figures, sums = table([[100, 0], [50, 60]])
    assert hidden_figures(figures, sums) == frozenset()


def test_equal_figures_of_a_unit_are_hidden_together():
    figures = {("u", "left"): 4.0, ("u", "gap"): 4.0, ("u", "share of 4"): 4.0}
    assert hidden_figures(figures, []) == frozenset(figures)


def test_a_rest_that_is_printed_nowhere_is_guarded_when_it_is_small():
    figures = {("z", "all"): 100.0, ("v1", "all"): 60.0, ("v2", "all"): 37.0, ("z", "rest"): 3.0}
    sums = [Sum(("z", "all"), (("v1", "all"), ("v2", "all"), ("z", "rest")))]
    hidden = hidden_figures(figures, sums, unprinted={("z", "rest")}, precious={("z", "all")})
    assert hidden & {("v1", "all"), ("v2", "all")}
    assert ("z", "all") not in hidden


@pytest.mark.parametrize("seed", range(25))
def test_no_hidden_figure_can_be_computed_from_the_published_ones(seed):
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(1, 9)), int(rng.integers(2, 4)))
    values = np.where(
        rng.random(shape) < 0.3, rng.integers(0, 12, shape), rng.integers(0, 900, shape)
    )
    figures, sums = table(values.tolist())
    hidden = hidden_figures(figures, sums)
    small = {key for key, value in figures.items() if 0 < value < 10}
    assert small <= hidden
    for key, (least, most) in ranges(figures, sums, hidden, least=10.0).items():
        assert most - least > 10.0 - 1e-6, (key, figures[key], least, most)


@pytest.mark.parametrize("seed", range(10))
def test_every_hidden_figure_is_needed(seed):
    rng = np.random.default_rng(100 + seed)
    values = np.where(
        rng.random((5, 3)) < 0.2, rng.integers(1, 9, (5, 3)), rng.integers(20, 900, (5, 3))
    )
    figures, sums = table(values.tolist())
    hidden = hidden_figures(figures, sums)
    for key in sorted(hidden):
        if figures[key] >= 10:
            twins = {k for k in hidden if k[0] == key[0] and figures[k] == figures[key]}
            shown = ranges(figures, sums, hidden - twins, least=10.0)
            assert any(most - least < 10.0 - 1e-6 for least, most in shown.values())


def test_two_small_counts_do_not_narrow_each_other():
    # 6 and 9 are both below ten, and 15 is printed: the first is above 5, the second, too.
    figures = {("z", "all"): 15.0, ("z", "left"): 6.0, ("z", "covered"): 9.0, ("", "all"): 900.0,
               ("y", "all"): 885.0}  # fmt: skip
    sums = [
        Sum(("z", "all"), (("z", "left"), ("z", "covered"))),
        Sum(("", "all"), (("z", "all"), ("y", "all"))),
    ]
    hidden = hidden_figures(figures, sums)
    assert ("z", "all") in hidden
    for least, most in ranges(figures, sums, hidden, least=10.0).values():
        assert most - least > 10.0 - 1e-6


def test_a_small_difference_of_two_printed_counts_hides_one_of_them():
    # Elderly walkers are covered where walkers are: 607 - 600 is one cell.
    figures = {("", "walk"): 607.0, ("", "elderly"): 600.0, ("", "between"): 7.0}
    sums = [Sum(("", "walk"), (("", "elderly"), ("", "between")))]
    hidden = hidden_figures(figures, sums, unprinted={("", "between")})
    assert hidden & {("", "walk"), ("", "elderly")}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200))
def test_no_count_of_200_random_studies_lies_in_a_short_interval(seed):
    rng = np.random.default_rng(1000 + seed)
    n_units, n_modes = int(rng.integers(1, 8)), int(rng.integers(1, 4))
    figures, sums, unprinted = random_study(rng, n_units, n_modes)
    hidden = hidden_figures(figures, sums, unprinted=unprinted)
    assert {k for k, v in figures.items() if 0 < v < 10} <= hidden
    known = ranges(figures, sums, hidden, unprinted=unprinted, least=10.0)
    for key in hidden:
        if key not in known:
            continue
        least, most = known[key]
        assert most - least > 10.0 - 1e-6, (key, figures[key], least, most)


def test_counts_within_each_other_are_known_to_differ_by_people(county, judged):
    tally = tally_of(county, judged, is_public=True)
    units = [WHOLE, *county.dataset.zones.code]
    pairs = list(nested_counts(county, units))
    assert ((WHOLE, "walk_elderly/covered"), (WHOLE, "walk/covered")) in pairs
    # 15 minutes at 3.6 km/h are 12 at 4.5, and 20 are 16: the bands of both are one chain.
    chain = ["walk_elderly/within_15", "walk/within_15", "walk_elderly/within_20"]
    for few, many in pairwise(chain):
        assert ((WHOLE, few), (WHOLE, many)) in pairs
    for inner, outer in pairs:
        if inner in tally.people and outer in tally.people:
            between = (outer[0], f"{outer[1]} but {inner[1]}")
            gap = tally.people[outer] - tally.people[inner]
            assert tally.people[between] == pytest.approx(gap, abs=1e-5)
            if 0 < tally.people[between] < 10:
                assert {inner, outer} & tally.hidden, between


@pytest.mark.slow
def test_no_hidden_count_of_the_county_lies_in_a_short_interval(county, judged):
    tally = tally_of(county, judged, is_public=True)
    known = ranges(tally.people, tally.sums, tally.hidden, unprinted=tally.unprinted, least=10.0)
    for key in tally.hidden:
        if key not in known:
            continue
        least, most = known[key]
        assert most - least > 10.0 - 1e-6, (key, tally.people[key], least, most)


def random_study(rng, n_units, n_modes):
    """Return counts by unit and nested mode, their totals, and what lies between the modes."""
    figures, sums, unprinted = {}, [], set()
    units = [f"u{i}" for i in range(n_units)]
    for unit in units:
        left = float(rng.integers(0, 12) if rng.random() < 0.4 else rng.integers(0, 900))
        before = None
        inside = 0.0
        for mode in range(n_modes):
            step = float(rng.integers(0, 12) if rng.random() < 0.4 else rng.integers(0, 900))
            inside += step
            figures[unit, f"m{mode}"] = inside
            if before is not None:
                figures[unit, f"step{mode}"] = step
                unprinted.add((unit, f"step{mode}"))
                sums.append(Sum((unit, f"m{mode}"), (before, (unit, f"step{mode}"))))
            before = (unit, f"m{mode}")
        figures[unit, "left"], figures[unit, "all"] = left, inside + left
        sums.append(Sum((unit, "all"), (before, (unit, "left"))))
    names = [*(f"m{mode}" for mode in range(n_modes)), "left", "all"]
    for name in [*names, *(f"step{mode}" for mode in range(1, n_modes))]:
        figures["", name] = sum(figures[unit, name] for unit in units)
        sums.append(Sum(("", name), tuple((unit, name) for unit in units)))
        if name.startswith("step"):
            unprinted.add(("", name))
    return figures, sums, frozenset(unprinted)
