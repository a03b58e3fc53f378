"""The session: language, study, settings and caches. The only file that touches session state."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import streamlit as st

from data.dataset import load_dataset
from data.study import Study
from data.study_file import SAMPLE_STUDY, read_study
from data.types import Dataset
from planning.cartography import assessment_map
from planning.export import map_html
from planning.maps import EncodedMap, encode_map
from planning.scenario import scenario_of
from planning.serving import LANGUAGE_VARIABLE, STUDY_VARIABLE
from planning.wording import Language, Translate, translator
from planning.workflow import Assessment, assess

PAGES_FOLDER = Path(__file__).parent
STATIC_FOLDER = PAGES_FOLDER.parent / "static"


class Key(StrEnum):
    """Every key of the session state; page widgets use these and no other."""

    LANGUAGE = "language"
    MODE = "mode"
    MINUTES = "minutes"
    LOWER = "lower_people"
    UPPER = "upper_people"
    COUNT = "site_count"
    VIEW = "map_view"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may change on the pages; two equal settings give equal results.

    Parameters
    ----------
    mode
        Mode shown first and used for gaps and sites.
    minutes
        Limit of the circle.
    lower_people, upper_people
        Norm of people per government-run centre.
    site_count
        Number of new stations.
    """

    mode: str
    minutes: float
    lower_people: float
    upper_people: float
    site_count: int


def navigation() -> st.navigation:  # type: ignore[valid-type]
    """Return the pages with titles in the language of the session."""
    _ = words()
    pages = {
        "overview": _("Overview"),
        "coverage": _("Coverage"),
        "ratios": _("People per centre"),
        "siting": _("New stations"),
    }
    return st.navigation(
        [
            st.Page(
                PAGES_FOLDER / f"{name}.py", title=title, url_path=name, default=name == "overview"
            )
            for name, title in pages.items()
        ]
    )


def keep_choices() -> None:
    """Give every choice its first value, and keep it when the page changes.

    A page change drops the state of widgets; a value that is assigned here is no widget's state.
    """
    study, _ = opened()
    lower, upper = study.standards.ratio_bounds
    first = {
        Key.LANGUAGE: os.environ.get(LANGUAGE_VARIABLE, "zh"),
        Key.MODE: study.travel.headline_mode or study.travel.modes[0],
        Key.MINUTES: study.travel.minutes,
        Key.LOWER: lower,
        Key.UPPER: upper,
        Key.COUNT: study.siting.count,
    }
    for key, value in first.items():
        st.session_state[key] = st.session_state.get(key, value)


def language() -> Language:
    """Return the language of the session: Chinese first."""
    default = os.environ.get(LANGUAGE_VARIABLE, "zh")
    return "en" if st.session_state.get(Key.LANGUAGE, default) == "en" else "zh"


def words() -> Translate:
    """Return the translator of the session's language."""
    return translator(language())


def study_path() -> Path:
    """Return the study that is open: the one the app was started with, or the built-in county."""
    return Path(os.environ.get(STUDY_VARIABLE, str(SAMPLE_STUDY)))


def settings() -> Settings:
    """Return what the session has chosen; `keep_choices` has given every choice a value."""
    state = st.session_state
    return Settings(
        mode=state[Key.MODE],
        minutes=float(state[Key.MINUTES]),
        lower_people=float(state[Key.LOWER]),
        upper_people=float(state[Key.UPPER]),
        site_count=int(state[Key.COUNT]),
    )


def opened() -> tuple[Study, Dataset]:
    """Return the open study and its dataset, read once for all sessions."""
    path = study_path()
    return _opened(str(path), path.stat().st_mtime_ns)


def current() -> Assessment:
    """Return the assessment of the open study with the session's settings."""
    path = study_path()
    return _assessed(str(path), path.stat().st_mtime_ns, settings())


def with_settings(study: Study, chosen: Settings) -> Study:
    """Return the study with what the session has chosen."""
    travel = replace(
        study.travel, minutes=chosen.minutes, modes=_first(study.travel.modes, chosen.mode)
    )
    if chosen.mode != study.travel.headline_mode:
        # The study's basis is for its own mode: another one is looked at without a verdict.
        travel = replace(travel, headline_mode=None, basis=None)
    return replace(
        study,
        travel=travel,
        standards=replace(study.standards, ratio_bounds=(chosen.lower_people, chosen.upper_people)),
        siting=replace(study.siting, count=chosen.site_count, minutes=None),
    )


def encoded_map() -> EncodedMap:
    """Return the map of the present assessment, encoded once for all sessions."""
    path = study_path()
    return _encoded(str(path), path.stat().st_mtime_ns, settings(), language())


def static_folder() -> Path | None:
    """Return the folder that the server hands out, or None where it cannot be written."""
    return STATIC_FOLDER if os.access(STATIC_FOLDER.parent, os.W_OK) else None


def map_download() -> bytes:
    """Return the offline map of the present assessment."""
    return map_html(current(), language()).encode()


@st.cache_resource(show_spinner=False, max_entries=4)
def _opened(path: str, _modified: int) -> tuple[Study, Dataset]:
    study = read_study(Path(path))
    return study, load_dataset(study)


@st.cache_resource(show_spinner=False, max_entries=8)
def _assessed(path: str, modified: int, chosen: Settings) -> Assessment:
    study, dataset = _opened(path, modified)
    changed = with_settings(study, chosen)
    return assess(dataset, changed, scenario=scenario_of(changed))


@st.cache_resource(show_spinner=False, max_entries=8)
def _encoded(path: str, modified: int, chosen: Settings, said: Language) -> EncodedMap:
    return encode_map(assessment_map(_assessed(path, modified, chosen), said))


def _first(modes: tuple[str, ...], mode: str) -> tuple[str, ...]:
    return (mode, *(other for other in modes if other != mode))
