"""What the map of an assessment shows: layers in order, title, figures, notes and sources."""

from __future__ import annotations

import shapely

from data.types import Dataset
from geo.crs import to_lonlat
from planning.assess.run import run_number
from planning.assess.workflow import Assessment
from planning.maps import Figure, MapSpec, map_strings
from planning.maps.cells import cell_layer
from planning.maps.layers import Layer
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
from planning.words.audiences import AUDIENCE_WORDS, Audience
from planning.words.figures import mode_text, people_text, share_text
from planning.words.wording import Language, Translate, translator

SURROUNDINGS = "#e9e8e3"


def assessment_map(
    assessment: Assessment,
    language: Language,
    *,
    audience: Audience = "internal",
    review_number: str = "",
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
    review_number
        审图号 of a published map; empty prints that the map is internal.
    maker
        制表单位; empty takes that of the study.
    """
    translate = translator(language)
    dataset = assessment.dataset
    return MapSpec(
        title=translate("{place}: who is inside the {minutes:.0f}-minute service circle").format(
            place=dataset.title, minutes=assessment.study.travel.minutes
        ),
        subtitle=" · ".join(
            (
                translate(AUDIENCE_WORDS[audience]),
                translate("Present state") + " " + assessment.scenario.as_of,
            )
        ),
        layers=layers(assessment, language),
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
        is_synthetic=dataset.is_synthetic,
        notes=map_notes(assessment, translate),
        attribution=attribution(dataset),
        figures=headline_figures(assessment, translate),
        lang="zh-CN" if language == "zh" else "en",
        strings=map_strings(translate),
        background=SURROUNDINGS,
        bounds=zone_bounds(dataset),
    )


def zone_bounds(dataset: Dataset) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of the zones; None where they are points.

    A map begins there: a hospital far away is on it, but nobody asks for its surroundings first.
    """
    zones = dataset.zones.geometry
    if shapely.get_type_id(zones).max(initial=-1) < shapely.GeometryType.POLYGON:
        return None
    x_m, y_m = shapely.get_coordinates(zones).T
    lon, lat = to_lonlat(x_m, y_m, dataset.crs)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


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


def headline_figures(assessment: Assessment, translate: Translate) -> tuple[Figure, ...]:
    """Return the coverage of every mode; the headline first and named so when there is a basis."""
    modes = sorted(assessment.modes, key=lambda mode: mode != assessment.analysis_mode)
    label = translate("Population within {minutes:.0f} min of a fixed point, {mode}")
    figures = []
    for mode in modes:
        figure = assessment.modes[mode].coverage[0]
        note = translate("{people} people").format(people=people_text(figure.ledger.covered))
        figures.append(
            Figure(
                label.format(minutes=figure.minutes, mode=mode_text(mode, translate)),
                share_text(figure.share),
                note,
            )
        )
    return tuple(figures)


def map_notes(assessment: Assessment, translate: Translate) -> tuple[str, ...]:
    """Return the notes of the map: how the figure is read, how it moves, what is not placed."""
    travel = assessment.study.travel
    notes = []
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
    shares = [v.ledger.share for v in assessment.sensitivity if v.ledger.share is not None]
    if shares:
        notes.append(
            translate(
                "With other defensible settings the share lies between {low} and {high}."
            ).format(low=share_text(min(shares)), high=share_text(max(shares)))
        )
    unplaced = int((~assessment.dataset.facilities.has_position).sum())
    if unplaced:
        notes.append(
            translate("{count} institutions without coordinates are not in the circle.").format(
                count=unplaced
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
