"""达标总览: zones by standards on one screen, with what stands behind each cell."""

import pandas as pd
import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import coverage_metrics, page, page_link, unique_headers
from app_pages.session.choices import Key
from app_pages.session.state import current, get, language, made, put, standards, words
from app_pages.views.cell_map import MOST_NUMBERS, cell_map
from app_pages.views.dashboard import cell_detail, key_warnings, listed_names, matrix, signature

WIDTHS = (86, 168, *[100] * 20)

_ = words()
page(_("Targets at a glance"))
assessment, result = current(), standards()
grid = matrix(assessment, result, language())

left, right = st.columns([3, 1], gap="medium")
with left:
    coverage_metrics()
    pick, legend = st.columns([1, 3], vertical_alignment="center")
    views = {_("Current"): grid.texts, _("Gap to the target"): grid.gaps}
    view = pick.radio(_("Show"), list(views), horizontal=True, label_visibility="collapsed")
    legend.caption(
        _("✓ reached, ◐ one of two columns, ✗ not reached, ? cannot be judged, — not applicable")
        + " · "
        + _("Choose a cell: sentence, gap, map, list")
    )
    columns = unique_headers(grid.short_names)
    frame = pd.DataFrame([grid.targets, *views[view]], columns=columns)
    frame.insert(0, _("Zone"), [_("Target"), *grid.row_names])
    colours = pd.DataFrame([[""] * len(columns), *grid.colours], columns=columns)
    shade = colours.map(lambda colour: f"background-color: {colour}" if colour else "")
    shade.insert(0, _("Zone"), "")
    event = st.dataframe(
        frame.style.apply(lambda _frame: shade, axis=None),
        hide_index=True,
        row_height=20,
        height=20 * len(frame) + 38,
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            _("Zone"): st.column_config.Column(pinned=True, width=92),
            **{
                short: st.column_config.Column(width=width, help=plain(name))
                for short, name, width in zip(columns, grid.column_names, WIDTHS, strict=False)
            },
        },
    )
    warnings = "  \n".join(f"⚠ {plain(line)}" for line in key_warnings(assessment, _))
    st.caption(
        f"{plain(signature(assessment, _))}  \n**{_('What could change a verdict')}**  \n{warnings}"
    )
with right:
    cells = event["selection"]["cells"]
    if cells:
        row, name = cells[0]
        column = columns.index(name) if name in columns else 0
        put(Key.CELL, (grid.column_ids[column], ("", *grid.row_codes)[row]))
    chosen, zone = get(Key.CELL, (grid.column_ids[min(1, len(columns) - 1)], ""))
    detail = cell_detail(assessment, result, chosen, zone, language=language())
    place = dict(zip(grid.row_codes, grid.row_names, strict=True)).get(zone, "")
    st.subheader(plain(f"{place} · {detail.title}"), anchor=False)
    st.markdown(
        f"**{plain(detail.verdict)}**  \n{_('Current')} **{plain(detail.current)}** · "
        f"{_('Target')} **{plain(detail.target)}** · "
        f"{_('Gap to the target')} **{plain(detail.gap)}**"
    )
    st.caption(f"“{plain(detail.sentence)}”  \n{plain(detail.source)}")
    picture = made("cell-map", (chosen, zone), lambda _p: cell_map(assessment, zone, detail.ids))
    names = listed_names(assessment, detail.ids, _)
    st.image(picture, width="stretch")
    with st.container(height=104):
        listed = [f"{number} {name}" for number, name in enumerate(names[:MOST_NUMBERS], start=1)]
        st.markdown(plain(" · ".join([*listed, *names[MOST_NUMBERS:]]) or _("Nothing is listed.")))
        st.caption("  \n".join((_("Numbers: places on the map above"), *map(plain, detail.notes))))
    to_map, to_centres = st.columns(2)
    with to_map:
        page_link("coverage", _("On the map and in the list"))
    with to_centres:
        page_link("ratios", _("Centres"))
