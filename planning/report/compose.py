"""The whole report of an assessment: pages, maps, and what stands at head and foot of each page."""

from __future__ import annotations

import numpy as np
import shapely

from data.errors import StudyError
from geo.errors import Finding, Progress
from planning.assess.run import run_number
from planning.assess.workflow import Assessment
from planning.audit import weigh_findings
from planning.maps.scene import POINT_STYLES
from planning.report.content import MapPicture, Report, ReportOptions, Source, joined
from planning.report.pages.annex import annex_pages, role_text
from planning.report.pages.county_page import county_pages
from planning.report.pages.small_map import NumberMark, small_map
from planning.report.pages.zone_page import zone_page
from planning.report.tally import listed_villages, tally_of
from planning.standards.result import Result
from planning.words.audiences import copy_mark, map_mark
from planning.words.figure import SPEED_WORDS
from planning.words.figures import mode_text
from planning.words.wording import Translate, closed, msgid

ZONE_MAP_PX = (900, 690)
COUNTY_MAP_PX = (1000, 850)
MAIN_ROLES = ("zones", "population", "facilities", "roads")
NO_MAPS = msgid("no maps in this copy")
BLANK = "＿＿＿＿＿＿"
ICONS = ("hospital", "centre", "station", "clinic")


def source_of(result: Result, options: ReportOptions) -> Source:
    """Return what a report is made from: the result and the counts its audience may read."""
    weighed = weigh_findings(result.assessment.findings, result.findings)
    if options.is_published:
        weighed = tuple(one.hide_people() for one in weighed)
    tally = tally_of(result.assessment, result.standards, is_public=options.is_published)
    return Source(result, tally, options, weighed)


def compose(
    source: Source, *, has_pictures: bool = True, progress: Progress | None = None
) -> Report:
    """Return the report of an assessment, ready for every format.

    Parameters
    ----------
    source
        From `source_of`.
    has_pictures
        False leaves the maps out, which a workbook has no use for.
    progress
        Called between pages; raises `Cancelled` to stop.

    Raises
    ------
    StudyError
        When a zone that is asked for is not in the study.
    """
    assessment, options = source.assessment, source.options
    has_pictures = has_pictures and options.has_maps
    zones = zones_asked(assessment, options.zones)
    pages = [*county_pages(source, county_picture(source) if has_pictures else None)]
    for number, zone in enumerate(zones):
        if progress is not None:
            progress(msgid("Writing the report"), number, len(zones))
        picture = zone_picture(source, zone) if has_pictures else None
        pages.append(zone_page(source, zone, picture))
    pages += annex_pages(source)
    translate = source.translate
    return Report(
        title=translate("{place}: report on the {minutes:.0f}-minute service circle").format(
            place=assessment.dataset.title, minutes=assessment.study.travel.minutes
        ),
        subtitle=translate("Present state") + " " + assessment.scenario.as_of,
        language=options.language,
        audience=options.audience,
        marks=head_marks(source),
        labels=foot_labels(source),
        notes=foot_notes(source),
        signatures=tuple(
            f"{translate(name)}{translate(': ')}{BLANK}"
            for name in (msgid("Made by"), msgid("Checked by"), msgid("Date signed"))
        ),
        pages=tuple(pages),
    )


def zones_asked(assessment: Assessment, asked: tuple[str, ...]) -> list[int]:
    """Return the indices of the zones named by code or name; all of them when none is named.

    Raises
    ------
    StudyError
        When a zone that is asked for is not in the study.
    """
    zones = assessment.dataset.zones
    unknown = [name for name in asked if name not in zones.code and name not in zones.name]
    if unknown:
        params = (("names", ", ".join(unknown)), ("known", ", ".join(zones.code)))
        raise StudyError(Finding("report_zone", params))
    return [
        zone
        for zone, (code, name) in enumerate(zip(zones.code, zones.name, strict=True))
        if not asked or code in asked or name in asked
    ]


def head_marks(source: Source) -> tuple[str, ...]:
    """Return the words in the head: for whom, and that the data are synthetic."""
    translate = source.translate
    options = source.options
    marks = [translate(copy_mark(options.audience, options.review_number))]
    if source.assessment.dataset.is_synthetic:
        marks.append(translate("Synthetic data"))
    if source.assessment.caveats:
        marks.append(translate("With reservations: see the first page"))
    return tuple(marks)


def foot_labels(source: Source) -> tuple[tuple[str, str], ...]:
    """Return who made the report, of which day the data are, how figures are read, which run."""
    assessment, translate = source.assessment, source.translate
    dataset, travel = assessment.dataset, assessment.study.travel
    if assessment.headline_mode is None:
        reading = translate("not confirmed; shown for {mode}").format(
            mode=mode_text(assessment.analysis_mode, translate)
        )
    else:
        reading = translate("{mode}, {minutes:.0f} min, speeds {speed_set}; basis: {basis}").format(
            mode=mode_text(assessment.headline_mode, translate),
            minutes=travel.minutes,
            speed_set=translate(SPEED_WORDS.get(travel.speed_set, travel.speed_set)),
            basis=travel.basis,
        )
    options = source.options
    mark = map_mark(options.audience, options.review_number)
    review = options.review_number or translate(mark if options.has_maps else NO_MAPS)
    base = (translate("Review number of the base map"), options.base_map_number)
    return (
        (translate("Made by (unit)"), source.options.maker or assessment.study.maker or BLANK),
        (translate("Data as of"), dataset.date),
        (translate("Facilities as of"), assessment.scenario.as_of),
        (translate("How it is counted"), reading),
        (translate("Map review number"), review),
        *((base,) if options.base_map_number else ()),
        (translate("Run number"), run_number(assessment)),
    )


