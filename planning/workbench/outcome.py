"""Scenario workbench: what a list of edits does to coverage, ledger, gaps and ratio verdicts.

Where people join the road does not depend on facilities and is kept from the assessment; only the
places that an edit touches are tied to the road anew, and one search a mode gives all times. The
numbers equal those of a fresh assessment of the edited county.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from data.types import Dataset
from geo.snap import Snaps, snap
from geo.travel import Nearest, nearest
from planning.coverage import (
    Gap,
    Ledger,
    Statuses,
    find_gaps,
    ledger,
    ledger_by_unit,
    point_status,
)
from planning.ratios.centres import CENTRE_LEVEL
from planning.ratios.service import Ratios
from planning.scenario import Mask, Scenario
from planning.sensitivity import ModeInput
from planning.workbench.edits import Edit, edited_facilities, edited_scenario, total_cost_wan_yuan
from planning.workflow import (
    ALL_PEOPLE,
    Assessment,
    ModeResult,
    gap_input,
    open_points,
    people_per_centre,
)


@dataclass(frozen=True, slots=True, eq=False)
class ModeOutcome:
    """Times and counts of one mode after the edits.

    Parameters
    ----------
    facility_snaps
        Where the edited institutions join the road.
    nearest
        Time from each demand point to its nearest open point.
    status
        (n,) `planning.coverage.Status` of each demand point.
    ledgers, zone_ledgers
        Group -> the ledger of all people, and one a zone.
    """

    mode: str
    facility_snaps: Snaps
    nearest: Nearest
    status: Statuses
    ledgers: Mapping[str, Ledger]
    zone_ledgers: Mapping[str, tuple[Ledger, ...]]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a scenario gives; without edits it is the present state.

    `dataset` holds the edited institutions, `is_open` the points that count, and `cost_wan_yuan`
    the stated costs (None where no edit states one). Gaps are found when they are first asked for:
    the figures need not wait for them.
    """

    edits: tuple[Edit, ...]
    dataset: Dataset
    scenario: Scenario
    is_open: Mask
    analysis_mode: str
    modes: Mapping[str, ModeOutcome]
    ratios: Ratios
    cost_wan_yuan: float | None

    @property
    def analysis(self) -> ModeOutcome:
        """The mode that gaps are given for."""
        return self.modes[self.analysis_mode]

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Service gaps of the analysis mode."""
        return find_gaps(gap_input(self.dataset), self.analysis.status, self.analysis.nearest)


def apply_edits(
    assessment: Assessment, edits: Sequence[Edit], *, previous: Outcome | None = None
) -> Outcome:
    """Return what the edits give.

    Parameters
    ----------
    assessment
        The present state, whose joints of the demand points are used.
    edits
        In the order in which they were made.
    previous
        An outcome of the same assessment: places that it has tied to the road are not tied again.

    Raises
    ------
    PlannerError
        When an edit cannot be made.
    """
    study = assessment.study
    facilities = edited_facilities(assessment.dataset, edits)
    dataset = replace(assessment.dataset, facilities=facilities)
    scenario = edited_scenario(assessment.scenario, edits)
    is_open = open_points(dataset, scenario)
    is_counted = is_open
    if study.travel.outside_facilities == "exclude":
        is_counted = is_open & (facilities.zone >= 0)
    modes: dict[str, ModeOutcome] = {}
    for mode, result in assessment.modes.items():
        known = (assessment.dataset, result.facility_snaps)
        if previous is not None:
            known = (previous.dataset, previous.modes[mode].facility_snaps)
        snaps = _facility_snaps(assessment, dataset, mode, known)
        modes[mode] = _mode_outcome(assessment, result, snaps, is_counted)
    analysis = modes[assessment.analysis_mode]
    given = ModeInput(
        dataset,
        study.travel,
        dataset.roads.networks[analysis.mode],
        assessment.modes[analysis.mode].demand_snaps,
        analysis.facility_snaps,
        is_open,
    )
    return Outcome(
        edits=tuple(edits),
        dataset=dataset,
        scenario=scenario,
        is_open=is_open,
        analysis_mode=analysis.mode,
        modes=modes,
        ratios=_ratios(assessment, given, scenario, edits),
        cost_wan_yuan=total_cost_wan_yuan(edits),
    )


def _ratios(
    assessment: Assessment, given: ModeInput, scenario: Scenario, edits: Sequence[Edit]
) -> Ratios:
    """Return people per centre; edits of points that are no centres leave it as it is."""
    facilities = given.dataset.facilities
    before = assessment.dataset.facilities
    centres = {
        name
        for rows in (before, facilities)
        for name, level in zip(rows.id, rows.level.tolist(), strict=True)
        if level == CENTRE_LEVEL
    }
    if not any(edit.facility_id in centres for edit in edits):
        return assessment.ratios
    return people_per_centre(given, assessment.study, scenario)


def _facility_snaps(
    assessment: Assessment, dataset: Dataset, mode: str, known: tuple[Dataset, Snaps]
) -> Snaps:
    """Return the joints of the edited institutions; known places keep theirs."""
    before, snaps = known
    places = zip(before.facilities.x_m.tolist(), before.facilities.y_m.tolist(), strict=True)
    row_of = {place: row for row, place in enumerate(places)}
    facilities = dataset.facilities
    now = list(zip(facilities.x_m.tolist(), facilities.y_m.tolist(), strict=True))
    known_row = np.array([row_of.get(place, -1) for place in now], dtype=np.int64)
    unplaced = np.flatnonzero(~before.facilities.has_position)
    if len(unplaced):  # NaN equals nothing: rows without a place are alike, tied to no road
        known_row[~facilities.has_position] = unplaced[0]
    new = np.flatnonzero(known_row < 0)
    if not len(new):
        return snaps.take(known_row)
    travel = assessment.study.travel
    tied = snap(
        dataset.roads,
        dataset.roads.networks[mode],
        facilities.x_m[new],
        facilities.y_m[new],
        max_access_m=travel.max_access_m,
        water=dataset.water,
        avoid_islands=travel.avoid_islands,
    )
    known_row[new] = len(snaps) + np.arange(len(new))
    return _joined(snaps, tied).take(known_row)


def _joined(first: Snaps, second: Snaps) -> Snaps:
    return Snaps(
        *(
            np.concatenate([getattr(part, f.name) for part in (first, second)])
            for f in fields(Snaps)
        )
    )


def _mode_outcome(
    assessment: Assessment, result: ModeResult, snaps: Snaps, is_counted: Mask
) -> ModeOutcome:
    dataset, travel = assessment.dataset, assessment.study.travel
    demand = dataset.demand
    times = nearest(
        dataset.roads.networks[result.mode],
        result.demand_snaps,
        snaps,
        is_open=is_counted,
        horizon_minutes=travel.horizon_minutes,
    )
    status = point_status(times, demand.zone < 0, limit_tenths=round(travel.minutes * 600))
    groups = {ALL_PEOPLE: demand.people, **demand.groups}
    return ModeOutcome(
        mode=result.mode,
        facility_snaps=snaps,
        nearest=times,
        status=status,
        ledgers={name: ledger(people, status) for name, people in groups.items()},
        zone_ledgers={
            name: ledger_by_unit(people, status, demand.zone, n_units=len(dataset.zones))
            for name, people in groups.items()
        },
    )
