"""Programmes and time: what each planned opening, closing or move changes, alone and in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.programme.stages import ProjectClass, Stage, class_of, stage_of
from data.types import Facilities
from geo.arrays import Floats, Ints
from geo.pairs import Reach
from planning.reach.mode_times import Mask, cover_count, covered_by
from planning.reach.scenario import NOT_BUILT

STAGE_OF_STATUS: dict[str, Stage] = {
    "planned": Stage.SITING,
    "construction": Stage.BUILDING,
    "operating": Stage.OPERATING,
    "": Stage.OPERATING,
}
"""The stage that a facility's status tells, where the list has no 建设阶段."""


@dataclass(frozen=True, slots=True)
class Project:
    """One project: facilities that open and facilities that close, on one day.

    Parameters
    ----------
    opens_on
        Planned or actual day (ISO); empty where it is not known, then it comes last.
    opens, closes
        Indices of facilities; a relocation has both.
    """

    project_id: str
    name: str
    stage: Stage
    opens_on: str
    opens: tuple[int, ...]
    closes: tuple[int, ...] = ()

    @property
    def is_relocation(self) -> bool:
        """True where something opens and something closes."""
        return bool(self.opens and self.closes)

    @property
    def project_class(self) -> ProjectClass:
        """What may be counted on."""
        return class_of(self.stage)


@dataclass(frozen=True, slots=True)
class ProjectEffect:
    """What one project changes for people inside the zones.

    Parameters
    ----------
    gaining_alone, losing_alone
        People newly inside and no longer inside the circle if only this project happens.
    gaining_after, losing_after
        The same after all earlier projects.
    figures_before, figures_after
        Named figures (N1-N4) before and after it, in the order of the programme.
    """

    project: Project
    gaining_alone: float
    losing_alone: float
    gaining_after: float
    losing_after: float
    figures_before: Mapping[str, float | None]
    figures_after: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Programme:
    """All projects in order, what each changes, and how many are done."""

    effects: tuple[ProjectEffect, ...]
    done: int
    planned: int

    @property
    def progress(self) -> float | None:
        """Done over planned; None without a project.

        >>> Programme((), 29, 29).progress, Programme((), 0, 0).progress
        (1.0, None)
        """
        return self.done / self.planned if self.planned else None


def projects_of(
    facilities: Facilities, *, as_of: str, since: str, listed_on: str = ""
) -> tuple[Project, ...]:
    """Return the projects that the facility list tells: openings and closings from `since` on.

    A closing and an opening of the same kind on the same day, nearest to one another, are a
    relocation. What is suspended (停缓) is left out. What opened from `since` to `as_of` is done;
    later openings are planned. A row that still says 在建 or 筹建 after its day has missed it and
    is not done.

    Parameters
    ----------
    as_of, since
        Days (ISO).
    listed_on
        Day that the list tells of; empty: `as_of`.
    """
    opens_on, closes_on = facilities.texts("open_date"), facilities.texts("close_date")
    status = facilities.texts("status")
    written = facilities.texts("stage") if "stage" in facilities.columns else ("",) * len(status)
    opening = [
        i
        for i in range(len(facilities))
        if status[i] != "closed" and (opens_on[i] >= since or status[i] in NOT_BUILT)
    ]
    closing = [i for i in range(len(facilities)) if closes_on[i] >= since and closes_on[i]]
    pairs = _relocations(facilities, opening, closing)
    projects = []
    for i in opening:
        stage = stage_of(written[i]) or STAGE_OF_STATUS.get(status[i], Stage.SITING)
        if class_of(stage) is ProjectClass.SUSPENDED:
            continue
        has_come = "" < opens_on[i] <= as_of
        is_done = has_come and (status[i] not in NOT_BUILT or opens_on[i] > (listed_on or as_of))
        projects.append(
            Project(
                facilities.id[i],
                facilities.name[i],
                Stage.OPERATING if is_done else _not_yet(stage),
                opens_on[i],
                (i,),
                tuple(old for old, new in pairs.items() if new == i),
            )
        )
    projects += [
        Project(
            facilities.id[i],
            facilities.name[i],
            Stage.OPERATING if closes_on[i] <= as_of else Stage.SCHEDULED,
            closes_on[i],
            (),
            (i,),
        )
        for i in closing
        if i not in pairs
    ]
    return ordered(projects)


