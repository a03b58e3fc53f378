"""The tables of a proposal: sites, alternatives, robustness, reasons, closures, targets, costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.types import Dataset, Floats
from planning.sites.candidates import kind_group
from planning.sites.proof import project_sentence
from planning.sites.proposal import Proposal, ProposedSite
from planning.solver.pairs import Indices
from planning.words.tables import Column, Value
from planning.words.wording import translator

SITE_NOTE = "测算点位，非地块选址，用地须经自然资源部门核实"
"""Stands with every proposed site, in every language of the files."""

LAND_UNKNOWN = "未核实"
"""Land status of a site whose layer does not state one."""

GROUP_WORDS = {"centre": "中心", "station": "站", "clinic": "村卫生室", "circuit": "巡回点"}
"""Kinds of points as planners call them."""

CANNOT_MEND = {
    "centre": "不替代村级服务点：不等于各村步行可达",
    "station": "不解决政府办中心缺失，不计入每中心服务人口",
    "clinic": "不解决中心、站缺失，需配备乡村医生",
    "circuit": "不计为固定网点，不提高固定网点覆盖率",
}
"""What a kind of point does not mend, as the files say it."""

COST_OPEN, COST_STATED, COST_ASSUMED = "造价待填", "研究自填", "假设值"
"""Where the cost of a site comes from, as the files say it."""

ROLE_WORDS = {"new": "新增", "upgrade": "提升", "keep": "保留"}


def site_columns(proposal: Proposal, dataset: Dataset) -> list[Column]:
    """Return sites.csv: the proposed sites by rank, with the line that they are not parcels."""
    chosen = proposal.candidates.take([site.candidate for site in proposal.sites])
    sites, n = proposal.sites, len(proposal.sites)
    groups = [kind_group(kind) for kind in chosen.kind]
    villages = dataset.villages.name if dataset.villages else ()
    columns = [
        Column("rank", list(range(1, n + 1)), 0),
        Column("site_id", chosen.id),
        Column("name", chosen.name),
        Column("kind", chosen.kind),
        Column("kind_name", [GROUP_WORDS[group] for group in groups]),
        Column("role", [ROLE_WORDS[role] for role in chosen.role]),
        Column("zone_code", _texts(dataset.zones.code, chosen.zone)),
        Column("zone_name", _texts(dataset.zones.name, chosen.zone)),
        Column("village_name", _texts(villages, chosen.village)),
        Column("lon", chosen.lon.tolist(), 6),
        Column("lat", chosen.lat.tolist(), 6),
        Column("people_without_cover_in_reach", [site.reached_people for site in sites], 2),
        Column("people_only_by_this_site", [site.new_people for site in sites], 2),
        Column("people_shared_with_new_sites", [site.shared_people for site in sites], 2),
        Column("people_in_reach", [site.in_reach_people for site in sites], 2),
        Column("people_served", [site.served_people for site in sites], 2),
    ]
    for name in dataset.demand.groups:
        gained = [site.by_group.get(name, 0.0) for site in sites]
        columns.append(Column(f"people_without_cover_in_reach_{name}", gained, 2))
    return [
        *columns,
        Column("zones_gaining", [_zones_gaining(dataset, s.by_zone) for s in sites]),
        Column("share_of_runs", _shares_of_runs(proposal), 4),
        Column("cost_yuan", [site_yuan(proposal, site) for site in sites], 0),
        Column("cost_basis", [cost_basis(proposal, site) for site in sites]),
        Column("people_per_10000_yuan", [gain_per_wan(proposal, site) for site in sites], 2),
        *_project_columns(proposal),
        Column("people_covered_today", [proposal.people.today] * n, 2),
        Column("people_covered_committed", [proposal.people.committed] * n, 2),
        Column("people_covered_with_plan", [proposal.people.with_plan] * n, 2),
        Column("committed_until", [proposal.terms.committed_until] * n),
        Column("base", [proposal.terms.base] * n),
        Column("mode", [proposal.terms.mode] * n),
        Column("minutes", [proposal.terms.minutes] * n, 1),
        Column("model", [proposal.terms.model] * n),
        Column("status", [proposal.plan.status] * n),
        Column("cannot_mend", [CANNOT_MEND[group] for group in groups]),
        Column("suitability", chosen.suitability.tolist(), 3),
        Column("land_status", [status or LAND_UNKNOWN for status in chosen.land_status]),
        Column("site_note", [SITE_NOTE] * n),
    ]


def choice_columns(proposal: Proposal) -> list[Column]:
    """Return the plan beside its alternatives: what each gives up, and where they differ."""
    best = set(proposal.plan.new_sites.tolist())
    choices = proposal.alternatives.plans
    plans = [set(choice.plan.new_sites.tolist()) for choice in choices]
    return [
        Column("plan", list(range(1, len(plans) + 1)), 0),
        Column("people_newly_covered", [choice.people.newly for choice in choices], 2),
        Column("lost_share", [choice.lost_share for choice in choices], 6),
        Column("gap_share", [choice.plan.gap for choice in choices], 6),
        Column("sites", [len(plan) for plan in plans], 0),
        Column("only_here", [_names(proposal, plan - best) for plan in plans]),
        Column("not_here", [_names(proposal, best - plan) for plan in plans]),
    ]


def run_columns(proposal: Proposal) -> list[Column]:
    """Return the readings of the inputs and what the plan is worth under each."""
    runs = () if proposal.robustness is None else proposal.robustness.runs
    best = set(proposal.plan.new_sites.tolist())
    return [
        Column("reading", [run.label for run in runs]),
        Column("share_today", [run.share_today for run in runs], 6),
        Column("share_committed", [run.share_committed for run in runs], 6),
        Column("share_with_plan", [run.share_with_plan for run in runs], 6),
        Column("sites_kept", [len(best & set(run.sites)) for run in runs], 0),
        Column("sites", [len(run.sites) for run in runs], 0),
        Column("only_here", [_names(proposal, set(run.sites) - best) for run in runs]),
    ]


def often_chosen_columns(proposal: Proposal, dataset: Dataset) -> list[Column]:
    """Return every option that some reading chooses, most often first."""
    found = often_chosen(proposal)
    sites = proposal.candidates.take([i for i, _ in found])
    best = set(proposal.plan.new_sites.tolist())
    return [
        Column("site_id", sites.id),
        Column("name", sites.name),
        Column("zone_name", _texts(dataset.zones.name, sites.zone)),
        Column("share_of_runs", [share for _, share in found], 4),
        Column("in_plan", [i in best for i, _ in found]),
    ]


def often_chosen(proposal: Proposal) -> list[tuple[int, float]]:
    """Return (option, share of the readings that choose it), most often first."""
    if proposal.robustness is None:
        return []
    share = proposal.robustness.chosen_share
    order = np.lexsort((np.arange(len(share)), -share))
    return [(int(i), float(share[i])) for i in order if share[i] > 0]


def not_chosen_columns(proposal: Proposal, dataset: Dataset) -> list[Column]:
    """Return why options that reach many people are not in the plan."""
    rows = proposal.not_chosen
    sites = proposal.candidates.take([row.candidate for row in rows])
    name = proposal.candidates.name
    return [
        Column("site_id", sites.id),
        Column("name", sites.name),
        Column("zone_name", _texts(dataset.zones.name, sites.zone)),
        Column("people_in_reach", [row.in_reach_people for row in rows], 2),
        Column("people_covered_before", [row.covered_before for row in rows], 2),
        Column(
            "covered_by",
            ["; ".join(f"{name[i]} {people:.0f}" for i, people in row.covered_by) for row in rows],
        ),
        Column("people_left_to_add", [row.left for row in rows], 2),
    ]


def closing_columns(proposal: Proposal, dataset: Dataset) -> list[Column]:
    """Return what the closure of each open point would cost; nothing is proposed for closure."""
    rows, facilities = proposal.closing, dataset.facilities
    index = np.array([row.facility for row in rows], dtype=np.int32)
    says_so = facilities.flags("closable")
    return [
        Column("id", [facilities.id[i] for i in index]),
        Column("name", [facilities.name[i] for i in index]),
        Column("kind", [facilities.kind[i] for i in index]),
        Column("zone_name", _texts(dataset.zones.name, facilities.zone[index])),
        Column("closable", [says_so[i] for i in index]),
        Column("people_lost_if_closed", [row.before for row in rows], 2),
        Column("people_lost_beside_plan", [row.with_plan for row in rows], 2),
        Column("given_up", [row.facility in proposal.closed for row in rows]),
    ]


def curve_columns(proposal: Proposal) -> list[Column]:
    """Return the cover curve with its bound; yuan where all new sites cost the same."""
    curve, yuan = proposal.curve, one_cost_yuan(proposal)
    n = len(curve.covered)
    columns = [
        Column("sites", list(range(n)), 0),
        Column("people_newly_covered", curve.covered.tolist(), 2),
        Column("people_at_most", curve.bound.tolist(), 2),
        Column("knee", [number == curve.knee for number in range(n)]),
    ]
    if yuan is not None:
        columns.append(Column("cost_yuan", [number * yuan for number in range(n)], 0))
    return columns


def one_cost_yuan(proposal: Proposal) -> float | None:
    """Return the cost of a new site where all cost the same, else None."""
    costs = {
        float(yuan)
        for yuan, role in zip(proposal.costs.yuan, proposal.candidates.role, strict=True)
        if role == "new" and not np.isnan(yuan)
    }
    return costs.pop() if len(costs) == 1 else None


def site_yuan(proposal: Proposal, site: ProposedSite) -> float | None:
    """Return what a site costs over the years of the plan; None where it is not known."""
    return proposal.costs.of([site.candidate])


def cost_basis(proposal: Proposal, site: ProposedSite) -> str:
    """Return where the cost of a site comes from, as the files say it."""
    if site_yuan(proposal, site) is None:
        return COST_OPEN
    return COST_ASSUMED if proposal.costs.are_assumed else COST_STATED


def gain_per_wan(proposal: Proposal, site: ProposedSite) -> float | None:
    """Return the people whom only this site covers for 10,000 yuan of its cost."""
    yuan = site_yuan(proposal, site)
    return None if not yuan else site.new_people / (yuan / 10_000)


def _project_columns(proposal: Proposal) -> list[Column]:
    """Return which project each site is; empty for new points."""
    projects = [site.project for site in proposal.sites]
    chinese = translator("zh")
    return [
        Column("project_id", [None if p is None else p.project_id for p in projects]),
        Column("project_distance_m", [None if p is None else p.distance_m for p in projects], 1),
        Column(
            "project_note", [None if p is None else project_sentence(p, chinese) for p in projects]
        ),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class ServedPlaces:
    """Newly served villages (or cells where there is no village) and their new site, n of them.

    Parameters
    ----------
    place
        (n,) village index, -1 for a cell of its own.
    demand
        (n,) most populated demand point of the place.
    site
        (n,) option that serves it.
    people, minutes
        (n,) newly covered people of the place, and their mean way.
    """

    place: Indices
    demand: Indices
    site: Indices
    people: Floats
    minutes: Floats


def newly_served(proposal: Proposal, dataset: Dataset) -> ServedPlaces:
    """Return who is newly served by which site, village by village, in order of site and place."""
    service = proposal.service
    rows = np.flatnonzero(service.site >= 0)
    demand = dataset.demand
    village = demand.village[rows].astype(np.int64)
    own = np.where(village < 0, rows, -1)
    key = np.stack([service.site[rows], village, own], axis=1)
    found, group = np.unique(key, axis=0, return_inverse=True)
    group = group.reshape(-1)
    people = np.bincount(group, service.people[rows], minlength=len(found))
    ways = service.people[rows] * service.tenths[rows] / 600
    minutes = np.bincount(group, ways, minlength=len(found)) / np.maximum(people, 1e-9)
    order = np.lexsort((rows, -demand.people[rows], group))
    first = order[np.searchsorted(group[order], np.arange(len(found)))]
    return ServedPlaces(
        place=found[:, 1].astype(np.int32),
        demand=rows[first],
        site=found[:, 0].astype(np.int32),
        people=people.astype(np.float64),
        minutes=np.asarray(minutes, dtype=np.float64),
    )


def assignment_columns(proposal: Proposal, dataset: Dataset) -> list[Column]:
    """Return the columns of the layer `site_assignment`: one line a place and site."""
    served = newly_served(proposal, dataset)
    villages = dataset.villages
    candidates = proposal.candidates
    return [
        Column("village_code", _texts(villages.code if villages else (), served.place)),
        Column("village_name", _texts(villages.name if villages else (), served.place)),
        Column("cell_id", [dataset.demand.cell_id[i] for i in served.demand.tolist()]),
        Column("site_id", [candidates.id[i] for i in served.site.tolist()]),
        Column("people", served.people.tolist(), 2),
        Column("mean_minutes", served.minutes.tolist(), 1),
        Column("site_note", [SITE_NOTE] * len(served.people)),
    ]


def newly_covered_columns(proposal: Proposal, dataset: Dataset) -> list[Column]:
    """Return the columns of the layer `newly_covered`: one row a demand point."""
    service = proposal.service
    rows = np.flatnonzero(service.site >= 0)
    candidates = proposal.candidates
    return [
        Column("cell_id", [dataset.demand.cell_id[i] for i in rows.tolist()]),
        Column("people", service.people[rows].tolist(), 2),
        Column("site_id", [candidates.id[i] for i in service.site[rows].tolist()]),
        Column("minutes", (service.tenths[rows] / 600).tolist(), 1),
    ]


def _shares_of_runs(proposal: Proposal) -> list[Value]:
    if proposal.robustness is None:
        return [None] * len(proposal.sites)
    share = proposal.robustness.chosen_share
    return [float(share[site.candidate]) for site in proposal.sites]


def _zones_gaining(dataset: Dataset, by_zone: Sequence[tuple[int, float]]) -> str:
    return "; ".join(f"{dataset.zones.name[zone]} {people:.0f}" for zone, people in by_zone)


def _names(proposal: Proposal, sites: set[int]) -> str:
    return "、".join(proposal.candidates.name[i] for i in sorted(sites))


def _texts(names: Sequence[str], index: Indices) -> list[str | None]:
    return [names[i] if i >= 0 else None for i in index.tolist()]
