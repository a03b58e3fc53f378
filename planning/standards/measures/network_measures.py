"""What computes the standards of the network: N1, the village modes, tiers, exits, programmes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from data.types import Dataset
from geo.arrays import Floats
from planning.centres.norms import SizeStatus
from planning.centres.ratio_words import RESULT_WORDS, VIEW_WORDS
from planning.centres.service_ratio import AllZonesRatio
from planning.centres.urban_verdict import (
    MET_RESULTS,
    ColumnStatus,
    UrbanResult,
    UrbanVerdict,
)
from planning.reach.mode_times import Mask, is_within
from planning.reach.scenario import is_of_county
from planning.reach.villages.cover import CoverMode, VillageRow
from planning.standards.measures.institutions import Subject, judged
from planning.standards.verdict import Note, Status, Verdict
from planning.words.figures import people_text
from planning.words.wording import msgid


def service_people(subject: Subject) -> list[Verdict]:
    """N1: people per government-run centre, by zone and for all that are judged."""
    ratios = subject.evidence.given.ratios
    if ratios is None or not ratios.zones:
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("centres",))]
    view = ratios.zones[0].view
    rows = [row for row in ratios.zones if row.view == view]
    zones = subject.evidence.given.dataset.zones
    verdicts = [
        _urban(subject, zones.code.index(code), row) for row in rows for code in row.zone_codes
    ]
    verdicts.sort(key=lambda verdict: verdict.zone_code)
    total = next(row for row in ratios.totals if row.view == view)
    return [_urban_whole(subject, rows, total), *verdicts]


URBAN_STATUS: dict[UrbanResult, tuple[Status, tuple[str, ...], str]] = {
    UrbanResult.BOTH: (Status.MET, (), RESULT_WORDS[UrbanResult.BOTH]),
    UrbanResult.STREET_ONLY: (Status.MET, (), RESULT_WORDS[UrbanResult.STREET_ONLY]),
    UrbanResult.PEOPLE_ONLY: (Status.MET, (), RESULT_WORDS[UrbanResult.PEOPLE_ONLY]),
    UrbanResult.STREET_NOT_PEOPLE: (
        Status.PARTIAL,
        (),
        RESULT_WORDS[UrbanResult.STREET_NOT_PEOPLE],
    ),
    UrbanResult.PEOPLE_NOT_STREET: (
        Status.PARTIAL,
        (),
        RESULT_WORDS[UrbanResult.PEOPLE_NOT_STREET],
    ),
    UrbanResult.NEITHER: (Status.NOT_MET, (), RESULT_WORDS[UrbanResult.NEITHER]),
    UrbanResult.NOT_APPLICABLE: (Status.NOT_APPLICABLE, (), ""),
    UrbanResult.NO_URBAN_LIST: (Status.UNDECIDABLE, ("urban",), ""),
    UrbanResult.NO_STREETS: (Status.UNDECIDABLE, ("streets",), ""),
    UrbanResult.NO_PEOPLE: (Status.UNDECIDABLE, ("people",), ""),
    UrbanResult.NO_POINTS: (Status.UNDECIDABLE, ("points",), ""),
    UrbanResult.OWNER_UNKNOWN: (
        Status.UNDECIDABLE,
        ("owner",),
        msgid("Cannot be judged: who runs a centre is not verified"),
    ),
}
"""Status, what is missing and own words of each verdict of N1."""


def _urban(subject: Subject, zone: int, row: UrbanVerdict) -> Verdict:
    status, missing, wording = URBAN_STATUS[row.result]
    notes = [Note("view", (("view", VIEW_WORDS[row.view]),))]
    if row.size.value == "under" and row.people_per_centre is not None:
        notes.append(Note("below_lower", (("people", row.people_per_centre),)))
    notes += _bound_notes(row)
    if row.centres_unknown:
        notes.append(Note("unknown_owner", (("count", row.centres_unknown),)))
    is_judged = status in {Status.PARTIAL, Status.NOT_MET}
    return replace(
        subject.verdict(zone, status),
        zone_name=" + ".join(row.zone_names),
        current=row.people_per_centre,
        numerator=row.judged_people,
        denominator=float(row.centres),
        gap_people=_people_above(row) if is_judged else None,
        gap_institutions=row.centres_missing if is_judged else None,
        missing=missing,
        notes=tuple(notes),
        ids=row.centre_ids,
        wording=wording,
        base=subject.standard.base,
    )


def _bound_notes(row: UrbanVerdict) -> list[Note]:
    """Return which centres are above the upper bound by themselves, and what is advised."""
    upper = (("people", row.bounds.upper_people),)
    notes = []
    if row.oversized and row.people is ColumnStatus.MET:
        centres = ", ".join(f"{c.name} ({people_text(c.people)})" for c in row.oversized)
        notes.append(
            Note("oversized", (("count", len(row.oversized)), *upper, ("centres", centres)))
        )
    if row.street is ColumnStatus.MET and row.size is SizeStatus.OVER:
        notes.append(Note("add_branch", upper))
    return notes


def _urban_whole(subject: Subject, rows: Sequence[UrbanVerdict], total: AllZonesRatio) -> Verdict:
    """Return N1 for all judged subdistricts: met when each is, not met when one meets neither."""
    status, missing = _worst({row.result for row in rows})
    current, people, centres = total.people_per_centre, total.people, total.centres
    notes = [Note("view", (("view", VIEW_WORDS[total.view]),))]
    judged_rows = [row for row in rows if row.result is not UrbanResult.NOT_APPLICABLE]
    if judged_rows:
        # The figure beside a verdict is of the zones it judges; residents count nobody twice.
        people = float(sum(row.resident_people for row in judged_rows))
        centres = sum(row.centres for row in judged_rows)
        current = people / centres if centres else None
        notes.append(_all_zones(total))
    short = [row for row in rows if URBAN_STATUS[row.result][0] in _FALLING_SHORT]
    return subject.verdict(
        -1,
        status,
        current=current,
        numerator=people,
        denominator=float(centres),
        gap_people=_people_short(short),
        gap_institutions=sum(row.centres_missing or 0 for row in short),
        missing=missing,
        notes=(*notes, Note("unassigned", (("people", total.unassigned_people),))),
        ids=tuple(code for row in short for code in row.zone_codes),
        base="常住",
    )


def _people_above(row: UrbanVerdict) -> float:
    """Return the people above what the centres of a unit may serve."""
    return max(0.0, row.judged_people - row.centres * row.bounds.upper_people)


def _people_short(short: Sequence[UrbanVerdict]) -> float | None:
    """Return the people above the bound in all units that fall short; None where some count twice.

    Outside the declared view the residents of a unit without a centre are in the loads of its
    neighbours as well: then the sum would tell more people than there are.
    """
    above = [(row.centres, _people_above(row)) for row in short]
    is_shared = any(not centres for centres, _ in above) and any(
        centres and people for centres, people in above
    )
    if is_shared and short[0].view != "declared":
        return None
    return float(sum(people for _, people in above))


def _all_zones(total: AllZonesRatio) -> Note:
    params = (("people", total.people), ("centres", total.centres))
    return Note("all_zones", params)


def _worst(results: set[UrbanResult]) -> tuple[Status, tuple[str, ...]]:
    """Return the status of all judged subdistricts together, and what is missing."""
    judged_results = results - {UrbanResult.NOT_APPLICABLE}
    open_questions = [r for r in judged_results if URBAN_STATUS[r][0] is Status.UNDECIDABLE]
    if not judged_results:
        return Status.NOT_APPLICABLE, ()
    if open_questions:
        return Status.UNDECIDABLE, tuple(
            sorted({key for result in open_questions for key in URBAN_STATUS[result][1]})
        )
    if judged_results <= MET_RESULTS:
        return Status.MET, ()
    return Status.NOT_MET if UrbanResult.NEITHER in judged_results else Status.PARTIAL, ()


_FALLING_SHORT = frozenset({Status.PARTIAL, Status.NOT_MET})


def village_modes(subject: Subject) -> list[Verdict]:
    """N2: how many villages are covered by each of the three modes."""
    return [
        replace(v, gap_people=None, gap_institutions=None, ids=())
        for v in village_coverage(subject)
    ]


def village_coverage(subject: Subject) -> list[Verdict]:
    """N3a: covered villages over villages; the people share stands beside it."""
    given, cover = subject.evidence.given, subject.evidence.cover
    if cover is None:
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("villages",))]
    verdicts = [_villages(subject, -1, cover.judged)]
    for zone in range(len(given.dataset.zones)):
        rows = [row for row in cover.judged if row.zone == zone]
        if rows:
            verdicts.append(_villages(subject, zone, rows))
    if given.headline_mode is not None:
        return verdicts
    return [
        replace(
            v,
            status=Status.UNDECIDABLE if v.status in _JUDGED else v.status,
            missing=("headline_mode",),
            notes=(Note("unconfirmed_mode"), *v.notes),
        )
        for v in verdicts
    ]


_JUDGED = frozenset({Status.MET, Status.PARTIAL, Status.NOT_MET})


def _villages(subject: Subject, zone: int, rows: Sequence[VillageRow]) -> Verdict:
    if not rows:
        return subject.verdict(zone, Status.NO_DATA, missing=("people",))
    covered = sum(row.is_covered for row in rows)
    share = 100.0 * covered / len(rows)
    people = sum(row.people for row in rows)
    people_covered = sum(row.people_covered for row in rows)
    effective = sum(row.effective is not CoverMode.UNCOVERED for row in rows)
    counts = {
        mode.value: sum(row.cover is mode for row in rows)
        for mode in CoverMode
        if mode is not CoverMode.NO_PEOPLE
    }
    uncovered = [row for row in rows if not row.is_covered]
    return subject.verdict(
        zone,
        judged(subject.target, share),
        current=share,
        numerator=float(covered),
        denominator=float(len(rows)),
        gap_people=float(sum(row.people - row.people_covered for row in uncovered)),
        gap_institutions=len(uncovered),
        base=subject.standard.base,
        mode=subject.evidence.given.analysis_mode,
        minutes=subject.evidence.given.minutes,
        notes=(
            Note("modes", tuple(counts.items())),
            Note("people_share", (("share", _percent(people_covered, people)),)),
            Note("effective_share", (("share", 100.0 * effective / len(rows)),)),
        ),
        ids=tuple(
            row.code
            for row in sorted(uncovered, key=lambda r: (r.people_covered - r.people, r.code))
        ),
    )


def _percent(part: float, whole: float) -> float:
    return 100.0 * part / whole if whole > 0 else 0.0


def tier_coverage(subject: Subject) -> list[Verdict]:
    """B2: people within minutes of points of one tier alone (分级不互含)."""
    evidence, standard = subject.evidence, subject.standard
    times = evidence.given.times.get(standard.mode)
    minutes = _minutes_of(subject)
    if times is None or minutes is None:
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("walk_times",))]
    dataset = evidence.given.dataset
    asked = evidence.people
    if standard.where == "urban":
        if any(urban is None for urban in dataset.zones.urban):
            return [subject.verdict(-1, Status.UNDECIDABLE, missing=("urban",))]
        asked = asked * in_urban_zones(dataset)
    near = is_within(times.nearest(subject.counted()), minutes)
    demand = dataset.demand
    verdicts = []
    for zone in range(-1, len(dataset.zones)):
        if zone >= 0 and standard.where == "urban" and not dataset.zones.urban[zone]:
            continue
        people = asked if zone < 0 else asked * (demand.zone == zone)
        total, covered = float(people.sum()), float(people[near].sum())
        if total <= 0:
            verdicts.append(subject.verdict(zone, Status.NO_DATA, missing=("people",)))
            continue
        share = 100.0 * covered / total
        verdicts.append(
            subject.verdict(
                zone,
                judged(subject.target, share),
                current=share,
                numerator=covered,
                denominator=total,
                gap_people=None if subject.target is None else total - covered,
                mode=standard.mode,
                minutes=minutes,
                base=standard.base,
                notes=_by_straight_line(subject, people),
            )
        )
    return verdicts


def _minutes_of(subject: Subject) -> float | None:
    """Return the limit in minutes: a distance along the network at the mode's own speed."""
    standard = subject.standard
    if standard.metres is None:
        return standard.minutes
    speed_kph = subject.evidence.given.walk_kph
    return standard.metres / speed_kph * 0.06


