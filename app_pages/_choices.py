"""What a session holds: pages, keys of its state, settings. Plain values, no state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from data.study.tables import Study
from planning.wording import msgid

PAGES: dict[str, str] = {
    "overview": msgid("Targets at a glance"),
    "start": msgid("Start"),
    "coverage": msgid("Coverage"),
    "ratios": msgid("People per centre"),
    "siting": msgid("New stations"),
    "workbench": msgid("Scenario workbench"),
    "compare": msgid("Compare scenarios"),
    "projects": msgid("Projects by date"),
    "report": msgid("Report and export"),
    "reported": msgid("Reported and computed"),
    "checks": msgid("Data check"),
    "expert": msgid("For experts"),
}
"""Pages in the order of the menu, by the name of their script and address."""


class Key(StrEnum):
    """Every key of the session state; page widgets use these and no other."""

    LANGUAGE = "language"
    MODE = "mode"
    MINUTES = "minutes"
    LOWER = "lower_people"
    UPPER = "upper_people"
    COUNT = "site_count"
    VIEW = "map_view"
    STUDY = "study"
    EDITS = "edits"
    REDO = "redo"
    OUTCOME = "outcome"
    CLICK = "click"
    ON_CLICK = "on_click"
    KIND = "kind"
    CAPACITY = "capacity_people"
    COST = "cost_wan_yuan"
    LON = "lon"
    LAT = "lat"
    SELECTED = "selected"
    SAVED_NAME = "saved_name"
    SAVED_AS = "saved_as"
    REVISION = "revision"
    MESSAGE = "message"
    PLACE = "place"
    PICKED = "picked"
    CELL = "cell"
    FOUND = "found"
    UPLOAD = "upload"
    SITE_COST = "site_cost"
    SEARCH = "search"
    COMPARED = "compared"
    IS_STOPPED = "is_stopped"
    LINK_READ = "link_read"
    AUDIENCE = "audience"
    FORMATS = "formats"
    REPORT_ZONES = "report_zones"
    MAKER = "maker"
    REVIEW_NUMBER = "review_number"
    REPORT = "report"
    NOTICE = "notice"
    BENCH_TAB = "bench_tab"
    ROAD = "road"
    ROAD_CLASS = "road_class"
    ROAD_SPEED = "road_speed"
    LINK_FROM = "link_from"
    LINK_SPEED = "link_speed"
    ONEWAY = "oneway"
    TO_LON = "to_lon"
    TO_LAT = "to_lat"
    PROGRESS = "progress"
    PASTED = "pasted"
    SYSTEM = "pasted_system"
    UNDO_PLACE = "undo_place"
    PLACE_ROW = "place_row"
    FOCUS = "focus"
    CHECK_TAB = "check_tab"
    COVERAGE_TAB = "coverage_tab"
    EXPERT_TAB = "expert_tab"
    REPORTED_TAB = "reported_tab"
    WHO = "who"
    REMARK = "remark"
    REMARK_MODE = "remark_mode"


KEPT = (
    Key.ON_CLICK,
    Key.SAVED_NAME,
    Key.SELECTED,
    Key.ROAD_CLASS,
    Key.BENCH_TAB,
    Key.KIND,
    Key.CAPACITY,
    Key.COST,
    Key.SEARCH,
    Key.COMPARED,
    Key.SITE_COST,
    Key.AUDIENCE,
    Key.FORMATS,
    Key.REPORT_ZONES,
    Key.MAKER,
    Key.REVIEW_NUMBER,
    Key.WHO,
    Key.SYSTEM,
)
"""Choices of single pages that are kept when the page changes, once they have been made."""


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


def _first(modes: tuple[str, ...], mode: str) -> tuple[str, ...]:
    return (mode, *(other for other in modes if other != mode))
