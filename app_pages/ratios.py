"""People per government-run centre: is each centre the right size, and where is one missing."""

import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import county_map, page, sheet_table
from app_pages.session.choices import Key
from app_pages.session.state import current, words
from app_pages.views.centres import (
    centre_sheet,
    missing_text,
    ratio_layer,
    ratio_legend,
    views_of,
    zone_sheet,
)
from planning.centres.ratio_words import view_word
from planning.maps import MapOptions
from planning.report import bounds_text

_ = words()
page(_("People per government-run centre"))
assessment = current()
ratios = assessment.ratios
st.markdown(
    "力争城区街道或每3-10万服务人口有一所政府举办的社区卫生服务中心 "
    + _("(Zhoushan 2020; norm used here: {bounds} people)").format(
        bounds=plain(bounds_text(ratios.bounds))
    )
)
views = views_of(ratios)
if not views:
    st.info(_("No zone is judged: the study names no urban subdistricts or no centres."))
    st.stop()
view = st.radio(
    _("Who counts as served"),
    views,
    key=Key.RATIO_VIEW,
    horizontal=True,
    format_func=lambda name: view_word(name, _),
)
left, right = st.columns([3, 2], gap="medium")
with left:
    st.markdown(f"**{plain(missing_text(ratios, view, _))}**")
    sheet_table(zone_sheet(assessment, view, _), file_name="zones_n1.xlsx", height=330)
    st.subheader(_("Centres"), anchor=False)
    sheet_table(centre_sheet(assessment, view, _), file_name="centres.xlsx", height=330)
with right:
    st.html(ratio_legend(_))
    layer = ratio_layer(assessment, view, _)
    county_map(height=620, layers=[layer], options=MapOptions(view_key="ratios"))
