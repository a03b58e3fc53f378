"""Compare two to four scenarios: figures side by side, winners and losers, one plain paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planning.centres.service_ratio import Ratios
from planning.centres.urban_verdict import MET_RESULTS, urban_verdicts
from planning.reach.coverage import Status
from planning.reach.mode_input import ALL_PEOPLE
from planning.whatif.outcome import Outcome
from planning.words.figures import mode_text, people_text, share_text
from planning.words.tables import Column, Table, Value, table_of
from planning.words.wording import Translate, msgid

MOST_COMPARED = 4

MEASURES: dict[str, str] = {
    "people_covered": msgid("People covered"),
    "share": msgid("Share covered"),
    "beyond": msgid("People beyond the limit"),
    "unreachable": msgid("People unreachable by road"),
    "off_network": msgid("People far from any road"),
    "gaps": msgid("Service gaps"),
    "gap_people": msgid("People in service gaps"),
    "points": msgid("Open points"),
    "verdicts": msgid("Urban subdistricts that meet both columns"),
    "cost": msgid("Cost (10,000 yuan)"),
}


@dataclass(frozen=True, slots=True)
class GroupChange:
    """People of one group who gain or lose the circle between two scenarios."""

    group: str
    gained: float
    lost: float

    @property
    def net(self) -> float:
        """Gained less lost."""
        return self.gained - self.lost


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """The changes of one zone, by group, all people first."""

    code: str
    name: str
    groups: tuple[GroupChange, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Winners and losers between two scenarios in one mode."""

    mode: str
    groups: tuple[GroupChange, ...]
    zones: tuple[ZoneChange, ...]


def winners_and_losers(before: Outcome, after: Outcome, mode: str) -> Change:
    """Count people inside the zones who gain and who lose the circle, by zone and group.

    Parameters
    ----------
    before, after
        Two scenarios of the same dataset.
    mode
        Mode of travel.

    Returns
    -------
    Change
        Gained less lost equals the difference of the covered people.
    """
    dataset = after.dataset
    demand, zones = dataset.demand, dataset.zones
    was = before.modes[mode].status == Status.COVERED
    now = after.modes[mode].status == Status.COVERED
    groups = {ALL_PEOPLE: demand.people, **demand.groups}
    gained, lost = (
        {name: _by_zone(people, chosen, demand.zone, len(zones)) for name, people in groups.items()}
        for chosen in (now & ~was, was & ~now)
    )
    rows = tuple(
        ZoneChange(
            zones.code[zone],
            zones.name[zone],
            tuple(
                GroupChange(name, float(gained[name][zone]), float(lost[name][zone]))
                for name in groups
            ),
        )
        for zone in range(len(zones))
    )
    totals = tuple(
        GroupChange(name, float(gained[name].sum()), float(lost[name].sum())) for name in groups
    )
    return Change(mode=mode, groups=totals, zones=rows)


def difference_rows(outcomes: Sequence[Outcome], mode: str) -> list[tuple[str, list[float | None]]]:
    """Return the measures of `MEASURES` with one value a scenario; None where there is none."""
    return [(name, [_measure(outcome, mode, name) for outcome in outcomes]) for name in MEASURES]


def difference_sheet(
    names: Sequence[str], outcomes: Sequence[Outcome], mode: str, translate: Translate
) -> Table:
    """Return the measures side by side, each with its difference from the first scenario."""
    rows: list[tuple[Value, ...]] = []
    for measure, values in difference_rows(outcomes, mode):
        row: list[Value] = [translate(MEASURES[measure])]
        for number, value in enumerate(values):
            row.append(measure_text(measure, value))
            if number:
                row.append(_difference_text(measure, values[0], value))
        rows.append(tuple(row))
    headers = [translate("Measure"), names[0]]
    for name in names[1:]:
        headers += [name, translate("{name}: difference").format(name=name)]
    return table_of(translate("Differences"), headers, rows)


def measure_text(name: str, value: float | None) -> str:
    """Return a measure as people read it.

    >>> measure_text("share", 0.5), measure_text("gaps", 1200.0), measure_text("cost", None)
    ('50.00 %', '1,200', '—')
    """
    if value is None:
        return "—"
    return share_text(value) if name == "share" else people_text(value)


