"""A reader of a published report who knows how its figures add up, and what he can work out."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog


def ranges(figures, sums, hidden, *, unprinted=(), least=None):
    """Return what a reader can say of each hidden figure: the least and the most it can be.

    With `least` he reads the signs, too: `<10` and `*` in the place of what is hidden; of what is
    printed nowhere (`unprinted`) there is no sign.
    """
    hidden = frozenset(hidden) | {key for key in unprinted if figures.get(key, 0.0) > 0}
    unknown = sorted(hidden)
    place = {key: i for i, key in enumerate(unknown)}
    matrix, known = np.zeros((len(sums), len(unknown))), np.zeros(len(sums))
    for r, one in enumerate(sums):
        for key, sign in [(one.total, -1.0), *((part, 1.0) for part in one.parts)]:
            if key in place:
                matrix[r, place[key]] += sign
            else:
                known[r] -= sign * figures.get(key, 0.0)
    limits = [(0.0, None)] * len(unknown)
    if least is not None:
        signs = {key: (0.0, least) if figures[key] < least else (least, None) for key in unknown}
        limits = [(0.0, None) if key in unprinted else signs[key] for key in unknown]
    asked = [key for key in unknown if key not in unprinted]
    found = {}
    for key in asked:
        goal = np.zeros(len(unknown))
        goal[place[key]] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            answer = linprog(sign * goal, A_eq=matrix, b_eq=known, bounds=limits)
            ends.append(np.inf if answer.status == 3 else sign * answer.fun)
        found[key] = tuple(ends)
    return found
