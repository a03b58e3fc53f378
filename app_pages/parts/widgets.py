"""Widgets that several pages share: the sidebar, the map, tables with a download."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError
from streamlit_folium import st_folium

from app_pages.parts.text import plain
from app_pages.session.choices import Key
from app_pages.session.media import put_for_session
from app_pages.session.state import (
    current,
    encoded_map,
    get,
    keep_choices,
    language,
    map_download,
    opened,
    put,
    words,
)
from app_pages.views.export import file_label, media_type
from app_pages.views.tables import page_frame, page_headers
from planning.assess.caveats import caveat_sentences
from planning.assess.run import run_number
from planning.assess.study_figures import coverage_figures
from planning.maps import EncodedMap, Focus, edit_group
from planning.maps.interactive import MapOptions, interactive_map
from planning.maps.layers import Layer
from planning.report.handover import archive
from planning.report.lines import reach15_lines
from planning.words.figures import mode_text
from planning.words.tables import Column, Table, table_of_columns
from planning.words.workbooks import workbook_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STYLE = """<style>
.block-container {padding: 2.4rem 2rem 1rem 2rem; max-width: 1900px}
h1 {font-size: 1.7rem !important; padding: 0 0 .2rem 0 !important}
h3 {font-size: 1.15rem !important; padding-top: .3rem !important}
[data-testid="stMetricValue"] {font-size: 1.7rem}
[data-testid="stSidebarUserContent"] {padding-top: .5rem}
</style>"""


def page(title: str) -> None:
    """Begin a page: choices at the side, then the title with place, dates and run number."""
    st.html(STYLE)
    # Messages come and go in a place of their own, so that what stands below stays as it is.
    notices = st.container()
    keep_choices()
    sidebar()
    heading(title)
    for key, show in ((Key.MESSAGE, notices.warning), (Key.NOTICE, notices.success)):
        if get(key):
            show(plain(get(key)))
            put(key, None)


def sidebar() -> None:
    """Show language, mode, limit and the norm of people per centre, and the map's download."""
    _ = words()
    study, dataset = opened()
    with st.sidebar:
        st.radio(
            "语言 Language",
            ["zh", "en"],
            key=Key.LANGUAGE,
            format_func={"zh": "中文", "en": "English"}.__getitem__,
            horizontal=True,
        )
        if dataset.is_synthetic:
            st.warning(_("Synthetic data: no real place"))
        st.selectbox(
            _("Mode of travel"),
            study.travel.modes,
            key=Key.MODE,
            format_func=lambda mode: mode_text(mode, _),
        )
        st.number_input(_("Minutes"), 1.0, 120.0, step=1.0, format="%g", key=Key.MINUTES)
        st.number_input(_("Fewest people per centre"), 1.0, step=1e3, format="%.0f", key=Key.LOWER)
        st.number_input(_("Most people per centre"), 1.0, step=1e3, format="%.0f", key=Key.UPPER)
        if get(Key.LOWER) >= get(Key.UPPER):
            st.error(_("The fewest people per centre must be below the most."))
            st.stop()
        st.download_button(
            _("Download the offline map"),
            data=map_download,
            file_name="map.html",
            mime="text/html",
            on_click="ignore",
        )


def heading(title: str) -> None:
    """Show the title of a page with place, dates and run number."""
    _ = words()
    assessment = current()
    dataset = assessment.dataset
    st.title(title, anchor=False)
    parts = [
        dataset.title,
        _("data as of {date}").format(date=dataset.date),
        _("facilities as of {date}").format(date=assessment.scenario.as_of),
        _("run {number}").format(number=run_number(assessment)),
    ]
    if dataset.is_synthetic:
        parts.insert(1, _("Synthetic data"))
    st.caption(plain(" · ".join(parts)))
    for sentence in caveat_sentences(assessment, _):
        st.warning(plain(sentence))


def coverage_metrics() -> None:
    """Show the coverage of all modes side by side, with the full name of each figure on hover."""
    _ = words()
    assessment = current()
    columns = st.columns(len(assessment.modes))
    for column, mode in zip(columns, assessment.modes, strict=True):
        share = coverage_figures(assessment, mode).share
        name = mode_text(mode, _)
        column.metric(
            f"★ {name}" if mode == assessment.headline_mode else name,
            share.text(language()),
            help=plain(share.name(language())),
        )
    st.caption(plain(" · ".join(text.strip() for text in reach15_lines(assessment, language()))))
    if assessment.headline_mode is None:
        st.info(_("The mode of the circle is not confirmed (口径未确认): no verdict is given."))


