"""Overview: the figures of all modes, the ledger of people, the map."""

import pandas as pd
import streamlit as st

from app_pages._session import current, words
from app_pages._widgets import county_map, coverage_metrics, page
from planning.figures import mode_text, people_text
from planning.report import LEDGER_LABELS, ratio_lines, sensitivity_lines, warning_lines

_ = words()
page(_("20-minute service circle: overview"))
coverage_metrics()
for line in sensitivity_lines(current(), _):
    st.caption(line)
county_map()

left, right = st.columns(2)
with left:
    st.subheader(_("Ledger of people"))
    ledgers = {mode: result.coverage[0].ledger for mode, result in current().modes.items()}
    rows = {
        mode_text(mode, _): [people_text(getattr(ledger, field)) for field, _label in LEDGER_LABELS]
        for mode, ledger in ledgers.items()
    }
    st.table(pd.DataFrame(rows, index=[_(label) for _field, label in LEDGER_LABELS]))
with right:
    for line in ratio_lines(current(), _)[1:]:
        st.markdown(line)
with st.expander(_("Findings")):
    for line in warning_lines(current(), _)[1:]:
        st.markdown(line)
