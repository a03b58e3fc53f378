"""Report and export: choose who may read it, make it, take it away."""

from dataclasses import replace

import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import page, take_away
from app_pages.session.choices import Key
from app_pages.session.state import current, get, language, made, opened, put, result, words
from app_pages.views.export import FORMAT_NAMES, RULES
from planning.assess.run import run_number
from planning.audit import audit_inputs
from planning.report.compose import source_of
from planning.report.content import ReportOptions
from planning.report.formats.pdf import find_browser
from planning.report.handover import hand_over_files
from planning.words.audiences import AUDIENCE_WORDS

_ = words()
page(_("Report and export"))
study, dataset = opened()
zone_names = dict(zip(dataset.zones.code, dataset.zones.name, strict=True))
formats = [name for name in FORMAT_NAMES if name != "pdf" or find_browser()]
first = {Key.AUDIENCE: "public", Key.FORMATS: formats[:-1], Key.MAKER: study.maker}
for key, value in first.items():
    put(key, get(key, value))

left, right = st.columns([3, 2], gap="large")
with left:
    audience = st.radio(
        _("Who may read it"),
        list(AUDIENCE_WORDS),
        key=Key.AUDIENCE,
        format_func=lambda name: _(AUDIENCE_WORDS[name]),
        horizontal=True,
    )
    chosen = st.multiselect(
        _("What to make"), formats, key=Key.FORMATS, format_func=lambda name: _(FORMAT_NAMES[name])
    )
    if "pdf" not in formats:
        st.caption(_("PDF needs Chrome, Edge or Chromium on the server; HTML prints the same."))
    zones = st.multiselect(
        _("Zones with a page of their own (none chosen: all)"),
        list(zone_names),
        key=Key.REPORT_ZONES,
        format_func=zone_names.__getitem__,
        placeholder=_("All"),
    )
    maker = st.text_input(_("Made by (unit)"), key=Key.MAKER).strip()
    review = st.text_input(
        _("Map review number"), key=Key.REVIEW_NUMBER, placeholder=_("not yet granted")
    ).strip()
    base_map = st.text_input(_("Review number of the base map"), key=Key.BASE_MAP_NUMBER).strip()
    options = ReportOptions(language(), audience, review, base_map, maker, tuple(zones))
    request = (run_number(current()), options, tuple(chosen))
    if st.button(_("Make"), type="primary", disabled=not chosen):
        put(Key.REPORT, request)
with right:
    st.subheader(_(AUDIENCE_WORDS[audience]), anchor=False)
    for rule in RULES[audience]:
        st.markdown(f"- {_(rule)}")

if get(Key.REPORT) == request:
    assessment = current()  # the work is done in a thread that knows no session
    findings = made("audit", "all", lambda progress: audit_inputs(assessment, progress=progress))
    found = replace(result(), findings=findings)
    handed = made(
        "report",
        request,
        lambda progress: hand_over_files(
            source_of(found, options), formats=chosen, progress=progress
        ),
    )
    for note in handed.notes:
        st.info(plain(note))
    st.subheader(_("Ready to take away"), anchor=False)
    take_away(handed.files, folder=f"{run_number(found.assessment)}-{audience}")
