"""Coverage: who is not covered, where, why, and how far each place is from its points."""

import streamlit as st

from app_pages.parts.places import choose, place_panel, search_box, take_spot_click
from app_pages.parts.widgets import (
    county_map,
    coverage_metrics,
    is_new_choice,
    page,
    sheet_table,
    tab_row,
    table,
)
from app_pages.session.choices import Key
from app_pages.session.state import current, made, standards, words
from app_pages.views.places import gap_spot, uncovered_rows, uncovered_sheet
from planning.assess.explain import find_place
from planning.assess.islands import land_parts
from planning.report.results import gap_columns, island_columns, village_columns, zone_columns

_ = words()
take_spot_click()
page(_("Who is inside the circle"))
coverage_metrics()
assessment, result = current(), standards()
dataset = assessment.dataset
search_box()
left, right = st.columns([3, 2], gap="medium")
with right:
    layers, focus = place_panel()
with left:
    county_map(height=640, layers=layers, focus=focus, is_clickable=True)

missing, gaps, zones, villages, islands = tab_row(
    [_("Villages not covered"), _("Service gaps"), _("Zones"), _("Villages"), _("Islands")],
    key=Key.COVERAGE_TAB,
)
if missing:
    row = sheet_table(uncovered_sheet(assessment, result, _), file_name="uncovered.xlsx")
    if row is not None and is_new_choice("village", row):
        choose(find_place(dataset, uncovered_rows(assessment)[row].code))
        st.rerun()
if gaps:
    row = table(gap_columns(assessment), file_name="gaps.xlsx", hidden=("mode", "minutes"))
    if row is not None and is_new_choice("gap", row):
        choose(gap_spot(dataset, assessment.gaps[row]))
        st.rerun()
if zones:
    table(zone_columns(assessment), file_name="zones.xlsx")
if villages:
    table(village_columns(assessment), file_name="villages.xlsx")
if islands:
    parts = made("islands", "all", lambda _progress: land_parts(assessment))
    table(island_columns(parts), file_name="islands.xlsx")
