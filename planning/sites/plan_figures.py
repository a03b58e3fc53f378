"""The siting plan as figures: who is covered without and with it, its proof, its sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from planning.sites.answer import Proposal
from planning.sites.reasons import ProposedSite
from planning.sites.units import Unit as PlanUnit
from planning.words.figure import NOBODY, Base, Figure
from planning.words.units import Unit
from planning.words.wording import msgid

NO_PLAN = msgid("no plan was found")

UNITS: dict[PlanUnit, Unit] = {
    "people": "people",
    "people covered twice": "people_twice",
    "expected people": "expected_people",
    "sites": "count",
    "yuan": "wan_yuan",
    "person-minutes": "person_minutes",
    "minutes": "minutes",
}


class PlanFigures(NamedTuple):
    """The figures of a plan."""

    sites: Figure
    candidates: Figure
    newly: Figure
    lost: Figure
    covered_today: Figure
    covered_with_plan: Figure
    share_today: Figure
    share_with_plan: Figure
    objective: Figure
    bound: Figure
    solver_gap: Figure
    cost: Figure


class SiteFigures(NamedTuple):
    """The figures of one site of a plan."""

    in_reach: Figure
    reached: Figure
    only: Figure


def proposal_figures(proposal: Proposal, base: Base) -> PlanFigures:
    """Return the figures of the best plan.

    Parameters
    ----------
    base
        That of today's coverage in the mode and within the minutes of the question.
    """
    people, plan = proposal.people, proposal.plan
    own = replace(base, state="proposed")
    unit = UNITS[proposal.unit]

    def proved(term: str, value: float | None, unit: Unit) -> Figure:
        return Figure(term, own, value, unit, reason=NO_PLAN if value is None else "")

    def share(part: float, stands_on: Base) -> Figure:
        known = people.inside > 0
        value = part / people.inside if known else None
        return Figure("coverage_share", stands_on, value, reason="" if known else NOBODY)

    return PlanFigures(
        sites=Figure("plan_sites", own, float(len(proposal.sites))),
        candidates=Figure("plan_candidates", own, float(len(proposal.candidates))),
        newly=Figure("plan_newly_covered", own, people.newly),
        lost=Figure("plan_lost", own, people.lost),
        covered_today=Figure("people_covered", base, people.today),
        covered_with_plan=Figure("people_covered", own, people.with_plan),
        share_today=share(people.today, base),
        share_with_plan=share(people.with_plan, own),
        objective=proved("plan_objective", plan.objective, unit),
        bound=proved("plan_bound", plan.bound, unit),
        solver_gap=proved("plan_solver_gap", plan.gap, "share"),
        cost=Figure("plan_cost", own, proposal.plan_yuan),
    )


def site_figures(proposal: Proposal, site: ProposedSite, base: Base) -> SiteFigures:
    """Return the figures of one site."""
    candidates = proposal.candidates
    own = replace(base, state="proposed", place=f"site:{candidates.id[site.candidate]}")
    name = candidates.name[site.candidate]
    return SiteFigures(
        in_reach=Figure("site_people_in_reach", own, site.in_reach_people, place_name=name),
        reached=Figure("site_people_reached", own, site.reached_people, place_name=name),
        only=Figure("site_people_only", own, site.new_people, place_name=name),
    )


def curve_figures(proposal: Proposal, base: Base) -> tuple[tuple[Figure, Figure], ...]:
    """Return the people newly covered by 0, 1, 2, ... sites, each with its bound."""
    own, curve = replace(base, state="proposed"), proposal.curve
    points = zip(curve.covered.tolist(), curve.bound.tolist(), strict=True)
    return tuple(
        (
            Figure("curve_people", replace(own, detail=str(number)), people),
            Figure("curve_bound", replace(own, detail=str(number)), bound),
        )
        for number, (people, bound) in enumerate(points)
    )


def plan_figures(proposal: Proposal, base: Base) -> Iterator[tuple[object, ...]]:
    """Yield the figures of the plan, of each of its sites and of the curve."""
    yield proposal_figures(proposal, base)
    yield from (site_figures(proposal, site, base) for site in proposal.sites)
    yield from curve_figures(proposal, base)
