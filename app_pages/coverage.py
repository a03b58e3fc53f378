"""Coverage: by zone and village, who is not covered, and where the gaps are."""

import streamlit as st

from app_pages._session import current, words
from app_pages._widgets import county_map, coverage_metrics, page, table
from planning.results import gap_columns, village_columns, zone_columns

_ = words()
page(_("Who is inside the circle"))
coverage_metrics()
county_map()

zones, villages, gaps = st.tabs([_("Zones"), _("Villages"), _("Service gaps")])
with zones:
    table(zone_columns(current()), file_name="zones.csv")
with villages:
    table(village_columns(current()), file_name="villages.csv")
with gaps:
    table(gap_columns(current()), file_name="gaps.csv", hidden=("mode", "minutes"))
