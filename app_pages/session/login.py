"""Login on an office server: nothing is shown before the person is known.

Nothing happens on a machine without an `[auth]` section in Streamlit's secrets: there the app is
reached from the same machine only.
"""

from __future__ import annotations

import os

import streamlit as st

from planning.words.wording import Language, translator

REQUIRED_VARIABLE = "SERVICECIRCLE_LOGIN"
"""Set to `required` on a server: without a login configured the app then shows nothing."""


def require_login(language: Language) -> None:
    """Stop the page until the person has logged in, where a login is configured or required."""
    is_logged_in = st.user.to_dict().get("is_logged_in")
    is_required = os.environ.get(REQUIRED_VARIABLE) == "required"
    if is_logged_in or (is_logged_in is None and not is_required):
        return
    translate = translator(language)
    st.title("服务圈 ServiceCircle")
    if is_logged_in is None:
        st.error(translate("This server requires a login, and none is configured."))
    else:
        st.button(translate("Log in"), on_click=st.login, type="primary")
    st.stop()
