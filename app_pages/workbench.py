"""Scenario workbench: add, move, close or upgrade points on the map; all numbers follow."""

import streamlit as st

from app_pages.parts import workbench as bench
from app_pages.parts.text import plain
from app_pages.parts.widgets import county_map, page, sheet_table, tab_row
from app_pages.session.choices import Key
from app_pages.session.state import language, outcome, words
from app_pages.views.workbench import (
    edit_sheet,
    ledger_sheet,
    mode_metrics,
    steps_text,
    verdict_sheet,
)
from planning.maps import MapOptions

_ = words()
page(_("Scenario workbench"))
bench.take_click()
before, after = outcome(()), outcome()

for column, metric in zip(
    st.columns(len(after.modes)), mode_metrics(before, after, _), strict=True
):
    column.metric(metric.label, metric.value, metric.change or None, help=metric.help)
st.caption(plain(steps_text(after, _)))

left, right = st.columns([3, 1], gap="medium")
with right:
    bench.tools(after)
with left:
    bench.click_choice()
    click = county_map(
        height=520,
        layers=bench.picture(before, after),
        link=bench.address(),
        options=MapOptions(view_key="county", has_popups=False),
        is_clickable=True,
    )
    if click:
        bench.clicked(*click)
        st.rerun()

steps, people, centres, saved = tab_row(
    [_("Steps"), _("Ledger of people"), _("Ratio verdicts"), _("Save and open")],
    key=Key.BENCH_TAB,
)
if steps:
    sheet_table(edit_sheet(after, language()), file_name="steps.xlsx")
if people:
    sheet_table(ledger_sheet(before, after, _), file_name="ledger.xlsx")
if centres:
    sheet_table(verdict_sheet(before, after, _), file_name="ratios.xlsx")
if saved:
    bench.saving(after)
