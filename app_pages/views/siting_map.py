"""What the siting page lays over the map: the plan, how often sites are chosen, candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app_pages.views.siting import OnMap
from data.types import Dataset
from planning.maps import FacilityLayer, PointStyle, SiteLayer
from planning.maps.layers import Layer
from planning.maps.scene import site_layers
from planning.sites import PlanChoice, Proposal
from planning.sites.rows import often_chosen
from planning.words.wording import Translate, msgid

STEADY, OFTEN = 0.8, 0.5
STABILITY_STYLES = (
    PointStyle(msgid("In 80 % of the readings or more"), "triangle", "#00441b", 17.0, 9.0),
    PointStyle(msgid("In half of the readings or more"), "triangle", "#e08214", 15.0, 10.0),
    PointStyle(msgid("In fewer readings"), "ring", "#7f3b08", 11.0, 11.5),
)


CANDIDATE_STYLES = (
    PointStyle(msgid("Candidate site"), "ring", "#54278f", 8.0, 12.5),
    PointStyle(msgid("In the plan"), "triangle", "#d6006c", 15.0, 9.0),
)


def plan_layers(
    proposal: Proposal, dataset: Dataset, shown: OnMap, chosen: int, translate: Translate
) -> list[Layer]:
    """Return what is laid over the map.

    Parameters
    ----------
    shown
        The plan with those whom it newly covers, how often sites are chosen, or all candidates.
    chosen
        Number of the plan among its alternatives, 0 for the best one.
    """
    if shown == "candidates":
        return [candidate_layer(proposal, translate)]
    if shown == "stability" and proposal.robustness is not None:
        return [stability_layer(proposal, translate)]
    if 0 < chosen < len(proposal.alternatives.plans):
        return [alternative_layer(proposal, proposal.alternatives.plans[chosen], translate)]
    return [
        layer if isinstance(layer, SiteLayer) else replace(layer, is_visible=True)
        for layer in site_layers(proposal, dataset, translate)
    ]


def map_caption(shown: OnMap, chosen: int, translate: Translate) -> str:
    """Return what the marks on the map mean."""
    if shown == "candidates":
        return translate("Violet rings: candidate sites. Pink triangles: those of the plan.")
    if shown == "stability":
        return translate(
            "Dark green: chosen in 80 % of the readings or more. Orange: in half or more. "
            "Brown rings: in fewer."
        )
    if chosen:
        return translate("Dark green: as in plan 1. Pink: instead of a site of plan 1.")
    return translate(
        "Numbers: proposed sites by people reached. Green areas: newly covered. Lines: from "
        "villages to their site."
    )


def plan_bounds(proposal: Proposal) -> tuple[float, float, float, float] | None:
    """Return (west, south, east, north) around the sites of the plan, with room for the legend.

    None where there is no site.
    """
    sites = proposal.candidates.take([site.candidate for site in proposal.sites])
    if not len(sites):
        return None
    west, east = float(sites.lon.min()), float(sites.lon.max())
    south, north = float(sites.lat.min()), float(sites.lat.max())
    wide, high = max(east - west, 0.03), max(north - south, 0.03)
    return west - 0.1 * wide, south - 0.1 * high, east + 0.55 * wide, north + 0.1 * high


def stability_layer(proposal: Proposal, translate: Translate) -> FacilityLayer:
    """Return the options by the share of readings that choose them, the share in their name."""
    found = often_chosen(proposal)
    sites = proposal.candidates.take([i for i, _ in found])
    shares = np.array([share for _, share in found])
    group = np.where(shares >= STEADY - 1e-12, 0, np.where(shares >= OFTEN - 1e-12, 1, 2))
    names = tuple(f"{name} {share:.0%}" for name, (_, share) in zip(sites.name, found, strict=True))
    return FacilityLayer(
        id="stability",
        label=translate("How often each site is chosen"),
        lon=sites.lon,
        lat=sites.lat,
        name=names,
        group=group.astype(np.uint8),
        styles=_styles(STABILITY_STYLES, translate),
    )


def candidate_layer(proposal: Proposal, translate: Translate) -> FacilityLayer:
    """Return all options, those of the plan with a mark of their own."""
    sites = proposal.candidates
    group = np.zeros(len(sites), dtype=np.uint8)
    group[proposal.plan.new_sites] = 1
    return FacilityLayer(
        id="candidates",
        label=translate("All candidates"),
        lon=sites.lon,
        lat=sites.lat,
        name=sites.name,
        group=group,
        styles=_styles(CANDIDATE_STYLES, translate),
    )


def alternative_layer(
    proposal: Proposal, choice: PlanChoice, translate: Translate
) -> FacilityLayer:
    """Return the sites of another plan; those that the best plan lacks are marked."""
    best = set(proposal.plan.new_sites.tolist())
    index = choice.plan.new_sites
    sites = proposal.candidates.take(index)
    group = np.array([int(i) not in best for i in index.tolist()], dtype=np.uint8)
    styles = (
        PointStyle(msgid("In plan 1, too"), "triangle", "#00441b", 15.0, 9.0),
        PointStyle(msgid("Instead of a site of plan 1"), "triangle", "#d6006c", 17.0, 9.0),
    )
    return FacilityLayer(
        id="alternative",
        label=translate("Alternatives"),
        lon=sites.lon,
        lat=sites.lat,
        name=sites.name,
        group=group,
        styles=_styles(styles, translate),
    )


def _styles(styles: Sequence[PointStyle], translate: Translate) -> tuple[PointStyle, ...]:
    return tuple(
        PointStyle(translate(s.label), s.shape, s.colour, s.size_px, s.label_zoom) for s in styles
    )
