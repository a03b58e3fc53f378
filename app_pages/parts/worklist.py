"""Placing institutions by hand: one click on the map or pasted coordinates, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import sheet_table
from app_pages.session.choices import Key
from app_pages.session.state import early_click, get, opened, person, put, words
from app_pages.views.places import study_area
from app_pages.views.worklist import SYSTEMS, pasted_text, place_bounds, place_layers
from data.errors import PlannerError
from data.places.chosen import ChosenPlace, remove_place, save_place
from data.places.pasted import FAR_DEGREES, PastedPlace, distance_degrees, read_pasted
from data.study.files import placed_file
from planning.audit.worklist import SURE, WorklistRow, worklist, worklist_sheet
from planning.maps import Focus
from planning.maps.layers import Layer
from planning.words.wording import Language, finding_sentence


def placing_list(language: Language) -> WorklistRow | None:
    """Show the worklist and what can be done with the row that is chosen; return that row."""
    _ = words()
    _study, dataset = opened()
    rows = worklist(dataset)
    st.caption(
        _(
            "Choose a row, then click the map or paste coordinates. Places are kept in {file}"
            "; the list itself is never changed."
        ).format(file=plain(_file().name))
    )
    sheet = worklist_sheet(dataset, rows, language)
    state = dataset.fingerprint[:12]
    chosen = sheet_table(sheet, file_name="places.xlsx", height=280, state=state)
    undone = get(Key.UNDO_PLACE)
    if undone is not None:
        label = _("Undo: {name}").format(name=plain(undone[0]))
        st.button(label, on_click=_undo, key="undo-place", icon=":material/undo:")
    row = None if chosen is None else rows[chosen]
    put(Key.PLACE_ROW, row)
    if row is not None:
        _tools(row)
    return row


def placing_layers(row: WorklistRow | None) -> list[Layer]:
    """Return what the map shows of the chosen row and of the coordinates pasted for it."""
    if row is None:
        return []
    return place_layers(opened()[1], row, _pasted(), words())


def placing_focus(row: WorklistRow | None) -> Focus | None:
    """Return where the map moves to for the chosen row."""
    if row is None:
        return None
    dataset = opened()[1]
    bounds = place_bounds(dataset, row)
    key = f"{dataset.fingerprint[:12]}-{row.facility_id}"
    return None if bounds is None else Focus(key, bounds)


def take_place_click() -> None:
    """Put the chosen institution where the map was clicked, before anything is drawn."""
    click, row = early_click(), get(Key.PLACE_ROW)
    if click is not None and row is not None:
        _save(row, *click, words()("clicked on the map"))


def _tools(row: WorklistRow) -> None:
    _ = words()
    st.subheader(plain(row.name), anchor=False)
    left, right = st.columns([3, 2])
    left.text_input(
        _("Paste coordinates"),
        key=Key.PASTED,
        placeholder="121.0512, 30.1034 · 30°06′12″N 121°03′04″E · 北纬30.1034，东经121.0512",
    )
    right.selectbox(
        _("Copied from a map in"),
        list(SYSTEMS),
        key=Key.SYSTEM,
        format_func=lambda name: _(SYSTEMS[name]),
    )
    found = _pasted(says_why=True)
    if found is not None:
        st.info(plain(pasted_text(opened()[1], found, _)))
        st.button(_("Save this place"), on_click=_save_pasted, args=(row, found), type="primary")
    for guess in row.guesses:
        label = _("Put at {name} (confidence: {confidence}, up to {error:,.0f} m off)").format(
            name=plain(guess.name), confidence=_(SURE[row.confidence]), error=guess.error_m
        )
        note = _("best guess: {name}").format(name=guess.name)
        arguments = (row, guess.lon, guess.lat, note)
        st.button(label, on_click=_save, args=arguments, key=f"guess-{guess.code}")
    if row.state == "chosen":
        st.button(_("Take this place back"), on_click=_take_back, args=(row,))


def _pasted(*, says_why: bool = False) -> PastedPlace | None:
    """Return the place that the pasted text names, None without one."""
    text = (get(Key.PASTED) or "").strip()
    if not text:
        return None
    try:
        system = get(Key.SYSTEM, "wgs84")
        return read_pasted(text, system=system, area=study_area(opened()[1]))
    except PlannerError as error:
        if says_why:
            st.warning(plain(finding_sentence(error.findings[0], words())))
        return None


def _save_pasted(row: WorklistRow, found: PastedPlace) -> None:
    _ = words()
    note = _("pasted: {text} ({system})").format(
        text=get(Key.PASTED), system=get(Key.SYSTEM, "wgs84")
    )
    _save(row, found.lon, found.lat, note)


def _save(row: WorklistRow, lon: float, lat: float, note: str) -> None:
    _ = words()
    if distance_degrees(lon, lat, study_area(opened()[1])) > FAR_DEGREES:
        put(Key.MESSAGE, _("That place lies far from the study's area; nothing was saved."))
        return
    who = f"{person()}: {note}" if person() else note

    def write() -> None:
        earlier = save_place(_file(), row.facility_id, lon, lat, note=who)
        put(Key.UNDO_PLACE, (row.name, row.facility_id, earlier))
        put(Key.PASTED, "")

    _try(write, _("Placed: {name}.").format(name=row.name))


def _take_back(row: WorklistRow) -> None:
    _ = words()

    def remove() -> None:
        earlier = remove_place(_file(), row.facility_id)
        put(Key.UNDO_PLACE, (row.name, row.facility_id, earlier) if earlier else None)

    _try(remove, _("Taken back: {name}.").format(name=row.name))


def _undo() -> None:
    """Bring back what stood in the file before the last change."""
    _ = words()
    name, facility_id, earlier = get(Key.UNDO_PLACE)

    def restore() -> None:
        if isinstance(earlier, ChosenPlace):
            save_place(_file(), facility_id, earlier.lon, earlier.lat, note=earlier.note)
        else:
            remove_place(_file(), facility_id)
        put(Key.UNDO_PLACE, None)

    _try(restore, _("Undone: {name}.").format(name=name))


def _try(change: Callable[[], None], done: str) -> None:
    """Change the side file and say how it went; nothing is lost when it cannot be written."""
    _ = words()
    try:
        change()
    except PlannerError as error:
        put(Key.MESSAGE, finding_sentence(error.findings[0], _))
    except OSError as error:
        text = _("The place could not be saved ({reason}); nothing was lost.")
        put(Key.MESSAGE, text.format(reason=error.strerror))
    else:
        put(Key.NOTICE, done)


def _file() -> Path:
    return placed_file(opened()[0])