def zone_change_columns(change: Change) -> list[Column]:
    """Return winners and losers as a table: zones where anybody is, the most people first."""
    touched = [row for row in change.zones if any(g.gained or g.lost for g in row.groups)]
    touched.sort(key=lambda row: (-row.groups[0].gained - row.groups[0].lost, row.code))
    columns = [
        Column("zone_code", [row.code for row in touched]),
        Column("zone_name", [row.name for row in touched]),
    ]
    for number, total in enumerate(change.groups):
        tail = "" if total.group == ALL_PEOPLE else f"_{total.group}"
        gained: list[Value] = [row.groups[number].gained for row in touched]
        lost: list[Value] = [row.groups[number].lost for row in touched]
        columns += [Column(f"gained{tail}", gained, 2), Column(f"lost{tail}", lost, 2)]
    return columns


def plain_words(
    names: Sequence[str], outcomes: Sequence[Outcome], mode: str, translate: Translate
) -> str:
    """Return one paragraph: each scenario against the first, in people, then who loses most.

    Parameters
    ----------
    names, outcomes
        Two to four scenarios; the first is what the others are compared with.
    """
    first = outcomes[0]
    sentences = [
        translate("{name}: {share} of the people are inside the circle ({mode}).").format(
            name=names[0],
            share=share_text(first.modes[mode].ledgers[ALL_PEOPLE].share),
            mode=mode_text(mode, translate),
        )
    ]
    for name, outcome in zip(names[1:], outcomes[1:], strict=True):
        sentences.append(_against(name, first, outcome, mode, translate))
    return "".join(sentences) if _is_chinese(translate) else " ".join(sentences)


def verdict_counts(ratios: Ratios) -> tuple[int, int]:
    """Return how many urban subdistricts meet N1, and how many are judged."""
    rows = urban_verdicts(ratios.zones)
    return sum(row.result in MET_RESULTS for row in rows), len(rows)


def _difference_text(name: str, first: float | None, other: float | None) -> str:
    if name == "cost":  # the present state costs nothing more
        first = first or 0.0
    if first is None or other is None:
        return "—"
    if name == "share":
        return f"{(other - first) * 100:+.2f}"
    change = round(other - first)
    return f"{change:+,}" if change else "0"


def _against(name: str, first: Outcome, other: Outcome, mode: str, translate: Translate) -> str:
    change = winners_and_losers(first, other, mode)
    total = change.groups[0]
    text = translate(
        "{name}: {share}; {gained} people gain the circle and {lost} lose it, net {net}."
    ).format(
        name=name,
        share=share_text(other.modes[mode].ledgers[ALL_PEOPLE].share),
        gained=people_text(total.gained),
        lost=people_text(total.lost),
        net=f"{total.net:+,.0f}",
    )
    best = max(change.zones, key=lambda row: row.groups[0].net, default=None)
    if best is not None and round(best.groups[0].net) > 0:
        text += " " * (not _is_chinese(translate)) + translate(
            "Most of the gain is in {zone} ({net})."
        ).format(zone=best.name, net=f"{best.groups[0].net:+,.0f}")
    worst = min(change.zones, key=lambda row: row.groups[0].net, default=None)
    if worst is not None and round(worst.groups[0].net) < 0:
        text += " " * (not _is_chinese(translate)) + translate("{zone} loses most ({net}).").format(
            zone=worst.name, net=f"{worst.groups[0].net:+,.0f}"
        )
    return text


def _is_chinese(translate: Translate) -> bool:
    """Return whether sentences follow each other without a blank."""
    return not translate("Present state").isascii()


def _measure(outcome: Outcome, mode: str, name: str) -> float | None:
    counted = outcome.modes[mode].ledgers[ALL_PEOPLE]
    values: dict[str, float | None] = {
        "people_covered": counted.covered,
        "share": counted.share,
        "beyond": counted.beyond,
        "unreachable": counted.unreachable,
        "off_network": counted.off_network,
        "gaps": float(len(outcome.gaps)),
        "gap_people": float(sum(gap.people for gap in outcome.gaps)),
        "points": float(outcome.points.sum()),
        "verdicts": float(verdict_counts(outcome.ratios)[0]),
        "cost": outcome.cost_wan_yuan,
    }
    return values[name]


def _by_zone(people: np.ndarray, chosen: np.ndarray, zone: np.ndarray, n_zones: int) -> np.ndarray:
    counted = chosen & (zone >= 0)
    return np.bincount(zone[counted], weights=people[counted], minlength=n_zones)
