"""达标总览: zones by standards on one screen, with what stands behind each cell."""

import pandas as pd
import streamlit as st

from app_pages._session import Key, current, get, language, put, standards, words
from app_pages._widgets import coverage_metrics, page, page_link, unique_headers
from planning.views.dashboard import cell_detail, key_warnings, listed_names, matrix, method_line

_ = words()
page(_("Targets at a glance"))
coverage_metrics()
assessment, result = current(), standards()
grid = matrix(assessment, result, language())

left, right = st.columns([3, 1], gap="medium")
with left:
    columns = unique_headers(grid.column_names)
    frame = pd.DataFrame(grid.texts, columns=columns)
    frame.insert(0, _("Zone"), grid.row_names)
    colours = pd.DataFrame(grid.colours, columns=columns)
    shade = colours.map(lambda colour: f"background-color: {colour}" if colour else "")
    shade.insert(0, _("Zone"), "")
    event = st.dataframe(
        frame.style.apply(lambda _frame: shade, axis=None),
        hide_index=True,
        row_height=25,
        height=25 * len(frame) + 38,
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            _("Zone"): st.column_config.Column(pinned=True, width=80),
            **{name: st.column_config.Column(width=104, help=name) for name in columns},
        },
    )
    st.caption(
        _("✓ reached, ◐ one of two columns, ✗ not reached, ? cannot be judged, — not applicable")
        + " · "
        + _("Choose a cell to see its sentence, gap and list.")
    )
    st.caption(f"{method_line(assessment, _)} · {_('Prepared by')} ServiceCircle 服务圈")
with right:
    cells = event["selection"]["cells"]
    if cells:
        row, name = cells[0]
        column = columns.index(name) if name in columns else 0
        put(Key.CELL, (grid.column_ids[column], grid.row_codes[row]))
    chosen, zone = get(Key.CELL, (grid.column_ids[min(1, len(columns) - 1)], ""))
    detail = cell_detail(assessment, result, chosen, zone, language=language())
    place = dict(zip(grid.row_codes, grid.row_names, strict=True)).get(zone, "")
    st.subheader(f"{place} · {detail.title}", anchor=False)
    st.markdown(f"**{detail.verdict}**")
    st.markdown(
        f"{_('Current')} **{detail.current}** · {_('Target')} **{detail.target}** · "
        f"{_('Gap to the target')} **{detail.gap}**"
    )
    st.caption(f"“{detail.sentence}”")
    st.caption(detail.source)
    with st.expander(_("Notes and list ({count})").format(count=len(detail.ids))):
        for note in detail.notes:
            st.caption(note)
        if detail.ids:
            st.markdown("、".join(listed_names(assessment, detail.ids)))
    for target, title in (("coverage", _("On the map and in the list")), ("ratios", _("Centres"))):
        page_link(target, title)
    st.subheader(_("What could change a verdict"), anchor=False)
    for line in key_warnings(assessment, _):
        st.caption(f"⚠ {line}")
