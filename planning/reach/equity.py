"""How evenly access is spread over people: quantiles, inequality measures, groups.

The weights are always people, never cells. Every function ignores points without people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import Floats, Ints, checked_amounts
from geo.times import TENTHS_PER_MINUTE

PALMA_EQUALITY = 0.25


@dataclass(frozen=True, slots=True)
class Inequality:
    """Inequality of one quantity among the people of one group.

    All measures are 0 where everybody has the same, also where everybody has nothing. `theil_l` is
    that of the people who have more than nothing, `zero_share` tells how many have nothing.
    `palma` is None where the bottom 40 % have nothing; `mean` is None where the group is empty.
    """

    group: str
    people: float
    mean: float | None
    zero_share: float
    gini: float
    theil_t: float
    theil_l: float
    atkinson: float
    variation: float
    palma: float | None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """An index split into what lies between groups and what lies within them; total is the sum."""

    between: float
    within: float
    groups: tuple[float, ...]

    @property
    def total(self) -> float:
        """The index over all people."""
        return self.between + self.within


@dataclass(frozen=True, slots=True)
class TimeSpread:
    """Travel times of one group: quantiles in minutes, None where that person reaches nothing.

    `worst_minutes` is the mean time of the worst-off share of the people, None where some of them
    reach nothing; `unreached_share` tells how many reach nothing.
    """

    group: str
    people: float
    quantiles: tuple[tuple[float, float | None], ...]
    worst_minutes: float | None
    unreached_share: float


def weighted_quantiles(
    values: ArrayLike, people: ArrayLike, shares: Sequence[float]
) -> tuple[float | None, ...]:
    """Return for each share the smallest value not exceeded for at least that share of people.

    No interpolation: each quantile is the value of somebody. None where there are no people.

    Parameters
    ----------
    values
        (n,) of any unit; infinite values sort last.
    people
        (n,) weights.
    shares
        Between 0 and 1.

    >>> weighted_quantiles([5.0, 12.0, 8.0], [1000, 2000, 3000], (0.5, 0.9))
    (8.0, 12.0)
    """
    amounts, weights = _ranked(values, people)
    if weights.size == 0:
        return tuple(None for _ in shares)
    cumulated = np.cumsum(weights)
    # A share met but for rounding is met.
    wanted = np.asarray(shares) * cumulated[-1] * (1 - 1e-12)
    positions = np.minimum(np.searchsorted(cumulated, wanted, side="left"), weights.size - 1)
    return tuple(float(amounts[position]) for position in positions)


def time_spread(
    tenths: Ints,
    people: ArrayLike,
    *,
    is_reached: ArrayLike,
    group: str = "",
    shares: Sequence[float] = (0.5, 0.9),
    worst_share: float = 0.05,
) -> TimeSpread:
    """Return travel-time quantiles of the people, those who reach nothing ranked last.

    Parameters
    ----------
    tenths
        (n,) tenths of a second to the nearest facility.
    people
        (n,) people of the group.
    is_reached
        (n,) False where no facility is reached; its time is not read.
    shares
        Quantiles wanted: P50 and P90.
    worst_share
        Share of people whose mean time is `worst_minutes`.
    """
    weights = checked_amounts("people", people, len(tenths))
    reached = np.asarray(is_reached, dtype=np.bool_)
    minutes = np.where(reached, tenths / TENTHS_PER_MINUTE, np.inf)
    total = float(weights.sum())
    quantiles = weighted_quantiles(minutes, weights, shares)
    return TimeSpread(
        group=group,
        people=total,
        quantiles=tuple(
            (share, _finite_or_none(value)) for share, value in zip(shares, quantiles, strict=True)
        ),
        worst_minutes=_worst_mean(minutes, weights, worst_share),
        unreached_share=float(weights[~reached].sum()) / total if total > 0 else 0.0,
    )


def inequality(
    values: ArrayLike, people: ArrayLike, *, group: str = "", aversion: float = 1.0
) -> Inequality:
    """Return every measure of `values` (n,) among `people` (n,); `aversion` is Atkinson's."""
    amounts, weights = _ranked(values, people)
    total = float(weights.sum())
    return Inequality(
        group=group,
        people=total,
        mean=weighted_mean(amounts, weights),
        zero_share=float(weights[amounts == 0].sum()) / total if total > 0 else 0.0,
        gini=gini(amounts, weights),
        theil_t=theil_t(amounts, weights),
        theil_l=theil_l(amounts, weights),
        atkinson=atkinson(amounts, weights, aversion=aversion),
        variation=coefficient_of_variation(amounts, weights),
        palma=palma(amounts, weights),
    )


def inequality_by_group(
    values: ArrayLike, groups: Mapping[str, ArrayLike]
) -> tuple[Inequality, ...]:
    """Return the inequality within each group, name -> (n,) people, in the given order."""
    return tuple(inequality(values, people, group=name) for name, people in groups.items())


