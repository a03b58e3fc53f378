"""The session at the browser: its name, and what its pages show, which is gone when it ends."""

from __future__ import annotations

import hashlib

from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

_MIME = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".bin": "application/octet-stream",
}


def session_id() -> str:
    """Return what Streamlit calls the session whose page runs; "" outside one."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context is not None else ""


def is_open(session: str) -> bool:
    """Return whether a browser still shows a session."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def put_for_session(content: bytes, suffix: str) -> str:
    """Give bytes an address for as long as this session shows them, and return it.

    The address is made from the content, so that nobody has it who has not seen the page. Streamlit
    forgets it when a later run of the page does not ask for it again, and when the session ends.

    Raises
    ------
    OSError
        Outside a running app: what is shown then goes into the page itself.
    """
    if not runtime.exists():
        msg = "no server runs that could hand it out"
        raise OSError(msg)
    store: MediaFileManager = runtime.get_instance().media_file_mgr
    place = f"map-{hashlib.sha256(content).hexdigest()}"  # one reference a session and content
    return str(store.add(content, _MIME[suffix], place))
