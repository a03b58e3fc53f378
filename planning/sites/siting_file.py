"""siting.json: the whole answer with everything that it takes to judge and to repeat it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from data.study.tables import Study
from data.types import Dataset
from geo.errors import Finding
from planning.reach.coverage import CIRCLE_STANDARD, POINT_LEVEL, population_base
from planning.sites.answer import Centre, PlanChoice, Proposal
from planning.sites.candidates import kind_group
from planning.sites.reasons import ProposedSite
from planning.sites.rows import (
    CANNOT_MEND,
    GROUP_WORDS,
    LAND_UNKNOWN,
    SITE_NOTE,
    often_chosen,
    one_cost_yuan,
)
from planning.solver import SitingPlan
from planning.words.wording import finding_sentence, translator

SITING_FORMAT = "servicecircle.siting/1"


def siting_json(proposal: Proposal, study: Study, dataset: Dataset) -> dict[str, Any]:
    """Return the content of siting.json; it does not depend on the language."""
    people = proposal.people
    return {
        "format": SITING_FORMAT,
        "synthetic": dataset.is_synthetic,
        "note": SITE_NOTE,
        "model": proposal.model,
        "mode": proposal.mode,
        "minutes": proposal.minutes,
        "kind": proposal.kind,
        "unit": proposal.unit,
        "basis": {
            "speed_set": study.travel.speed_set,
            "level": POINT_LEVEL,
            "standard": CIRCLE_STANDARD,
            "population_base": population_base(dataset),
            "data_date": dataset.date,
        },
        "parameters": siting_parameters(study),
        "people": {
            **asdict(people),
            "share_today": _share(people.today, people.inside),
            "share_with_plan": _share(people.with_plan, people.inside),
        },
        "plan": {
            **plan_row(proposal, proposal.plan),
            "cost_yuan": proposal.plan_yuan,
            "centres": [_centre(proposal, dataset, centre) for centre in proposal.centres],
            "given_up": [dataset.facilities.id[i] for i in proposal.closed],
        },
        "without_weights": (
            None
            if proposal.without_weights is None
            else _choice(proposal, proposal.without_weights)
        ),
        "sites": [
            _site(proposal, dataset, site, rank)
            for rank, site in enumerate(proposal.sites, start=1)
        ],
        "curve": _curve(proposal),
        "alternatives": {
            "is_complete": proposal.is_complete,
            "plans": [_choice(proposal, choice) for choice in proposal.choices],
        },
        "stability": _stability(proposal),
        "why_not": _why_not(proposal),
        "closing_losses": [
            {
                "id": dataset.facilities.id[row.facility],
                "name": dataset.facilities.name[row.facility],
                "people_lost": row.today,
                "people_lost_beside_plan": row.with_plan,
            }
            for row in proposal.closing
        ],
        "targets": [asdict(target) for target in proposal.targets],
        "candidates": _candidates(proposal),
        "costs": [asdict(entry) for entry in proposal.costs],
        "findings": _sentences(proposal.findings),
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


def siting_parameters(study: Study) -> dict[str, Any]:
    """Return every parameter of the question; files by name only."""
    exclusions = study.exclusions
    return {
        "siting": asdict(study.siting),
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
        "people_newly_covered": choice.gained_people,
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
        "cost_yuan": float(proposal.cost_yuan[i]),
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
        "reachable_people": curve.reachable,
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
                "share_with_plan": run.share_with_plan,
                "sites": [name[i] for i in run.sites],
            }
            for run in found.runs
        ],
        "share_of_runs": [{"id": name[i], "share": share} for i, share in often_chosen(proposal)],
        "share_with_plan": {"low": found.low_share, "high": found.high_share},
    }


def _why_not(proposal: Proposal) -> list[dict[str, Any]]:
    name = proposal.candidates.id
    return [
        {
            "id": name[row.candidate],
            "name": proposal.candidates.name[row.candidate],
            "people_in_reach": row.in_reach_people,
            "people_covered_today": row.covered_today,
            "taken_by": [{"id": name[i], "people": people} for i, people in row.taken_by],
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


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
