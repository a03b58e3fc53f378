"""Hidden figures of a published report: worked by hand, and attacked with a linear programme."""

from __future__ import annotations

import numpy as np
import pytest

from planning.report.disclosure import Sum, hidden_figures
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
    for key, (least, most) in ranges(figures, sums, hidden).items():
        assert most - least > 0.5, (key, figures[key], least, most)


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
            shown = ranges(figures, sums, hidden - twins)
            assert any(most - least < 1e-6 for least, most in shown.values())
