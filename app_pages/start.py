"""Start: open the built-in county, a recent study, a study file, or an upload."""

from pathlib import Path
from typing import Any

import streamlit as st

from app_pages._session import (
    Key,
    data_folder,
    get,
    hold_notices,
    keep_choices,
    open_study,
    opened,
    put,
    study_path,
    words,
)
from app_pages._text import plain
from app_pages._widgets import STYLE, page_link, sidebar
from data.errors import PlannerError
from data.study.file import SAMPLE_STUDY, read_study
from planning.uploads import keep_upload, recent_studies, remember_study, require_inside
from planning.wording import finding_sentence

_ = words()
st.html(STYLE)
notices = hold_notices()
st.title(_("Start"), anchor=False)


def _open(path: Path) -> None:
    """Open a study after its file has been read."""
    read_study(path)
    remember_study(data_folder(), path)
    open_study(path)


def _upload() -> None:
    """Keep what was uploaded, check that it stays inside its folder, and open it."""
    files = [(file.name, file.getvalue()) for file in get(Key.UPLOAD) or ()]
    kept = keep_upload(data_folder(), files)
    require_inside(read_study(kept))
    _open(kept)


def _try(*step: Any) -> None:
    """Do a step; what is wrong is said in sentences, and the open study stays open."""
    try:
        step[0](*step[1:])
    except PlannerError as error:
        put(Key.MESSAGE, "\n".join(finding_sentence(f, _) for f in error.findings[:10]))
    except OSError as error:
        text = _("It could not be opened or kept ({reason}); the open study stays open.")
        put(Key.MESSAGE, text.format(reason=error.strerror))


for sentence in (get(Key.MESSAGE) or "").splitlines():
    notices.error(plain(sentence))
put(Key.MESSAGE, None)
left, right = st.columns(2, gap="large")
with left:
    st.subheader(_("Open a study"), anchor=False)
    st.button(_("Built-in county (synthetic)"), on_click=_try, args=(_open, SAMPLE_STUDY))
    for number, path in enumerate(recent_studies(data_folder())):
        label = plain(f"{path.parent.name}/{path.name}")
        st.button(label, on_click=_try, args=(_open, path), key=f"recent-{number}")
with right:
    st.subheader(_("Upload a study"), anchor=False)
    st.file_uploader(
        _("One ZIP, or a study file (.toml) with the files it names"),
        accept_multiple_files=True,
        key=Key.UPLOAD,
    )
    st.button(
        _("Check and open"),
        on_click=_try,
        args=(_upload,),
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
