"""What the numbers of a plan mean, and the sentence of its proof.

Every surface takes the sentence from here. What an objective counts follows from its unit, on which
side the bound lies from its sense, and what may be claimed from the status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from geo.errors import Finding
from planning.reach.scenario import Mask
from planning.sites.plan_figures import proposal_figures
from planning.sites.proposal import (
    SENSES,
    STATE_NAMES,
    PlannedProject,
    Proposal,
    State,
    Unit,
)
from planning.sites.readings import Reading
from planning.solver import SitingPlan, SolveLimits, TwoLevel
from planning.solver.pairs import Indices
from planning.solver.plan import relative_gap
from planning.solver.solve import Problem
from planning.words.figure import STATE_WORDS, Figure
from planning.words.figures import minutes_text, people_text, share_text
from planning.words.units import amount_text
from planning.words.wording import Translate, finding_sentence, msgid


@dataclass(frozen=True, slots=True, eq=False)
class SitingProblem:
    """A problem with what its numbers mean.

    Parameters
    ----------
    problem
        Options first, in the order of the question; standing points behind them.
    unit, scale, shift
        The objective in planners' units is `objective * scale - shift`.
    includes_base
        True where objective and bound count the whole network, False where only what a plan adds.
    centre_facility, centre_site
        Of two levels: institution or option of each centre, -1 for the other.
    row_of
        (n_demand,) row of the problem that stands for each demand point, -1 for none; only where
        places are served within loads.
    findings
        What was set aside or put together.
    """

    problem: Problem | TwoLevel
    unit: Unit
    scale: float = 1.0
    shift: float = 0.0
    includes_base: bool = True
    limits: SolveLimits | None = None
    centre_facility: Indices | None = None
    centre_site: Indices | None = None
    row_of: Indices | None = None
    findings: tuple[Finding, ...] = ()


def in_planners_units(problem: SitingProblem, plan: SitingPlan) -> SitingPlan:
    """Return the plan with objective and bound in planners' units.

    >>> from planning.solver.plan import infeasible_plan
    >>> plan = infeasible_plan("lscp", 0, method="", seed=0, findings=())
    >>> in_planners_units(SitingProblem(None, "sites"), plan) is plan
    True
    """
    if plan.objective is None or plan.bound is None:
        return plan
    if problem.scale == 1.0 and problem.shift == 0.0:
        return plan
    objective = plan.objective * problem.scale - problem.shift
    bound = plan.bound * problem.scale - problem.shift
    return replace(plan, objective=objective, bound=bound, gap=relative_gap(objective, bound))


def note_set_aside(reading: Reading, lost: Mask) -> tuple[Finding, ...]:
    """Return what is said of people whom no option reaches; nothing where there are none."""
    if not lost.any():
        return ()
    said = (("people", float(reading.people[lost].sum())), ("rows", int(lost.sum())))
    return (Finding("siting_set_aside", said),)


Quote: TypeAlias = Callable[[str], str]

ADDED: dict[Unit, str] = {
    "people": msgid("{amount} more people within the circle"),
    "weighted people": msgid("{amount} more people within the circle, counted with their weights"),
    "people covered twice": msgid("{amount} more people covered twice"),
    "expected people": msgid("{amount} more people with a free point on average"),
    "sites": msgid("{amount} new points"),
    "yuan": msgid("a cost of {amount}"),
    "person-minutes": msgid("{amount} person-minutes of ways in all"),
    "minutes": msgid("a longest way of {amount} min"),
}
"""What an amount of each unit is, where it counts what a plan adds."""

WHOLE: dict[Unit, str] = {
    **ADDED,
    "people": msgid("{amount} people served within the loads"),
    "people covered twice": msgid("{amount} people covered twice"),
    "expected people": msgid("{amount} people with a free point on average"),
}
"""The same where it counts the whole network."""

ENOUGH_CODES = frozenset({"siting_enough", "siting_gains_small"})
"""Findings that say why fewer points are proposed than were asked for."""

PROVED = msgid("Proved the best under the listed candidates and conditions")
FOUND = msgid("The best plan found")
NO_CHOICE = msgid("No choice of the listed candidates keeps the conditions.")
NOTHING_FOUND = msgid("No plan was found before the search stopped.")
NOTHING_PROPOSED = msgid("No point is proposed.")


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proved of a plan.

    Parameters
    ----------
    unit, includes_base
        What objective and bound count, and whether that is the whole network or what is added.
    status, objective, bound, gap, is_replayable
        As in `SitingPlan`, in planners' units.
    """

    unit: Unit
    includes_base: bool
    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    is_replayable: bool = True


def proof_of(proposal: Proposal) -> Proof:
    """Return what is proved of the plan of an answer."""
    plan, terms = proposal.plan, proposal.terms
    return Proof(
        terms.unit,
        terms.includes_base,
        plan.status,
        plan.objective,
        plan.bound,
        plan.gap,
        plan.is_replayable,
    )


