"""The data check as tables and map layers: findings, where they are, who has no place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.errors import severity
from data.types import Dataset
from geo.errors import Finding
from planning.map_layers import kind_name
from planning.maps import FacilityLayer, PointStyle
from planning.sheets import Sheet
from planning.wording import Language, Translate, finding_sentence, msgid, translator

SEVERITY_WORDS = {"error": msgid("error"), "warning": msgid("warning"), "note": msgid("note")}


def findings_sheet(findings: Sequence[Finding], translate: Translate) -> Sheet:
    """Return the findings, one a row, with the people they touch."""
    rows = tuple(
        (
            translate(SEVERITY_WORDS[severity(finding)]),
            finding.file,
            finding_sentence(finding, translate),
            None if finding.people is None else round(finding.people),
        )
        for finding in findings
    )
    headers = (msgid("Severity"), msgid("File"), msgid("Finding"), msgid("People"))
    return Sheet(translate("Findings"), tuple(translate(text) for text in headers), rows)


def unplaced_sheet(dataset: Dataset, language: Language) -> Sheet:
    """Return the worklist of institutions without coordinates."""
    translate = translator(language)
    facilities = dataset.facilities
    rows = tuple(
        (
            facilities.id[row],
            facilities.name[row],
            kind_name(facilities.kind[row], language),
            facilities.texts("owner")[row],
            facilities.texts("status")[row],
        )
        for row in np.flatnonzero(~facilities.has_position).tolist()
    )
    headers = (msgid("Number"), msgid("Name"), msgid("Kind"), msgid("Owner"), msgid("Status"))
    return Sheet(translate("Without a place"), tuple(translate(h) for h in headers), rows)


def finding_points(
    dataset: Dataset, findings: Sequence[Finding], translate: Translate
) -> FacilityLayer | None:
    """Return the institutions, villages' cells and zones that findings name, as marked points."""
    facilities, demand = dataset.facilities, dataset.demand
    row_of = {name: row for row, name in enumerate(facilities.id)}
    cell_of: dict[str, int] = {}
    if dataset.villages is not None:
        for cell, village in enumerate(demand.village.tolist()):
            if village >= 0:
                cell_of.setdefault(dataset.villages.code[village], cell)
    lon, lat, name = [], [], []
    for finding in findings:
        text = finding_sentence(finding, translate)
        for key in map(str, finding.rows):
            if key in row_of and facilities.has_position[row_of[key]]:
                lon.append(float(facilities.lon[row_of[key]]))
                lat.append(float(facilities.lat[row_of[key]]))
            elif key in cell_of:
                lon.append(float(demand.lon[cell_of[key]]))
                lat.append(float(demand.lat[cell_of[key]]))
            else:
                continue
            name.append(f"{key}: {text}"[:200])
    if not name:
        return None
    return FacilityLayer(
        id="findings",
        label=translate("Findings"),
        lon=np.array(lon),
        lat=np.array(lat),
        name=tuple(name),
        group=np.zeros(len(name), dtype=np.uint8),
        styles=(PointStyle(translate("Findings"), "diamond", "#e31a1c", 14.0),),
    )
