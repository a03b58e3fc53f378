"""What computes each standard: one function a measure, each giving the whole and its zones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from data.types import Facilities
from planning.centres.centres import CENTRE_LEVEL, branches_of
from planning.reach.mode_times import Mask
from planning.reach.scenario import is_of_county
from planning.reach.villages.hours import WINDOW_WORDS
from planning.reach.villages.service_words import SERVICES
from planning.reach.villages.services import (
    CountShare,
    Offer,
    count_share,
    flag_share,
    read_services,
)
from planning.reach.villages.time_of_week import MIN_MINUTES, open_in_window
from planning.standards.catalogue import Preset, Standard, Together
from planning.standards.measures.costs import clinic_subsidy
from planning.standards.measures.evidence import Evidence
from planning.standards.thresholds import Threshold
from planning.standards.verdict import INPUT_NAMES, Note, Status, Verdict
from planning.words.wording import msgid

Measure: TypeAlias = Callable[["Subject"], list[Verdict]]

WHOLE = ""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A standard that is to be judged on the evidence."""

    evidence: Evidence
    standard: Standard
    full_id: str
    presets: Sequence[Preset]

    @property
    def target(self) -> Threshold | None:
        """Its threshold."""
        return self.standard.target

    def verdict(self, zone: int, status: Status, **values: object) -> Verdict:
        """Return a verdict on a zone by index, -1 for the whole study."""
        zones = self.evidence.given.dataset.zones
        code, name = (zones.code[zone], zones.name[zone]) if zone >= 0 else (WHOLE, WHOLE)
        return replace(Verdict(self.full_id, code, name, status), **values)  # type: ignore[arg-type]

    def zones(self) -> Iterator[tuple[int, Mask]]:
        """Yield the whole study and each zone with the (n_facilities,) institutions in it."""
        facilities = self.evidence.given.dataset.facilities
        # A facility outside all zones counts in none, one without position in the whole only.
        yield -1, is_of_county(facilities)
        for zone in range(len(self.evidence.given.dataset.zones)):
            yield zone, facilities.zone == zone

    def counted(self) -> Mask:
        """Return the (n_facilities,) operating institutions that the standard is about."""
        facilities = self.evidence.given.dataset.facilities
        chosen = np.ones(len(facilities), dtype=np.bool_)
        if self.standard.kinds:
            chosen &= np.isin(facilities.kind, self.standard.kinds)
            if self.standard.grades:
                grades = facilities.texts("hospital_grade")
                fits = [not grade or grade.startswith(self.standard.grades) for grade in grades]
                chosen &= np.array(fits, dtype=np.bool_)
        elif self.standard.levels:
            chosen &= np.isin(facilities.level, self.standard.levels) & self.evidence.is_point
        return chosen & self.evidence.given.is_operating

    def grade_unknown(self) -> Mask:
        """Return the (n_facilities,) institutions of the asked kinds whose grade is blank."""
        facilities = self.evidence.given.dataset.facilities
        return np.array([not grade for grade in facilities.texts("hospital_grade")], dtype=np.bool_)

    def licensed(self) -> tuple[Mask, Mask]:
        """Return the counted institutions, and the branches left out of them.

        Where only centres are asked about, a branch (分中心) counts under its centre.
        """
        counted = self.counted()
        if self.standard.levels != (CENTRE_LEVEL,) or self.standard.kinds:
            return counted, np.zeros_like(counted)
        branches = branches_of(self.evidence.given.dataset.facilities, counted)
        return counted & ~branches, branches


def judged(target: Threshold | None, figure: float, before: float | None = None) -> Status:
    """Return the status of a figure against a threshold.

    >>> judged(None, 1.0).value
    'information'
    """
    if target is None:
        return Status.INFORMATION
    holds = target.holds(figure, before)
    if holds is None:
        return Status.UNDECIDABLE
    return Status.MET if holds else Status.NOT_MET


def clinics_standardised(subject: Subject) -> list[Verdict]:
    """N3b, N4: standardised clinics over all, or over those inside the plan."""
    facilities = subject.evidence.given.dataset.facilities
    counted = subject.counted()
    notes: list[Note] = []
    if subject.standard.select == "in_plan":
        flags = facilities.flags("in_plan")
        in_plan = np.array([flag is True for flag in flags], dtype=np.bool_)
        blank = np.array([flag is None for flag in flags], dtype=np.bool_)
        if not in_plan.any() and blank[counted].all():
            return [subject.verdict(-1, Status.UNDECIDABLE, missing=("in_plan",))]
        if (blank & counted).any():
            notes.append(Note("in_plan_blank", (("count", int((blank & counted).sum())),)))
        waiting = in_plan & np.isin(facilities.kind, subject.standard.kinds)
        left_out = int((waiting & ~subject.evidence.given.is_operating).sum())
        if left_out:
            notes.append(Note("not_operating", (("count", left_out),)))
        counted &= in_plan
    return _shares(
        subject,
        lambda mask: flag_share(facilities, "standardised", is_counted=counted & mask),
        key="standardised",
        notes=tuple(notes),
    )


