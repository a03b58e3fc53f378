"""Scenario workbench: add, move, close or upgrade points on the map; all numbers follow."""

import streamlit as st

from app_pages import _workbench as bench
from app_pages._session import Key, current, get, language, outcome, words
from app_pages._widgets import county_map, page, sheet_table
from planning.maps import MapOptions
from planning.workbench.edit_map import changed_cells, edited_points, new_gaps
from planning.workbench.view import (
    changed_gaps,
    edit_sheet,
    ledger_sheet,
    mode_metrics,
    verdict_sheet,
)

_ = words()
page(_("Scenario workbench"))
bench.take_click()
before, after = outcome(()), outcome()

for column, metric in zip(
    st.columns(len(after.modes)), mode_metrics(before, after, _), strict=True
):
    column.metric(metric.label, metric.value, metric.change or None, help=metric.help)

left, right = st.columns([3, 1], gap="medium")
with right:
    bench.tools(after)
with left:
    st.radio(
        _("A click on the map"),
        ["add", "move", "select"],
        key=Key.ON_CLICK,
        horizontal=True,
        format_func={
            "add": _("adds a point"),
            "move": _("moves the selected point"),
            "select": _("selects a point"),
        }.__getitem__,
    )
    gaps = new_gaps(after, changed_gaps(before, after), _)
    click = county_map(
        height=520,
        layers=[changed_cells(current(), after), gaps, edited_points(after, _)],
        options=MapOptions(view_key="county", has_popups=False),
        is_clickable=True,
    )
    if click:
        bench.clicked(*click)
        st.rerun()
    if get(Key.EDITS):
        st.caption(
            _("Orange hatching: service gaps that the edits change. Steps: {count}.").format(
                count=len(after.edits)
            )
        )

steps, people, centres, saved = st.tabs(
    [_("Steps"), _("Ledger of people"), _("Ratio verdicts"), _("Save and open")]
)
with steps:
    sheet_table(edit_sheet(after, language()), file_name="steps.xlsx")
with people:
    sheet_table(ledger_sheet(before, after, _), file_name="ledger.xlsx")
with centres:
    sheet_table(verdict_sheet(before, after, _), file_name="ratios.xlsx")
with saved:
    bench.saving(after)
