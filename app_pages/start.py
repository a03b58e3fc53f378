"""Start: open the built-in county, a recent study, a study file, or an upload."""

import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import STYLE, page_link, sidebar
from app_pages.session.choices import Key
from app_pages.session.opening import attempt, open_known, open_upload, remove
from app_pages.session.state import get, keep_choices, opened, own_folder, put, study_path, words
from app_pages.session.uploads import is_upload, recent_studies
from data.study.file import SAMPLE_STUDY

_ = words()
st.html(STYLE)
notices = st.container()
st.title(_("Start"), anchor=False)


for sentence in (get(Key.MESSAGE) or "").splitlines():
    notices.error(plain(sentence))
put(Key.MESSAGE, None)
left, right = st.columns(2, gap="large")
with left:
    st.subheader(_("Open a study"), anchor=False)
    st.button(_("Built-in county (synthetic)"), on_click=attempt, args=(open_known, SAMPLE_STUDY))
    for number, path in enumerate(recent_studies(own_folder())):
        label = plain(f"{path.parent.name}/{path.name}")
        open_it, remove_it = st.columns([4, 1])
        open_it.button(label, on_click=attempt, args=(open_known, path), key=f"recent-{number}")
        if is_upload(own_folder(), path):
            remove_it.button(_("Remove"), on_click=remove, args=(path,), key=f"remove-{number}")
with right:
    st.subheader(_("Upload a study"), anchor=False)
    st.file_uploader(
        _("One ZIP, or a study file (.toml) with the files it names"),
        accept_multiple_files=True,
        key=Key.UPLOAD,
    )
    st.button(
        _("Check and open"),
        on_click=attempt,
        args=(open_upload,),
        disabled=not get(Key.UPLOAD),
        type="primary",
    )
    st.caption(_("Uploads stay on this machine; the intake checks them before anything is shown."))

st.divider()
st.caption(_("Open now: {name}").format(name=plain(study_path().name)))
keep_choices()
study, dataset = opened()
st.markdown(
    f"**{plain(dataset.title)}** · {plain(study.date)} · "
    + _("{facilities:,} institutions, {cells:,} places where people live").format(
        facilities=len(dataset.facilities), cells=len(dataset.demand)
    )
)
sidebar()
page_link("overview", _("Targets at a glance"))
