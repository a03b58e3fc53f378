"""What the map of an assessment shows: layers in order, title, figures, notes and sources."""

from __future__ import annotations

import numpy as np
import shapely

from data.types import Dataset
from planning.assess.caveats import caveat_sentences
from planning.assess.run import run_number
from planning.assess.study_figures import (
    coverage_figures,
    setting_figures,
    setting_range,
    unplaced_figure,
)
from planning.assess.workflow import Assessment
from planning.maps import MapSpec, map_strings
from planning.maps.cells import cell_layer
from planning.maps.layers import Headline, Layer, PolygonLayer
from planning.maps.scene import (
    circle_layer,
    facility_layer,
    gap_layer,
    land_layer,
    road_layer,
    site_layers,
    water_layer,
    zone_layer,
)
from planning.sites.proof import (
    not_asked_sentences,
    proof_of,
    proof_sentence,
    state_sentences,
)
from planning.words.audiences import Audience, copy_mark, map_mark
from planning.words.figures import mode_text
from planning.words.wording import Language, Translate, translator

SURROUNDINGS = "#e9e8e3"


def assessment_map(
    assessment: Assessment,
    language: Language,
    *,
    audience: Audience = "internal",
    review_number: str = "",
    base_map_number: str = "",
    maker: str = "",
) -> MapSpec:
    """Return the map of an assessment.

    Parameters
    ----------
    language
        Language of every text on the map.
    audience
        Who may read the map; it is printed beside the title. What a public map leaves out is for
        `planning.report.audience` to say.
    review_number, base_map_number
        审图号 of the map, and of the base map that its borders come from.
    maker
        制表单位; empty takes that of the study.
    """
    translate = translator(language)
    dataset = assessment.dataset
    shown = layers(assessment, language)
    return MapSpec(
        title=translate("{place}: who is inside the {minutes:.0f}-minute service circle").format(
            place=dataset.title, minutes=assessment.study.travel.minutes
        ),
        subtitle=" · ".join(
            (
                translate(copy_mark(audience, review_number)),
                translate("Present state") + " " + assessment.scenario.as_of,
            )
        ),
        layers=shown,
        source="; ".join(dict.fromkeys(entry.source for entry in dataset.provenance)),
        data_date=dataset.date,
        crs_text=crs_text(dataset, translate),
        maker=" · ".join(
            part
            for part in (
                maker or assessment.study.maker,
                "ServiceCircle 服务圈 " + run_number(assessment),
            )
            if part
        ),
        review_number=review_number,
        base_map_number=base_map_number,
        mark=translate(mark) if (mark := map_mark(audience, review_number)) else "",
        is_synthetic=dataset.is_synthetic,
        notes=(
            *map_notes(assessment, translate),
            *plan_notes(assessment, translate, has_amounts=audience == "internal"),
        ),
        attribution=attribution(dataset),
        figures=headline_figures(assessment, language),
        lang="zh-CN" if language == "zh" else "en",
        strings=map_strings(translate),
        bounds=bounds_of(shown),
        background=SURROUNDINGS,
    )


def layers(assessment: Assessment, language: Language) -> tuple[Layer, ...]:
    """Return the layers of the map, bottom first."""
    translate = translator(language)
    dataset = assessment.dataset
    found: list[Layer] = [land_layer(dataset, translate)]
    if dataset.water is not None and len(dataset.water):
        found.append(water_layer(dataset, translate))
    found += [
        cell_layer(assessment, translate),
        circle_layer(assessment, translate),
        zone_layer(assessment, translate),
        road_layer(dataset, translate),
        gap_layer(assessment, translate),
        facility_layer(assessment, language),
    ]
    return (*found, *site_layers(assessment.proposal, dataset, translate))


def bounds_of(shown: tuple[Layer, ...]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of the zones; None when they have no ground.

    Not of all that is drawn: one hospital far away would make the place itself a speck.
    """
    zones = next(
        layer for layer in shown if isinstance(layer, PolygonLayer) and layer.id == "zones"
    )
    west, south, east, north = shapely.total_bounds(zones.polygons).tolist()
    return (west, south, east, north) if np.isfinite(west) else None


def headline_figures(assessment: Assessment, language: Language) -> tuple[Headline, ...]:
    """Return the coverage of every mode; that of the analysis first."""
    modes = sorted(assessment.modes, key=lambda mode: mode != assessment.analysis_mode)
    translate = translator(language)
    found = [coverage_figures(assessment, mode) for mode in modes]
    return tuple(
        Headline(
            figures.share.name(language, ("mode",)),
            figures.share.cell(translate),
            figures.covered.cell(translate),
        )
        for figures in found
    )


def plan_notes(
    assessment: Assessment, translate: Translate, *, has_amounts: bool
) -> tuple[str, ...]:
    """Return what the plan on the map is worth in the three states, and what is proved of it.

    Where no point counts the map itself says so; a question that cannot be asked is said here.
    """
    proposal = assessment.proposal
    if not proposal.terms.is_known:
        return ()
    if not proposal.is_asked:
        return tuple(not_asked_sentences(proposal, translate, has_amounts=has_amounts))
    states = state_sentences(proposal, translate) if has_amounts else []
    proved = proof_sentence(proof_of(proposal), translate, has_amounts=has_amounts)
    return (*states, proved)


def map_notes(assessment: Assessment, translate: Translate) -> tuple[str, ...]:
    """Return the notes of the map: how the figure is read, how it moves, what is not placed."""
    travel = assessment.study.travel
    notes = caveat_sentences(assessment, translate)
    if assessment.headline_mode is None:
        notes.append(
            translate(
                "The mode of the circle is not confirmed (口径未确认): all modes stand side by"
                " side, no verdict is given."
            )
        )
    else:
        notes.append(
            translate("Headline mode: {mode}; basis: {basis}").format(
                mode=mode_text(assessment.headline_mode, translate), basis=travel.basis
            )
        )
    ends = setting_range(assessment)
    if ends is not None:
        low, high = (setting_figures(assessment, variant).share for variant in ends)
        notes.append(
            translate(
                "With other defensible settings the share lies between {low} and {high}."
            ).format(low=low.words(translate), high=high.words(translate))
        )
    unplaced = unplaced_figure(assessment)
    if unplaced.value:
        notes.append(
            translate("{count} institutions without coordinates are not in the circle.").format(
                count=unplaced.words(translate)
            )
        )
    return tuple(notes)


def attribution(dataset: Dataset) -> str:
    """Return the attributions of all inputs, each once."""
    return "; ".join(dict.fromkeys(e.attribution for e in dataset.provenance if e.attribution))


def crs_text(dataset: Dataset, translate: Translate) -> str:
    """Return the coordinate systems in words: what was measured in and what the map shows."""
    shown = (
        dataset.crs if dataset.crs.startswith("EPSG") else translate("local transverse Mercator")
    )
    return translate("measured in {crs}, shown in WGS 84").format(crs=shown)
