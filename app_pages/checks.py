"""Data check: what is wrong or doubtful, in people; where; who has no place; what people remark."""

import streamlit as st

from app_pages._placing import place_by_click, placing_layers, placing_list
from app_pages._remarks import known_remarks, remarks_list
from app_pages._session import current, language, made, words
from app_pages._widgets import XLSX, county_map, page, sheet_table
from planning.audit import audit
from planning.views.checks import audit_download, finding_points, findings_sheet

_ = words()
page(_("Data check"))
assessment = current()
dataset = assessment.dataset
findings = made(
    "audit",
    "all",
    lambda progress: audit(
        dataset,
        as_of=assessment.scenario.as_of,
        max_access_m=assessment.study.travel.max_access_m,
        progress=progress,
    ),
)
sheet, remarks = findings_sheet(findings, _), known_remarks()
unplaced = int((~dataset.facilities.has_position).sum())
is_open = sum(not one.is_settled for one in remarks)

left, right = st.columns([3, 2], gap="medium")
with left:
    listed, places, doubts = st.tabs(
        [
            _("Findings ({count})").format(count=len(sheet.rows)),
            _("Without a place ({count})").format(count=unplaced),
            _("Remarks ({count})").format(count=is_open),
        ]
    )
    with listed:
        row = sheet_table(sheet, file_name="findings.xlsx", height=520)
        said = language()
        st.download_button(
            _("Download the whole audit (XLSX)"),
            data=lambda: audit_download(dataset, findings, remarks, said),
            file_name="audit.xlsx",
            mime=XLSX,
            on_click="ignore",
        )
    with places:
        chosen = placing_list(language())
    with doubts:
        remarked = remarks_list(remarks)
with right:
    shown = findings if row is None else (findings[row],)
    st.caption(_("Red diamonds: what the findings name. Choose a row of the list to see it alone."))
    layers = [finding_points(dataset, shown, _)] if chosen is None else placing_layers(chosen)
    click = county_map(height=560, layers=[*layers, remarked], is_clickable=True)
    if click and chosen is not None:
        place_by_click(chosen, *click)
        st.rerun()
