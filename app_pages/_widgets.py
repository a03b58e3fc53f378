"""Widgets that several pages share: the sidebar, the map, tables with a download."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from app_pages._session import (
    Key,
    current,
    encoded_map,
    keep_choices,
    map_download,
    opened,
    static_folder,
    words,
)
from planning.figures import mode_text, share_text
from planning.headers import column_title
from planning.maps.interactive import MapOptions, interactive_map
from planning.report import figure_name
from planning.run import run_number
from planning.tables import Column, csv_text


def sidebar() -> None:
    """Show language, mode, limit and the norm of people per centre, and the map's download."""
    keep_choices()
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
        st.number_input(_("Minutes"), 1.0, 120.0, step=1.0, key=Key.MINUTES)
        st.number_input(_("Fewest people per centre"), 1.0, step=1000.0, key=Key.LOWER)
        st.number_input(_("Most people per centre"), 1.0, step=1000.0, key=Key.UPPER)
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
    st.title(title)
    parts = [
        dataset.title,
        _("data as of {date}").format(date=dataset.date),
        _("facilities as of {date}").format(date=assessment.scenario.as_of),
        _("run {number}").format(number=run_number(assessment)),
    ]
    if dataset.is_synthetic:
        parts.insert(1, _("Synthetic data"))
    st.caption(" · ".join(parts))


def coverage_metrics() -> None:
    """Show the coverage of all modes side by side, with the full name of each figure on hover."""
    _ = words()
    assessment = current()
    columns = st.columns(len(assessment.modes))
    for column, (mode, result) in zip(columns, assessment.modes.items(), strict=True):
        figure = result.coverage[0]
        name = mode_text(mode, _)
        column.metric(
            f"★ {name}" if mode == assessment.headline_mode else name,
            share_text(figure.share),
            help=figure_name(figure, _),
        )
    if assessment.headline_mode is None:
        st.info(_("The mode of the circle is not confirmed (口径未确认): no verdict is given."))


def county_map(*, height: int = 560) -> None:
    """Show the map of the present assessment; it asks nothing of the internet."""
    st_folium(
        interactive_map(
            encoded_map(),
            static_dir=static_folder(),
            options=MapOptions(view_key="county"),
        ),
        height=height,
        use_container_width=True,
        returned_objects=[],
        key=Key.VIEW,
    )


def table(columns: Sequence[Column], *, file_name: str, hidden: Sequence[str] = ()) -> None:
    """Show a result table and offer it as the CSV file that a run writes.

    Parameters
    ----------
    columns
        All columns of the file.
    hidden
        Names that are in the file and not on the page.
    """
    _ = words()
    shown = {column_title(c.name, _): list(c.values) for c in columns if c.name not in hidden}
    st.dataframe(pd.DataFrame(shown), hide_index=True, width="stretch")
    st.download_button(
        _("Download the table (CSV)"),
        data=lambda: csv_text(columns).encode("utf-8-sig"),
        file_name=file_name,
        mime="text/csv",
        on_click="ignore",
    )
