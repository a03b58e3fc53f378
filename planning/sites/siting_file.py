"""siting.json: the whole answer with everything that it takes to judge and to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from data.errors import StudyError
from data.study.schema import flat_values
from data.study.tables import Study
from data.types import Dataset
from geo.errors import Finding
from planning.reach.coverage import CIRCLE_STANDARD, POINT_LEVEL, population_base
from planning.sites.candidates import kind_group
from planning.sites.proposal import (
    SENSES,
    STATE_NAMES,
    Centre,
    PeopleCounted,
    PlanChoice,
    PlannedProject,
    Proposal,
    ProposedSite,
)
from planning.sites.rows import (
    CANNOT_MEND,
    GROUP_WORDS,
    LAND_UNKNOWN,
    SITE_NOTE,
    gain_per_wan,
    often_chosen,
    one_cost_yuan,
    site_yuan,
)
from planning.solver import SitingPlan
from planning.words.wording import finding_sentence, translator

SITING_FORMAT = "servicecircle.siting/2"


def siting_json(proposal: Proposal, study: Study, dataset: Dataset) -> dict[str, Any]:
    """Return the content of siting.json; it does not depend on the language."""
    terms = proposal.terms
    return {
        "format": SITING_FORMAT,
        "synthetic": dataset.is_synthetic,
        "note": SITE_NOTE,
        "model": terms.model,
        "mode": terms.mode,
        "minutes": terms.minutes,
        "kind": terms.kind,
        "committed_until": terms.committed_until,
        "min_gain_people": terms.min_gain_people,
        "basis": {
            "speed_set": study.travel.speed_set,
            "level": POINT_LEVEL,
            "standard": CIRCLE_STANDARD,
            "population_base": population_base(dataset),
            "data_date": dataset.date,
        },
        "parameters": siting_parameters(study),
        "people": people_row(proposal, proposal.people, has_plan=proposal.has_plan),
        "speed_bands": (
            {
                STATE_NAMES[state]: {"low": low, "high": high}
                for state, (low, high) in proposal.speed_bands.items()
            }
            if terms.is_known and proposal.has_plan
            else None
        ),
        "counts_doctors_and_rooms": terms.has_loads,
        "plan": {
            **plan_row(proposal, proposal.plan),
            "unit": terms.unit,
            "sense": SENSES[terms.unit],
            "includes_base": terms.includes_base,
            "cost_yuan": proposal.plan_yuan,
            "centres": [_centre(proposal, dataset, centre) for centre in proposal.centres],
            "given_up": [dataset.facilities.id[i] for i in proposal.closed],
        },
        "without_weights": _without_weights(proposal),
        "sites": [
            _site(proposal, dataset, site, rank)
            for rank, site in enumerate(proposal.sites, start=1)
        ],
        "curve": _curve(proposal),
        "alternatives": {
            "is_complete": proposal.alternatives.is_complete,
            "plans": [_choice(proposal, choice) for choice in proposal.alternatives.plans],
        },
        "stability": _stability(proposal),
        "why_not": _why_not(proposal),
        "closing_losses": [
            {
                "id": dataset.facilities.id[row.facility],
                "name": dataset.facilities.name[row.facility],
                "people_lost": row.before,
                "people_lost_beside_plan": row.with_plan,
            }
            for row in proposal.closing
        ],
        "targets": [asdict(target) for target in proposal.targets],
        "candidates": _candidates(proposal),
        "costs": [asdict(entry) for entry in proposal.costs.units],
        "costs_are_assumed": proposal.costs.are_assumed,
        "findings": _sentences(proposal.findings),
    }


def people_row(
    proposal: Proposal, people: PeopleCounted, *, has_plan: bool = True
) -> dict[str, Any]:
    """Return the people of the three states; within loads where the model has them."""
    terms = proposal.terms
    known = {
        "today": people.today if terms.knows_today else None,
        "committed": people.committed if terms.is_known else None,
        "with_plan": people.with_plan if terms.is_known and has_plan else None,
    }
    return {
        "inside": people.inside,
        **known,
        "newly": people.newly if terms.is_known and has_plan else None,
        "base": terms.base,
        "lost": people.lost if terms.is_known else None,
        "newly_on_projects": people.on_projects if terms.is_known else None,
        "shares": {name: _share(count, people.inside) for name, count in known.items()},
        "in_reach": None if people.in_reach is None else asdict(people.in_reach),
    }


def plan_row(proposal: Proposal, plan: SitingPlan) -> dict[str, Any]:
    """Return a plan with its proof."""
    return {
        "status": plan.status,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "method": plan.method,
        "seed": plan.seed,
        "is_replayable": plan.is_replayable,
        "count": len(plan.new_sites),
        "sites": [proposal.candidates.id[i] for i in plan.new_sites.tolist()],
    }


def migrate_siting(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a siting.json of any known version as this version has it.

    siting/1 knew one state of the network: `committed` is null, and the plan started from today.

    Raises
    ------
    StudyError
        When the file is of a newer version, or none of ours.
    """
    found = str(content.get("format", ""))
    if found == SITING_FORMAT:
        return dict(content)
    if found != "servicecircle.siting/1":
        said = (("actual", found[:60]), ("supported", SITING_FORMAT))
        raise StudyError(Finding("siting_format", said))
    old = content["people"]
    unit = content["unit"]
    people = {
        **{key: old[key] for key in ("inside", "today", "with_plan", "lost")},
        "newly": old["with_plan"] - old["today"],
        "committed": None,
        "base": "today",
        "newly_on_projects": None,
        "in_reach": None,
        "shares": {
            "today": old["share_today"],
            "committed": None,
            "with_plan": old["share_with_plan"],
        },
    }
    # siting/1 counted the whole network for backup cover, too.
    adds = content["model"] in {"mclp", "budget", "lscp", "partial-lscp", "villages", "cheapest"}
    plan = {
        **content["plan"],
        "unit": unit,
        "sense": SENSES[unit],
        "includes_base": not adds,
    }
    weights = content["without_weights"]
    if weights is not None:
        newly = weights["people_newly_covered"]
        weights = {
            "plan": {key: value for key, value in weights.items() if key not in _CHOICE_KEYS},
            "lost_share": weights["lost_share"],
            "people": {
                **people,
                "with_plan": None,
                "newly": newly,
                "lost": None,
                "shares": {**people["shares"], "with_plan": None},
            },
        }
    return {
        **{key: value for key, value in content.items() if key != "unit"},
        "format": SITING_FORMAT,
        "committed_until": None,
        "min_gain_people": None,
        "speed_bands": None,
        "counts_doctors_and_rooms": content["model"].startswith("capacitated"),
        "people": people,
        "plan": plan,
        "without_weights": weights,
        "costs_are_assumed": any(entry["mark"] != "study" for entry in content["costs"]),
    }


