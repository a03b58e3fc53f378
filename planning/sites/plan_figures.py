"""The siting plan as figures: who is covered in each state, its proof, its sites, its curve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from planning.sites.proposal import Proposal, ProposedSite, StateCounts
from planning.sites.proposal import Unit as PlanUnit
from planning.words.figure import NOBODY, Base, Figure
from planning.words.units import Unit
from planning.words.wording import msgid

NO_PLAN = msgid("no plan was found")
NO_POINT = msgid("no point counts, so no time can be known")
NO_COST = msgid("nobody has said what a point costs")

UNITS: dict[PlanUnit, Unit] = {
    "people": "people",
    "weighted people": "weighted_people",
    "people covered twice": "people_twice",
    "expected people": "expected_people",
    "sites": "count",
    "yuan": "wan_yuan",
    "person-minutes": "person_minutes",
    "minutes": "minutes",
}


class StateFigures(NamedTuple):
    """People covered in the three states of the network."""

    today: Figure
    committed: Figure
    with_plan: Figure


class PlanFigures(NamedTuple):
    """The figures of a plan; `in_reach` stands beside `people` where those are within loads."""

    sites: Figure
    candidates: Figure
    newly: Figure
    on_projects: Figure
    lost: Figure
    people: StateFigures
    shares: StateFigures
    in_reach: StateFigures | tuple[()]
    objective: Figure
    bound: Figure
    solver_gap: Figure
    cost: Figure


class SiteFigures(NamedTuple):
    """The figures of one site of a plan."""

    in_reach: Figure
    reached: Figure
    only: Figure


def proposal_figures(proposal: Proposal) -> PlanFigures:
    """Return the figures of the best plan."""
    people, plan, terms = proposal.people, proposal.plan, proposal.terms
    own, unit = plan_base(proposal), UNITS[terms.unit]

    def counted(term: str, value: float) -> Figure:
        return _known(term, own, value, why_not=_why_unknown(proposal))

    def proved(term: str, value: float | None, unit: Unit) -> Figure:
        reason = "" if value is not None else NO_PLAN if terms.is_known else NO_POINT
        return Figure(term, own, value, unit, reason=reason)

    within = people.in_reach
    yuan = proposal.plan_yuan
    term = "people_served" if terms.has_loads else "people_covered"
    return PlanFigures(
        sites=Figure("plan_sites", own, float(len(proposal.sites))),
        candidates=Figure("plan_candidates", own, float(len(proposal.candidates))),
        newly=counted("plan_newly_covered", people.newly),
        on_projects=counted("plan_on_projects", people.on_projects),
        lost=counted("plan_lost", people.lost),
        people=_states(proposal, people, term),
        shares=_states(
            proposal,
            people,
            "served_share" if terms.has_loads else "coverage_share",
            whole=people.inside,
        ),
        in_reach=() if within is None else _states(proposal, within, "people_covered"),
        objective=proved("plan_objective", plan.objective, unit),
        bound=proved("plan_bound", plan.bound, unit),
        solver_gap=proved("plan_solver_gap", plan.gap, "share"),
        cost=Figure("plan_cost", own, yuan, reason=NO_COST if yuan is None else ""),
    )


def plan_base(proposal: Proposal) -> Base:
    """Return what the figures with the plan stand on: the day of the state it starts from."""
    terms = proposal.terms
    date = terms.coverage.date if terms.base == "today" else terms.committed_until
    return replace(terms.coverage, state="proposed", date=date)


def site_figures(proposal: Proposal, site: ProposedSite) -> SiteFigures:
    """Return the figures of one site."""
    candidates = proposal.candidates
    place = f"site:{candidates.id[site.candidate]}"
    own = replace(plan_base(proposal), place=place)
    name = candidates.name[site.candidate]
    return SiteFigures(
        in_reach=Figure("site_people_in_reach", own, site.in_reach_people, place_name=name),
        reached=Figure("site_people_reached", own, site.reached_people, place_name=name),
        only=Figure("site_people_only", own, site.new_people, place_name=name),
    )


def curve_figures(proposal: Proposal) -> tuple[tuple[Figure, Figure], ...]:
    """Return the people newly covered by 0, 1, 2, ... sites, each with its bound."""
    own, curve = plan_base(proposal), proposal.curve
    points = zip(curve.covered.tolist(), curve.bound.tolist(), strict=True)
    return tuple(
        (
            Figure("curve_people", replace(own, detail=str(number)), people),
            Figure("curve_bound", replace(own, detail=str(number)), bound),
        )
        for number, (people, bound) in enumerate(points)
    )


def plan_figures(proposal: Proposal) -> Iterator[tuple[object, ...]]:
    """Yield the figures of the plan, of each of its sites and of the curve."""
    yield proposal_figures(proposal)
    yield from (site_figures(proposal, site) for site in proposal.sites)
    yield from curve_figures(proposal)


def _states(
    proposal: Proposal, counts: StateCounts, term: str, *, whole: float | None = None
) -> StateFigures:
    """Return a count in the three states, or its share of the whole."""
    terms = proposal.terms
    base, no_point = terms.coverage, "" if terms.is_known else NO_POINT
    committed = replace(base, state="committed", date=terms.committed_until)

    def one(value: float, stands_on: Base, why_not: str) -> Figure:
        if whole is None or why_not:
            return _known(term, stands_on, value, why_not=why_not)
        share = value / whole if whole > 0 else None
        return Figure(term, stands_on, share, reason=NOBODY if share is None else "")

    return StateFigures(
        today=one(counts.today, base, "" if terms.knows_today else NO_POINT),
        committed=one(counts.committed, committed, no_point),
        with_plan=one(counts.with_plan, plan_base(proposal), _why_unknown(proposal)),
    )


def _why_unknown(proposal: Proposal) -> str:
    """Return why nothing is known of the network with the plan; empty where it is."""
    if not proposal.terms.is_known:
        return NO_POINT
    return "" if proposal.has_plan else NO_PLAN


def _known(term: str, base: Base, value: float, *, why_not: str) -> Figure:
    return Figure(term, base, None if why_not else value, reason=why_not)
