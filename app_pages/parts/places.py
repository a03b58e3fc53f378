"""A place on the coverage page: found, chosen, its ways shown, and doubted."""

from __future__ import annotations

import streamlit as st

from app_pages.parts.remarks import remark_form
from app_pages.parts.text import plain
from app_pages.parts.widgets import is_new_choice, sheet_table
from app_pages.session.choices import Key
from app_pages.session.state import current, early_click, get, made, opened, put, words
from app_pages.views.places import place_text, search_places, spot
from app_pages.views.ways import (
    all_ways,
    legs_sheet,
    place_marker,
    way_bounds,
    way_layers,
    ways_sheet,
)
from planning.assess.explain import Place, Way, nearest_ways
from planning.maps import Focus
from planning.maps.layers import Layer


def take_spot_click() -> None:
    """Choose the place where the map was clicked, before anything is drawn."""
    click = early_click()
    if click is not None:
        dataset = opened()[1]
        lon, lat = click
        name = f"{place_text(dataset, lon, lat, words())} ({lon:.5f}, {lat:.5f})"
        place = spot(dataset, lon, lat, name)
        choose(place, moves_map=False)


def choose(place: Place, *, moves_map: bool = True) -> None:
    """Make a place the one that the page explains; the map moves to what a list has named."""
    put(Key.PLACE, place)
    put(Key.FOCUS, moves_map)


def search_box() -> None:
    """Show the search and let what it finds be chosen."""
    _ = words()
    text = st.text_input(
        _("Search a village or institution: name, code, or longitude,latitude"), key=Key.SEARCH
    )
    found = search_places(opened()[1], text)
    if text and not found:
        st.info(_("Nothing found. Try part of the name, or click on the map."))
    if found:
        labels = {row.label: row for row in found}
        chosen = (
            st.radio(_("Found"), list(labels), horizontal=True, format_func=plain)
            if len(found) > 1
            else None
        )
        chosen = chosen or found[0].label
        if is_new_choice("search", chosen):
            choose(labels[chosen].place)


def place_panel() -> tuple[list[Layer], Focus | None]:
    """Show the nearest points of the chosen place; return what the map shows and moves to."""
    _ = words()
    place = get(Key.PLACE)
    if place is None:
        st.info(_("Click a place on the map, search one, or choose a row of the lists below."))
        return [], None
    assessment = current()
    ways = made("ways", place, lambda _progress: nearest_ways(assessment, place))
    st.subheader(plain(place.name), anchor=False)
    state = f"{place.lon:.5f}-{place.lat:.5f}"
    row = sheet_table(
        ways_sheet(assessment, ways, _), file_name="nearest.xlsx", height=250, state=state
    )
    found = all_ways(ways)
    nearest = ways[assessment.analysis_mode]
    way: Way | None = found[row] if row is not None else (nearest[0] if nearest else None)
    if way is None:
        st.warning(_("No open point can be reached from here by road."))
    else:
        st.caption(
            _("On the map: the way to {name}, leg by leg. Another row shows another way.").format(
                name=plain(assessment.dataset.facilities.name[way.facility])
            )
        )
        sheet_table(legs_sheet(way, _), file_name="legs.xlsx", height=220, state=state)
    remark_form(place, _results(ways))
    return _picture(place, way, nearest if row is None else ())


def _picture(
    place: Place, way: Way | None, beside: tuple[Way, ...]
) -> tuple[list[Layer], Focus | None]:
    dataset = opened()[1]
    layers: list[Layer] = [] if way is None else way_layers(dataset, way, beside, words())
    focus = None
    if get(Key.FOCUS):
        drawn = [one for one in (way, *beside) if one is not None]
        key = f"place-{place.lon:.6f}-{place.lat:.6f}"
        focus = Focus(key, way_bounds(dataset, place, drawn))
    return [*layers, place_marker(place)], focus


def _results(ways: dict[str, tuple[Way, ...]]) -> dict[str, str]:
    """Return what the page says of a place by mode, to be kept with a remark."""
    _ = words()
    names = opened()[1].facilities.name
    text = _("{name}, {minutes:.1f} min")
    return {
        mode: (
            text.format(name=names[found[0].facility], minutes=found[0].tenths / 600)
            if found
            else _("no point in reach")
        )
        for mode, found in ways.items()
    }
