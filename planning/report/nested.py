"""Counts that lie within each other for certain, and what lies between them.

Who is within a circle on foot at an old person's speed is within it at the usual one, and within
more minutes; who is 65 is one of all. The difference of two such printed counts is a count of
people, too: it is known to every reader, whether it is printed or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.times import to_tenths
from planning.assess.workflow import Assessment
from planning.reach.coverage import Status
from planning.report.disclosure import WHOLE, Key

ON_FOOT = ("walk_elderly", "walk")
"""Modes over the same ways, the slower one first."""


def nested_counts(assessment: Assessment, units: list[str]) -> Iterator[tuple[Key, Key]]:
    """Yield pairs of counts, of which everybody knows that the first lies within the second.

    Modes and limits are compared place by place, so that a study with speeds of its own, where
    the old are the faster ones, has no such pair.

    Parameters
    ----------
    units
        The whole study, its zones, and the villages that are listed.
    """
    slow, fast = ON_FOOT
    if slow in assessment.modes and fast in assessment.modes:
        inner, outer = (_covered(assessment, mode) for mode in ON_FOOT)
        if not (inner & ~outer).any():
            yield from (((unit, f"{slow}/covered"), (unit, f"{fast}/covered")) for unit in units)
        yield from _nested_bands(assessment)
    for group in assessment.dataset.demand.groups:
        for unit in units:
            for name in ("inside", "covered", "uncovered"):
                of_all = name if name == "inside" else f"{assessment.analysis_mode}/{name}"
                yield (unit, f"{group}/{name}"), (unit, of_all)


def _nested_bands(assessment: Assessment) -> Iterator[tuple[Key, Key]]:
    """Yield the bands of both modes on foot as one chain, each within the next."""
    within: list[tuple[float, Key, NDArray[np.bool_]]] = []
    inside = assessment.dataset.demand.zone >= 0
    for mode in ON_FOOT:
        result = assessment.modes[mode]
        for minutes, people in result.people_within:
            places = inside & (result.nearest.tenths <= to_tenths(minutes))
            within.append((people, (WHOLE, f"{mode}/within_{minutes}"), places))
    within.sort(key=lambda each: each[0])
    for (_, inner, few), (_, outer, many) in pairwise(within):
        if not (few & ~many).any():
            yield inner, outer


def _covered(assessment: Assessment, mode: str) -> NDArray[np.bool_]:
    return np.asarray(assessment.modes[mode].status == Status.COVERED)