def weighted_mean(values: ArrayLike, people: ArrayLike) -> float | None:
    """Return the mean over people; None where there are none."""
    amounts, weights = _ranked(values, people)
    return float(weights @ amounts / weights.sum()) if weights.size else None


def gini(values: ArrayLike, people: ArrayLike) -> float:
    """Return the Gini coefficient, sum of w_i w_k |x_i - x_k| over twice the mean.

    Source: Gini 1912; the sorted form is O(n log n).

    >>> round(gini([6, 6, 4], [1000, 2000, 3000]), 6)
    0.1
    """
    amounts, share, mean = _shares(values, people)
    if mean == 0:
        return 0.0
    below = np.cumsum(share) - share / 2
    return max(0.0, float(2 / mean * (share * amounts) @ (below - 0.5)))


def theil_t(values: ArrayLike, people: ArrayLike) -> float:
    """Return Theil's T, sum of w (x/mean) ln(x/mean); people with nothing add 0 ln 0 = 0.

    Source: Theil 1967, Economics and Information Theory.

    >>> round(theil_t([6, 6, 4], [1000, 2000, 3000]), 7)
    0.0201355
    """
    return decompose_theil_t(values, people).total


def theil_l(values: ArrayLike, people: ArrayLike) -> float:
    """Return Theil's L, sum of w ln(mean/x), of the people who have more than nothing.

    With people who have nothing L is infinite; they are left out and must be told beside it
    (`Inequality.zero_share`).

    >>> round(theil_l([6, 6, 4], [1000, 2000, 3000]), 7)
    0.020411
    """
    return decompose_theil_l(values, people).total


def decompose_theil_t(
    values: ArrayLike, people: ArrayLike, groups: ArrayLike | None = None
) -> Decomposition:
    """Split Theil's T: between = sum s_g ln(mean_g/mean), within = sum s_g T_g, s_g income share.

    `groups` is (n,), each point's group (a county, urban or rural) from 0; None: one group.

    Source: Shorrocks 1980, 10.2307/1913126.
    """
    amounts, weights, group = _grouped(values, people, groups)
    part, mean, group_mean = _group_means(amounts, weights, group)
    if mean == 0:
        return Decomposition(0.0, 0.0, tuple(0.0 for _ in part))
    ratio = _ratio(amounts, group_mean[group])
    own = _sums(group, weights / weights.sum() * ratio * _log(ratio), len(part))
    theil = np.maximum(_ratio(own, part), 0.0)
    income = part * group_mean / mean
    between = float(income @ _log(group_mean / mean))
    return Decomposition(max(0.0, between), float(income @ theil), _floats(theil))


def decompose_theil_l(
    values: ArrayLike, people: ArrayLike, groups: ArrayLike | None = None
) -> Decomposition:
    """Split Theil's L: between = sum w_g ln(mean/mean_g), within = sum w_g L_g, w_g people share.

    Only people who have more than nothing are counted. Groups and source as for T.
    """
    amounts, weights, group = _grouped(values, people, groups)
    n_groups = int(group.max(initial=-1)) + 1
    has = amounts > 0
    amounts, weights, group = amounts[has], weights[has], group[has]
    if amounts.size == 0:
        return Decomposition(0.0, 0.0, tuple(0.0 for _ in range(n_groups)))
    part, mean, group_mean = _group_means(amounts, weights, group, n_groups=n_groups)
    distance = np.log(group_mean[group] / amounts)
    own = _sums(group, weights / weights.sum() * distance, n_groups)
    theil = np.maximum(_ratio(own, part), 0.0)
    between = -float(part @ _log(group_mean / mean))
    return Decomposition(max(0.0, between), float(part @ theil), _floats(theil))


def atkinson(values: ArrayLike, people: ArrayLike, *, aversion: float = 1.0) -> float:
    """Return Atkinson's index: 1 - (equally distributed equivalent) / mean.

    With aversion of 1 or more it is 1 as soon as somebody has nothing (its limit).

    Source: Atkinson 1970, 10.1016/0022-0531(70)90039-6.

    >>> round(atkinson([6, 6, 4], [1000, 2000, 3000]), 7)
    0.0202041
    """
    amounts, share, mean = _shares(values, people)
    if mean == 0 or aversion == 0:
        return 0.0
    if aversion >= 1 and amounts[0] == 0:
        return 1.0
    ratio = amounts / mean
    if aversion == 1:
        equivalent = np.exp(share @ np.log(ratio))
    else:
        equivalent = (share @ ratio ** (1 - aversion)) ** (1 / (1 - aversion))
    return max(0.0, float(1 - equivalent))


def coefficient_of_variation(values: ArrayLike, people: ArrayLike) -> float:
    """Return the standard deviation over people, divided by the mean."""
    amounts, share, mean = _shares(values, people)
    if mean == 0:
        return 0.0
    return float(np.sqrt(share @ (amounts - mean) ** 2) / mean)


