"""What the map of an assessment shows: layers, themes, hover values, title and sources."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.kinds import KIND_NAMES
from data.types import Dataset, Floats
from geo.crs import to_lonlat
from geo.travel import UNREACHED
from planning.coverage import BANDS_MINUTES, Gap, Status
from planning.figures import minutes_text, mode_text, people_text, share_text
from planning.maps import (
    NO_CLASS,
    AreaStyle,
    CellLayer,
    CellTheme,
    FacilityLayer,
    Figure,
    HoverChoice,
    HoverNumber,
    HoverTime,
    LineStyle,
    MapSpec,
    PointStyle,
    PolygonLayer,
    RoadLayer,
    SiteLayer,
    map_strings,
)
from planning.maps.layers import Hover, Layer
from planning.maps.themes import LAND, ThemeName, people_theme, ramp, status_theme, time_theme
from planning.results import chosen_sites
from planning.run import run_number
from planning.scenario import is_operating
from planning.wording import Language, Translate, msgid, translator
from planning.workflow import Assessment, ModeResult

Geometries: TypeAlias = NDArray[np.object_]

SITE_NOTE = msgid(
    "Computed points, not plots of land; the natural resources authority must confirm land use"
)
STATUS_LABELS: dict[int, str] = {
    Status.COVERED: msgid("Covered"),
    Status.BEYOND: msgid("Beyond the limit"),
    Status.UNREACHABLE: msgid("Unreachable by road"),
    Status.OFF_NETWORK: msgid("Far from any road"),
    Status.OUTSIDE: msgid("Outside"),
}
PEOPLE_LIMITS = (5.0, 20.0, 50.0, 100.0, 200.0)
SURROUNDINGS = "#e9e8e3"
GAP_HALF_CELL_M = 55.0
MOST_GAPS = 300

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


def assessment_map(
    assessment: Assessment, language: Language, *, review_number: str = ""
) -> MapSpec:
    """Return the map of an assessment.

    Parameters
    ----------
    language
        Language of every text on the map.
    review_number
        审图号 of a published map; empty prints that the map is internal.
    """
    translate = translator(language)
    dataset = assessment.dataset
    return MapSpec(
        title=translate("{place}: who is inside the {minutes:.0f}-minute service circle").format(
            place=dataset.title, minutes=assessment.study.travel.minutes
        ),
        subtitle=translate("Present state") + " " + assessment.scenario.as_of,
        layers=layers(assessment, language),
        source="; ".join(dict.fromkeys(entry.source for entry in dataset.provenance)),
        data_date=dataset.date,
        crs_text=crs_text(dataset, translate),
        maker="ServiceCircle 服务圈 " + run_number(assessment),
        review_number=review_number,
        is_synthetic=dataset.is_synthetic,
        notes=map_notes(assessment, translate),
        attribution=attribution(dataset),
        figures=headline_figures(assessment, translate),
        lang="zh-CN" if language == "zh" else "en",
        strings=map_strings(translate),
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
    return (*found, site_layer(assessment, translate))


def cell_layer(assessment: Assessment, translate: Translate) -> CellLayer:
    """Return the population cells with a theme of cover and of time bands for each mode."""
    demand = assessment.dataset.demand
    return CellLayer(
        id="cells",
        label=translate("People"),
        lon=demand.lon,
        lat=demand.lat,
        themes=cell_themes(assessment, translate),
        hover=hover_rows(assessment, translate),
        grid=demand.grid,
        row=demand.row,
        column=demand.column,
        cell_size_m=typical_spacing_m(demand.x_m, demand.y_m),
        facility_names=assessment.dataset.facilities.name,
    )


def cell_themes(assessment: Assessment, translate: Translate) -> tuple[CellTheme, ...]:
    """Return cover and time bands by mode, the mode of the analysis first, then people."""
    demand = assessment.dataset.demand
    modes = sorted(assessment.modes, key=lambda mode: mode != assessment.analysis_mode)
    themes = []
    for mode in modes:
        result = assessment.modes[mode]
        name = mode_text(mode, translate)
        shown = np.where(result.status == Status.OUTSIDE, NO_CLASS, result.status).astype(np.uint8)
        themes.append(
            status_theme(
                ThemeName(f"cover_{mode}", translate("Inside the circle or not"), name),
                shown,
                (translate("Covered"), translate("Not covered")),
                people=demand.people,
            )
        )
        themes.append(_bands_theme(result, demand.people, name, translate))
    limits = [f"{limit:.0f}" for limit in PEOPLE_LIMITS]
    labels = [translate("up to {limit}").format(limit=limit) for limit in limits]
    labels.append(translate("over {limit}").format(limit=limits[-1]))
    themes.append(
        people_theme(
            ThemeName("people", translate("People per cell"), translate("Population")),
            demand.people,
            PEOPLE_LIMITS,
            labels,
        )
    )
    return tuple(themes)


def hover_rows(assessment: Assessment, translate: Translate) -> tuple[Hover, ...]:
    """Return what stands under the pointer: people, minutes and nearest point by mode, place."""
    dataset = assessment.dataset
    demand = dataset.demand
    names = tuple(translate(STATUS_LABELS[code]) for code in sorted(STATUS_LABELS))
    rows: list[Hover] = [HoverNumber(translate("People"), demand.people, decimals=1)]
    for mode, result in assessment.modes.items():
        rows.append(
            HoverTime(
                mode_text(mode, translate),
                result.nearest.tenths,
                result.status,
                names,
                result.nearest.facility,
            )
        )
    rows.append(HoverChoice(translate("Zone"), demand.zone, dataset.zones.name))
    if dataset.villages is not None:
        rows.append(HoverChoice(translate("Village"), demand.village, dataset.villages.name))
    return tuple(rows)


def zone_layer(assessment: Assessment, translate: Translate) -> PolygonLayer:
    """Return the outlines of the zones with their coverage in the popup."""
    dataset = assessment.dataset
    zones = dataset.zones
    result = assessment.modes[assessment.analysis_mode]
    ledgers = result.zone_ledgers["all"]
    label = translate("Covered ({mode})").format(mode=mode_text(result.mode, translate))
    return PolygonLayer(
        id="zones",
        label=translate("Towns and subdistricts"),
        polygons=_in_degrees(zones.geometry, dataset.crs),
        group=np.zeros(len(zones), dtype=np.uint8),
        styles=(
            AreaStyle(translate("Boundary (indicative)"), line_colour="#4d4d4d", line_width_px=1.2),
        ),
        name=zones.name,
        fields=(
            (translate("People"), tuple(people_text(row.inside) for row in ledgers)),
            (label, tuple(share_text(row.share) for row in ledgers)),
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
        polygons=_in_degrees(
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
    areas = np.array([gap_area(dataset, gap) for gap in gaps], dtype=object)
    nearest = tuple(
        facilities.name[gap.nearest_facility] if gap.nearest_facility >= 0 else "—" for gap in gaps
    )
    return PolygonLayer(
        id="gaps",
        label=translate("Service gaps"),
        polygons=_in_degrees(areas, dataset.crs),
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
            (translate("People"), tuple(people_text(gap.people) for gap in gaps)),
            (translate("Nearest point"), nearest),
            (translate("Minutes"), tuple(minutes_text(gap.nearest_minutes) for gap in gaps)),
        ),
        is_visible=False,
    )


def gap_area(dataset: Dataset, gap: Gap) -> shapely.Geometry:
    """Return the squares of a gap's points, joined and rounded."""
    demand = dataset.demand
    half = GAP_HALF_CELL_M if demand.grid else typical_spacing_m(demand.x_m, demand.y_m) / 2
    x_m, y_m = demand.x_m[gap.demand], demand.y_m[gap.demand]
    squares = shapely.box(x_m - half, y_m - half, x_m + half, y_m + half)
    return shapely.simplify(shapely.union_all(squares, grid_size=1.0), half / 4)


