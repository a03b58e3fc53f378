"""The siting page in words: models, reasons, alternatives, costs, and what the map shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from data.study.siting import SitingModel
from data.types import Dataset
from geo.errors import Finding
from planning.sites import Proposal
from planning.sites.candidates import CANNOT_MEND, NOT_A_PARCEL, Group, kind_group
from planning.sites.plan_figures import (
    choice_figures,
    chosen_figure,
    proposal_figures,
    reading_figures,
    site_figures,
    unweighted_figure,
)
from planning.sites.proof import ENOUGH_CODES, plan_sentences, project_sentence
from planning.sites.robustness import RUN_NAMES
from planning.sites.rows import gain_per_wan, often_chosen, site_columns
from planning.words.figures import mode_text, people_text
from planning.words.tables import Column, Row, Table, table_of
from planning.words.wording import Translate, msgid

OnMap: TypeAlias = Literal["plan", "stability", "candidates"]

MODEL_NAMES: dict[SitingModel, str] = {
    "mclp": msgid("Most people with a number of stations"),
    "lscp": msgid("Fewest stations for everybody"),
    "partial-lscp": msgid("Fewest stations for a share of the people"),
    "villages": msgid("Fewest stations for all villages"),
    "budget": msgid("Most people for a budget"),
    "cheapest": msgid("Least cost for a share of the people"),
    "p-median": msgid("Shortest way on average"),
    "p-centre": msgid("Shortest longest way"),
    "backup": msgid("Everybody once, most people twice"),
    "mexclp": msgid("Most people when stations are busy at times"),
    "capacitated": msgid("Most people within capacity"),
    "capacitated-median": msgid("Shortest ways within capacity"),
    "two-level": msgid("Stations and centres together"),
}
"""Models in the order in which the page offers them."""

GROUP_NAMES: dict[Group, str] = {
    "centre": msgid("Centre"),
    "station": msgid("Station"),
    "clinic": msgid("Village clinic"),
    "circuit": msgid("Circuit stop"),
}
ROLE_NAMES = {"new": msgid("New"), "upgrade": msgid("Upgraded"), "keep": msgid("In the plan")}
PART_NAMES = {
    "build": msgid("Building"),
    "upgrade": msgid("Upgrade"),
    "running": msgid("Running, a year"),
}
MARK_NAMES = {
    "S": msgid("stated in a policy document"),
    "C": msgid("computed from a policy document"),
    "I": msgid("an interpretation"),
    "K": msgid("an assumption to be replaced"),
    "study": msgid("stated in the study"),
}
ON_MAP: dict[OnMap, str] = {
    "plan": msgid("The plan"),
    "stability": msgid("Stability"),
    "candidates": msgid("All candidates"),
}


def page_site_columns(proposal: Proposal, dataset: Dataset, translate: Translate) -> list[Column]:
    """Return sites.csv in the reader's words: kinds and roles are Chinese in the file."""
    kinds = [proposal.candidates.kind[site.candidate] for site in proposal.sites]
    roles = [proposal.candidates.role[site.candidate] for site in proposal.sites]
    words = {
        "kind_name": [translate(GROUP_NAMES[kind_group(kind)]) for kind in kinds],
        "role": [translate(ROLE_NAMES[role]) for role in roles],
    }
    return [
        Column(column.name, words.get(column.name, column.values), column.decimals)
        for column in site_columns(proposal, dataset)
    ]


def plan_lines(
    proposal: Proposal, translate: Translate, *, quote: Callable[[str], str] = str
) -> list[str]:
    """Return the plan in sentences; the first is what matters most.

    `quote` writes a name so that the page shows it letter by letter.
    """
    if not proposal.is_asked:
        return plan_sentences(proposal, translate, quote=quote)[:1]  # `page_findings` say why
    terms = proposal.terms
    text = msgid("{count} points, {mode}, {minutes:g} min.")
    lines = [
        translate(text).format(
            count=len(proposal.sites),
            mode=mode_text(terms.mode, translate),
            minutes=terms.minutes,
        ),
        *plan_sentences(proposal, translate, quote=quote),
    ]
    if proposal.people.lost > 0:
        lost = msgid("{people} people lose cover by the points that the plan gives up.")
        people = proposal_figures(proposal).lost.words(translate)
        lines.append(translate(lost).format(people=people))
    unweighted = unweighted_figure(proposal)
    if unweighted is not None:
        plain = msgid("Without weights the best plan newly covers {people} people.")
        gained = unweighted.words(translate)
        lines.append(translate(plain).format(people=gained))
    return lines


