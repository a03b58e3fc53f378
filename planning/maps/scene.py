"""The layers of the map but its cells: ground, roads, institutions, circles, gaps, sites."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from data.types import Dataset, Floats
from geo.crs import to_lonlat
from planning.assess.study_figures import one_gap_figures, zone_figures
from planning.assess.workflow import Assessment
from planning.maps import (
    NO_CLASS,
    AreaStyle,
    FacilityLayer,
    LineLayer,
    LineStyle,
    PointStyle,
    PolygonLayer,
    RoadLayer,
    SiteLayer,
)
from planning.maps.cells import cell_areas
from planning.maps.layers import Layer
from planning.maps.themes import LAND, ramp
from planning.reach.names import gap_place
from planning.reach.scenario import is_operating
from planning.sites import Proposal
from planning.sites.rows import newly_served
from planning.words.figures import mode_text, people_text, share_text
from planning.words.headers import kind_name
from planning.words.wording import Language, Translate, msgid, translator

Geometries: TypeAlias = NDArray[np.object_]

SITE_NOTE = msgid(
    "Computed points, not plots of land; the natural resources authority must confirm land use"
)
MOST_GAPS = 300
MOST_ASSIGNMENTS = 2_000
NEWLY = "#1b9e77"
ASSIGNED = "#00441b"
STREETS = ("residential", "living_street", "service", "road", "pedestrian")
PATHS = ("footway", "path", "steps", "track", "cycleway", "bridleway", "corridor")
ROAD_STYLES: tuple[tuple[str, tuple[str, ...], str, float, str], ...] = (
    (msgid("Motorway, trunk"), ("motorway", "trunk"), "#b5763c", 2.6, "#ffffff"),
    (msgid("Primary, secondary"), ("primary", "secondary"), "#c9a36a", 1.9, "#ffffff"),
    (msgid("Tertiary, rural"), ("tertiary", "unclassified"), "#a8a39a", 1.1, ""),
    (msgid("Streets"), STREETS, "#c2beb6", 0.8, ""),
    (msgid("Paths"), PATHS, "#b9b3a6", 0.6, ""),
    (msgid("Ferry"), ("ferry",), "#4f86b8", 1.4, ""),
)  # fmt: skip
POINT_STYLES: tuple[tuple[str, tuple[str, ...], PointStyle], ...] = (
    ("hospital", ("A",), PointStyle(msgid("Hospital"), "square", "#7b3294", 10.0, 12.5)),
    ("centre", ("B100", "C"), PointStyle(msgid("Health centre"), "cross", "#b2182b", 11.0, 12.0)),
    ("station", ("B200",), PointStyle(msgid("Health station"), "triangle", "#c51b7d", 8.0)),
    ("clinic", ("D600",), PointStyle(msgid("Village clinic"), "dot", "#1b7837", 6.0)),
    ("other", ("",), PointStyle(msgid("Other institution"), "ring", "#666666", 5.0)),
    ("not_open", (), PointStyle(msgid("Not open"), "diamond", "#999999", 7.0)),
)


def land_layer(dataset: Dataset, translate: Translate) -> PolygonLayer:
    """Return the ground of the zones, so that they stand out from their surroundings."""
    zones = dataset.zones
    return PolygonLayer(
        id="land",
        label=translate("Towns and subdistricts"),
        polygons=in_degrees(zones.geometry, dataset.crs),
        group=np.zeros(len(zones), dtype=np.uint8),
        styles=(AreaStyle("", fill_colour=LAND, fill_opacity=1.0),),
        is_in_legend=False,
    )


def water_layer(dataset: Dataset, translate: Translate) -> PolygonLayer:
    """Return the water areas."""
    water = dataset.water if dataset.water is not None else np.array([], dtype=object)
    return PolygonLayer(
        id="water",
        label=translate("Water"),
        polygons=in_degrees(shapely.simplify(water, 10.0), dataset.crs),
        group=np.zeros(len(water), dtype=np.uint8),
        styles=(AreaStyle(translate("Water"), fill_colour="#d3e5f2", fill_opacity=1.0),),
    )


def zone_layer(assessment: Assessment, translate: Translate) -> PolygonLayer:
    """Return the outlines of the zones with their coverage in the popup."""
    dataset = assessment.dataset
    zones = dataset.zones
    mode = assessment.analysis_mode
    found = [zone_figures(assessment, mode, zone) for zone in range(len(zones))]
    label = translate("Covered ({mode})").format(mode=mode_text(mode, translate))
    return PolygonLayer(
        id="zones",
        label=translate("Towns and subdistricts"),
        polygons=in_degrees(zones.geometry, dataset.crs),
        group=np.zeros(len(zones), dtype=np.uint8),
        styles=(
            AreaStyle(translate("Boundary (indicative)"), line_colour="#4d4d4d", line_width_px=1.2),
        ),
        name=zones.name,
        fields=(
            (translate("People"), tuple(row.inside.cell(translate) for row in found)),
            (label, tuple(row.share.cell(translate) for row in found)),
        ),
        label_zoom=9.5,
    )


def road_layer(dataset: Dataset, translate: Translate) -> RoadLayer:
    """Return the roads in six groups, the most important first."""
    roads = dataset.roads
    lon, lat = to_lonlat(roads.x_m, roads.y_m, dataset.crs)
    group_of = np.full(len(roads.class_names), NO_CLASS, dtype=np.uint8)
    for number, name in enumerate(roads.class_names):
        for group, (_, classes, *_) in enumerate(ROAD_STYLES):
            if name.removesuffix("_link") in classes:
                group_of[number] = group
    styles = tuple(
        LineStyle(
            translate(label),
            colour,
            width,
            dash=(4.0, 4.0) if "ferry" in classes else (),
            min_zoom=0.0 if number < 3 or "ferry" in classes else 12.5,
            casing=casing,
        )
        for number, (label, classes, colour, width, casing) in enumerate(ROAD_STYLES)
    )
    return RoadLayer(
        id="roads",
        label=translate("Roads"),
        lon=lon,
        lat=lat,
        tail=roads.tail,
        head=roads.head,
        group=group_of[roads.road_class],
        styles=styles,
    )


def facility_layer(assessment: Assessment, language: Language) -> FacilityLayer:
    """Return the facilities by kind; those that are not open have a mark of their own."""
    translate = translator(language)
    facilities = assessment.dataset.facilities
    operating = is_operating(facilities, assessment.scenario)
    group = np.array([_point_group(kind) for kind in facilities.kind], dtype=np.uint8)
    group[~operating] = len(POINT_STYLES) - 1
    yes_no = {True: translate("yes"), False: translate("no")}
    names = tuple(kind_name(kind, language) for kind in facilities.kind)
    return FacilityLayer(
        id="facilities",
        label=translate("Institutions"),
        lon=facilities.lon,
        lat=facilities.lat,
        name=facilities.name,
        group=group,
        styles=tuple(
            PointStyle(translate(s.label), s.shape, s.colour, s.size_px, s.label_zoom)
            for _, _, s in POINT_STYLES
        ),
        fields=(
            (translate("Kind"), names),
            (translate("Number"), facilities.id),
            (translate("Owner"), facilities.texts("owner")),
            (translate("Open now"), tuple(yes_no[flag] for flag in operating.tolist())),
            (translate("Hours"), facilities.texts("hours")),
        ),
    )


def circle_layer(assessment: Assessment, translate: Translate) -> PolygonLayer:
    """Return the service circles: one area a band of minutes around all open points."""
    circles = assessment.circles
    label = translate("{low:.0f} to {high:.0f} min")
    colours = ramp("viridis", max(len(circles), 2))
    return PolygonLayer(
        id="circles",
        label=translate("Service circles ({mode})").format(
            mode=mode_text(assessment.analysis_mode, translate)
        ),
        polygons=in_degrees(
            np.array([circle.area for circle in circles], dtype=object), assessment.dataset.crs
        ),
        group=np.arange(len(circles), dtype=np.uint8),
        styles=tuple(
            AreaStyle(
                label.format(low=circle.from_minutes, high=circle.to_minutes),
                fill_colour=colour,
                fill_opacity=0.35,
                line_colour=colour,
            )
            for circle, colour in zip(circles, colours, strict=False)
        ),
        is_visible=False,
    )


def gap_layer(assessment: Assessment, translate: Translate) -> PolygonLayer:
    """Return the largest gaps as areas of their cells."""
    dataset = assessment.dataset
    gaps = assessment.gaps[:MOST_GAPS]
    facilities = dataset.facilities
    areas = cell_areas(dataset.demand, [gap.demand for gap in gaps], dataset.crs)
    nearest = tuple(
        facilities.name[gap.nearest_facility] if gap.nearest_facility >= 0 else "—" for gap in gaps
    )
    found = [one_gap_figures(assessment, gap) for gap in gaps]
    return PolygonLayer(
        id="gaps",
        label=translate("Service gaps"),
        polygons=in_degrees(areas, dataset.crs),
        group=np.zeros(len(gaps), dtype=np.uint8),
        styles=(
            AreaStyle(
                translate("Service gap ({mode})").format(
                    mode=mode_text(assessment.analysis_mode, translate)
                ),
                fill_colour="#b35806",
                fill_opacity=0.25,
                fill="hatch",
                line_colour="#7f3b08",
                line_width_px=1.0,
            ),
        ),
        name=tuple(f"{translate('Service gap')} {gap.gap_id}" for gap in gaps),
        fields=(
            (translate("People"), tuple(row.people.cell(translate) for row in found)),
            (translate("Nearest point"), nearest),
            (translate("Place"), tuple(gap_place(dataset, gap, translate) for gap in gaps)),
            (
                translate("Median minutes, weighted by people"),
                tuple(row.median.cell(translate) for row in found),
            ),
        ),
        is_visible=False,
    )


def site_layers(proposal: Proposal, dataset: Dataset, translate: Translate) -> list[Layer]:
    """Return who is newly covered, lines from villages to their new site, and the sites."""
    served = newly_served(proposal, dataset)
    found: list[Layer] = []
    if len(served.site):
        found = [
            newly_covered_layer(proposal, dataset, translate),
            assignment_layer(proposal, dataset, translate),
        ]
    return [*found, site_layer(proposal, translate)]


def newly_covered_layer(proposal: Proposal, dataset: Dataset, translate: Translate) -> PolygonLayer:
    """Return the ground of the newly covered points, one area a site."""
    served = [np.flatnonzero(proposal.service.site == site.candidate) for site in proposal.sites]
    areas = cell_areas(dataset.demand, served, dataset.crs)
    style = AreaStyle(
        translate("Newly covered by proposed sites"),
        fill_colour=NEWLY,
        fill_opacity=0.55,
        line_colour=NEWLY,
        line_width_px=0.8,
    )
    return PolygonLayer(
        id="newly_covered",
        label=translate("Newly covered by proposed sites"),
        polygons=in_degrees(areas, dataset.crs),
        group=np.zeros(len(areas), dtype=np.uint8),
        styles=(style,),
        is_visible=False,
    )


def assignment_layer(proposal: Proposal, dataset: Dataset, translate: Translate) -> LineLayer:
    """Return straight lines from newly served villages to their site, the most people first."""
    served, demand = newly_served(proposal, dataset), dataset.demand
    sites = proposal.candidates
    order = np.lexsort((np.arange(len(served.site)), -served.people))[:MOST_ASSIGNMENTS]
    lines = tuple(
        np.array([[demand.lon[place], demand.lat[place]], [sites.lon[site], sites.lat[site]]])
        for place, site in zip(
            served.demand[order].tolist(), served.site[order].tolist(), strict=True
        )
    )
    label = translate("From village to proposed site")
    return LineLayer(
        id="site_assignment",
        label=label,
        lines=lines,
        group=np.zeros(len(lines), dtype=np.uint8),
        styles=(LineStyle(label, ASSIGNED, 1.4),),
        is_visible=False,
    )


def site_layer(proposal: Proposal, translate: Translate) -> SiteLayer:
    """Return the proposed sites by rank."""
    sites = proposal.sites
    chosen = proposal.candidates.take([site.candidate for site in sites])
    shares = [
        ""
        if proposal.robustness is None
        else share_text(proposal.robustness.chosen_share[site.candidate])
        for site in sites
    ]
    return SiteLayer(
        id="sites",
        label=translate("Proposed sites"),
        lon=chosen.lon,
        lat=chosen.lat,
        rank=tuple(range(1, len(sites) + 1)),
        name=chosen.name,
        fields=(
            (
                translate("People without cover in reach"),
                tuple(people_text(site.reached_people) for site in sites),
            ),
            (
                translate("People only by this site"),
                tuple(people_text(site.new_people) for site in sites),
            ),
            (translate("Chosen in the readings"), tuple(shares)),
        ),
        note=translate(SITE_NOTE),
    )


def _point_group(kind: str) -> int:
    for number, (_, starts, _) in enumerate(POINT_STYLES):
        if any(kind.startswith(start) for start in starts):
            return number
    return len(POINT_STYLES) - 2


def in_degrees(geometry: Geometries, crs: str) -> Geometries:
    """Return geometries of a metric system in degrees."""

    def degrees(points: Floats) -> Floats:
        return np.column_stack(to_lonlat(points[:, 0], points[:, 1], crs))

    transformed: Geometries = shapely.transform(np.asarray(geometry, dtype=object), degrees)
    return transformed
