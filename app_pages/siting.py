"""New stations: the best plan of k sites with its proof, and the cover curve with its bound."""

import pandas as pd
import streamlit as st

from app_pages._session import Key, current, words
from app_pages._widgets import county_map, page, table
from planning.report import site_lines
from planning.results import site_columns

_ = words()
page(_("Where should the next station go"))
st.slider(_("New stations"), 1, 30, key=Key.COUNT)
for line in site_lines(current(), _)[1:3]:
    st.markdown(line)
county_map()
table(site_columns(current()), file_name="sites.csv", hidden=("mode", "minutes", "status"))

curve = current().proposal.curve
st.subheader(_("People newly covered by number of stations"))
st.line_chart(
    pd.DataFrame({_("Covered"): curve.covered, _("At most possible"): curve.bound}),
    x_label=_("New stations"),
    y_label=_("People"),
)
