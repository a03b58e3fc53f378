"""What is wrong with the numbers of a problem, all at once, before any solver sees them."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.errors import StudyError
from geo.errors import Finding


def require_sound(problem: Any) -> None:
    """Check the arrays and numbers of a problem.

    Parameters
    ----------
    problem
        Any value of `planning.solver.problems`.

    Raises
    ------
    StudyError
        With every array of a wrong length, every value that is not finite or below 0, and every
        number outside its range.
    """
    reach = problem.reach
    findings = [
        *_array_faults("people", problem.people, reach.n_demand),
        *_array_faults("cost", reach.cost, len(reach.demand)),
    ]
    for name, size in (
        ("lower", reach.n_sites),
        ("upper", reach.n_sites),
        ("cost", reach.n_sites),
        ("village", reach.n_demand),
    ):
        if hasattr(problem, name):
            findings += _array_faults(name, getattr(problem, name), size)
    for name, least, most in _RANGES:
        value = getattr(problem, name, None)
        if value is not None and not (least <= value <= most):
            params = (("name", name), ("actual", float(value)), ("least", least), ("most", most))
            findings.append(Finding("siting_number_range", params))
    if hasattr(problem, "upper") and not findings and (problem.lower > problem.upper).any():
        count = int((problem.lower > problem.upper).sum())
        findings.append(Finding("siting_lower_above_upper", (("count", count),)))
    if findings:
        raise StudyError(*findings)


LARGEST_NUMBER, SMALLEST_NUMBER = 1e15, 1e-9
"""Most, and least above 0, of people and costs: sums of their products stay exact enough."""

_LARGEST = 1e300

_RANGES = (
    ("limit", 0.0, _LARGEST),
    ("count", 0.0, _LARGEST),
    ("share", 1e-12, 1.0),
    ("busy_share", 0.0, 1.0 - 1e-9),
    ("units_per_site", 1.0, _LARGEST),
    ("lower_penalty", 0.0, np.inf),
    ("budget", 0.0, _LARGEST),
    ("quota", 1e-12, 1.0),
)
"""Name, least and most of every single number that a problem may have."""


def _array_faults(name: str, values: Any, size: int) -> list[Finding]:
    """Return what is wrong with one array."""
    if len(values) != size:
        shape = (("name", name), ("expected", size), ("actual", len(values)))
        return [Finding("array_shape", shape)]
    # An infinite upper load means that there is none.
    bad = {"array_not_finite": np.isnan(values) if name == "upper" else ~np.isfinite(values)}
    bad["array_negative"] = values < (-1 if name == "village" else 0)
    if name != "upper":
        bad["array_too_large"] = np.isfinite(values) & (values > LARGEST_NUMBER)
    return [
        Finding(
            code,
            (("name", name), ("count", int(is_bad.sum())), ("most", LARGEST_NUMBER)),
            rows=_first(is_bad),
        )
        for code, is_bad in bad.items()
        if is_bad.any()
    ]


def _first(bad: Any) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(bad)[:5])