def county_map(
    *,
    height: int = 560,
    layers: Sequence[Layer | None] | EncodedMap = (),
    focus: Focus | None = None,
    link: str | None = None,
    options: MapOptions | None = None,
    encoded: EncodedMap | None = None,
    key: str = Key.VIEW,
    is_clickable: bool = False,
) -> tuple[float, float] | None:
    """Show a map that asks nothing of the internet; return (lon, lat) of a click not seen before.

    Parameters
    ----------
    layers
        Laid over the map without drawing it anew; or the same by `encode_edit`.
    focus
        What the map moves to, once.
    link
        Parameters that the browser's address takes: it opens the same again.
    encoded
        The map; that of the present assessment by default.
    is_clickable
        Whether a click on the map runs the page again.
    """
    if isinstance(layers, EncodedMap):
        shown: Sequence[Layer] | EncodedMap = layers if layers.document["layers"] else ()
    else:
        shown = [layer for layer in layers if layer is not None]
    answer: dict[str, Any] = st_folium(
        interactive_map(
            encoded or encoded_map(),
            put=put_for_session,
            options=options or MapOptions(view_key="county"),
        ),
        height=height,
        use_container_width=True,
        returned_objects=["last_clicked"] if is_clickable else [],
        feature_group_to_add=(
            [edit_group(shown, focus=focus, link=link, put=put_for_session)]
            if shown or focus or link is not None
            else None
        ),
        key=key,
    )
    click = (answer or {}).get("last_clicked")
    if not click or click == get(Key.CLICK):
        return None
    put(Key.CLICK, click)
    return float(click["lng"]), float(click["lat"])


def table(
    columns: Sequence[Column], *, file_name: str, hidden: Sequence[str] = (), height: int = 380
) -> int | None:
    """Show columns as a table in words with an XLSX download; return the row that is selected."""
    shown = [column for column in columns if column.name not in hidden]
    sheet = table_of_columns(file_name.partition(".")[0], shown, words())
    return sheet_table(sheet, file_name=file_name, height=height)


def page_link(name: str, title: str) -> None:
    """Show a link to another page; a page that runs by itself has no other to lead to."""
    with contextlib.suppress(StreamlitPageNotFoundError):
        st.page_link(f"app_pages/{name}.py", label=title)


def sheet_table(sheet: Table, *, file_name: str, height: int = 380, state: str = "") -> int | None:
    """Show a sheet with an XLSX download; return the row that is selected.

    Another `state` begins without a selection: rows that have changed places are others.
    """
    _, said = words(), language()
    event = st.dataframe(
        page_frame(sheet, unique_headers(page_headers(sheet)), said),
        hide_index=True,
        height=height if 30 * len(sheet.rows) + 40 > height else "auto",
        row_height=30,
        placeholder="—",
        on_select="rerun",
        selection_mode="single-row",
        key=f"table-{file_name}-{state}",
    )
    st.download_button(
        _("Download the table (XLSX)"),
        data=lambda: workbook_bytes([sheet], said),
        file_name=file_name,
        mime=XLSX,
        on_click="ignore",
        key=f"file-{file_name}",
    )
    rows = event["selection"]["rows"]
    return int(rows[0]) if rows and rows[0] < len(sheet.rows) else None


def take_away(files: Mapping[str, bytes], *, folder: str) -> None:
    """Show a download for each file, and one for all of them together as `<folder>.zip`."""
    sizes = {name: len(content) for name, content in files.items()}
    everything = f"{folder}.zip"
    names = {everything: sum(sizes.values()), **sizes}
    for place, (name, size) in zip(st.columns(4) * 3, names.items(), strict=False):
        place.download_button(
            file_label(name, size, words()),
            data=files.get(name, lambda: archive(files, folder)),
            file_name=name if name == everything else f"{folder}-{name}",
            mime=media_type(name),
            on_click="ignore",
            key=f"take-{name}",
            width="stretch",
        )


def tab_row(labels: Sequence[str], *, key: Key) -> list[bool]:
    """Show labels as a row of tabs; return for each whether it is open. Only one is.

    `st.tabs` loses clicks: each run of the page sends the row before the tabs in it, and the
    browser refuses a tab that it holds for out of date, for a tenth of a second or longer.
    """
    if get(key) not in labels:  # the first visit, or another language
        put(key, labels[0])
    chosen = st.segmented_control(
        words()("Table"), labels, key=key, required=True, label_visibility="collapsed"
    )
    return [label == chosen for label in labels]


def is_new_choice(kind: str, chosen: object) -> bool:
    """Return whether a list or search has just named another place; None names none.

    Each list remembers its own latest choice: a row that stays selected does not win again.
    """
    known = get(Key.FOUND, {})
    if chosen is None or known.get(kind) == chosen:
        return False
    put(Key.FOUND, {**known, kind: chosen})
    return True


def unique_headers(headers: Sequence[str]) -> list[str]:
    """Return headers with a number behind those that occur again."""
    seen: dict[str, int] = {}
    found = []
    for header in headers:
        seen[header] = seen.get(header, 0) + 1
        found.append(header if seen[header] == 1 else f"{header} {seen[header]}")
    return found