def palma(values: ArrayLike, people: ArrayLike) -> float | None:
    """Return the share of the top 10 % over that of the bottom 40 %, on the Lorenz curve.

    Equality gives 0.25. None where the bottom 40 % have nothing but others have something.

    Source: Palma 2011, 10.1111/j.1467-7660.2011.01646.x.

    >>> round(palma([6, 6, 4], [1000, 2000, 3000]), 9)
    0.375
    """
    amounts, share, mean = _shares(values, people)
    if mean == 0:
        return PALMA_EQUALITY
    people_axis = np.concatenate(([0.0], np.cumsum(share)))
    income_axis = np.concatenate(([0.0], np.cumsum(share * amounts / mean)))
    bottom, below_top = np.interp((0.4, 0.9), people_axis, income_axis)
    if bottom <= 0:
        return None
    return float((income_axis[-1] - below_top) / bottom)


def concentration_index(values: ArrayLike, people: ArrayLike, rank: ArrayLike) -> float:
    """Return C = (2/mean) sum w (x - mean)(r - 1/2); above 0 the better off have more.

    `rank` is (n,): lowest = worst off; people of equal rank share their middle.

    Source: World Bank, Quantitative Techniques for Health Equity Analysis, note 7.

    >>> round(concentration_index([6, 6, 4], [1000, 2000, 3000], [1, 2, 0]), 9)
    0.1
    """
    amounts = np.asarray(values, dtype=np.float64)
    weights = checked_amounts("people", people, amounts.size)
    kept = weights > 0
    amounts, weights = amounts[kept], weights[kept]
    if amounts.size == 0 or not (weights @ amounts):
        return 0.0
    share = weights / weights.sum()
    _, step = np.unique(np.asarray(rank, dtype=np.float64)[kept], return_inverse=True)
    of_step = np.bincount(step, weights=share)
    middle = np.cumsum(of_step) - of_step / 2
    mean = share @ amounts
    return float(2 / mean * (share * (amounts - mean)) @ (middle[step] - 0.5))


def _ranked(values: ArrayLike, people: ArrayLike) -> tuple[Floats, Floats]:
    """Return values and people of the points with people, by increasing value."""
    amounts = np.asarray(values, dtype=np.float64)
    weights = checked_amounts("people", people, amounts.size)
    kept = weights > 0
    amounts, weights = amounts[kept], weights[kept]
    order = np.argsort(amounts, kind="stable")
    return amounts[order], weights[order]


def _shares(values: ArrayLike, people: ArrayLike) -> tuple[Floats, Floats, float]:
    """Return ranked values, people as shares of 1 and the mean (0 where there is nobody)."""
    amounts, weights = _ranked(checked_amounts("values", values, np.size(values)), people)
    if weights.size == 0:
        return amounts, weights, 0.0
    share = weights / weights.sum()
    return amounts, share, float(share @ amounts)


def _grouped(
    values: ArrayLike, people: ArrayLike, groups: ArrayLike | None
) -> tuple[Floats, Floats, Ints]:
    amounts = checked_amounts("values", values, np.size(values))
    weights = checked_amounts("people", people, amounts.size)
    group = np.zeros(amounts.size, np.int32) if groups is None else np.asarray(groups, np.int32)
    kept = weights > 0
    return amounts[kept], weights[kept], group[kept]


def _group_means(
    amounts: Floats, weights: Floats, group: Ints, *, n_groups: int = 0
) -> tuple[Floats, float, Floats]:
    """Return the people share of each group, the overall mean and the mean of each group."""
    in_group = _sums(group, weights, n_groups)
    group_sum = _sums(group, weights * amounts, n_groups)
    total = in_group.sum()
    mean = float(group_sum.sum() / total) if total > 0 else 0.0
    return in_group / (total or 1.0), mean, _ratio(group_sum, in_group)


def _sums(group: Ints, weights: Floats, n_groups: int) -> Floats:
    return np.bincount(group, weights=weights, minlength=n_groups).astype(np.float64)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Return above / below, 0 where below is 0."""
    return np.divide(above, below, out=np.zeros(above.shape), where=below > 0)


def _log(ratio: Floats) -> Floats:
    """Return ln(ratio), 0 where ratio is 0: x ln x goes to 0."""
    return np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _finite_or_none(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None


def _worst_mean(minutes: Floats, people: Floats, share: float) -> float | None:
    """Return the mean of the largest values that make up `share` of the people."""
    amounts, weights = _ranked(minutes, people)
    if weights.size == 0 or share <= 0:
        return None
    amounts, weights = amounts[::-1], weights[::-1]
    wanted = share * weights.sum()
    taken = np.diff(np.minimum(np.cumsum(weights), wanted), prepend=0.0)
    mean = float(amounts[taken > 0] @ taken[taken > 0] / wanted)
    return _finite_or_none(mean)
