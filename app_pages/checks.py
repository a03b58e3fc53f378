"""Data check: what is wrong or doubtful, in people; where; who has no place; what people remark."""

from collections.abc import Sequence

import streamlit as st

from app_pages.parts.remarks import known_remarks, remarks_list
from app_pages.parts.text import plain
from app_pages.parts.widgets import XLSX, county_map, page, sheet_table, tab_row
from app_pages.parts.worklist import placing_focus, placing_layers, placing_list, take_place_click
from app_pages.session.choices import Key
from app_pages.session.state import current, language, made, words
from app_pages.views.checks import finding_points, findings_sheet
from planning.audit import audit_inputs
from planning.audit.rows import audit_download
from planning.maps.layers import Layer

_ = words()
take_place_click()
page(_("Data check"))
assessment = current()
dataset = assessment.dataset
findings = made("audit", "all", lambda progress: audit_inputs(assessment, progress=progress))
sheet, remarks = findings_sheet(findings, _), known_remarks()

left, right = st.columns([3, 2], gap="medium")
layers: Sequence[Layer | None] = ()
focus, row = None, None
with left:
    st.caption(
        _(
            "{findings} findings, {places} institutions without a place, {remarks} open remarks"
        ).format(
            findings=len(findings),
            places=int((~dataset.facilities.has_position).sum()),
            remarks=sum(not one.is_settled for one in remarks),
        )
    )
    listed, places, doubts = tab_row(
        [_("Findings"), _("Without a place"), _("Remarks")], key=Key.CHECK_TAB
    )
    if listed:
        row = sheet_table(sheet, file_name="findings.xlsx", height=480)
        said = language()
        st.download_button(
            _("Download the whole audit (XLSX)"),
            data=lambda: audit_download(dataset, findings, remarks, said),
            file_name="audit.xlsx",
            mime=XLSX,
            on_click="ignore",
        )
        layers = [finding_points(dataset, findings if row is None else (findings[row],), _)]
    if places:
        chosen = placing_list(language())
        layers, focus = placing_layers(chosen), placing_focus(chosen)
    if doubts:
        layers = [remarks_list(remarks)]
with right:
    if row is not None:
        st.info(plain(str(sheet.rows[row][2])))
    st.caption(_("Marked on the map: what the list names. Choose a row to see it alone."))
    county_map(height=560, layers=layers, focus=focus, is_clickable=True)
