"""How closely a reader can know hidden counts: bounds by linear programmes over all sums.

What is printed is known; what is hidden is known by its sign (`<10` or `*`) and by the sums that it
occurs in. A reader who solves for the least and the most that a hidden count can be learns more
than its sign says when the two lie closer together than the counts that are hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

TOLERANCE = 1e-6


def narrow_figures(
    rows: Sequence[Mapping[int, int]],
    figure: Sequence[float],
    *,
    unknown: Collection[int],
    guarded: Collection[int],
    signed: Collection[int],
    least: float,
) -> list[int]:
    """Return the guarded figures that lie in an interval shorter than `least`, in order of number.

    Parameters
    ----------
    rows
        Sums that every reader knows: figure -> +1 or -1, together 0.
    figure
        The true figures by number.
    unknown
        Figures that are not printed.
    guarded
        Those of them that nobody may know closely.
    signed
        Those of them in whose place a sign stands: `<10` says below `least`, `*` at least that.
    least
        Counts above 0 and below this are hidden.
    """
    numbers = sorted(unknown)
    place = {number: i for i, number in enumerate(numbers)}
    free = [{place[n]: s for n, s in row.items() if n in place} for row in rows]
    told = [-sum(s * figure[n] for n, s in row.items() if n not in place) for row in rows]
    used = [i for i, row in enumerate(free) if row]
    if not used:
        return []
    matrix = _matrix([free[i] for i in used], len(numbers))
    right = np.array([told[i] for i in used])
    is_signed = np.isin(numbers, list(signed))
    is_small = np.array([figure[number] < least for number in numbers])
    lower = np.where(is_signed & ~is_small, least, 0.0)
    upper = np.where(is_signed & is_small, least, np.inf)
    wanted = np.isin(numbers, list(guarded))
    narrow: list[int] = []
    for columns, of_rows in _parts(matrix):
        if wanted[columns].any():
            part = matrix[of_rows][:, columns]
            bounds = np.column_stack([lower[columns], upper[columns]])
            short = _short(part, right[of_rows], bounds, wanted[columns], least)
            narrow += [numbers[i] for i in columns[short].tolist()]
    return sorted(narrow)


def _matrix(rows: Sequence[Mapping[int, int]], n_columns: int) -> csr_array:
    entries = [(r, c, float(s)) for r, row in enumerate(rows) for c, s in row.items()]
    r, c, s = (np.array(column) for column in zip(*entries, strict=True))
    return coo_array((s, (r, c)), shape=(len(rows), n_columns)).tocsr()


def _parts(matrix: csr_array) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return columns and rows of the parts of a system that have nothing to do with each other."""
    n_rows, n_columns = matrix.shape
    entries = abs(matrix).tocoo()
    shape = (n_rows + n_columns,) * 2
    links = coo_array((entries.data, (entries.row, n_rows + entries.col)), shape=shape)
    label = connected_components(links.tocsr(), directed=False)[1]
    of_row, of_column = label[:n_rows], label[n_rows:]
    return [
        (np.flatnonzero(of_column == part), np.flatnonzero(of_row == part))
        for part in np.unique(of_row).tolist()
    ]


def _short(
    matrix: csr_array,
    right: NDArray[np.float64],
    bounds: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    least: float,
) -> NDArray[np.intp]:
    """Return the wanted columns whose interval is shorter than `least`.

    Every solution that is found on the way widens what is known of all columns, so that most of
    them need no programme of their own.
    """
    lowest, highest = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)
    short = []
    for column in np.flatnonzero(wanted).tolist():
        for sign in (1.0, -1.0):
            if highest[column] - lowest[column] >= least - TOLERANCE:
                break
            cost = np.zeros(len(wanted))
            cost[column] = sign
            found = linprog(cost, A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
            if found.status == 3:  # without end in this direction
                highest[column] = np.inf
            elif found.status == 0:
                lowest, highest = np.minimum(lowest, found.x), np.maximum(highest, found.x)
            else:  # the sums do not hold among themselves: they tell nobody anything
                return np.array([], dtype=np.intp)
        if highest[column] - lowest[column] < least - TOLERANCE:
            short.append(column)
    return np.array(short, dtype=np.intp)
