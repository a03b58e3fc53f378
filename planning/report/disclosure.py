"""Which figures may not be printed: small counts, and those from which a small one follows.

A reader who knows the printed figures and how they add up can solve for the hidden ones. A hidden
figure is safe when it still has a free direction in the solutions of those sums, and when the least
and the most that it can be lie as far apart as the counts that are hidden; figures are added to the
hidden ones, the cheapest first, until every hidden figure is safe.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planning.report.intervals import narrow_figures

Key: TypeAlias = tuple[str, str]
"""Unit ("" is the whole study) and figure."""

WHOLE = ""
_FEW_UNKNOWN = 200
SAME = 6
"""Figures of one unit that agree in this many decimals are one figure."""
Cost: TypeAlias = tuple[bool, bool, int, bool, float]
"""Precious or not, small or not, how many figures go with it, of the whole or not, people."""


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` is the sum of `parts`."""

    total: Key
    parts: tuple[Key, ...]


def hidden_figures(
    figures: Mapping[Key, float],
    sums: Sequence[Sum],
    *,
    unprinted: Collection[Key] = (),
    precious: Collection[Key] = (),
    public: Collection[Key] = (),
    least: float = 10.0,
) -> frozenset[Key]:
    """Return the figures that may not be printed.

    Parameters
    ----------
    figures
        Counts of people, >= 0. A count of 0 names nobody and is printed.
    sums
        All sums that a reader can know; figures that are not in `figures` count as 0.
    unprinted
        Figures that are printed nowhere but occur in sums, such as the rest of a list.
    precious
        Figures that are hidden for the sake of others only when nothing else helps.
    public
        Figures that everybody knows anyway: hiding them would hide nothing.
    least
        Counts above 0 and below this are hidden.

    Returns
    -------
    frozenset of keys
        Small figures and those hidden for their sake; figures that are equal in one unit are hidden
        together. From what is printed no hidden one can be computed, nor bounded by an interval
        shorter than `least`.
    """
    problem = _problem(figures, sums, frozenset(unprinted), frozenset(precious), least)
    problem.public.update(problem.variable[key] for key in public if key in problem.variable)
    while found := _computable(problem):
        known = len(problem.unknown)
        for variable in found:
            _hide_one_more(problem, variable)
        if len(problem.unknown) == known:  # all that is left to hide is known anyway
            break
    _show_what_can_be(problem, least)
    _widen(problem, least)
    return frozenset(key for key, number in problem.variable.items() if number in problem.guarded)


@dataclass(slots=True)
class _Problem:
    """Figures as numbered variables.

    `guarded` may not be known, `unknown` is not printed, `unsigned` has no place in print either.
    """

    variable: dict[Key, int]
    cost: list[Cost]
    rows: list[dict[int, int]]
    guarded: set[int]
    unknown: set[int]
    unsigned: frozenset[int]
    public: set[int] = field(default_factory=set)
    rows_of: dict[int, list[int]] = field(default_factory=dict)


def _problem(
    figures: Mapping[Key, float],
    sums: Sequence[Sum],
    unprinted: frozenset[Key],
    precious: frozenset[Key],
    least: float,
) -> _Problem:
    number_of: dict[tuple[str, float], int] = {}
    keys_of: list[list[Key]] = []
    variable: dict[Key, int] = {}
    for key, figure in figures.items():
        if figure > 0:
            number = number_of.setdefault((key[0], round(figure, SAME)), len(number_of))
            variable[key] = number
            if number == len(keys_of):
                keys_of.append([])
            keys_of[number].append(key)
    guarded = {n for n, keys in enumerate(keys_of) if figures[keys[0]] < least}
    unsigned = frozenset(n for n, keys in enumerate(keys_of) if unprinted.issuperset(keys))
    unknown = guarded | unsigned
    cost: list[Cost] = [
        (
            not precious.isdisjoint(keys),
            figures[keys[0]] < least,
            len(keys),
            keys[0][0] == WHOLE,
            figures[keys[0]],
        )
        for keys in keys_of
    ]
    rows = [row for row in (_row(one, variable) for one in sums) if row]
    problem = _Problem(variable, cost, rows, guarded, unknown, unsigned)
    for place, row in enumerate(rows):
        for number in row:
            problem.rows_of.setdefault(number, []).append(place)
    return problem


def _row(one: Sum, variable: Mapping[Key, int]) -> dict[int, int]:
    row: dict[int, int] = {}
    for key, sign in [(one.total, -1), *((part, 1) for part in one.parts)]:
        if key in variable:
            row[variable[key]] = row.get(variable[key], 0) + sign
    return {number: sign for number, sign in row.items() if sign}