def site_layer(assessment: Assessment, translate: Translate) -> SiteLayer:
    """Return the proposed sites by rank."""
    sites = assessment.proposal.sites
    chosen = chosen_sites(assessment)
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
        ),
        note=translate(SITE_NOTE),
    )


def land_layer(dataset: Dataset, translate: Translate) -> PolygonLayer:
    """Return the ground of the zones, so that they stand out from their surroundings."""
    zones = dataset.zones
    return PolygonLayer(
        id="land",
        label=translate("Towns and subdistricts"),
        polygons=_in_degrees(zones.geometry, dataset.crs),
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
        polygons=_in_degrees(shapely.simplify(water, 10.0), dataset.crs),
        group=np.zeros(len(water), dtype=np.uint8),
        styles=(AreaStyle(translate("Water"), fill_colour="#d3e5f2", fill_opacity=1.0),),
    )


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


def _bands_theme(
    result: ModeResult, people: Floats, mode_name: str, translate: Translate
) -> CellTheme:
    upto = translate("up to {limit} min")
    labels = [upto.format(limit=minutes) for minutes in BANDS_MINUTES]
    labels.append(translate("over {limit} min").format(limit=BANDS_MINUTES[-1]))
    tenths = np.where(result.nearest.tenths == UNREACHED, -1, result.nearest.tenths)
    return time_theme(
        ThemeName(f"time_{result.mode}", translate("Minutes to the nearest point"), mode_name),
        tenths.astype(np.int32),
        BANDS_MINUTES,
        [*labels, translate("no way")],
        people=people,
        is_blank=result.status == Status.OUTSIDE,
    )


def _point_group(kind: str) -> int:
    for number, (_, starts, _) in enumerate(POINT_STYLES):
        if any(kind.startswith(start) for start in starts):
            return number
    return len(POINT_STYLES) - 2


def kind_name(kind: str, language: Language) -> str:
    """Return the name of a WS 218 kind with its code: the Chinese one is the official one."""
    names = KIND_NAMES.get(kind, (kind,))
    english = next((name for name in names if name.isascii()), kind)
    return f"{names[0] if language == 'zh' else english} ({kind})"


def _in_degrees(geometry: Geometries, crs: str) -> Geometries:
    def degrees(points: Floats) -> Floats:
        return np.column_stack(to_lonlat(points[:, 0], points[:, 1], crs))

    transformed: Geometries = shapely.transform(np.asarray(geometry, dtype=object), degrees)
    return transformed


def typical_spacing_m(x_m: Floats, y_m: Floats) -> float:
    """Return the median distance between neighbours among the first points; 100 for one point."""
    if len(x_m) < 2:
        return 100.0
    points = np.column_stack([x_m, y_m])
    distance, _ = cKDTree(points).query(points[:2000], k=2)
    return float(np.median(distance[:, 1]))