_CHOICE_KEYS = ("lost_share", "people_newly_covered")


def siting_parameters(study: Study) -> dict[str, Any]:
    """Return every parameter of the question; files by name only."""
    exclusions = study.exclusions
    return {
        "siting": flat_values(study.siting),
        "candidates": {
            "generate": study.candidates.generate,
            "spacing_m": study.candidates.spacing_m,
            "suitability": dict(study.candidates.suitability),
            "min_suitability": study.candidates.min_suitability,
        },
        "exclusions": {
            "water": exclusions.water,
            "max_road_m": exclusions.max_road_m,
            "max_slope_percent": exclusions.max_slope_percent,
            "layers": [
                {"name": layer.name, "file": layer.path.name, "margin_m": layer.margin_m}
                for layer in exclusions.layers
            ],
        },
    }


def _choice(proposal: Proposal, choice: PlanChoice) -> dict[str, Any]:
    return {
        **plan_row(proposal, choice.plan),
        "lost_share": choice.lost_share,
        "people_newly_covered": choice.people.newly,
    }


def _without_weights(proposal: Proposal) -> dict[str, Any] | None:
    """Return the plan in which everybody counts 1, people in the same shape as above."""
    choice = proposal.without_weights
    if choice is None:
        return None
    return {
        "plan": plan_row(proposal, choice.plan),
        "lost_share": choice.lost_share,
        "people": people_row(proposal, choice.people),
    }