def service_share(subject: Subject) -> list[Verdict]:
    """N7, N20, C2, C4, C7 ...: institutions that have every part asked for, over those counted.

    A part is a service of the lists or a flag of the institutions. Where the sentence names several
    things, each has its own figure; C4 (`together = "agree"`) is judged only where the share of
    each part and the share of institutions with at least one lead to the same verdict.
    """
    facilities = subject.evidence.given.dataset.facilities
    counted = subject.licensed()[0]
    if subject.standard.grades and (subject.grade_unknown() & counted).any():
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("hospital_grade",))]
    parts = [read_part_of(facilities, key) for key in subject.standard.parts]
    joined = join_parts(parts, subject.standard.together)
    key = subject.standard.inputs[0] if subject.standard.inputs else "services"
    for name, part in zip(subject.standard.parts, parts, strict=True):
        if counted.any() and part.is_unknown[counted].all():
            # Nobody says it: then no share of the whole sentence is known, whatever the others say.
            missing = name if name in INPUT_NAMES else key
            whole = subject.verdict(-1, Status.UNDECIDABLE, missing=(missing,))
            return [replace(whole, notes=part_notes(subject, parts))]
    verdicts = _licensed_shares(subject, joined.has, joined.is_unknown, key=key)
    notes = part_notes(subject, parts)
    verdicts[0] = replace(verdicts[0], notes=(*notes, *verdicts[0].notes))
    if subject.standard.together != "agree":
        return verdicts
    by_part = [
        {
            row.zone_code: row.status
            for row in _licensed_shares(subject, p.has, p.is_unknown, key=key)
        }
        for p in parts
    ]
    return [_agreed(row, [statuses.get(row.zone_code) for statuses in by_part]) for row in verdicts]


def _agreed(verdict: Verdict, of_parts: Sequence[Status | None]) -> Verdict:
    """Return a verdict only where all readings of the sentence lead to it."""
    if all(status == verdict.status for status in of_parts):
        return verdict
    return replace(
        verdict,
        status=Status.UNDECIDABLE,
        gap_institutions=None,
        missing=(),
        wording=msgid("The readings differ, and so do their verdicts"),
    )


def read_part_of(facilities: Facilities, key: str) -> Offer:
    """Return who has a part of a standard: a service of the lists, or a flag."""
    if key in SERVICES:
        return read_services(facilities, key)
    flags = facilities.flags(key)
    return Offer(
        has=np.array([flag is True for flag in flags], dtype=np.bool_),
        is_unknown=np.array([flag is None for flag in flags], dtype=np.bool_),
    )


def join_parts(parts: Sequence[Offer], together: Together) -> Offer:
    """Return who has all parts (`all`), or at least one (`any`, `agree`).

    A row that says nothing of a part is unknown unless the other parts decide it.
    """
    has = np.array([part.has for part in parts])
    unknown = np.array([part.is_unknown for part in parts])
    some_unknown: Mask = np.logical_or.reduce(unknown)
    if together == "all":
        denied: Mask = np.logical_or.reduce(~has & ~unknown)
        return Offer(has=np.logical_and.reduce(has), is_unknown=~denied & some_unknown)
    some: Mask = np.logical_or.reduce(has)
    return Offer(has=some, is_unknown=~some & some_unknown)


def part_notes(subject: Subject, parts: Sequence[Offer]) -> tuple[Note, ...]:
    """Return the figure of each part of a sentence, and the words by which lists said yes."""
    facilities = subject.evidence.given.dataset.facilities
    counted = subject.licensed()[0] & is_of_county(facilities)
    notes = []
    for key, part in zip(subject.standard.parts, parts, strict=True):
        if len(parts) > 1:
            share = count_share(
                facilities, part.has, is_unknown=part.is_unknown, is_counted=counted
            )
            if not share.denominator or share.unknown == share.denominator:
                notes.append(Note("part_unknown", (("part", PART_NAMES[key]),)))
                continue
            figure = (("share", 100.0 * (share.share or 0.0)), ("has", share.numerator))
            notes.append(
                Note("part", (("part", PART_NAMES[key]), *figure, ("of", share.denominator)))
            )
        words = part.words_of(counted)
        if words:
            text = " · ".join(f"{word} {count}" for word, count in words)
            notes.append(Note("words", (("part", PART_NAMES[key]), ("words", text))))
    return tuple(notes)


