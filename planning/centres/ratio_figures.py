"""N1 as figures: people per government-run centre of the whole, of zones and of institutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from planning.centres.ratio_words import VIEW_WORDS
from planning.centres.service_people import View
from planning.centres.service_ratio import AllZonesRatio, Ratios, ServiceRatio
from planning.centres.urban_verdict import UrbanResult, UrbanVerdict
from planning.words.figure import NOT_APPLICABLE, Base, Figure
from planning.words.wording import msgid

NOT_JUDGED = msgid("the norm cannot be judged there")


class CentreFigures(NamedTuple):
    """People and centres of one unit in one view of who is served."""

    people_per_centre: Figure
    centres: Figure
    unknown_owner: Figure
    branches: Figure
    needed_least: Figure
    needed_most: Figure


class ZoneRatioFigures(NamedTuple):
    """N1 of zones that are judged together."""

    centres: CentreFigures
    service_people: Figure
    resident_people: Figure
    missing: Figure


class TotalRatioFigures(NamedTuple):
    """N1 of all zones together; its people are the residents."""

    centres: CentreFigures
    resident_people: Figure
    unassigned_people: Figure


class InstitutionFigures(NamedTuple):
    """The size of one institution."""

    service_people: Figure
    branches: Figure


def zone_ratio_figures(row: UrbanVerdict, base: Base) -> ZoneRatioFigures:
    """Return the figures of one zone, or of zones judged together."""
    place, name = "+".join(row.zone_codes), "、".join(row.zone_names)
    own = _of_view(base, row.view, place)
    return ZoneRatioFigures(
        centres=_centres(row, own, name),
        service_people=_figure("service_people", own, row.service_people, name),
        resident_people=_figure(
            "resident_people", replace(own, detail=""), row.resident_people, name
        ),
        missing=_missing(row, own, name),
    )


def total_ratio_figures(row: AllZonesRatio, base: Base) -> TotalRatioFigures:
    """Return the figures of all zones together."""
    own = _of_view(base, row.view, "")
    return TotalRatioFigures(
        centres=_centres(row, own, ""),
        resident_people=_figure("resident_people", replace(own, detail=""), row.people, ""),
        unassigned_people=_figure("unassigned_people", own, row.unassigned_people, ""),
    )


def institution_figures(row: ServiceRatio, base: Base) -> InstitutionFigures:
    """Return the figures of one institution."""
    own = _of_view(base, row.view, row.facility_id)
    counted = replace(own, detail="", people="")
    return InstitutionFigures(
        service_people=_figure("service_people", own, row.service_people, row.name),
        branches=_figure("branches", counted, row.branches, row.name),
    )


def ratio_figures(ratios: Ratios, base: Base) -> Iterator[tuple[object, ...]]:
    """Yield the figures of N1 by unit: the whole, zones, institutions, each in every view."""
    yield from (total_ratio_figures(row, base) for row in ratios.totals)
    yield from (zone_ratio_figures(row, base) for row in ratios.zones)
    yield from (institution_figures(row, base) for row in ratios.institutions)


def _centres(row: UrbanVerdict | AllZonesRatio, base: Base, name: str) -> CentreFigures:
    counted = replace(base, detail="", people="")
    per_centre = row.people_per_centre
    reason = NOT_APPLICABLE if per_centre is None else ""
    return CentreFigures(
        people_per_centre=Figure(
            "people_per_centre",
            base,
            per_centre,
            reason=reason,
            place_name=name,
            detail_name=VIEW_WORDS[row.view],
        ),
        centres=_figure("centres", counted, row.centres, name),
        unknown_owner=_figure("centres_unknown_owner", counted, row.centres_unknown, name),
        branches=_figure("branches", counted, row.branches, name),
        needed_least=_figure("centres_needed_least", base, row.centres_needed[0], name),
        needed_most=_figure("centres_needed_most", base, row.centres_needed[1], name),
    )


def _missing(row: UrbanVerdict, base: Base, name: str) -> Figure:
    if row.centres_missing is not None:
        return _figure("centres_missing", base, row.centres_missing, name)
    is_apart = row.result is UrbanResult.NOT_APPLICABLE
    reason = NOT_APPLICABLE if is_apart else NOT_JUDGED
    return Figure("centres_missing", base, None, reason=reason, place_name=name)


def _figure(term: str, base: Base, value: float, name: str) -> Figure:
    view = VIEW_WORDS.get(base.detail, "")  # type: ignore[call-overload]
    return Figure(term, base, float(value), place_name=name, detail_name=view)


def _of_view(base: Base, view: View, place: str) -> Base:
    return replace(base, place=place, detail=view)
