"""Data check: what is wrong or doubtful, in people; where; and who has no place on the map."""

import streamlit as st

from app_pages._session import current, language, made, words
from app_pages._widgets import county_map, page, sheet_table
from planning.audit import audit
from planning.views.checks import finding_points, findings_sheet, unplaced_sheet

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
sheet, worklist = findings_sheet(findings, _), unplaced_sheet(dataset, language())

left, right = st.columns([3, 2], gap="medium")
with left:
    listed, unplaced = st.tabs(
        [
            _("Findings ({count})").format(count=len(sheet.rows)),
            _("Without a place ({count})").format(count=len(worklist.rows)),
        ]
    )
    with listed:
        row = sheet_table(sheet, file_name="findings.xlsx", height=520)
    with unplaced:
        st.caption(
            _("Add their coordinates to the list of institutions, or to the file `placed` names.")
        )
        sheet_table(worklist, file_name="unplaced.xlsx", height=480)
with right:
    shown = findings if row is None else (findings[row],)
    st.caption(_("Red diamonds: what the findings name. Choose a row of the list to see it alone."))
    county_map(height=560, layers=[finding_points(dataset, shown, _)])
