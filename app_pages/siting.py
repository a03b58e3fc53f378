"""New stations: the best plan of k sites with its proof, and the cover curve with its bound."""

import pandas as pd
import streamlit as st

from app_pages._session import Key, current, words
from app_pages._widgets import county_map, page, sheet_table, table
from planning.report import site_lines
from planning.results import site_columns
from planning.views.goals import goal_sheet, site_goals

_ = words()
page(_("Where should the next station go"))
st.slider(_("New stations"), 1, 30, key=Key.COUNT)
for line in site_lines(current(), _)[1:3]:
    st.markdown(line)
goals, sites, curve_tab = st.tabs([_("Stations for a target"), _("Proposed sites"), _("Curve")])
with goals:
    cost = st.number_input(
        _("Cost of a station (10,000 yuan)"),
        0.0,
        step=10.0,
        value=None,
        format="%.0f",
        key=Key.SITE_COST,
    )
    sheet_table(goal_sheet(site_goals(current()), cost, _), file_name="goals.xlsx")
    st.caption(
        _(
            "Greedy: stations added one by one, each where it covers most. Fewer than the proved"
            " number cannot reach the target with these candidates."
        )
    )
county_map()
with sites:
    table(site_columns(current()), file_name="sites.xlsx", hidden=("mode", "minutes", "status"))
with curve_tab:
    curve = current().proposal.curve
    st.caption(_("People newly covered by number of stations"))
    st.line_chart(
        pd.DataFrame({_("Covered"): curve.covered, _("At most possible"): curve.bound}),
        x_label=_("New stations"),
        y_label=_("People"),
    )
