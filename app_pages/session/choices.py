"""What a session holds: pages, keys of its state, settings. Plain values, no state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from data.study.siting import (
    MODELS_IN_YUAN,
    MODELS_OF_A_SHARE,
    ModeName,
    SitingModel,
    SitingTable,
)
from data.study.tables import Study
from planning.words.wording import msgid

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
    SITE_MODEL = "site_model"
    SITE_MODE = "site_mode"
    SITE_MINUTES = "site_minutes"
    SITE_BUDGET = "site_budget_wan_yuan"
    SITE_SHARE = "site_share_percent"
    SITE_CENTRES = "site_centres"
    SITE_ASIDE = "site_set_aside"
    SITE_FROM_TODAY = "site_from_today"
    SITE_ASSUMED = "site_costs_assumed"
    SITE_ON_MAP = "site_on_map"
    SITE_TAB = "site_tab"
    SEARCH = "search"
    COMPARED = "compared"
    IS_STOPPED = "is_stopped"
    LINK_READ = "link_read"
    AUDIENCE = "audience"
    FORMATS = "formats"
    REPORT_ZONES = "report_zones"
    MAKER = "maker"
    REVIEW_NUMBER = "review_number"
    BASE_MAP_NUMBER = "base_map_number"
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
    RATIO_VIEW = "ratio_view"
    CHECK_TAB = "check_tab"
    COVERAGE_TAB = "coverage_tab"
    EXPERT_TAB = "expert_tab"
    REPORTED_TAB = "reported_tab"
    PROJECTS_TAB = "projects_tab"
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
    Key.SITE_ON_MAP,
    Key.AUDIENCE,
    Key.FORMATS,
    Key.REPORT_ZONES,
    Key.MAKER,
    Key.REVIEW_NUMBER,
    Key.BASE_MAP_NUMBER,
    Key.WHO,
    Key.RATIO_VIEW,
    Key.SYSTEM,
)
"""Choices of single pages that are kept when the page changes, once they have been made."""


SITING_KEYS = (
    Key.COUNT,
    Key.SITE_MODEL,
    Key.SITE_MODE,
    Key.SITE_MINUTES,
    Key.SITE_BUDGET,
    Key.SITE_SHARE,
    Key.SITE_CENTRES,
    Key.SITE_ASIDE,
    Key.SITE_FROM_TODAY,
    Key.SITE_COST,
    Key.SITE_ASSUMED,
)
"""What a person asks of the siting; without them the study's own question stands."""

WAN = 10_000.0


@dataclass(frozen=True, slots=True)
class SitingChoice:
    """What a person asks of the siting on its page.

    Parameters
    ----------
    mode, minutes
        None follows the mode and the limit of the side bar.
    budget_yuan, share, centres, is_aside
        Used by the models that need them.
    base
        The network that the plan starts from.
    build_yuan, is_assumed
        Cost of a new site, None where it is not known; whether unknown costs are assumed.
    """

    model: SitingModel
    count: int
    mode: ModeName | None
    minutes: float | None
    budget_yuan: float
    share: float
    centres: int
    is_aside: bool
    base: Literal["committed", "today"]
    build_yuan: float | None
    is_assumed: bool


def siting_of(own: SitingTable, chosen: SitingChoice) -> SitingTable:
    """Return the study's question with what the person has chosen."""
    model = chosen.model
    return replace(
        own,
        model=model,
        count=own.count if chosen.count == own.new_sites else chosen.count,
        mode=chosen.mode,
        minutes=chosen.minutes,
        start=replace(own.start, base=chosen.base),
        goal=replace(
            own.goal,
            share=chosen.share if model in MODELS_OF_A_SHARE else own.goal.share,
            centres=chosen.centres if model == "two-level" else 0,
            set_aside_unreachable=chosen.is_aside,
        ),
        money=replace(
            own.money,
            budget_yuan=chosen.budget_yuan if model == "budget" else own.money.budget_yuan,
            build_yuan=chosen.build_yuan,
            assume_costs=chosen.is_assumed,
            may_close=own.money.may_close and model in MODELS_IN_YUAN,
        ),
    )


def first_siting(own: SitingTable) -> dict[str, object]:
    """Return the first value of every siting choice: what the study asks."""
    return {
        Key.COUNT: own.new_sites,
        Key.SITE_MODEL: own.model,
        Key.SITE_MODE: own.mode or "",
        Key.SITE_MINUTES: own.minutes,
        Key.SITE_BUDGET: (own.money.budget_yuan or 500 * WAN) / WAN,
        Key.SITE_SHARE: (own.goal.share or 0.9) * 100,
        Key.SITE_CENTRES: max(1, own.goal.centres),
        Key.SITE_ASIDE: own.goal.set_aside_unreachable,
        Key.SITE_FROM_TODAY: own.start.base == "today",
        Key.SITE_COST: None if own.money.build_yuan is None else own.money.build_yuan / WAN,
        Key.SITE_ASSUMED: own.money.assume_costs,
    }


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
    """

    mode: ModeName
    minutes: float
    lower_people: float
    upper_people: float


def with_settings(study: Study, chosen: Settings) -> Study:
    """Return the study with what the session has chosen.

    What equals the study stays as the study has it: then the run number is that of `run.json`.
    """
    travel = replace(study.travel, minutes=chosen.minutes)
    if chosen.mode != study.travel.headline_mode:
        # The study's basis is for its own mode: another one is looked at without a verdict.
        modes = _first(travel.modes, chosen.mode)
        travel = replace(travel, modes=modes, headline_mode=None, basis=None)
    return replace(
        study,
        travel=travel,
        standards=replace(study.standards, ratio_bounds=(chosen.lower_people, chosen.upper_people)),
    )


def _first(modes: tuple[ModeName, ...], mode: ModeName) -> tuple[ModeName, ...]:
    return (mode, *(other for other in modes if other != mode))