def _site(proposal: Proposal, dataset: Dataset, site: ProposedSite, rank: int) -> dict[str, Any]:
    """Return one site with its reasons."""
    candidates, i = proposal.candidates, site.candidate
    zone, village = int(candidates.zone[i]), int(candidates.village[i])
    group = kind_group(candidates.kind[i])
    names = dataset.villages.name if dataset.villages else ()
    return {
        "rank": rank,
        "id": candidates.id[i],
        "name": candidates.name[i],
        "kind": candidates.kind[i],
        "kind_name": GROUP_WORDS[group],
        "role": candidates.role[i],
        "zone_code": dataset.zones.code[zone] if zone >= 0 else None,
        "zone_name": dataset.zones.name[zone] if zone >= 0 else None,
        "nearest_village": names[village] if village >= 0 else None,
        "lon": float(candidates.lon[i]),
        "lat": float(candidates.lat[i]),
        "land_status": candidates.land_status[i] or LAND_UNKNOWN,
        "note": SITE_NOTE,
        "cannot_mend": CANNOT_MEND[group],
        "suitability": float(candidates.suitability[i]),
        "cost_yuan": site_yuan(proposal, site),
        "people_per_10000_yuan": gain_per_wan(proposal, site),
        "project": None if site.project is None else _project(site.project, dataset),
        "people_served": site.served_people,
        "people_in_reach": site.in_reach_people,
        "people_newly_reached": site.reached_people,
        "people_only_by_this_site": site.new_people,
        "people_shared": site.shared_people,
        "by_group": dict(site.by_group),
        "by_zone": [
            {"zone_code": dataset.zones.code[zone], "people": people}
            for zone, people in site.by_zone
        ],
        "shared_with": [
            {"id": candidates.id[other], "people": people} for other, people in site.shared_with
        ],
        "share_of_runs": (
            None if proposal.robustness is None else float(proposal.robustness.chosen_share[i])
        ),
    }


def _project(project: PlannedProject, dataset: Dataset) -> dict[str, Any]:
    return {
        "id": project.project_id,
        "facility_id": dataset.facilities.id[project.facility],
        "name": project.name,
        "class": "decided" if project.is_decided else "reserve",
        "opens_on": project.opens_on or None,
        "distance_m": project.distance_m,
    }


def _centre(proposal: Proposal, dataset: Dataset, centre: Centre) -> dict[str, Any]:
    if centre.is_new:
        return {"id": proposal.candidates.id[centre.candidate], "is_new": True}
    return {"id": dataset.facilities.id[centre.facility], "is_new": False}


def _curve(proposal: Proposal) -> dict[str, Any]:
    curve, yuan = proposal.curve, one_cost_yuan(proposal)
    points = zip(curve.covered.tolist(), curve.bound.tolist(), strict=True)
    return {
        "points": [
            {
                "sites": number,
                "people": people,
                "bound": bound,
                "yuan": None if yuan is None else number * yuan,
            }
            for number, (people, bound) in enumerate(points)
        ],
        "order": [proposal.candidates.id[i] for i in curve.site.tolist()],
        "knee": curve.knee,
        "reachable_people": curve.reachable if proposal.is_asked else None,
    }


def _stability(proposal: Proposal) -> dict[str, Any] | None:
    found, name = proposal.robustness, proposal.candidates.id
    if found is None:
        return None
    return {
        "runs": [
            {
                "reading": run.label,
                "share_today": run.share_today,
                "share_committed": run.share_committed,
                "share_with_plan": run.share_with_plan,
                "sites": [name[i] for i in run.sites],
            }
            for run in found.runs
        ],
        "share_of_runs": [{"id": name[i], "share": share} for i, share in often_chosen(proposal)],
        "shares": {
            name: dict(zip(("low", "high"), found.shares(state), strict=True))
            for state, name in STATE_NAMES.items()
        },
    }


def _why_not(proposal: Proposal) -> list[dict[str, Any]]:
    name = proposal.candidates.id
    return [
        {
            "id": name[row.candidate],
            "name": proposal.candidates.name[row.candidate],
            "people_in_reach": row.in_reach_people,
            "people_covered_before": row.covered_before,
            "covered_by": [{"id": name[i], "people": people} for i, people in row.covered_by],
            "people_left_to_add": row.left,
        }
        for row in proposal.not_chosen
    ]


def _candidates(proposal: Proposal) -> dict[str, Any]:
    return {
        "source": proposal.candidates.source,
        "count": len(proposal.candidates),
        "excluded": {
            name: {"places": places, "people": people}
            for name, (places, people) in proposal.excluded.items()
        },
    }


def _sentences(findings: Sequence[Finding]) -> list[str]:
    translate = translator("en")
    return [finding_sentence(finding, translate) for finding in findings]


def _share(part: float | None, whole: float) -> float | None:
    return None if part is None or whole <= 0 else part / whole
