"""A reader of a published report who knows how its figures add up, and what he can work out."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog


def ranges(figures, sums, hidden):
    """Return what a reader can say of each hidden figure: the least and the most it can be."""
    unknown = sorted(hidden)
    place = {key: i for i, key in enumerate(unknown)}
    matrix, known = np.zeros((len(sums), len(unknown))), np.zeros(len(sums))
    for r, one in enumerate(sums):
        for key, sign in [(one.total, -1.0), *((part, 1.0) for part in one.parts)]:
            if key in place:
                matrix[r, place[key]] += sign
            else:
                known[r] -= sign * figures.get(key, 0.0)
    found = {}
    for key in unknown:
        goal = np.zeros(len(unknown))
        goal[place[key]] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            answer = linprog(sign * goal, A_eq=matrix, b_eq=known, bounds=(0, None))
            ends.append(np.inf if answer.status == 3 else sign * answer.fun)
        found[key] = tuple(ends)
    return found
