"""The offline map for an audience: a public one hides small counts and asks for a review number."""

from __future__ import annotations

from dataclasses import replace

from planning.cartography import assessment_map
from planning.maps import CellLayer, HoverNumber, MapSpec, PolygonLayer
from planning.maps.layers import Layer
from planning.report.content import ReportOptions
from planning.report.entries import LEAST_SHOWN
from planning.workflow import Assessment


def audience_map(assessment: Assessment, options: ReportOptions) -> MapSpec:
    """Return the map of an assessment for the audience of a report."""
    spec = assessment_map(assessment, options.language, review_number=options.review_number)
    if options.audience == "internal":
        return spec
    gaps = [gap.people for gap in assessment.gaps]
    return replace(spec, layers=tuple(_public_layer(layer, gaps) for layer in spec.layers))


def _public_layer(layer: Layer, gap_people: list[float]) -> Layer:
    """Return a layer without small counts: under the pointer, and in the popups of gaps."""
    if isinstance(layer, CellLayer):
        hover = tuple(
            replace(row, hide_below=float(LEAST_SHOWN), decimals=0)
            if isinstance(row, HoverNumber)
            else row
            for row in layer.hover
        )
        return replace(layer, hover=hover)
    if isinstance(layer, PolygonLayer) and layer.id == "gaps" and layer.fields:
        (label, texts), *others = layer.fields
        shown = tuple(
            f"<{LEAST_SHOWN}" if 0 < people < LEAST_SHOWN else text
            for text, people in zip(texts, gap_people, strict=False)
        )
        return replace(layer, fields=((label, shown), *others))
    return layer
