"""The tools of the workbench: what a click does, forms for the keyboard, saving and opening."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

import streamlit as st

from app_pages.parts.road_tools import end_link, link_tools, pick_road, road_tools
from app_pages.parts.text import plain
from app_pages.session.choices import Key
from app_pages.session.state import (
    clear_edits,
    current,
    early_click,
    edit,
    encoded_map,
    get,
    language,
    link_parameters,
    made,
    opened,
    outcome,
    put,
    redo,
    set_edits,
    undo,
    words,
)
from app_pages.views.edit_map import edit_layers, picked_layers
from app_pages.views.workbench import (
    NEW_KINDS,
    is_open_point,
    nearest_point,
    new_name,
    point_at,
    point_choices,
)
from data.errors import PlannerError
from planning.maps import EncodedMap, encode_edit
from planning.whatif.edits import Edit, next_id
from planning.whatif.outcome import Outcome
from planning.whatif.scenarios import (
    SavedScenario,
    list_scenarios,
    load_scenario,
    save_scenario,
    scenario_folder,
)
from planning.words.headers import kind_name
from planning.words.wording import finding_sentence, msgid, translator

CLICKS = {
    "add": msgid("adds a point; on a point closes or opens it"),
    "move": msgid("moves the selected point"),
    "select": msgid("selects a point"),
    "link": msgid("draws a road link"),
    "road": msgid("selects a road"),
}
"""What a click on the map may mean."""
PALE_LAYERS = ("land", "water", "zones", "roads", "facilities")


def click_choice() -> None:
    """Show what a click on the map means."""
    _ = words()
    st.radio(
        _("A click on the map"),
        list(CLICKS),
        key=Key.ON_CLICK,
        horizontal=True,
        format_func=lambda name: _(CLICKS[name]),
    )


def tools(after: Outcome) -> None:
    """Show undo and redo, and the forms of what a click is for."""
    _ = words()
    back, forth, clear = st.columns(3)
    back.button(_("Undo"), on_click=undo, disabled=not get(Key.EDITS), width="stretch")
    forth.button(_("Redo"), on_click=redo, disabled=not get(Key.REDO), width="stretch")
    clear.button(_("Clear"), on_click=clear_edits, disabled=not get(Key.EDITS), width="stretch")
    if get(Key.ON_CLICK) == "link":
        link_tools()
    elif get(Key.ON_CLICK) == "road":
        road_tools(after)
    else:
        _new_point(after)


def _new_point(after: Outcome) -> None:
    """Show the form of a new point, and what can be done with a point."""
    _ = words()
    st.subheader(_("New point"), anchor=False)
    kinds = {kind: kind_name(kind, language()) for kind in NEW_KINDS}
    st.selectbox(_("Kind"), list(kinds), key=Key.KIND, format_func=kinds.__getitem__)
    capacity, cost = st.columns(2)
    capacity.number_input(
        _("Capacity (people)"), 0.0, step=500.0, value=None, format="%.0f", key=Key.CAPACITY
    )
    cost.number_input(
        _("Cost (10,000 yuan)"), 0.0, step=10.0, value=None, format="%.0f", key=Key.COST
    )
    x, y = st.columns(2)
    x.number_input(_("Longitude"), -180.0, 180.0, value=None, format="%.5f", key=Key.LON)
    y.number_input(_("Latitude"), -85.0, 85.0, value=None, format="%.5f", key=Key.LAT)
    has_place = get(Key.LON) is not None and get(Key.LAT) is not None
    st.button(
        _("Add at these coordinates"), on_click=_add_here, disabled=not has_place, width="stretch"
    )
    _point_tools(after, has_place=has_place)


def _point_tools(after: Outcome, *, has_place: bool) -> None:
    _ = words()
    st.subheader(_("Point"), anchor=False)
    choices = point_choices(after, language())
    if get(Key.SELECTED) not in choices:
        put(Key.SELECTED, None)
    st.selectbox(
        _("Name or number"),
        list(choices),
        key=Key.SELECTED,
        index=None,
        format_func=choices.__getitem__,
        placeholder=_("Type to search"),
    )
    chosen = get(Key.SELECTED)
    is_open = chosen is not None and is_open_point(after, chosen)
    first, second = st.columns(2)
    first.button(
        _("Close") if is_open else _("Open"),
        on_click=_step,
        args=("close" if is_open else "open",),
        disabled=chosen is None,
        width="stretch",
    )
    second.button(
        _("Change kind"),
        on_click=_step,
        args=("upgrade",),
        disabled=chosen is None,
        width="stretch",
    )
    st.button(
        _("Move to these coordinates"),
        on_click=_step,
        args=("move",),
        disabled=chosen is None or not has_place,
        width="stretch",
    )


def picture(before: Outcome, after: Outcome) -> EncodedMap:
    """Return what the edits change on the map, made once for all sessions."""
    assessment, said = current(), language()
    action = get(Key.ON_CLICK)
    road = get(Key.ROAD) if action == "road" else None
    start = get(Key.LINK_FROM) if action == "link" else None

    def make(_progress: object) -> EncodedMap:
        translate = translator(said)
        layers = edit_layers(assessment, before, after, translate)
        layers += picked_layers(after, road, start, translate)
        return encode_edit(layers)

    return cast("EncodedMap", made("picture", (after.edits, said, road, start), make))


def pale_map() -> EncodedMap:
    """Return the map without cells, gaps and proposals: what changes stands out on it."""
    found = encoded_map()
    layers = [entry for entry in found.document["layers"] if entry["id"] in PALE_LAYERS]
    blobs = {name: found.blobs[name] for name in PALE_LAYERS if name in found.blobs}
    return EncodedMap({**found.document, "layers": layers}, blobs)


def address() -> str:
    """Return the parameters that open this view again."""
    return urlencode(link_parameters())


def clicked(lon: float, lat: float) -> None:
    """Do what a click on the map means now."""
    action = get(Key.ON_CLICK)
    if action == "select":
        put(Key.PICKED, nearest_point(outcome(), lon, lat))
    elif action == "move" and get(Key.SELECTED):
        edit(Edit("move", get(Key.SELECTED), lon=lon, lat=lat))
    elif action == "link":
        end_link(lon, lat)
    elif action == "road":
        pick_road(lon, lat)
    else:
        found = point_at(outcome(), lon, lat)
        if found is None:
            _add(lon, lat)
        else:
            edit(Edit("close" if is_open_point(outcome(), found) else "open", found))


def take_click() -> None:
    """Do what the click means that started this run, before anything is drawn."""
    click = early_click()
    if click is not None:
        clicked(*click)
    if get(Key.PICKED):
        put(Key.SELECTED, get(Key.PICKED))
        put(Key.PICKED, None)


def _add_here() -> None:
    _add(get(Key.LON), get(Key.LAT))


def _add(lon: float, lat: float) -> None:
    _, dataset = opened()
    kind = get(Key.KIND, NEW_KINDS[0])
    number = next_id(get(Key.EDITS), dataset.facilities.id)
    edit(
        Edit(
            "add",
            number,
            name=new_name(number, kind, language()),
            kind=kind,
            lon=round(lon, 6),
            lat=round(lat, 6),
            capacity_people=get(Key.CAPACITY),
            cost_wan_yuan=get(Key.COST),
        )
    )


def _step(action: str) -> None:
    """Take one step with the selected point; kind, capacity and cost are those of the form."""
    chosen = get(Key.SELECTED)
    if action == "move":
        edit(Edit("move", chosen, lon=get(Key.LON), lat=get(Key.LAT)))
    elif action == "upgrade":
        kind, capacity, cost = get(Key.KIND), get(Key.CAPACITY), get(Key.COST)
        edit(Edit("upgrade", chosen, kind=kind, capacity_people=capacity, cost_wan_yuan=cost))
    elif action in {"open", "close"}:
        edit(Edit("open" if action == "open" else "close", chosen))


def saving(after: Outcome) -> None:
    """Show the form that saves the scenario, the saved ones, and the link to this view."""
    _ = words()
    study, _dataset = opened()
    left, right = st.columns(2)
    with left:
        st.text_input(_("Name of the scenario"), key=Key.SAVED_NAME, max_chars=60)
        st.button(
            _("Save"),
            on_click=_save,
            args=(after,),
            disabled=not get(Key.SAVED_NAME),
            type="primary",
        )
    with right:
        saved = list_scenarios(scenario_folder(study))
        for scenario in saved:
            st.button(
                _("Open {name} ({count} steps, revision {revision})").format(
                    name=plain(scenario.name), count=len(scenario.edits), revision=scenario.revision
                ),
                on_click=_open,
                args=(scenario.name,),
                key=f"open-{scenario.name}",
            )
        if not saved:
            st.caption(_("No scenario has been saved yet."))
    st.caption(_("The address of the browser opens this view again; so does this link:"))
    st.code(f"?{address()}", language=None, wrap_lines=True)


def _save(after: Outcome) -> None:
    _ = words()
    study, dataset = opened()
    scenario = SavedScenario(
        name=get(Key.SAVED_NAME).strip(),
        edits=after.edits,
        revision=get(Key.REVISION, 0) if get(Key.SAVED_AS) == get(Key.SAVED_NAME).strip() else 0,
        study_name=study.name,
        dataset_fingerprint=dataset.fingerprint,
    )
    try:
        kept = save_scenario(scenario_folder(study), scenario)
    except PlannerError as error:
        put(Key.MESSAGE, finding_sentence(error.findings[0], _))
    except OSError as error:
        text = _("The scenario could not be saved ({reason}); nothing was lost.")
        put(Key.MESSAGE, text.format(reason=error.strerror))
    else:
        put(Key.REVISION, kept.revision)
        put(Key.SAVED_AS, kept.name)
        put(
            Key.NOTICE,
            _("Saved: {name}, revision {revision}.").format(name=kept.name, revision=kept.revision),
        )


def _open(name: str) -> None:
    _ = words()
    study, dataset = opened()
    try:
        saved = load_scenario(scenario_folder(study), name)
    except PlannerError as error:
        put(Key.MESSAGE, finding_sentence(error.findings[0], _))
        return
    set_edits(saved.edits)
    put(Key.SAVED_NAME, saved.name)
    put(Key.SAVED_AS, saved.name)
    put(Key.REVISION, saved.revision)
    if saved.dataset_fingerprint not in {"", dataset.fingerprint}:
        put(Key.MESSAGE, _("The data have changed since this scenario was saved."))
