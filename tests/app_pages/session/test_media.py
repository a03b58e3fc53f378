"""What a map needs is served to sessions that show it, and to nobody once they have ended."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime import media_file_manager
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from app_pages.session.media import put_for_session


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> MemoryMediaFileStorage:
    """Stand a media store behind the session that `as_session` names."""
    kept = MemoryMediaFileStorage("/media")
    manager = MediaFileManager(kept)
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=manager))
    return kept


def as_session(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: name)


def name_of(address: str) -> str:
    return address.rpartition("/")[2]


def test_addresses_last_as_long_as_a_session_shows_them(
    storage: MemoryMediaFileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = runtime.get_instance().media_file_mgr
    as_session("first", monkeypatch)
    cells, script = put_for_session(b"cells", ".bin"), put_for_session(b"draw()", ".js")
    as_session("second", monkeypatch)
    assert put_for_session(b"cells", ".bin") == cells
    assert "_" not in cells  # the map component would not see that it has changed
    for ended, left in (("first", {cells}), ("second", set())):
        manager.clear_session_refs(ended)
        manager.remove_orphaned_files()
        for address in (cells, script):
            if address in left:
                assert storage.get_file(name_of(address)).content == b"cells"
            else:
                with pytest.raises(MediaFileStorageError):
                    storage.get_file(name_of(address))


def test_types_that_a_browser_runs_are_told(
    storage: MemoryMediaFileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_session("first", monkeypatch)
    for suffix, mime in ((".js", "text/javascript"), (".css", "text/css"), (".png", "image/png")):
        address = put_for_session(b"x", suffix)
        assert storage.get_file(name_of(address)).mimetype == mime


def test_outside_a_running_app_nothing_is_handed_out() -> None:
    with pytest.raises(OSError, match="no server"):
        put_for_session(b"x", ".bin")
