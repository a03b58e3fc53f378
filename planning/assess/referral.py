"""The referral chain of an assessment (N9): station, centre, county and city hospital by road."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.types import Facilities, Ints
from geo.travel import reach
from planning.assess.chains import LegStatus, Referral, referral_chains
from planning.assess.workflow import Assessment
from planning.reach.scenario import is_operating
from planning.words.tables import Column, Value

REFERRAL_MODES = ("car", "e_bike", "walk")
LEG_LIMIT_MINUTES = 60.0
"""Longest leg before it is noted `[I]`: no document states one."""


def referral_of(assessment: Assessment) -> tuple[str, Ints, Referral] | None:
    """Follow the declared chain of every facility that takes part in it.

    Returns
    -------
    tuple or None
        Mode of travel, (n,) rows of the facilities of levels 1 to 4, and their chains; None where
        the study declares no referral at all.
    """
    dataset = assessment.dataset
    facilities = dataset.facilities
    rows = np.flatnonzero(facilities.level > 0).astype(np.int32)
    refers_to = _rows_named(facilities, rows, "refers_to")
    if not len(rows) or (refers_to < 0).all():
        return None
    mode = next((m for m in REFERRAL_MODES if m in assessment.modes), assessment.analysis_mode)
    network = dataset.roads.networks[mode]
    places = assessment.modes[mode].facility_snaps.take(rows)
    times = reach(
        network, places, places, limit_minutes=assessment.study.travel.horizon_minutes * 2
    )
    chains = referral_chains(
        times,
        level=facilities.level[rows].astype(np.int32),
        refers_to=refers_to,
        alliance=_alliances(facilities, rows),
        max_leg_minutes=LEG_LIMIT_MINUTES,
        parent=_rows_named(facilities, rows, "parent_id"),
        is_open=is_operating(facilities, assessment.scenario)[rows],
        is_placed=facilities.has_position[rows],
    )
    return mode, rows, chains


def referral_columns(assessment: Assessment) -> list[Column]:
    """Return referral.csv: each facility's next level, minutes of the leg and to every level."""
    found = referral_of(assessment)
    if found is None:
        return [Column(name, ()) for name in ("id", "name", "level", "refers_to", "status")]
    mode, rows, chains = found
    facilities = assessment.dataset.facilities
    names = [facilities.id[row] for row in rows.tolist()]
    alliances = facilities.texts("alliance_id")
    columns = [
        Column("id", names),
        Column("name", [facilities.name[row] for row in rows.tolist()]),
        Column("level", chains.level.tolist(), 0),
        Column("alliance", [alliances[row] or None for row in rows.tolist()]),
        Column("refers_to", [names[t] if t >= 0 else None for t in chains.target.tolist()]),
        Column("status", [LegStatus(code).name.lower() for code in chains.status.tolist()]),
        Column("mode", [mode] * len(rows)),
        Column("leg_minutes", _minutes(chains.leg_tenths), 1),
        Column("skips_a_level", chains.is_skipping.tolist()),
        Column("leaves_alliance", chains.is_crossing.tolist()),
    ]
    return columns + [
        Column(f"minutes_to_level_{level + 1}", _minutes(chains.tenths_to_level[:, level]), 1)
        for level in range(chains.tenths_to_level.shape[1])
    ]


def _rows_named(facilities: Facilities, rows: Ints, column: str) -> Ints:
    """Return the row among `rows` whose id each has in a column; -1 for a blank or unknown one."""
    place = {facilities.id[row]: number for number, row in enumerate(rows.tolist())}
    declared = facilities.texts(column)
    return np.array([place.get(declared[row], -1) for row in rows.tolist()], dtype=np.int32)


def _alliances(facilities: Facilities, rows: Ints) -> Ints:
    names = facilities.texts("alliance_id")
    known = {name: number for number, name in enumerate(sorted({n for n in names if n}))}
    return np.array([known.get(names[row], -1) for row in rows.tolist()], dtype=np.int32)


def _minutes(tenths: Sequence[int] | Ints) -> list[Value]:
    values = np.asarray(tenths)
    known = (values >= 0) & (values < np.iinfo(np.int32).max)
    return [
        float(v) / 600 if ok else None
        for v, ok in zip(values.tolist(), known.tolist(), strict=True)
    ]