def proof_sentence(proof: Proof, translate: Translate, *, has_amounts: bool = True) -> str:
    """Return what is proved, as every surface says it.

    Parameters
    ----------
    has_amounts
        False leaves every number out, for a public where they count too few people.

    >>> proof = Proof("minutes", True, "within_gap", 25.0, 21.0, 0.16)
    >>> print(proof_sentence(proof, lambda text: text))
    The best plan found: a longest way of 25.0 min. Under the listed candidates and conditions it \
is not less than 21.0 min (gap 16.00 %).
    """
    if proof.status == "not_asked":
        return translate(NOTHING_PROPOSED)
    if proof.objective is None:
        return translate(NO_CHOICE if proof.status == "infeasible" else NOTHING_FOUND)
    claim = translate(PROVED if proof.status == "optimal" else FOUND)
    if not has_amounts:
        return translate("{claim}.").format(claim=claim)
    value = _said(proof, proof.objective, translate)
    said = translate("{claim}: {value}.").format(claim=claim, value=value)
    if proof.status != "optimal" and proof.bound is not None:
        text = (
            msgid(
                "Under the listed candidates and conditions it is not more than {bound} (gap "
                "{gap})."
            )
            if SENSES[proof.unit] == "max"
            else msgid(
                "Under the listed candidates and conditions it is not less than {bound} (gap "
                "{gap})."
            )
        )
        bound = translate(text).format(
            bound=_bare(proof.unit, proof.bound, translate), gap=share_text(proof.gap)
        )
        said = translate("{first} {then}").format(first=said, then=bound)
    if not proof.is_replayable:
        clock = translate("Cut by the clock: another run may differ.")
        said = translate("{first} {then}").format(first=said, then=clock)
    return said


def _said(proof: Proof, value: float, translate: Translate) -> str:
    words = WHOLE if proof.includes_base else ADDED
    return translate(words[proof.unit]).format(amount=_amount(proof.unit, value, translate))


def _amount(unit: Unit, value: float, translate: Translate) -> str:
    if unit == "yuan":
        return amount_text(value, "wan_yuan", translate)
    return minutes_text(value) if unit == "minutes" else people_text(value)


BARE: dict[Unit, str] = {
    "people": msgid("{amount} people"),
    "weighted people": msgid("{amount} weighted people"),
    "people covered twice": msgid("{amount} people"),
    "expected people": msgid("{amount} people"),
    "sites": msgid("{amount} points"),
    "yuan": msgid("{amount}"),
    "person-minutes": msgid("{amount} person-minutes"),
    "minutes": msgid("{amount} min"),
}
"""An amount with its unit alone, for a bound beside the value it bounds."""


def _bare(unit: Unit, value: float, translate: Translate) -> str:
    return translate(BARE[unit]).format(amount=_amount(unit, value, translate))


def plan_sentences(proposal: Proposal, translate: Translate, *, quote: Quote = str) -> list[str]:
    """Return what every surface says of a plan: enough, states, proof, projects, doubts, money.

    `quote` writes names so that a page shows them letter by letter.
    """
    if not proposal.is_asked:
        return not_asked_sentences(proposal, translate)
    return [
        *enough_sentences(proposal, translate),
        *state_sentences(proposal, translate),
        proof_sentence(proof_of(proposal), translate),
        *project_sentences(proposal, translate, quote=quote),
        *band_sentences(proposal, translate),
        *caveat_sentences(proposal, translate),
        *cost_sentences(proposal, translate),
    ]


def not_asked_sentences(
    proposal: Proposal, translate: Translate, *, has_amounts: bool = True
) -> list[str]:
    """Return that no sites were asked for, and why: no point counts, or what is wrong.

    `has_amounts` False leaves out the causes that count people.
    """
    if not proposal.terms.is_known:
        return [translate("Proposed sites: not asked, no point counts.")]
    said = translate("Proposed sites: not asked, the question cannot be asked as it stands.")
    causes = [found for found in proposal.findings if found.code != "siting_unanswered"]
    may_say = [found for found in causes if has_amounts or not _counts_people(found)]
    return [said, *(finding_sentence(found, translate) for found in may_say)]


def _counts_people(finding: Finding) -> bool:
    return finding.people is not None or "people" in dict(finding.params)


def enough_sentences(proposal: Proposal, translate: Translate) -> list[str]:
    """Return that fewer points are worth proposing than were asked for, where that is so."""
    return [
        finding_sentence(finding, translate)
        for finding in proposal.findings
        if finding.code in ENOUGH_CODES
    ]


