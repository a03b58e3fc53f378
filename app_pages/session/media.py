"""What a page shows beside its text: handed to the browser of this session, gone when it ends."""

from __future__ import annotations

import hashlib

from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager

_MIME = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".bin": "application/octet-stream",
}


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
