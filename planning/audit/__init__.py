"""What is wrong with a study's data, in people: one small function for each check."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from data.errors import severity
from data.types import Dataset
from geo.errors import Finding, Progress
from planning.assess.workflow import Assessment
from planning.audit import figures, lists, people
from planning.audit.ground import Ground, prepare
from planning.audit.weight import Weighed, weigh_findings

__all__ = ["CHECKS", "Ground", "Weighed", "audit", "audit_inputs", "prepare", "weigh_findings"]

Check: TypeAlias = Callable[[Ground], list[Finding]]

CHECKS: tuple[Check, ...] = (*people.CHECKS, *lists.CHECKS, *figures.CHECKS)

_ORDER = {"error": 0, "warning": 1, "note": 2}


def audit(
    dataset: Dataset,
    *,
    as_of: str,
    max_access_m: float = 1000.0,
    progress: Progress | None = None,
) -> tuple[Finding, ...]:
    """Return everything that is wrong or doubtful in a dataset.

    Parameters
    ----------
    dataset
        As read; the findings of the readers come with it.
    as_of
        Day (ISO) of the study: what is open on it, what is old.
    max_access_m
        Longest straight walk to the road.
    progress
        Called with ("audit", checks done, checks).

    Returns
    -------
    tuple of Finding
        Errors, then warnings, then notes; within them the readers' first, then in order of checks.
    """
    ground = prepare(dataset, as_of=as_of, max_access_m=max_access_m)
    findings = list(dataset.findings)
    for done, check in enumerate(CHECKS, start=1):
        findings.extend(check(ground))
        if progress is not None:
            progress("audit", done, len(CHECKS))
    return tuple(sorted(findings, key=lambda finding: _ORDER[severity(finding)]))


def audit_inputs(
    assessment: Assessment, *, progress: Progress | None = None
) -> tuple[Finding, ...]:
    """Return what is wrong with the data that an assessment was made from.

    Raises
    ------
    Cancelled
        When `progress` raises it.
    """
    return audit(
        assessment.dataset,
        as_of=assessment.scenario.as_of,
        max_access_m=assessment.study.travel.max_access_m,
        progress=progress,
    )
