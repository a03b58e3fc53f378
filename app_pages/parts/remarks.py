"""Remarks (有疑问): written where a result is doubted, listed on the data check."""

from __future__ import annotations

import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import sheet_table
from app_pages.session.choices import Key
from app_pages.session.state import get, opened, person, put, words
from app_pages.views.checks import remark_points
from data.errors import PlannerError
from data.side_files import remarks_file
from planning.assess.explain import Place
from planning.audit.remarks import (
    Remark,
    add_remark,
    in_order,
    list_remarks,
    now,
    remarks_sheet,
    settle_remark,
)
from planning.maps import FacilityLayer
from planning.words.figures import mode_text
from planning.words.wording import finding_sentence


def remark_form(place: Place, results: dict[str, str]) -> None:
    """Show the form of a remark on a place; `results` says by mode what the page shows of it."""
    _ = words()
    with st.popover(_("In doubt?"), icon=":material/flag:", width="stretch"):
        st.caption(
            _("The remark goes to the audit list of this study, with place, mode, time and name.")
        )
        st.selectbox(
            _("Mode of travel"),
            list(results),
            key=Key.REMARK_MODE,
            format_func=lambda mode: mode_text(mode, _),
        )
        st.text_area(_("What is doubtful?"), key=Key.REMARK, max_chars=1000)
        st.text_input(_("Your name"), key=Key.WHO, max_chars=60)
        st.button(_("Save the remark"), on_click=_save, args=(place, results), type="primary")


def known_remarks() -> tuple[Remark, ...]:
    """Return the remarks on the open study; a damaged file is said and left alone."""
    try:
        return list_remarks(remarks_file(opened()[0]))
    except PlannerError as error:
        st.warning(plain(finding_sentence(error.findings[0], words())))
        return ()


def remarks_list(remarks: tuple[Remark, ...]) -> FacilityLayer | None:
    """Show the remarks and a button that settles the chosen one; return them as points."""
    _ = words()
    if not remarks:
        st.info(_("No remarks yet: they are written on the coverage page, at a place."))
        return None
    state = str(sum(1 + one.is_settled for one in remarks))
    row = sheet_table(remarks_sheet(remarks, _), file_name="remarks.xlsx", state=state)
    if row is not None:
        chosen = in_order(remarks)[row]
        st.markdown(f"**{_('Remark')} {chosen.number}**")
        st.text(chosen.text)
        label = _("Open it again") if chosen.is_settled else _("Mark as settled")
        st.button(label, on_click=_settle, args=(chosen,))
    return remark_points(remarks if row is None else (in_order(remarks)[row],), _)


def _save(place: Place, results: dict[str, str]) -> None:
    _ = words()
    mode = get(Key.REMARK_MODE, "")
    remark = Remark(
        place=place.name,
        lon=round(place.lon, 6),
        lat=round(place.lat, 6),
        mode=mode,
        text=get(Key.REMARK) or "",
        who=person(),
        time=now(),
        result=results.get(mode, ""),
    )
    try:
        kept = add_remark(remarks_file(opened()[0]), remark)
    except PlannerError as error:
        put(Key.MESSAGE, finding_sentence(error.findings[0], _))
    except OSError as error:
        text = _("The remark could not be saved ({reason}).")
        put(Key.MESSAGE, text.format(reason=error.strerror))
    else:
        put(Key.REMARK, "")
        put(Key.NOTICE, _("Remark {number} is on the audit list.").format(number=kept.number))


def _settle(remark: Remark) -> None:
    _ = words()
    try:
        settle_remark(remarks_file(opened()[0]), remark.number, is_settled=not remark.is_settled)
    except (PlannerError, OSError) as error:
        put(Key.MESSAGE, str(error))