def ordered(projects: Sequence[Project]) -> tuple[Project, ...]:
    """Return projects in order of day, those without a day last, then of id."""
    return tuple(sorted(projects, key=lambda p: (not p.opens_on, p.opens_on, p.project_id)))


def run_programme(
    projects: Sequence[Project],
    pairs: Reach,
    people: Floats,
    *,
    is_open: Mask,
    minutes: float,
    figures: Callable[[Mask], Mapping[str, float | None]] | None = None,
) -> Programme:
    """Return what every project changes that has not happened yet.

    Parameters
    ----------
    projects
        In any order.
    pairs
        Times to all facilities, those of projects included.
    people
        (n_demand,) people inside the zones, 0 elsewhere.
    is_open
        (n_facilities,) fixed points open now.
    minutes
        Limit of the circle.
    figures
        Named figures of a set of open points, for the effect on N1-N4.
    """
    now = cover_count(pairs, is_open, minutes)
    count, state = now.copy(), is_open.copy()
    figure = figures or _no_figures
    known = figure(state)
    effects = []
    for project in ordered(projects):
        if project.stage is Stage.OPERATING:
            continue
        alone = _change(pairs, project, is_open, minutes)
        after = _change(pairs, project, state, minutes)
        later = state.copy()
        later[list(project.opens)], later[list(project.closes)] = True, False
        then = figure(later)
        effects.append(
            ProjectEffect(
                project,
                *_people(people, now, now + alone),
                *_people(people, count, count + after),
                figures_before=known,
                figures_after=then,
            )
        )
        count, state, known = count + after, later, then
    done = sum(project.stage is Stage.OPERATING for project in projects)
    return Programme(tuple(effects), done, len(projects))


def _change(pairs: Reach, project: Project, is_open: Mask, minutes: float) -> Ints:
    """Return (n_demand,) how many more open points each demand point has within the circle."""
    change = np.zeros(pairs.n_demand, dtype=np.int32)
    for facility in project.opens:
        if not is_open[facility]:
            change[covered_by(pairs, facility, minutes)] += 1
    for facility in project.closes:
        if is_open[facility]:
            change[covered_by(pairs, facility, minutes)] -= 1
    return change


def _people(people: Floats, before: Ints, after: Ints) -> tuple[float, float]:
    """Return who gains and who loses."""
    gaining = people[(before == 0) & (after > 0)].sum()
    losing = people[(before > 0) & (after == 0)].sum()
    return float(gaining), float(losing)


def _relocations(
    facilities: Facilities, opening: Sequence[int], closing: Sequence[int]
) -> dict[int, int]:
    """Return closing -> opening of the same kind and day, each opening once, nearest first."""
    opens_on, closes_on = facilities.texts("open_date"), facilities.texts("close_date")
    found: list[tuple[float, int, int]] = []
    for old in closing:
        for new in opening:
            is_pair = new != old and facilities.kind[new] == facilities.kind[old]
            if is_pair and opens_on[new] == closes_on[old]:
                gap_m = np.hypot(
                    facilities.x_m[new] - facilities.x_m[old],
                    facilities.y_m[new] - facilities.y_m[old],
                )
                found.append((float(gap_m) if np.isfinite(gap_m) else np.inf, old, new))
    pairs: dict[int, int] = {}
    for _, old, new in sorted(found):
        if old not in pairs and new not in pairs.values():
            pairs[old] = new
    return pairs


def _not_yet(stage: Stage) -> Stage:
    """Return the stage of what has not opened: an opening day to come is no operation."""
    return Stage.FITTING_OUT if stage is Stage.OPERATING else stage


def _no_figures(_: Mask) -> Mapping[str, float | None]:
    return {}