def _computable(problem: _Problem) -> list[int]:
    """Return the guarded variables that follow from the printed ones, in order of number."""
    unknown = sorted(problem.unknown)
    place = {number: i for i, number in enumerate(unknown)}
    rows = [{place[n]: s for n, s in row.items() if n in place} for row in problem.rows]
    rows = [row for row in rows if row]
    if not rows:
        return []
    entries = [(r, c, s) for r, row in enumerate(rows) for c, s in row.items()]
    r, c, s = (np.array(column) for column in zip(*entries, strict=True))
    matrix = coo_array((s.astype(np.float64), (r, c)), shape=(len(rows), len(unknown))).tocsr()
    links = coo_array((np.abs(s), (r, len(rows) + c)), shape=(len(rows) + len(unknown),) * 2)
    label = connected_components(links.tocsr(), directed=False)[1]
    of_row, of_column = label[: len(rows)], label[len(rows) :]
    found: list[int] = []
    guarded = np.array([number in problem.guarded for number in unknown])
    for part in np.unique(of_column[guarded]).tolist():
        columns = np.flatnonzero(of_column == part)
        block = matrix[np.flatnonzero(of_row == part)][:, columns].toarray()
        if len(block):
            fixed = columns[_is_fixed(block)]
            found += [unknown[i] for i in fixed.tolist() if guarded[i]]
    return sorted(found)


def _is_fixed(block: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return (n,) True for unknowns with one value only in all solutions of `block @ x = b`.

    Such an unknown is a sum of rows: its unit vector lies in the space that they span.
    """
    basis, triangle, _ = qr(block.T, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > 1e-9).sum())
    fixed: NDArray[np.bool_] = (basis[:, :rank] ** 2).sum(axis=1) > 1 - 1e-9
    return fixed


def _hide_one_more(problem: _Problem, variable: int) -> None:
    """Hide the cheapest printed figure in the sums nearest to a variable that can be computed.

    A sum in which it is the only unknown one must get a second; else the search goes outwards. In
    the end everything that is tied to it is hidden, and then the true figures themselves are one
    free direction: the loop ends.
    """
    own = problem.rows_of.get(variable, [])
    alone = [row for row in own if len(problem.unknown & problem.rows[row].keys()) == 1]
    if alone:
        for row in alone:
            _hide(problem, problem.rows[row].keys())
        return
    if not _hide_near(problem, own, is_precious=False):
        _hide_near(problem, own, is_precious=True)


def _hide_near(problem: _Problem, rows: list[int], *, is_precious: bool) -> bool:
    """Hide the cheapest printed figure, precious or not, in the nearest sums that have one."""
    seen, frontier = set(rows), rows
    while frontier:
        near = {number for row in frontier for number in problem.rows[row]}
        if _hide(problem, [number for number in near if problem.cost[number][0] == is_precious]):
            return True
        frontier = sorted({r for n in near for r in problem.rows_of[n]} - seen)
        seen |= set(frontier)
    return False


def _show_what_can_be(problem: _Problem, least: float) -> None:
    """Print again, the most precious first, what was hidden for others without need."""
    added = [number for number in problem.guarded if problem.cost[number][-1] >= least]
    for number in sorted(added, key=lambda n: (problem.cost[n], n), reverse=True):
        problem.guarded.discard(number)
        problem.unknown.discard(number)
        if _computable(problem):
            problem.guarded.add(number)
            problem.unknown.add(number)


def _narrow(problem: _Problem, least: float) -> list[int]:
    """Return the guarded variables that lie in an interval shorter than `least`."""
    return narrow_figures(
        problem.rows,
        [cost[-1] for cost in problem.cost],
        unknown=problem.unknown,
        guarded=problem.guarded,
        signed=problem.guarded - problem.unsigned,
        least=least,
    )


def _widen(problem: _Problem, least: float) -> None:
    """Hide more until no guarded figure lies in a short interval; then print what can be again.

    In a large report only what it is read for is tried again: each try is many programmes.
    """
    is_wider = False
    while narrow := _narrow(problem, least):
        known = len(problem.unknown)
        for number in narrow:
            own = problem.rows_of.get(number, [])
            if not _hide_near(problem, own, is_precious=False):
                _hide_near(problem, own, is_precious=True)
        if len(problem.unknown) == known:  # nothing that is tied to them is printed any more
            return
        is_wider = True
    added = [n for n in problem.guarded if problem.cost[n][-1] >= least] if is_wider else []
    if len(problem.unknown) > _FEW_UNKNOWN:
        added = [n for n in added if problem.cost[n][0]]
    for number in sorted(added, key=lambda n: (problem.cost[n], n), reverse=True):
        problem.guarded.discard(number)
        problem.unknown.discard(number)
        if _computable(problem) or _narrow(problem, least):
            problem.guarded.add(number)
            problem.unknown.add(number)


def _hide(problem: _Problem, numbers: Collection[int]) -> bool:
    kept = problem.unknown | problem.public
    printed = [number for number in numbers if number not in kept]
    if not printed:
        return False
    chosen = min(printed, key=lambda number: (problem.cost[number], number))
    problem.guarded.add(chosen)
    problem.unknown.add(chosen)
    return True
