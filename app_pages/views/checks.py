"""The data check as tables and map layers: findings, where they are, who has no place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.errors import severity
from data.types import Dataset
from geo.errors import Finding
from planning.audit.remarks import Remark
from planning.maps import FacilityLayer, PointStyle
from planning.words.tables import Table, table_of
from planning.words.wording import Translate, finding_sentence, msgid

SEVERITY_WORDS = {"error": msgid("error"), "warning": msgid("warning"), "note": msgid("note")}


def findings_sheet(findings: Sequence[Finding], translate: Translate) -> Table:
    """Return the findings, one a row, with the people they touch."""
    rows = tuple(
        (
            translate(SEVERITY_WORDS[severity(finding)]),
            None if finding.people is None else round(finding.people),
            finding_sentence(finding, translate),
            finding.file,
        )
        for finding in findings
    )
    headers = (msgid("Severity"), msgid("People"), msgid("Finding"), msgid("File"))
    return table_of(msgid("Findings"), headers, rows, translate)


def remark_points(remarks: Sequence[Remark], translate: Translate) -> FacilityLayer | None:
    """Return the places of remarks as marked points, open and settled apart."""
    if not remarks:
        return None
    return FacilityLayer(
        id="remarks",
        label=translate("Remarks"),
        lon=np.array([one.lon for one in remarks]),
        lat=np.array([one.lat for one in remarks]),
        name=tuple(f"{one.number} {one.place}: {one.text}"[:200] for one in remarks),
        group=np.array([one.is_settled for one in remarks], dtype=np.uint8),
        styles=(
            PointStyle(translate("not settled"), "diamond", "#ff7f00", 14.0),
            PointStyle(translate("settled"), "diamond", "#999999", 11.0),
        ),
    )


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
