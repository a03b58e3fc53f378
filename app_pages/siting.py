"""New stations: the question, the best plan with its proof, and what stands behind it."""

import streamlit as st

from app_pages.parts.siting import details, map_choice, question
from app_pages.parts.text import plain
from app_pages.parts.widgets import county_map, page
from app_pages.session.state import bare_map, current, words
from app_pages.views.siting import kind_lines, page_findings, plan_lines, reason_lines
from app_pages.views.siting_map import map_caption, plan_bounds, plan_layers
from planning.assess.run import run_number
from planning.maps import Focus
from planning.maps.interactive import MapOptions
from planning.words.wording import finding_sentence

_ = words()
page(_("Where should the next station go"))
question()
assessment = current()
proposal, dataset = assessment.proposal, assessment.dataset
left, right = st.columns([3, 2], gap="medium")
with left:
    shown, chosen = map_choice(proposal)
    layers = plan_layers(proposal, dataset, shown, chosen, _)
    bounds = plan_bounds(proposal)
    county_map(
        height=620,
        layers=layers,
        focus=None if bounds is None else Focus(run_number(assessment), bounds),
        encoded=bare_map(),
        options=MapOptions(view_key="siting"),
    )
    st.caption(map_caption(shown, chosen, _))
with right:
    for line in plan_lines(proposal, _, quote=plain):
        st.markdown(line)
    for finding in page_findings(proposal):
        st.info(plain(finding_sentence(finding, _)))
    for line in reason_lines(proposal, dataset, _, quote=plain):
        st.markdown(line)
    for line in kind_lines(proposal, _):
        st.caption(line)
details(assessment)