PART_NAMES: dict[str, str] = {
    **{key: service.name for key, service in SERVICES.items()},
    "network_enabled": msgid("on the network"),
    "insurance_enabled": msgid("takes the insurance card"),
}
"""Names of what a standard may ask for."""


def opening_share(subject: Subject) -> list[Verdict]:
    """N8, N17: institutions open in a window of the week over those counted."""
    has, silent = open_in_window(subject.evidence.opening, subject.standard.select)
    verdicts = _licensed_shares(subject, has, silent, key="hours")
    rule = Note(
        "window",
        (
            ("window", WINDOW_WORDS[subject.standard.select]),
            ("minutes", MIN_MINUTES),
        ),
    )
    verdicts[0] = replace(verdicts[0], notes=(rule, *verdicts[0].notes))
    return verdicts


def _licensed_shares(subject: Subject, has: Mask, is_unknown: Mask, *, key: str) -> list[Verdict]:
    """Return the verdicts of a share of licensed institutions, with that of their branches too."""
    facilities = subject.evidence.given.dataset.facilities
    counted, branches = subject.licensed()

    def share_of(is_counted: Mask) -> CountShare:
        return count_share(facilities, has, is_unknown=is_unknown, is_counted=is_counted)

    _, whole = next(subject.zones())
    notes: tuple[Note, ...] = ()
    if (branches & whole).any():
        both = share_of((counted | branches) & whole)
        params = (("count", int((branches & whole).sum())), ("share", 100.0 * (both.share or 0.0)))
        notes = (Note("branches_out", params),)
    return _shares(subject, lambda mask: share_of(counted & mask), key=key, notes=notes)


def _shares(
    subject: Subject,
    share_of: Callable[[Mask], CountShare],
    *,
    key: str,
    notes: tuple[Note, ...] = (),
) -> list[Verdict]:
    """Return the verdicts of a share of institutions; undecidable where no row says anything."""
    verdicts = []
    for zone, mask in subject.zones():
        share = share_of(mask)
        if not share.denominator:
            if zone < 0:
                verdicts.append(subject.verdict(-1, Status.NO_DATA, missing=("institutions",)))
            continue
        if share.unknown == share.denominator:
            verdicts.append(subject.verdict(zone, Status.UNDECIDABLE, missing=(key,)))
            continue
        verdicts.append(_share(subject, zone, share, notes if zone < 0 else ()))
    return verdicts


def _share(subject: Subject, zone: int, share: CountShare, notes: tuple[Note, ...]) -> Verdict:
    target = subject.target
    current = 100.0 * share.numerator / share.denominator
    blank = (Note("unknown_rows", (("count", share.unknown),)),) if share.unknown else ()
    gap = None
    if target is not None and not target.is_trend and target.operator != "range":
        gap = target.units_missing(share.numerator, share.denominator / 100)
    status = judged(target, current)
    if target is not None and share.unknown and not target.holds(current):
        # Rows that do not say could turn a no into a yes: then nothing can be judged.
        upper = 100.0 * (share.numerator + share.unknown) / share.denominator
        status = Status.UNDECIDABLE if target.holds(upper) else Status.NOT_MET
    return subject.verdict(
        zone,
        status,
        current=current,
        upper=None if share.upper is None else 100.0 * share.upper,
        numerator=float(share.numerator),
        denominator=float(share.denominator),
        gap_institutions=gap,
        base=subject.standard.base,
        missing=(subject.standard.inputs[0],) if status is Status.UNDECIDABLE else (),
        notes=(*notes, *blank),
        ids=share.missing_ids,
    )


def subsidy(subject: Subject) -> list[Verdict]:
    """M1: running subsidy of the operating village clinics a year, in yuan."""
    facilities, counted = subject.evidence.given.dataset.facilities, subject.counted()
    if not np.isfinite(facilities.numbers("village_doctors")[counted]).any():
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("village_doctors",))]
    cost = clinic_subsidy(facilities, is_clinic=counted)
    counts = (("single", cost.single), ("several", cost.several), ("unknown", cost.unknown))
    return [
        subject.verdict(
            -1, Status.INFORMATION, current=float(cost.yuan), notes=(Note("subsidy", counts),)
        )
    ]