def state_sentences(proposal: Proposal, translate: Translate) -> list[str]:
    """Return the people covered in the three states of the network."""
    terms = proposal.terms
    text = (
        msgid(
            "Served within the loads: {today} with the present network, {committed} with decided "
            "projects in use (until {until}), {planned} with the plan carried out."
        )
        if terms.has_loads
        else msgid(
            "Covered: {today} with the present network, {committed} with decided projects in use "
            "(until {until}), {planned} with the plan carried out."
        )
    )
    found = proposal_figures(proposal)
    today, committed, planned = (
        _people_and_share(people, share, translate)
        for people, share in zip(found.people, found.shares, strict=True)
    )
    said = translate(text).format(
        today=today, committed=committed, until=terms.committed_until, planned=planned
    )
    if not proposal.has_plan:
        return [said]
    start = (
        msgid("The plan starts from the present network: {newly} people are newly covered.")
        if terms.base == "today"
        else msgid(
            "The plan starts from decided projects in use: {newly} people are newly covered."
        )
    )
    lines = [said, translate(start).format(newly=found.newly.words(translate))]
    if found.in_reach:
        reach = msgid("Within reach, whatever the loads: {today}, {committed}, {planned} people.")
        lines.append(
            translate(reach).format(
                today=found.in_reach.today.words(translate),
                committed=found.in_reach.committed.words(translate),
                planned=found.in_reach.with_plan.words(translate),
            )
        )
    return lines


def project_sentences(
    proposal: Proposal, translate: Translate, *, quote: Quote = str, has_amounts: bool = True
) -> list[str]:
    """Return which sites are projects that are listed already; a public copy without counts."""
    lines = [
        translate("{site}: {project}").format(
            site=quote(proposal.candidates.name[site.candidate]),
            project=project_sentence(site.project, translate, quote=quote),
        )
        for site in proposal.sites
        if site.project is not None
    ]
    if lines and has_amounts:
        text = msgid("Of the people newly covered, {people} belong to projects listed already.")
        lines.append(
            translate(text).format(people=proposal_figures(proposal).on_projects.words(translate))
        )
    return lines


def project_sentence(project: PlannedProject, translate: Translate, *, quote: Quote = str) -> str:
    """Return that a site is a project, and what follows."""
    text = (
        msgid("the same as the decided project {name}, {metres:.0f} m away, to open on {day}")
        if project.is_decided
        else msgid(
            "the same as the reserve project {name}, {metres:.0f} m away: take its preparation "
            "forward"
        )
    )
    return translate(text).format(
        name=quote(project.name), metres=project.distance_m, day=project.opens_on or "—"
    )


def band_sentences(proposal: Proposal, translate: Translate) -> list[str]:
    """Return the range of the three figures under other speeds and other readings."""
    if not proposal.has_plan:
        return []
    inside = max(proposal.people.inside, 1e-9)
    bands = {
        state: (low / inside, high / inside) for state, (low, high) in proposal.speed_bands.items()
    }
    text = msgid("Under the slowest to the quickest speeds: {today}; {committed}; {planned}.")
    lines = [translate(text).format(**_ranges(bands, translate))]
    found = proposal.robustness
    if found is not None:
        shares = {state: found.shares(state) for state in STATE_NAMES}
        text = msgid("Under {count} readings of the inputs: {today}; {committed}; {planned}.")
        ranges = _ranges(shares, translate)
        lines.append(translate(text).format(count=len(found.runs), **ranges))
    return lines


def _ranges(bands: Mapping[State, tuple[float, float]], translate: Translate) -> dict[str, str]:
    text = msgid("{state} {low} to {high}")
    keys: dict[State, str] = {"today": "today", "committed": "committed", "proposed": "planned"}
    return {
        keys[state]: translate(text).format(
            state=translate(STATE_WORDS[state]), low=share_text(low), high=share_text(high)
        )
        for state, (low, high) in bands.items()
    }


def caveat_sentences(proposal: Proposal, translate: Translate) -> list[str]:
    """Return what the figures of a plan do not know."""
    if proposal.terms.has_loads:
        return []
    return [translate("Doctors and rooms are not counted: the model has no loads.")]


def cost_sentences(proposal: Proposal, translate: Translate) -> list[str]:
    """Return what the plan costs, or that nobody has said what a point costs."""
    if not proposal.sites:
        return []
    yuan, costs = proposal.plan_yuan, proposal.costs
    if yuan is None:
        return [translate("Cost: to be filled in.")]
    text = (
        msgid("Cost over {years:g} years, by assumed unit costs: {cost}.")
        if costs.are_assumed
        else msgid("Cost over {years:g} years: {cost}.")
    )
    lines = [
        translate(text).format(years=costs.years, cost=amount_text(yuan, "wan_yuan", translate))
    ]
    if not costs.has_running:
        lines.append(translate("Running costs are not counted."))
    return lines


def _people_and_share(people: Figure, share: Figure, translate: Translate) -> str:
    """Return people with their share; that nothing is known is said once."""
    if people.value is None:
        return people.words(translate)
    return translate("{people} people ({share})").format(
        people=people.words(translate), share=share.words(translate)
    )