def page_findings(proposal: Proposal) -> list[Finding]:
    """Return what is found of a plan beside its own sentences."""
    return [found for found in proposal.findings if found.code not in ENOUGH_CODES]


def kind_lines(proposal: Proposal, translate: Translate) -> list[str]:
    """Return what the kinds of the plan do not mend, and that its points are no plots of land."""
    groups = sorted({kind_group(proposal.candidates.kind[s.candidate]) for s in proposal.sites})
    return [translate(NOT_A_PARCEL), *(translate(CANNOT_MEND[group]) for group in groups)]


def reason_lines(
    proposal: Proposal,
    dataset: Dataset,
    translate: Translate,
    *,
    quote: Callable[[str], str] = str,
) -> list[str]:
    """Return one sentence a site: who gains, what it shares, how often it is chosen.

    `quote` writes a name so that the page shows it letter by letter.
    """
    lines = []
    for rank, site in enumerate(proposal.sites, start=1):
        is_alone, found = site.shared_people < 0.5, site_figures(proposal, site)
        alone = msgid("**{rank}. {name}**: {reached} people without cover in reach.")
        shared_text = msgid(
            "**{rank}. {name}**: {reached} people without cover in reach, {own} of them by no "
            "other new site."
        )
        text = alone if is_alone else shared_text
        parts = [
            translate(text).format(
                rank=rank,
                name=quote(proposal.candidates.name[site.candidate]),
                reached=found.reached.words(translate),
                own=found.only.words(translate),
            )
        ]
        groups = [
            f"{name} {people_text(people)}" for name, people in site.by_group.items() if people > 0
        ]
        zones = [
            f"{dataset.zones.name[zone]} {people_text(people)}" for zone, people in site.by_zone[:3]
        ]
        if zones or groups:
            who = translate("Who gains: {who}.").format(who=quote("、".join([*zones, *groups])))
            parts.append(who)
        if site.shared_with:
            other, people = site.shared_with[0]
            shared = msgid("Shares {people} with {name}.")
            name = quote(proposal.candidates.name[other])
            parts.append(translate(shared).format(people=people_text(people), name=name))
        if site.project is not None:
            parts.append(project_sentence(site.project, translate, quote=quote))
        yield_per_wan = gain_per_wan(proposal, site)
        if yield_per_wan is not None:
            text = msgid("{people:.1f} people only by this point for 10,000 yuan.")
            parts.append(translate(text).format(people=yield_per_wan))
        if proposal.robustness is not None:
            often = msgid("Chosen in {times} of {count} readings.")
            count = len(proposal.robustness.runs)
            times = round(float(proposal.robustness.chosen_share[site.candidate]) * count)
            parts.append(translate(often).format(times=times, count=count))
        lines.append(" ".join(parts))
    return lines


def why_not_lines(
    proposal: Proposal, translate: Translate, *, quote: Callable[[str], str] = str
) -> list[str]:
    """Return one sentence for each option that reaches many and was not chosen."""
    names = proposal.candidates.name
    lines = []
    for row in proposal.not_chosen:
        open_people = row.in_reach_people - row.covered_before
        text = msgid("**{name}** reaches {people} people without cover")
        said = translate(text).format(
            name=quote(names[row.candidate]), people=people_text(max(open_people, 0.0))
        )
        if row.covered_by:
            takers = "、".join(
                translate("{name} ({people} people)").format(name=names[i], people=people_text(p))
                for i, p in row.covered_by
            )
            said += translate("; taken by {who}").format(who=quote(takers))
        left = translate("; it would still add {people}.").format(people=people_text(row.left))
        lines.append(said + left)
    return lines


