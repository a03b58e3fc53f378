"""The siting plan as figures: who is covered in each state, its proof, its sites, its curve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from planning.sites.proposal import Proposal, ProposedSite, RobustnessRun, StateCounts
from planning.sites.proposal import Unit as PlanUnit
from planning.words.figure import NOBODY, Base, Figure
from planning.words.units import Unit
from planning.words.wording import msgid

NO_PLAN = msgid("no plan was found")
NOT_ASKED = msgid("the question of new sites could not be asked")
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
        reason = "" if value is not None else _why_unknown(proposal) or NO_PLAN
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


class ChoiceFigures(NamedTuple):
    """What a plan among its alternatives gains, and what it gives up."""

    newly: Figure
    lost_share: Figure


def choice_figures(proposal: Proposal, number: int) -> ChoiceFigures:
    """Return the figures of a plan by its number among the alternatives: 1 is the best one."""
    choice = proposal.alternatives.plans[number - 1]
    own = replace(plan_base(proposal), detail="" if number == 1 else f"plan {number}")
    return ChoiceFigures(
        newly=_known(
            "plan_newly_covered", own, choice.people.newly, why_not=_why_unknown(proposal)
        ),
        lost_share=Figure("plan_lost_share", own, choice.lost_share),
    )


def unweighted_figure(proposal: Proposal) -> Figure | None:
    """Return the people newly covered by the plan in which everybody counts 1, or None."""
    choice = proposal.without_weights
    if choice is None:
        return None
    own = replace(plan_base(proposal), detail="without weights")
    return Figure("plan_newly_covered", own, choice.people.newly)


def reading_figures(proposal: Proposal, run: RobustnessRun) -> StateFigures:
    """Return the shares covered in the three states under another reading of the inputs."""
    terms = proposal.terms
    term = "served_share" if terms.has_loads else "coverage_share"
    today = replace(terms.coverage, detail=run.label)
    committed = replace(today, state="committed", date=terms.committed_until)
    planned = replace(plan_base(proposal), detail=run.label)
    return StateFigures(
        today=_known(term, today, run.share_today, why_not="" if terms.knows_today else NO_POINT),
        committed=_known(
            term, committed, run.share_committed, why_not="" if terms.is_known else NO_POINT
        ),
        with_plan=_known(term, planned, run.share_with_plan, why_not=_why_unknown(proposal)),
    )


def chosen_figure(proposal: Proposal, candidate: int, share: float) -> Figure:
    """Return in how many of the readings an option by its index is chosen."""
    place = f"site:{proposal.candidates.id[candidate]}"
    name = proposal.candidates.name[candidate]
    own = replace(plan_base(proposal), place=place)
    return Figure("site_chosen_share", own, share, place_name=name)


def plan_figures(proposal: Proposal) -> Iterator[tuple[object, ...]]:
    """Yield the figures of the plan, of each of its sites and of the curve."""
    yield proposal_figures(proposal)
    yield from (site_figures(proposal, site) for site in proposal.sites)
    yield from curve_figures(proposal)
    numbers = range(1, len(proposal.alternatives.plans) + 1)
    yield from (choice_figures(proposal, number) for number in numbers)
    found = proposal.robustness
    if found is not None:
        yield from (reading_figures(proposal, run) for run in found.runs)
        shares = enumerate(found.chosen_share.tolist())
        yield tuple(chosen_figure(proposal, i, share) for i, share in shares if share > 0)
    plain = unweighted_figure(proposal)
    if plain is not None:
        yield (plain,)


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
    if not proposal.is_asked:
        return NOT_ASKED
    return "" if proposal.has_plan else NO_PLAN


def _known(term: str, base: Base, value: float, *, why_not: str) -> Figure:
    return Figure(term, base, None if why_not else value, reason=why_not)