def foot_notes(source: Source) -> tuple[str, ...]:
    """Return the notes below the tables of every page."""
    translate = source.translate
    notes = [method_note(source)]
    if source.options.is_published:
        notes.append(
            translate(
                "<10: fewer than ten people; *: not printed, because such a number could be"
                " computed from it."
            )
        )
    attribution = dict.fromkeys(e.attribution for e in source.assessment.dataset.provenance)
    notes += [text for text in attribution if text]
    return tuple(notes)


def method_note(source: Source) -> str:
    """Return in two lines how times are made and from which files; the annex says it in full."""
    translate, dataset = source.translate, source.assessment.dataset
    shown = [entry for entry in dataset.provenance if entry.role in MAIN_ROLES]
    days = {entry.date for entry in shown}
    sources = translate(", ").join(
        f"{role_text(entry.role, translate)} {entry.source} "
        f"{entry.date if len(days) > 1 else ''}".strip()
        for entry in shown
    )
    text = translate(
        "Method: shortest time from home to an open point on the directed roads, the walk to the"
        " road included; a time equal to the limit counts. Sources: {sources}."
    )
    return text.format(sources=sources)


def zone_picture(source: Source, zone: int) -> MapPicture:
    """Return the map of a zone: numbers of its listed villages, ranks of its sites."""
    assessment = source.assessment
    dataset = assessment.dataset
    marks = village_marks(source, zone)
    marks += [mark for mark in site_marks(assessment) if _zone_of_site(assessment, mark) == zone]
    png = small_map(assessment, zone=zone, marks=marks, size_px=ZONE_MAP_PX)
    return MapPicture(
        png=png,
        title=dataset.zones.name[zone],
        legend=legend(source, ICONS),
        note=picture_note(
            source,
            msgid("Numbers: villages of the table. Boundaries are indicative; measured in {crs}."),
        ),
    )


def county_picture(source: Source) -> MapPicture:
    """Return the map of the whole study: numbers of the zones, ranks of the sites."""
    assessment = source.assessment
    dataset = assessment.dataset
    marks = [
        NumberMark(number, float(spot.x), float(spot.y), is_site=False)
        for number, spot in enumerate(_middles(dataset.zones.geometry), start=1)
        if spot is not None
    ]
    marks += site_marks(assessment)
    return MapPicture(
        png=small_map(assessment, zone=None, marks=marks, size_px=COUNTY_MAP_PX),
        title=dataset.title,
        legend=legend(source, ICONS[:2]),
        note=picture_note(
            source,
            msgid("Numbers: zones of the table. Boundaries are indicative; measured in {crs}."),
        ),
    )


def picture_note(source: Source, text: str) -> str:
    """Return what stands below a map: its review number or that it may not be published."""
    translate, options = source.translate, source.options
    said = translate(text).format(crs=crs_name(source.assessment.dataset.crs, translate))
    warning = map_mark(options.audience, options.review_number)
    mark = translate(warning) if warning else ""
    label = translate("Map review number") + translate(": ")
    number = f"{label}{options.review_number}" if options.review_number else ""
    shown = [closed(text, translate) for text in (mark, number) if text]
    return joined((said, *shown), options.language)


def legend(source: Source, kinds: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the keys of the legend: name of the icon and its words."""
    translate = source.translate
    words = {key: translate(style.label) for key, _, style in POINT_STYLES}
    return (
        ("covered", translate("Covered")),
        ("uncovered", translate("Not covered")),
        *((kind, words[kind]) for kind in kinds),
        ("site", translate("Proposed site")),
    )


def village_marks(source: Source, zone: int) -> list[NumberMark]:
    """Return the numbers of the listed villages at the middle of their land."""
    villages = source.assessment.dataset.villages
    if villages is None:
        return []
    index = {code: i for i, code in enumerate(villages.code)}
    rows = listed_villages(source.assessment, zone)
    spots = _middles(villages.geometry[[index[row.code] for row in rows]])
    return [
        NumberMark(number, float(spot.x), float(spot.y), is_site=False)
        for number, spot in enumerate(spots, start=1)
        if spot is not None
    ]


def site_marks(assessment: Assessment) -> list[NumberMark]:
    """Return the proposed sites with their ranks."""
    candidates = assessment.proposal.candidates
    return [
        NumberMark(
            rank,
            float(candidates.x_m[site.candidate]),
            float(candidates.y_m[site.candidate]),
            is_site=True,
        )
        for rank, site in enumerate(assessment.proposal.sites, start=1)
    ]


def crs_name(crs: str, translate: Translate) -> str:
    """Return the name of the metric system that everything was measured in."""
    return crs if crs.startswith("EPSG") else translate("local transverse Mercator")


def _zone_of_site(assessment: Assessment, mark: NumberMark) -> int:
    site = assessment.proposal.sites[mark.number - 1]
    return int(assessment.proposal.candidates.zone[site.candidate])


def _middles(shapes: np.ndarray) -> list[shapely.Point | None]:
    return [None if s is None else shapely.point_on_surface(s) for s in shapes]