def in_urban_zones(dataset: Dataset) -> Mask:
    """Return (n_demand,) True for people in zones that the study lists as 城区."""
    urban = np.array([*(bool(flag) for flag in dataset.zones.urban), False], dtype=np.bool_)
    return urban[dataset.demand.zone]


def _by_straight_line(subject: Subject, people: Floats) -> tuple[Note, ...]:
    """Return the share within the same metres by straight line, beside that along the network."""
    metres, dataset = subject.standard.metres, subject.evidence.given.dataset
    facilities, demand = dataset.facilities, dataset.demand
    used = subject.counted() & facilities.has_position
    if metres is None or not used.any() or people.sum() <= 0:
        return ()
    tree = cKDTree(np.column_stack([facilities.x_m[used], facilities.y_m[used]]))
    away_m, _ = tree.query(np.column_stack([demand.x_m, demand.y_m]))
    share = float(people[away_m <= metres].sum() / people.sum())
    return (Note("straight", (("share", 100.0 * share),)),)


def sole_doctor(subject: Subject) -> list[Verdict]:
    """N14: who loses the circle when the points of sole doctors stop."""
    exits = subject.evidence.exits
    if exits is None:
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("villages",))]
    years = subject.evidence.given.dataset.facilities.numbers("sole_doctor_exit_year")
    if not np.isfinite(years).any():
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("sole_doctor_exit_year",))]
    return [
        subject.verdict(
            -1,
            Status.INFORMATION,
            current=exits.people_losing_together,
            mode=exits.mode,
            minutes=subject.evidence.given.minutes,
            base=subject.standard.base,
            notes=(
                Note("people_losing", (("people", exits.people_losing_together),)),
                Note("exits", (("count", len(exits.exits)), ("year", exits.year))),
                Note("villages_losing", (("count", len(exits.villages_losing)),)),
            ),
            ids=tuple(row.facility_id for row in exits.exits),
        )
    ]


def projects_done(subject: Subject) -> list[Verdict]:
    """N5: standard clinics and stations of the programme that are done."""
    facilities = subject.evidence.given.dataset.facilities
    counts = np.isin(facilities.level, subject.standard.levels) & is_of_county(facilities)
    rows = [row for row in subject.evidence.projects if row.opens and counts[list(row.opens)].all()]
    if not rows:
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("projects",))]
    done = sum(row.stage.value == "operating" for row in rows)
    notes = (Note("programme", (("done", done), ("planned", len(rows)))),)
    allotted = subject.evidence.given.allotted
    if allotted is None:
        # The document's number is of its whole city; what of it falls on this place is not known.
        missing = ("allotted",)
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=missing, notes=notes)]
    return [
        subject.verdict(
            -1,
            Status.MET if done >= allotted else Status.NOT_MET,
            current=float(done),
            numerator=float(done),
            denominator=float(allotted),
            gap_institutions=max(0, allotted - done),
            notes=notes,
            ids=tuple(row.project_id for row in rows if row.stage.value != "operating"),
        )
    ]
