"""For experts: floating catchments, spread of travel times, sensitivity of the headline figure."""

import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import page, sheet_table, tab_row
from app_pages.session.choices import Key
from app_pages.session.state import current, language, made, words
from app_pages.views.access import METHOD_NAMES, METHODS, SUPPLIES, access_sheet, spread_sheet
from planning.assess.study_figures import setting_figures
from planning.report import sensitivity_lines

_ = words()
page(_("For experts"))
assessment = current()
catchments, spread, sensitivity = tab_row(
    [_("Floating catchments"), _("Spread of times"), _("Sensitivity")],
    key=Key.EXPERT_TAB,
)
if catchments:
    left, right = st.columns(2)
    method = left.selectbox(_("Method"), METHODS, format_func=lambda m: _(METHOD_NAMES[m]))
    supply = right.selectbox(_("Supply"), list(SUPPLIES), format_func=lambda s: _(SUPPLIES[s]))
    sheet = made(
        "access",
        (method, supply, language()),
        lambda progress: access_sheet(
            assessment, method=method, supply=supply, translate=_, progress=progress
        ),
    )
    st.caption(plain(sheet.title))
    sheet_table(sheet, file_name="access.xlsx", height=560)
if spread:
    sheet_table(
        made("spread", language(), lambda _progress: spread_sheet(assessment, _)),
        file_name="spread.xlsx",
        height=420,
    )
if sensitivity:
    for line in sensitivity_lines(assessment, language()):
        st.markdown(plain(line))
    rows = assessment.sensitivity
    shares = [setting_figures(assessment, row).share for row in rows]
    st.dataframe(
        {
            _("Setting"): [row.name for row in rows],
            _("Used"): [row.is_used for row in rows],
            _("Share covered"): [share.text(language()) for share in shares],
        }
    )
