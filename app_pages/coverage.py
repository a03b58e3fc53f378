"""Coverage: who is not covered, where, why, and how far each place is from its points."""

import streamlit as st

from app_pages._session import Key, current, get, made, put, standards, words
from app_pages._widgets import county_map, coverage_metrics, is_new_choice, page, sheet_table, table
from planning.explain import find_place, nearest_ways, way_lines
from planning.referral.islands import land_parts
from planning.results import gap_columns, island_columns, village_columns, zone_columns
from planning.views.places import (
    gap_spot,
    search_places,
    spot,
    uncovered_sheet,
    uncovered_villages,
    ways_sheet,
)
from planning.workbench.edit_map import place_marker, route_layers

_ = words()
page(_("Who is inside the circle"))
coverage_metrics()
assessment, result = current(), standards()
dataset = assessment.dataset

text = st.text_input(
    _("Search a village or institution: name, code, or longitude,latitude"), key=Key.SEARCH
)
found = search_places(dataset, text)
if text and not found:
    st.info(_("Nothing found. Try part of the name, or click on the map."))
if found:
    labels = {row.label: row for row in found}
    chosen = st.radio(_("Found"), list(labels), horizontal=True) if len(found) > 1 else None
    chosen = chosen or found[0].label
    if is_new_choice("search", chosen):
        put(Key.PLACE, labels[chosen].place)

left, right = st.columns([3, 2], gap="medium")
place = get(Key.PLACE)
layers = []
if place is not None:
    ways = made("ways", place, lambda _progress: nearest_ways(assessment, place))
    nearest = ways[assessment.analysis_mode]
    routes = [way.route for way in nearest if way.route is not None]
    layers = [*route_layers(dataset, routes, _), place_marker(place.lon, place.lat, place.name)]
with left:
    click = county_map(height=520, layers=layers, is_clickable=True)
    if click:
        put(Key.PLACE, spot(dataset, *click, _("Place on the map")))
        st.rerun()
with right:
    if place is None:
        st.info(_("Click a place on the map, search one, or choose a row of the lists below."))
    else:
        st.subheader(place.name, anchor=False)
        sheet_table(ways_sheet(assessment, ways, _), file_name="nearest.xlsx", height=300)
        for way in nearest:
            lines = way_lines(assessment, way, _)
            with st.expander(lines[0]):
                st.code("\n".join(lines[1:]), language=None)

missing, gaps, zones, villages, islands = st.tabs(
    [_("Villages not covered"), _("Service gaps"), _("Zones"), _("Villages"), _("Islands")]
)
with missing:
    row = sheet_table(uncovered_sheet(assessment, result, _), file_name="uncovered.xlsx")
    if is_new_choice("village", row):
        put(Key.PLACE, find_place(dataset, uncovered_villages(result)[row].code))
        st.rerun()
with zones:
    table(zone_columns(assessment), file_name="zones.xlsx")
with villages:
    table(village_columns(assessment), file_name="villages.xlsx")
with gaps:
    row = table(gap_columns(assessment), file_name="gaps.xlsx", hidden=("mode", "minutes"))
    if is_new_choice("gap", row):
        put(Key.PLACE, gap_spot(dataset, assessment.gaps[row]))
        st.rerun()
with islands:
    parts = made("islands", "all", lambda _progress: land_parts(assessment))
    table(island_columns(parts), file_name="islands.xlsx")
