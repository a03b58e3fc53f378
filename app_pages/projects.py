"""Projects by date: what each opening, closing or move changes, after all earlier ones."""

import pandas as pd
import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import page, sheet_table, tab_row
from app_pages.session.choices import Key
from app_pages.session.state import current, language, standards, words
from app_pages.views.dashboard import listed_names, method_line
from app_pages.views.projects import projects_sheet
from planning.assess.programme_steps import programme_steps
from planning.standards.evidence_sheets import exits_sheet

_ = words()
page(_("Projects by date"))
assessment, result = current(), standards()
steps = programme_steps(assessment, result.evidence.programme)
if not steps:
    st.stop()

if not steps:
    st.info(_("No point counts: what a project adds cannot be determined."))
    st.stop()
left, middle, right = st.columns(3)
how, said = method_line(assessment, _), language()
left.metric(_("Inside the circle now"), steps[0].share.text(said), help=how)
more = steps[-1].more
middle.metric(
    _("After all projects"),
    steps[-1].share.text(said),
    _("{people} people").format(people=("+" if more.value else "") + more.text(said)),
    help=how,
)
exits = result.evidence.exits
right.metric(
    _("Points that lose their only doctor"),
    0 if exits is None else len(exits.exits),
    help=_("Within five years; who loses cover stands in the list below."),
)
programme, doctors = tab_row([_("Projects"), _("Sole doctors")], key=Key.PROJECTS_TAB)
if programme:
    sheet_table(projects_sheet(assessment, result, _), file_name="programme.xlsx", height=400)
    st.caption(
        _("{now} people are covered now, {after} when all projects are done.").format(
            now=steps[0].covered.text(said), after=steps[-1].covered.text(said)
        )
    )
    # Several projects of one day end in their last.
    first = assessment.scenario.as_of
    days = {step.opens_on or first: step.more.value for step in steps}
    line = pd.Series(days, name=_("More people covered")).sort_index()
    line.index = pd.to_datetime(line.index)
    st.line_chart(line, y_label=_("More people covered"), height=260)
if doctors:
    sheet_table(exits_sheet(result, language(), _), file_name="sole_doctors.xlsx")
    if exits is not None and exits.villages_losing:
        st.caption(
            _("Villages that lose their cover: {names}").format(
                names=plain("、".join(listed_names(assessment, exits.villages_losing, _)))
            )
        )