def run_sheet(proposal: Proposal, translate: Translate) -> Table:
    """Return the readings of the inputs and what the plan is worth under each."""
    best = set(proposal.plan.new_sites.tolist())
    rows: list[Row] = []
    for run in () if proposal.robustness is None else proposal.robustness.runs:
        others = "、".join(proposal.candidates.name[i] for i in sorted(set(run.sites) - best))
        rows.append(
            (
                run_name(run.label, translate),
                *reading_figures(proposal, run),
                f"{len(best & set(run.sites))} / {len(best)}",
                others or "—",
            )
        )
    headers = (
        msgid("Reading of the inputs"),
        msgid("Covered today"),
        msgid("Covered with decided projects"),
        msgid("Covered with the plan"),
        msgid("Sites of the plan that are best here, too"),
        msgid("Others that would be chosen"),
    )
    return table_of(msgid("Stability"), headers, rows, translate)


def run_name(label: str, translate: Translate) -> str:
    """Return a reading of the inputs in words.

    >>> run_name("minutes=15", lambda text: text)
    'Limit 15 min'
    """
    kind, _, value = label.partition("=")
    said = translate(value) if kind == "speed_set" else value
    return translate(RUN_NAMES[kind]).format(value=said)


def often_sheet(proposal: Proposal, dataset: Dataset, translate: Translate) -> Table:
    """Return every option that some reading chooses, most often first."""
    best = set(proposal.plan.new_sites.tolist())
    sites, zones = proposal.candidates, dataset.zones.name
    rows: list[Row] = [
        (
            sites.name[i],
            zones[sites.zone[i]] if sites.zone[i] >= 0 else "—",
            chosen_figure(proposal, i, share),
            translate("yes") if i in best else translate("no"),
        )
        for i, share in often_chosen(proposal)
    ]
    headers = (
        msgid("Site"),
        msgid("Zone"),
        msgid("Chosen in the readings"),
        msgid("In the plan"),
    )
    return table_of(msgid("How often each site is chosen"), headers, rows, translate)


def choice_sheet(proposal: Proposal, translate: Translate) -> Table:
    """Return the plan and its alternatives side by side."""
    best = set(proposal.plan.new_sites.tolist())
    rows: list[Row] = []
    for number, choice in enumerate(proposal.alternatives.plans, start=1):
        found = choice_figures(proposal, number)
        own = set(choice.plan.new_sites.tolist())
        rows.append(
            (
                choice_name(number, translate),
                *found,
                _names(proposal, own - best),
                _names(proposal, best - own),
            )
        )
    headers = (
        msgid("Plan"),
        msgid("People newly covered"),
        msgid("Gives up"),
        msgid("With, against plan 1"),
        msgid("Without, against plan 1"),
    )
    return table_of(msgid("Alternatives"), headers, rows, translate)


def choice_name(number: int, translate: Translate) -> str:
    """Return the name of a plan among its alternatives."""
    return translate("Plan {number}").format(number=number)


def cost_sheet(proposal: Proposal, translate: Translate) -> Table:
    """Return the unit costs with their marks and sources: assumptions are shown as such."""
    rows: list[Row] = [
        (
            translate(GROUP_NAMES[entry.group]),
            translate(PART_NAMES[entry.part]),
            entry.yuan / 10_000,
            translate(MARK_NAMES[entry.mark]),
            translate(entry.source),
        )
        for entry in proposal.costs.units
    ]
    headers = (
        msgid("Kind of point"),
        msgid("What is paid"),
        msgid("10,000 yuan"),
        msgid("Basis"),
        msgid("Source"),
    )
    return table_of(msgid("Unit costs"), headers, rows, translate)


def _names(proposal: Proposal, sites: set[int]) -> str:
    return "、".join(proposal.candidates.name[i] for i in sorted(sites)) or "—"
