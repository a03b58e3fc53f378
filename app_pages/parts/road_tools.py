"""The tools of the workbench for roads: a new link by two clicks or coordinates, speed, closing."""

from __future__ import annotations

import streamlit as st

from app_pages.parts.text import plain
from app_pages.session.choices import Key
from app_pages.session.state import edit, get, outcome, put, words
from app_pages.views.workbench import road_text
from planning.whatif.edits import Edit
from planning.whatif.outcome import Outcome
from planning.whatif.roads import (
    FASTEST_KPH,
    JOIN_WITHIN_M,
    LINK_CLASSES,
    nearest_way,
    next_road,
    way_of,
)


def link_tools() -> None:
    """Show the form of a new link."""
    _ = words()
    st.subheader(_("New road link"), anchor=False)
    start: tuple[float, float] | None = get(Key.LINK_FROM)
    if start is None:
        st.caption(_("Click its two ends on the map, or write their coordinates."))
    else:
        st.info(_("Starts at {lon}, {lat}: click its other end.").format(
            lon=f"{start[0]:.5f}", lat=f"{start[1]:.5f}"))  # fmt: skip
        st.button(_("Begin anew"), on_click=put, args=(Key.LINK_FROM, None), width="stretch")
    classes = {name: f"{_(text)} ({name})" for name, text in LINK_CLASSES.items()}
    st.selectbox(
        _("Class of road"), list(classes), key=Key.ROAD_CLASS, format_func=classes.__getitem__
    )
    _speed_field(_("Car speed (km/h); empty: that of the class"), Key.LINK_SPEED)
    st.checkbox(_("One way, from the first end to the second"), key=Key.ONEWAY)
    places = []
    for label, keys in (
        (_("First end"), (Key.LON, Key.LAT)),
        (_("Second end"), (Key.TO_LON, Key.TO_LAT)),
    ):
        x, y = st.columns(2)
        east = x.number_input(
            _("{end}: longitude").format(end=label), -180.0, 180.0, None, format="%.5f", key=keys[0]
        )
        north = y.number_input(
            _("{end}: latitude").format(end=label), -85.0, 85.0, None, format="%.5f", key=keys[1]
        )
        places += [east, north]
    st.button(
        _("Add the link at these coordinates"),
        on_click=_add_link,
        args=tuple(places),
        disabled=any(value is None for value in places),
        width="stretch",
    )
    st.caption(
        _("An end within {metres} m of a road joins it.").format(metres=f"{JOIN_WITHIN_M:g}")
    )


def road_tools(after: Outcome) -> None:
    """Show the road that is picked and what can be done with it."""
    _ = words()
    st.subheader(_("Road"), anchor=False)
    x, y = st.columns(2)
    lon = x.number_input(_("Longitude"), -180.0, 180.0, None, format="%.5f", key=Key.LON)
    lat = y.number_input(_("Latitude"), -85.0, 85.0, None, format="%.5f", key=Key.LAT)
    st.button(
        _("Select the road nearest to these coordinates"),
        on_click=pick_road,
        args=(lon, lat),
        disabled=lon is None or lat is None,
        width="stretch",
    )
    name = get(Key.ROAD)
    way = None if name is None else way_of(after.dataset.roads, name)
    if name is None or way is None:
        st.caption(_("Click a road on the map to select it."))
        return
    st.markdown(f"**{plain(name)}** · {plain(road_text(way, _))}")
    _speed_field(_("Car speed (km/h)"), Key.ROAD_SPEED)
    set_speed, close = st.columns(2)
    set_speed.button(
        _("Set the speed"),
        on_click=_set_speed,
        args=(name,),
        disabled=way.car_kph is None or get(Key.ROAD_SPEED) is None,
        width="stretch",
    )
    close.button(
        _("Close the road"),
        on_click=edit,
        args=(Edit("close_road", name),),
        disabled=Edit("close_road", name) in after.edits,
        width="stretch",
    )


def end_link(lon: float, lat: float) -> None:
    """Take a click as the first or the second end of a new link."""
    start = get(Key.LINK_FROM)
    if start is None:
        put(Key.LINK_FROM, (lon, lat))
        return
    put(Key.LINK_FROM, None)
    _add_link(start[0], start[1], lon, lat)


def pick_road(lon: float, lat: float) -> None:
    """Select the road nearest to a place."""
    dataset = outcome().dataset
    name = nearest_way(dataset.roads, dataset.crs, lon, lat)
    put(Key.ROAD, name)
    if name is None:
        _ = words()
        put(Key.MESSAGE, _("There is no road within 2 km of that place."))


def _speed_field(label: str, key: Key) -> None:
    st.number_input(label, 1.0, FASTEST_KPH, value=None, step=5.0, format="%g", key=key)


def _add_link(lon: float, lat: float, to_lon: float, to_lat: float) -> None:
    edit(
        Edit(
            "add_road",
            next_road(get(Key.EDITS)),
            lon=round(lon, 6),
            lat=round(lat, 6),
            to_lon=round(to_lon, 6),
            to_lat=round(to_lat, 6),
            road_class=get(Key.ROAD_CLASS) or next(iter(LINK_CLASSES)),
            speed_kph=get(Key.LINK_SPEED),
            is_oneway=bool(get(Key.ONEWAY)),
        )
    )


def _set_speed(name: str) -> None:
    edit(Edit("set_speed", name, speed_kph=get(Key.ROAD_SPEED)))
