"""People per government-run centre: is each centre the right size."""

import pandas as pd
import streamlit as st

from app_pages._session import current, words
from app_pages._widgets import page
from planning.figures import people_text
from planning.ratios.words import result_word, view_word
from planning.report import bounds_text
from planning.standards.norms import size_text

_ = words()
page(_("People per government-run centre"))
ratios = current().ratios
st.markdown(
    "力争城区街道或每3-10万服务人口有一所政府举办的社区卫生服务中心 "
    + _("(Zhoushan 2020; norm used here: {bounds} people)").format(
        bounds=bounds_text(ratios.bounds)
    )
)

st.subheader(_("Urban subdistricts"))
st.dataframe(
    pd.DataFrame(
        {
            _("Zone"): "、".join(row.zone_names),
            _("View"): view_word(row.view, _),
            _("Verdict"): result_word(row.result, _),
            _("People served"): people_text(row.service_people),
            _("Centres"): row.centres,
            _("People per centre"): (
                "—" if row.people_per_centre is None else people_text(row.people_per_centre)
            ),
            _("Centres needed"): f"{row.centres_needed[0]}-{row.centres_needed[1]}",
            _("Centres missing"): row.centres_missing,
        }
        for row in ratios.zones
    ),
    hide_index=True,
    width="stretch",
)

st.subheader(_("Centres"))
st.dataframe(
    pd.DataFrame(
        {
            _("Name"): row.name,
            _("View"): view_word(row.view, _),
            _("People served"): people_text(row.service_people),
            _("Size"): size_text(row.size, row.bounds),
            _("Branches"): row.branches,
        }
        for row in ratios.institutions
    ),
    hide_index=True,
    width="stretch",
)
