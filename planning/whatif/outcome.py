"""Scenario workbench: what a list of edits does to coverage, ledger, gaps and ratio verdicts.

Where people join the road does not depend on facilities and is kept from the assessment; only the
places that an edit touches are tied to the road anew, and one search a mode gives all times. The
numbers equal those of a fresh assessment of the edited county. Edits of roads make the networks
that they touch anew, and who joins the road where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from data.study.tables import TravelTable
from data.types import Dataset, Facilities
from geo.errors import Progress, silent
from geo.roads import RoadGraph
from geo.snap import Snaps
from planning.assess.workflow import Assessment, people_per_centre
from planning.centres.centres import CENTRE_LEVEL
from planning.centres.service_ratio import Ratios
from planning.reach.gaps import Gap, find_gaps, gap_input
from planning.reach.mode_input import ModeCover, ModeInput, cover_mode, snap_places
from planning.reach.scenario import Mask, Scenario, fixed_points
from planning.whatif.edits import (
    ROAD_ACTIONS,
    Edit,
    edited_facilities,
    edited_scenario,
    total_cost_wan_yuan,
)
from planning.whatif.roads import edited_roads, road_steps
from planning.words.wording import msgid


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The roads that edits leave, and where people join them.

    Parameters
    ----------
    steps
        The edits that made it; none for the present roads.
    roads
        With the network of each mode.
    demand_snaps
        Mode -> where each demand point joins the road.
    """

    steps: tuple[Edit, ...]
    roads: RoadGraph
    demand_snaps: Mapping[str, Snaps]

    @property
    def shape(self) -> tuple[Edit, ...]:
        """The steps that decide where places join the road: speeds leave that as it is."""
        return tuple(edit for edit in self.steps if edit.action != "set_speed")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a scenario gives; without edits it is the present state.

    `dataset` holds the edited institutions, `points` those that count, and `cost_wan_yuan`
    the stated costs (None where no edit states one). Gaps are found when they are first asked for:
    the figures need not wait for them.
    """

    edits: tuple[Edit, ...]
    ground: Ground
    dataset: Dataset
    scenario: Scenario
    points: Mask
    analysis_mode: str
    modes: Mapping[str, ModeCover]
    ratios: Ratios
    cost_wan_yuan: float | None

    @property
    def analysis(self) -> ModeCover:
        """The mode that gaps are given for."""
        return self.modes[self.analysis_mode]

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Service gaps of the analysis mode."""
        return find_gaps(gap_input(self.dataset), self.analysis.status, self.analysis.nearest)


def apply_edits(
    assessment: Assessment,
    edits: Sequence[Edit],
    *,
    previous: Outcome | None = None,
    progress: Progress | None = None,
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
    progress
        Called where roads are made anew; may raise `Cancelled`.

    Raises
    ------
    PlannerError
        When an edit cannot be made.
    """
    study = assessment.study
    facilities = edited_facilities(assessment.dataset, edits)
    ground = _ground(assessment, edits, previous, progress)
    dataset = replace(assessment.dataset, facilities=facilities, roads=ground.roads)
    scenario = edited_scenario(assessment.scenario, edits)
    points = fixed_points(facilities, scenario, outside=study.travel.outside_facilities)
    inputs = {
        mode: ModeInput(
            dataset,
            study.travel,
            dataset.roads.networks[mode],
            ground.demand_snaps[mode],
            _facility_snaps(
                study.travel, dataset, mode, _known(assessment, mode, ground, previous)
            ),
            points,
        )
        for mode in assessment.modes
    }
    return Outcome(
        edits=tuple(edits),
        ground=ground,
        dataset=dataset,
        scenario=scenario,
        points=points,
        analysis_mode=assessment.analysis_mode,
        modes={mode: cover_mode(of_mode) for mode, of_mode in inputs.items()},
        ratios=_ratios(assessment, inputs[assessment.analysis_mode], scenario, edits),
        cost_wan_yuan=total_cost_wan_yuan(edits),
    )


def _ground(
    assessment: Assessment,
    edits: Sequence[Edit],
    previous: Outcome | None,
    progress: Progress | None,
) -> Ground:
    """Return the roads after the edits; those of the assessment or of before where they fit."""
    present = {mode: result.demand_snaps for mode, result in assessment.modes.items()}
    dataset, travel, steps = assessment.dataset, assessment.study.travel, road_steps(edits)
    if not steps:
        return Ground((), dataset.roads, present)
    if previous is not None and previous.ground.steps == steps:
        return previous.ground
    report = progress or silent
    report(msgid("Making the road network anew"), 0, len(present) + 1)
    made = Ground(steps, edited_roads(dataset, travel, edits), present)
    if not made.shape:
        return made
    if previous is not None and previous.ground.shape == made.shape:
        return replace(made, demand_snaps=previous.ground.demand_snaps)
    snaps: dict[str, Snaps] = {}
    for number, mode in enumerate(present, start=1):
        report(msgid("Joining people to the roads"), number, len(present) + 1)
        snaps[mode] = snap_places(
            replace(dataset, roads=made.roads),
            travel,
            made.roads.networks[mode],
            dataset.demand.x_m,
            dataset.demand.y_m,
        )
    return replace(made, demand_snaps=snaps)


def _known(
    assessment: Assessment, mode: str, ground: Ground, previous: Outcome | None
) -> tuple[Facilities, Snaps] | None:
    """Return institutions whose joints on roads of the same shape are known already."""
    if previous is not None and previous.ground.shape == ground.shape:
        return previous.dataset.facilities, previous.modes[mode].facility_snaps
    if not ground.shape:
        return assessment.dataset.facilities, assessment.modes[mode].facility_snaps
    return None


def _ratios(
    assessment: Assessment, given: ModeInput, scenario: Scenario, edits: Sequence[Edit]
) -> Ratios:
    """Return people per centre; edits of points that are no centres leave it as it is."""
    is_road = any(edit.action in ROAD_ACTIONS for edit in edits)
    facilities = given.dataset.facilities
    before = assessment.dataset.facilities
    centres = {
        name
        for rows in (before, facilities)
        for name, level in zip(rows.id, rows.level.tolist(), strict=True)
        if level == CENTRE_LEVEL
    }
    if not is_road and not any(edit.facility_id in centres for edit in edits):
        return assessment.ratios
    return people_per_centre(given, assessment.study, scenario)


def _facility_snaps(
    travel: TravelTable,
    dataset: Dataset,
    mode: str,
    known: tuple[Facilities, Snaps] | None,
) -> Snaps:
    """Return the joints of the edited institutions; known places keep theirs."""
    facilities = dataset.facilities
    network = dataset.roads.networks[mode]
    if known is None:
        return snap_places(dataset, travel, network, facilities.x_m, facilities.y_m)
    before, snaps = known
    places = zip(before.x_m.tolist(), before.y_m.tolist(), strict=True)
    row_of = {place: row for row, place in enumerate(places)}
    now = list(zip(facilities.x_m.tolist(), facilities.y_m.tolist(), strict=True))
    known_row = np.array([row_of.get(place, -1) for place in now], dtype=np.int64)
    unplaced = np.flatnonzero(~before.has_position)
    if len(unplaced):  # NaN equals nothing: rows without a place are alike, tied to no road
        known_row[~facilities.has_position] = unplaced[0]
    new = np.flatnonzero(known_row < 0)
    if not len(new):
        return snaps.take(known_row)
    added = snap_places(dataset, travel, network, facilities.x_m[new], facilities.y_m[new])
    known_row[new] = len(snaps) + np.arange(len(new))
    return snaps.append(added).take(known_row)
