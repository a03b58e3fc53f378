"""What the workbench shows of an outcome: metrics with their change, ledger, urban verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.kinds import KIND_NAMES
from geo.crs import to_metric
from planning.centres.norms import size_text
from planning.centres.ratio_words import verdict_sentence
from planning.centres.urban_verdict import urban_verdicts
from planning.reach.gaps import Gap
from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.names import LEDGER_LABELS, share_words
from planning.reach.scenario import PRIMARY_CARE_KINDS
from planning.whatif.edits import ACTION_NAMES, ROAD_ACTIONS, Edit
from planning.whatif.outcome import Outcome
from planning.whatif.roads import LINK_CLASSES, Way, way_of
from planning.words.figures import mode_text, people_text
from planning.words.headers import kind_name
from planning.words.tables import Table, table_of
from planning.words.wording import Language, Translate, msgid, translator

NEW_KINDS = ("B200", "D600", "B100", "C220")
"""Kinds offered for a new point, the usual one first."""
SIGN_BLUR_DEGREES = 2e-5


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure after the edits, and its change (empty where nothing changed)."""

    label: str
    value: str
    change: str
    help: str = ""


def mode_metrics(before: Outcome, after: Outcome, translate: Translate) -> list[Metric]:
    """Return the share of each mode after the edits, with the change in percentage points."""
    metrics = []
    for mode in after.modes:
        now, was = (o.modes[mode].ledgers[ALL_PEOPLE] for o in (after, before))
        gained = 0
        if now.covered is not None and was.covered is not None:
            gained = round(now.covered) - round(was.covered)
        change = translate("{people} people").format(people=f"{gained:+,}") if gained else ""
        text = translate("{covered} of {inside} people").format(
            covered=people_text(now.covered), inside=people_text(now.inside)
        )
        metrics.append(
            Metric(mode_text(mode, translate), share_words(now, translate), change, text)
        )
    return metrics


def steps_text(outcome: Outcome, translate: Translate) -> str:
    """Return in one line how many steps there are, their cost, and what the map shows of them."""
    if not outcome.edits:
        return translate("No steps yet: this is the present state.")
    text = translate("Steps: {count}.").format(count=len(outcome.edits))
    if outcome.cost_wan_yuan is not None:
        cost = people_text(outcome.cost_wan_yuan)
        text += " " + translate("Stated cost: {cost} (10,000 yuan).").format(cost=cost)
    return text + " " + translate("Orange hatching: service gaps that the edits change.")


def ledger_sheet(before: Outcome, after: Outcome, translate: Translate) -> Table:
    """Return the ledger of the analysis mode before and after, by group, in whole people."""
    was, now = before.analysis, after.analysis
    rows = []
    for field, label in LEDGER_LABELS:
        if field == "unknown" and all(
            o.ledgers[ALL_PEOPLE].covered is not None for o in (was, now)
        ):
            continue
        values = [translate(label)]
        for group in now.ledgers:
            old, new = (getattr(o.ledgers[group], field) for o in (was, now))
            values += [people_text(old), people_text(new)]
        rows.append(tuple(values))
    headers = [translate("Ledger of people")]
    for group in now.ledgers:
        name = translate("All people") if group == ALL_PEOPLE else group
        headers += [
            translate("{group}, now").format(group=name),
            translate("{group}, after").format(group=name),
        ]
    return table_of(translate("Ledger of people"), headers, rows)


def verdict_sheet(before: Outcome, after: Outcome, translate: Translate) -> Table:
    """Return people per centre of each urban subdistrict before and after the edits."""
    was = {row.zone_codes: row for row in urban_verdicts(before.ratios.zones)}
    rows = []
    for row in urban_verdicts(after.ratios.zones):
        old = was.get(row.zone_codes)
        rows.append(
            (
                "、".join(row.zone_names),
                verdict_sentence(old, translate) if old else "—",
                verdict_sentence(row, translate),
                row.centres,
                "—" if row.people_per_centre is None else people_text(row.people_per_centre),
                size_text(row.size, row.bounds),
                row.centres_missing,
            )
        )
    headers = [
        msgid("Zone"),
        msgid("Verdict now"),
        msgid("Verdict after"),
        msgid("Centres"),
        msgid("People per centre"),
        msgid("Size"),
        msgid("Centres missing"),
    ]
    return table_of(msgid("Ratio verdicts"), headers, rows, translate)


def edit_sheet(outcome: Outcome, language: Language) -> Table:
    """Return the steps of the scenario, one a row."""
    translate = translator(language)
    facilities = outcome.dataset.facilities
    name_of = dict(zip(facilities.id, facilities.name, strict=True))
    rows = [
        (
            number,
            translate(ACTION_NAMES[edit.action]),
            name_of.get(edit.facility_id, edit.facility_id),
            _what(outcome, edit, language),
            edit.lon,
            edit.lat,
            edit.capacity_people,
            edit.cost_wan_yuan,
        )
        for number, edit in enumerate(outcome.edits, start=1)
    ]
    headers = [
        msgid("Step"),
        msgid("Action"),
        msgid("Name"),
        msgid("Kind"),
        msgid("Longitude"),
        msgid("Latitude"),
        msgid("Capacity (people)"),
        msgid("Cost (10,000 yuan)"),
    ]
    return table_of(msgid("Steps"), headers, rows, translate)


