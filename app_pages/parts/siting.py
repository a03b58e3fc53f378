"""The siting page's parts: what is asked, the curve with its bound, what the map shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from app_pages.parts.text import plain
from app_pages.parts.widgets import sheet_table, tab_row, table
from app_pages.session.choices import Key
from app_pages.session.state import get, opened, put, siting_refused, words
from app_pages.views.goals import goal_sheet, site_goals
from app_pages.views.siting import (
    MODEL_NAMES,
    ON_MAP,
    choice_name,
    choice_sheet,
    cost_sheet,
    often_sheet,
    page_site_columns,
    run_sheet,
    why_not_lines,
)
from data.study.siting import MODELS_OF_A_SHARE
from planning.assess.workflow import Assessment
from planning.report.pages.charts import as_picture, curve_chart, curve_words
from planning.sites import Proposal
from planning.sites.rows import closing_columns, not_chosen_columns
from planning.words.figures import mode_text
from planning.words.wording import finding_sentence, msgid

HIDDEN = ("mode", "minutes", "status", "model", "lon", "lat", "site_note", "cannot_mend", "kind")
"""Columns of sites.csv that the page says elsewhere."""

ANY_NUMBER = ("lscp", "partial-lscp", "villages", "budget", "cheapest")
"""Models that find the number of stations themselves."""

CURVE_PX = 720


def question() -> None:
    """Show what is asked: the model, its number or money, minutes and mode."""
    _ = words()
    study, _dataset = opened()
    model, number, minutes, mode = st.columns([3, 2, 2, 2], gap="medium")
    model.selectbox(
        _("What is best"),
        list(MODEL_NAMES),
        key=Key.SITE_MODEL,
        format_func=lambda name: _(MODEL_NAMES[name]),
    )
    chosen = get(Key.SITE_MODEL)
    with number:
        _number(chosen)
    minutes.number_input(
        _("Minutes"),
        1.0,
        study.travel.horizon_minutes,
        step=1.0,
        format="%g",
        value=None,
        placeholder=f"{get(Key.MINUTES):g}",
        key=Key.SITE_MINUTES,
    )
    mode.selectbox(
        _("Mode of travel"),
        ["", *study.travel.modes],
        key=Key.SITE_MODE,
        format_func=lambda name: mode_text(name, _) if name else _("as at the side"),
    )
    cost, assumed, today = st.columns([3, 4, 2], gap="medium")
    cost.number_input(
        _("Cost of a station (10,000 yuan)"),
        0.0,
        step=10.0,
        value=None,
        format="%g",
        placeholder=_("to be filled in"),
        key=Key.SITE_COST,
    )
    assumed.checkbox(_("Assume costs that are not known"), key=Key.SITE_ASSUMED)
    today.checkbox(_("Start from the present network"), key=Key.SITE_FROM_TODAY)
    if chosen in {"lscp", "villages"}:
        st.checkbox(_("Leave out people whom no candidate reaches"), key=Key.SITE_ASIDE)
    for finding in siting_refused():
        st.error(plain(finding_sentence(finding, _)))


def _number(model: str) -> None:
    """Show the number, the money or the share that a model asks for."""
    _ = words()
    if model == "budget":
        st.number_input(
            _("Budget (10,000 yuan)"), 1.0, step=50.0, format="%.0f", key=Key.SITE_BUDGET
        )
    elif model in MODELS_OF_A_SHARE:
        st.number_input(
            _("Share of the people (%)"), 1.0, 100.0, step=1.0, format="%g", key=Key.SITE_SHARE
        )
    elif model in ANY_NUMBER:
        st.caption(_("The number is what is looked for."))
    else:
        st.number_input(_("New stations"), 1, 500, key=Key.COUNT)
        if model == "two-level":
            st.number_input(_("New centres"), 0, 50, key=Key.SITE_CENTRES)


def map_choice(proposal: Proposal) -> tuple[Any, int]:
    """Let the reader choose what the map shows; return it and the number of the plan."""
    _ = words()
    left, right = st.columns(2)
    options = [name for name in ON_MAP if name != "stability" or proposal.robustness is not None]
    if get(Key.SITE_ON_MAP) not in options:
        put(Key.SITE_ON_MAP, options[0])
    shown = left.radio(
        _("On the map"),
        options,
        key=Key.SITE_ON_MAP,
        horizontal=True,
        format_func=lambda name: _(ON_MAP[name]),
    )
    chosen = 0
    if shown == "plan" and len(proposal.alternatives.plans) > 1:
        chosen = right.radio(
            _("Alternatives"),
            range(len(proposal.alternatives.plans)),
            horizontal=True,
            format_func=lambda number: choice_name(number + 1, _),
        )
    return shown, chosen


def show_curve(proposal: Proposal) -> None:
    """Show people newly covered by number of stations, the bound above, the knee and the plan."""
    _ = words()
    curve = proposal.curve
    svg = curve_chart(
        curve.covered.tolist(),
        curve.bound.tolist(),
        chosen=len(proposal.sites),
        knee=curve.knee,
        words=curve_words(_),
    )
    st.image(as_picture(svg), width=CURVE_PX)
    st.caption(
        _(
            "Blue line: stations added one by one, each where it covers most. Light band: no choice"
            " of that many candidates covers more. Knee: one more adds least compared with those"
            " before."
        )
    )


def details(assessment: Assessment) -> None:
    """Show all that stands behind the plan, one tab each; only the open one is made."""
    _ = words()
    tabs = tab_row([_(name) for name in TABS], key=Key.SITE_TAB)
    for is_open, show in zip(tabs, TABS.values(), strict=True):
        if is_open:
            show(assessment)


def _sites(assessment: Assessment) -> None:
    columns = page_site_columns(assessment.proposal, assessment.dataset, words())
    table(columns, file_name="sites.xlsx", hidden=HIDDEN)


def _curve(assessment: Assessment) -> None:
    show_curve(assessment.proposal)


def _goals(assessment: Assessment) -> None:
    _ = words()
    cost = get(Key.SITE_COST)
    sheet_table(goal_sheet(site_goals(assessment), cost, _), file_name="goals.xlsx")
    st.caption(
        _(
            "Greedy: stations added one by one, each where it covers most. Fewer than the proved"
            " number cannot reach the target with these candidates."
        )
    )


def _alternatives(assessment: Assessment) -> None:
    _ = words()
    sheet_table(choice_sheet(assessment.proposal, _), file_name="alternatives.xlsx")
    if assessment.proposal.alternatives.is_complete:
        st.caption(_("No other plan is as good within the share that the study asks for."))


def _robustness(assessment: Assessment) -> None:
    _ = words()
    proposal = assessment.proposal
    if proposal.robustness is None:
        st.info(_("The study asks for no other readings of the inputs with this model."))
        return
    sheet_table(run_sheet(proposal, _), file_name="stability.xlsx", height=320)
    often = often_sheet(proposal, assessment.dataset, _)
    sheet_table(often, file_name="chosen.xlsx", height=320)


def _others(assessment: Assessment) -> None:
    _ = words()
    for line in why_not_lines(assessment.proposal, _, quote=plain):
        st.markdown(line)
    table(not_chosen_columns(assessment.proposal, assessment.dataset), file_name="why_not.xlsx")


def _closings(assessment: Assessment) -> None:
    _ = words()
    st.caption(_("What each point holds up. Nothing is proposed for closure."))
    table(closing_columns(assessment.proposal, assessment.dataset), file_name="closures.xlsx")


def _costs(assessment: Assessment) -> None:
    _ = words()
    costs = assessment.proposal.costs
    if not costs.units:
        st.info(
            _("Nobody has said what a point costs: fill it in above, or switch assumptions on.")
        )
        return
    sheet_table(cost_sheet(assessment.proposal, _), file_name="costs.xlsx")
    if costs.are_assumed:
        st.caption(_("Costs are assumptions: the study file may replace every one of them."))


TABS: dict[str, Callable[[Assessment], None]] = {
    msgid("Proposed sites"): _sites,
    msgid("Curve"): _curve,
    msgid("Stations for a target"): _goals,
    msgid("Alternatives"): _alternatives,
    msgid("Stability"): _robustness,
    msgid("Why not another"): _others,
    msgid("If a point closes"): _closings,
    msgid("Unit costs"): _costs,
}
"""What stands behind the plan, in the order of the tabs."""
