"""The login of an office server: closed where it is asked for, invisible on a single PC."""

import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages.session.login import REQUIRED_VARIABLE


def page():
    import streamlit as st

    from app_pages.session.login import require_login

    require_login("en")
    st.write("inside")


def own_folder_of(visitor, monkeypatch):
    from app_pages.session import state

    monkeypatch.setattr(st, "user", visitor)
    return state.own_folder()


def test_uploads_and_recent_studies_of_one_person_are_not_shown_to_others(monkeypatch, data_folder):
    people = [
        {"is_logged_in": True, "iss": "https://sso", "sub": "1", "email": "a@b.cn"},
        {"is_logged_in": True, "iss": "https://sso", "sub": "2", "email": "../../a"},
        {"is_logged_in": True, "iss": "https://other", "sub": "1", "email": "a@b.cn"},
    ]
    folders = [own_folder_of(Visitor(**known), monkeypatch) for known in people]
    assert len(set(folders)) == 3
    assert {folder.parent for folder in folders} == {data_folder / "people"}
    assert own_folder_of(Visitor(**people[0]), monkeypatch) == folders[0]
    assert own_folder_of(Visitor(is_logged_in=None), monkeypatch) == data_folder


class Visitor:
    """What Streamlit knows of a person where a login is configured."""

    def __init__(self, **known):
        self._known = known

    def to_dict(self):
        return self._known


def run():
    return AppTest.from_function(page).run()


def test_a_single_pc_asks_nobody(monkeypatch):
    monkeypatch.delenv(REQUIRED_VARIABLE, raising=False)
    assert run().markdown[0].value == "inside"


def test_a_server_without_a_configured_login_shows_nothing(monkeypatch):
    monkeypatch.setenv(REQUIRED_VARIABLE, "required")
    app = run()
    assert not app.markdown
    assert "requires a login" in app.error[0].value


def test_with_a_login_nothing_is_shown_before_it(monkeypatch):
    monkeypatch.setattr(st, "user", Visitor(is_logged_in=False))
    app = run()
    assert not app.exception
    assert not app.markdown
    assert app.button[0].label == "Log in"


def test_who_has_logged_in_comes_in(monkeypatch):
    monkeypatch.setenv(REQUIRED_VARIABLE, "required")
    monkeypatch.setattr(st, "user", Visitor(is_logged_in=True))
    assert run().markdown[0].value == "inside"