def _what(outcome: Outcome, edit: Edit, language: Language) -> str:
    """Return the kind of a point, or what an edit says of a road."""
    if edit.action not in ROAD_ACTIONS:
        return kind_name(edit.kind, language) if edit.kind else ""
    translate = translator(language)
    way = way_of(outcome.dataset.roads, edit.facility_id)
    parts = [] if way is None else [road_text(way, translate, is_speed_shown=False)]
    if edit.speed_kph is not None:
        parts.append(translate("{speed} km/h").format(speed=f"{edit.speed_kph:g}"))
    if edit.action == "add_road":
        parts.append(translate("one way") if edit.is_oneway else translate("both ways"))
        if way is not None and way.n_joined < 2:
            text = translate("{count} of 2 ends joined to a road")
            parts.append(text.format(count=way.n_joined))
    return " · ".join(parts)


def road_text(way: Way, translate: Translate, *, is_speed_shown: bool = True) -> str:
    """Return a road in a few words: class, length, car speed."""
    name = translate(LINK_CLASSES.get(way.road_class.removesuffix("_link"), way.road_class))
    length = translate("{km} km").format(km=f"{way.length_m / 1000:.2f}")
    parts = [f"{name} ({way.road_class})", length]
    if is_speed_shown and way.is_closed:
        parts.append(translate("closed"))
    elif is_speed_shown and way.car_kph is not None:
        parts.append(translate("cars {speed} km/h").format(speed=f"{way.car_kph:.0f}"))
    elif is_speed_shown:
        parts.append(translate("no cars"))
    return " · ".join(parts)


def changed_gaps(before: Outcome, after: Outcome) -> tuple[Gap, ...]:
    """Return the gaps after the edits that are not gaps of the same points before."""
    known = {gap.demand.tobytes() for gap in before.gaps}
    return tuple(gap for gap in after.gaps if gap.demand.tobytes() not in known)


def point_choices(outcome: Outcome, language: Language) -> dict[str, str]:
    """Return id -> name, kind and number of every institution that is or may be a point."""
    facilities = outcome.dataset.facilities
    is_open = dict(zip(facilities.id, outcome.points.tolist(), strict=True))
    closed = translator(language)("not open")
    found = {}
    for name, text, kind in zip(facilities.id, facilities.name, facilities.kind, strict=True):
        if kind in PRIMARY_CARE_KINDS:
            state = "" if is_open[name] else f" ({closed})"
            found[name] = f"{text} · {kind_name(kind, language)} · {name}{state}"
    return found


def nearest_point(outcome: Outcome, lon: float, lat: float) -> str:
    """Return the id of the institution nearest to a place in a straight line."""
    facilities = outcome.dataset.facilities
    x_m, y_m = to_metric(np.array([lon]), np.array([lat]), outcome.dataset.crs)
    is_point = np.isin(facilities.kind, PRIMARY_CARE_KINDS) & facilities.has_position
    away_m = np.hypot(facilities.x_m - x_m[0], facilities.y_m - y_m[0])
    return facilities.id[int(np.argmin(np.where(is_point, away_m, np.inf)))]


def point_at(outcome: Outcome, lon: float, lat: float) -> str | None:
    """Return the id of the institution whose sign on the map was clicked, None beside all signs.

    The map answers a click on a sign with the place of the institution, to 1e-5 degrees.
    """
    facilities = outcome.dataset.facilities
    away = np.maximum(np.abs(facilities.lon - lon), np.abs(facilities.lat - lat))
    is_there = np.isin(facilities.kind, PRIMARY_CARE_KINDS) & (away <= SIGN_BLUR_DEGREES)
    return facilities.id[int(np.argmax(is_there))] if is_there.any() else None


def new_name(edit_id: str, kind: str, language: Language) -> str:
    """Return the name of a new point: its number and kind.

    >>> new_name("NEW-001", "B200", "zh")
    'NEW-001 社区卫生服务站'
    """
    official = KIND_NAMES[kind][0]
    return f"{edit_id} {official if language == 'zh' else KIND_NAMES[kind][1]}"


def named(edits: Sequence[Edit], language: Language) -> tuple[Edit, ...]:
    """Return edits whose new points have names, as a link does not hold them."""
    return tuple(
        replace(edit, name=new_name(edit.facility_id, edit.kind, language))
        if edit.action == "add" and not edit.name and edit.kind in KIND_NAMES
        else edit
        for edit in edits
    )


def is_open_point(outcome: Outcome, facility_id: str) -> bool:
    """Return whether an institution is open after the edits."""
    facilities = outcome.dataset.facilities
    return bool(outcome.points[facilities.id.index(facility_id)])


def step_text(edit: Edit, translate: Translate) -> str:
    """Return a step in a few words."""
    return f"{translate(ACTION_NAMES[edit.action])} {edit.name or edit.facility_id}"
