"""Reported against computed: what could explain each difference, and who counts."""

import streamlit as st

from app_pages.parts.widgets import page, sheet_table, tab_row
from app_pages.session.choices import Key
from app_pages.session.state import language, standards, words
from planning.standards.evidence_sheets import reported_sheet, who_counts_sheet
from planning.standards.standard_sheets import standard_sheets
from planning.words.tables import round_numbers

_ = words()
page(_("Reported and computed"))
result = standards()
st.caption(
    _(
        "The steps say what could explain a difference, not what happened; what no reading of the"
        " data explains is named unexplained."
    )
)
if not result.reported:
    st.info(_("The study names no reported figures: add a table [reported] to it."))
reported, counted, every = tab_row(
    [_("Reported and computed"), _("Who counts"), _("All standards")],
    key=Key.REPORTED_TAB,
)
if reported:
    sheet_table(
        round_numbers(reported_sheet(result, language(), _)), file_name="reported.xlsx", height=560
    )
if counted:
    sheet_table(
        round_numbers(who_counts_sheet(result, language(), _)),
        file_name="who_counts.xlsx",
        height=560,
    )
if every:
    sheets = standard_sheets(result, language())
    titles = {sheet.title: sheet for sheet in sheets}
    title = st.selectbox(_("Table"), list(titles))
    sheet_table(round_numbers(titles[title]), file_name="standards.xlsx", height=520)
