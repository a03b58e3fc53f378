"""The offline map for an audience: a public one tells nothing that the printed report hides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planning.maps import CellLayer, HoverNumber, MapSpec, PolygonLayer, SiteLayer
from planning.maps.cartography import assessment_map
from planning.maps.layers import Fields, Hover, Layer
from planning.report.content import Source
from planning.report.disclosure import WHOLE
from planning.report.tally import LEAST_SHOWN
from planning.words.wording import msgid

ROUNDED = msgid("People, to the nearest ten")


def audience_map(source: Source) -> MapSpec:
    """Return the map of an assessment for the audience of a report.

    On a public map people under the pointer are rounded to tens and hidden below ten; zones and
    sites show what the report shows; gaps show no people; legends carry no sums.
    """
    options = source.options
    spec = assessment_map(
        source.assessment,
        options.language,
        audience=options.audience,
        review_number=options.review_number,
        base_map_number=options.base_map_number,
        maker=options.maker,
    )
    if not options.is_published:
        return spec
    is_whole_shown = not any(
        (WHOLE, f"{mode}/{field}") in source.tally.hidden
        for mode in source.assessment.modes
        for field in ("covered", "uncovered")
    )
    return replace(
        spec,
        layers=tuple(_public_layer(source, layer) for layer in spec.layers),
        figures=spec.figures if is_whole_shown else (),
        notes=spec.notes if is_whole_shown else (),
    )


def _public_layer(source: Source, layer: Layer) -> Layer:
    """Return a layer without counts that the report does not print."""
    if isinstance(layer, CellLayer):
        return _public_cells(source, layer)
    if isinstance(layer, PolygonLayer) and layer.id == "zones":
        return replace(layer, fields=_zone_fields(source, layer.fields))
    if isinstance(layer, PolygonLayer) and layer.id == "gaps":
        return replace(layer, fields=layer.fields[1:])
    if isinstance(layer, PolygonLayer):
        return replace(layer, fields=())  # a layer this module does not know may hold counts
    if isinstance(layer, SiteLayer):
        return replace(layer, fields=_site_fields(source, layer.fields))
    return layer


def _public_cells(source: Source, layer: CellLayer) -> CellLayer:
    themes = tuple(
        replace(theme, swatches=tuple(replace(swatch, note="") for swatch in theme.swatches))
        for theme in layer.themes
        if theme.id != "people"
    )
    return replace(layer, themes=themes, hover=tuple(_rounded(source, row) for row in layer.hover))


def _rounded(source: Source, row: Hover) -> Hover:
    if not isinstance(row, HoverNumber):
        return row
    values = np.where(row.values >= LEAST_SHOWN, np.round(row.values, -1), row.values)
    return replace(
        row,
        label=source.translate(ROUNDED),
        values=values,
        decimals=0,
        hide_below=float(LEAST_SHOWN),
    )


def _zone_fields(source: Source, fields: Fields) -> Fields:
    """Return people and share of each zone as the report prints them."""
    mode = source.assessment.analysis_mode
    codes = source.assessment.dataset.zones.code
    people = tuple(source.tally.amount(code, "inside").cell(source.translate) for code in codes)
    shares = tuple(source.tally.share(code, mode).cell(source.translate) for code in codes)
    (people_label, _), (share_label, _) = fields
    return (people_label, people), (share_label, shares)


def _site_fields(source: Source, fields: Fields) -> Fields:
    proposal = source.assessment.proposal
    units = [f"site:{proposal.candidates.id[site.candidate]}" for site in proposal.sites]
    texts = tuple(source.tally.amount(unit, "reached").text(source.language) for unit in units)
    return tuple((label, texts) for label, _ in fields[:1])
