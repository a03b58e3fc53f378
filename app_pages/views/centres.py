"""Norm N1 on a page: zones and centres as tables, and the zones coloured by people per centre."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from planning.assess.study_figures import ratio_base
from planning.assess.workflow import Assessment
from planning.centres.norms import SizeStatus, size_text
from planning.centres.ratio_figures import institution_figures, zone_ratio_figures
from planning.centres.ratio_words import verdict_sentence, view_word
from planning.centres.service_people import View
from planning.centres.service_ratio import Ratios
from planning.centres.urban_verdict import (
    MET_RESULTS,
    MISSED_RESULTS,
    UrbanResult,
    UrbanVerdict,
)
from planning.maps import AreaStyle, PolygonLayer
from planning.maps.scene import in_degrees
from planning.maps.themes import over_land
from planning.words.tables import Table, table_of
from planning.words.wording import Translate, msgid

SHADES: tuple[tuple[str, str], ...] = (
    (msgid("No centre"), "#762a83"),
    (msgid("Under the norm (−)"), "#998ec3"),
    (msgid("Within the norm (=)"), "#f1eef6"),
    (msgid("Over the norm (+)"), "#e66101"),
    (msgid("Does not apply"), "#bdbdbd"),
    (msgid("Cannot be judged"), "#ffffff"),
)
"""Purple, pale and orange, told apart without red and green; the sign says it in print. Grey and
white make no statement."""
DOES_NOT_APPLY, CANNOT_BE_JUDGED = 4, 5
SIZE_SHADES = {
    SizeStatus.NONE: 0, SizeStatus.UNDER: 1, SizeStatus.WITHIN: 2, SizeStatus.OVER: 3,
}  # fmt: skip

OPACITY = 0.85


def views_of(ratios: Ratios) -> tuple[View, ...]:
    """Return the views of service population that the data allow, in their order."""
    return tuple(dict.fromkeys(row.view for row in ratios.zones))


def zone_sheet(assessment: Assessment, view: View, translate: Translate) -> Table:
    """Return the zones that N1 judges in one view, those that lack most centres first."""
    rows = [
        (
            "、".join(row.zone_names),
            verdict_sentence(row, translate),
            None if row.result is UrbanResult.NOT_APPLICABLE else found.missing,
            found.service_people,
            found.centres.centres,
            found.centres.people_per_centre,
            f"{row.centres_needed[0]}-{row.centres_needed[1]}",
        )
        for row in in_order(assessment.ratios, view)
        for found in (zone_ratio_figures(row, ratio_base(assessment)),)
    ]
    headers = (
        msgid("Zone"),
        msgid("Verdict"),
        msgid("Centres missing"),
        msgid("People served"),
        msgid("Centres"),
        msgid("People per centre"),
        msgid("Centres needed"),
    )
    return table_of(msgid("Urban subdistricts"), headers, rows, translate)


def centre_sheet(assessment: Assessment, view: View, translate: Translate) -> Table:
    """Return the centres in one view, the largest first."""
    chosen = sorted(
        (row for row in assessment.ratios.institutions if row.view == view),
        key=lambda row: (-row.service_people, row.facility_id),
    )
    rows = [
        (row.name, found.service_people, size_text(row.size, row.bounds), found.branches)
        for row in chosen
        for found in (institution_figures(row, ratio_base(assessment)),)
    ]
    headers = (msgid("Name"), msgid("People served"), msgid("Size"), msgid("Branches"))
    return table_of(msgid("Centres"), headers, rows, translate)


def missing_text(ratios: Ratios, view: View, translate: Translate) -> str:
    """Return how many centres are missing and where; zones the standard does not name, apart."""
    short = [row for row in in_order(ratios, view) if row.centres_missing]
    judged = [row for row in short if row.result is not UrbanResult.NOT_APPLICABLE]
    others = [row for row in short if row.result is UrbanResult.NOT_APPLICABLE]
    if judged:
        said = translate("{count} centres are missing ({view}): {places}.").format(
            count=sum(row.centres_missing or 0 for row in judged),
            view=view_word(view, translate),
            places=_places(judged),
        )
    elif any(row.centres_missing is None for row in in_order(ratios, view)):
        said = translate("Whether centres are missing cannot be judged ({view}).").format(
            view=view_word(view, translate)
        )
    else:
        said = translate("No centre is missing ({view}).").format(view=view_word(view, translate))
    if not others:
        return said
    return f"{said} " + translate(
        "By the number of people alone, where the standard does not apply: {places}."
    ).format(places=_places(others))


def _places(rows: Sequence[UrbanVerdict]) -> str:
    return "、".join(f"{'、'.join(row.zone_names)} {row.centres_missing}" for row in rows)


def in_order(ratios: Ratios, view: View) -> tuple[UrbanVerdict, ...]:
    """Return the zones of one view: those the standard judges, most missing centres first."""
    chosen = [row for row in ratios.zones if row.view == view]
    return tuple(
        sorted(
            chosen,
            key=lambda row: (
                row.result is UrbanResult.NOT_APPLICABLE,
                -(row.centres_missing or 0),
                row.zone_codes,
            ),
        )
    )


def ratio_legend(translate: Translate) -> str:
    """Return the key to `ratio_layer` as HTML, in the colours that the map shows."""
    keys = [
        f'<span style="white-space:nowrap;margin-right:1.2em"><i style="display:inline-block;'
        f"width:1.3em;height:.85em;border:1px solid #4d4d4d;margin-right:.4em;background:"
        f'{over_land(colour, OPACITY)}"></i>{escape(translate(label))}</span>'
        for label, colour in SHADES
    ]
    return f'<div style="font-size:.85rem;line-height:1.7">{"".join(keys)}</div>'


def shade_of(row: UrbanVerdict) -> int:
    """Return the shade of a zone: people per centre against the norm, where N1 judges it."""
    if row.result in MET_RESULTS | MISSED_RESULTS:
        return SIZE_SHADES[row.size]
    return DOES_NOT_APPLY if row.result is UrbanResult.NOT_APPLICABLE else CANNOT_BE_JUDGED


def ratio_layer(assessment: Assessment, view: View, translate: Translate) -> PolygonLayer:
    """Return the zones by people per centre against the norm, grey where it does not apply."""
    zones, ratios, base = assessment.dataset.zones, assessment.ratios, ratio_base(assessment)
    row_of = {code: row for row, code in enumerate(zones.code)}
    chosen = [
        (row_of[code], shade_of(row), row)
        for row in in_order(ratios, view)
        for code in row.zone_codes
    ]
    index = np.array([zone for zone, _, _ in chosen], dtype=np.int64)
    return PolygonLayer(
        id="ratio",
        label=translate("People per centre"),
        polygons=in_degrees(zones.geometry[index], assessment.dataset.crs),
        group=np.array([shade for _, shade, _ in chosen], dtype=np.uint8),
        styles=tuple(
            AreaStyle(
                translate(label),
                fill_colour=colour,
                fill_opacity=OPACITY,
                line_colour="#4d4d4d",
                line_width_px=1.2,
            )
            for label, colour in SHADES
        ),
        name=tuple(zones.name[zone] for zone in index),
        fields=(
            (translate("Verdict"), tuple(verdict_sentence(r, translate) for *_, r in chosen)),
            (
                translate("People per centre"),
                tuple(
                    zone_ratio_figures(r, base).centres.people_per_centre.words(translate)
                    for *_, r in chosen
                ),
            ),
            (
                translate("Centres missing"),
                tuple(
                    "—" if r.centres_missing is None else str(r.centres_missing) for *_, r in chosen
                ),
            ),
        ),
    )
