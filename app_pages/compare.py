"""Compare two to four scenarios: words, figures, linked maps, winners and losers."""

import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import county_map, page, sheet_table, table
from app_pages.parts.workbench import pale_map
from app_pages.session.choices import Key
from app_pages.session.state import current, get, opened, outcome, put, words
from app_pages.views.edit_map import compared_layers
from planning.maps import MapOptions
from planning.whatif.compare import (
    MOST_COMPARED,
    difference_sheet,
    plain_words,
    winners_and_losers,
    zone_change_columns,
)
from planning.whatif.edits import Edit
from planning.whatif.scenarios import list_scenarios, scenario_folder

_ = words()
page(_("Compare scenarios"))
study, _dataset = opened()
saved = {row.name: row.edits for row in list_scenarios(scenario_folder(study))}
steps: dict[str, tuple[Edit, ...]] = {_("Present"): ()}
if get(Key.EDITS) and get(Key.EDITS) not in saved.values():
    steps[_("On the workbench")] = get(Key.EDITS)
steps |= saved
if len(steps) < 2:
    st.info(_("Nothing to compare yet: make a scenario on the workbench and save it."))
    st.stop()

known = [name for name in get(Key.COMPARED, list(steps)[:2]) if name in steps]
put(Key.COMPARED, known)
names = st.multiselect(
    _("Scenarios; the first is what the others are compared with"),
    list(steps),
    key=Key.COMPARED,
    max_selections=MOST_COMPARED,
)
if len(names) < 2:
    st.info(_("Choose at least two scenarios."))
    st.stop()

outcomes = [outcome(steps[name]) for name in names]
first, mode = outcomes[0], current().analysis_mode
st.markdown(plain(plain_words(names, outcomes, mode, _)))
sheet_table(difference_sheet(names, outcomes, mode, _), file_name="differences.xlsx", height=340)

st.subheader(_("Maps: green gains the circle, hatched red loses it"), anchor=False)
st.caption(_("The maps move together; with the keyboard, the arrow and plus and minus keys do it."))
for column, name, result in zip(st.columns(len(names)), names, outcomes, strict=True):
    with column:
        st.markdown(f"**{plain(name)}**")
        county_map(
            height=460,
            layers=compared_layers(first, result, mode, _),
            encoded=pale_map(),
            options=MapOptions(
                has_panel=False, has_popups=False, has_readout=False, link_key="compare"
            ),
            key=f"{Key.VIEW}-{names.index(name)}",
        )

st.subheader(_("Winners and losers by zone"), anchor=False)
for name, result in zip(names[1:], outcomes[1:], strict=True):
    st.markdown(f"**{plain(names[0])} → {plain(name)}**")
    change = winners_and_losers(first, result, mode)
    columns = zone_change_columns(change)
    if not columns[0].values:
        st.caption(_("Nobody gains or loses the circle."))
        continue
    table(columns, file_name=f"winners-{names.index(name)}.xlsx", height=300)
