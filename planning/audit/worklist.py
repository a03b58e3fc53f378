"""What a person has to place: institutions without coordinates, why, and where they may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from data.facilities.placement import settled_centres
from data.types import Dataset, Floats, Geometries
from geo.crs import to_lonlat

Reason: TypeAlias = Literal["no_villages", "code_unknown", "name_repeated", "nothing_named"]
GuessMethod: TypeAlias = Literal["village_in_words", "zone_code", "zone_in_words"]

GUESS_CONFIDENCE: dict[GuessMethod, str] = {
    "village_in_words": "low",
    "zone_code": "very low",
    "zone_in_words": "very low",
}
MOST_GUESSES = 5

_Unit: TypeAlias = tuple[int, str, str]
_Middles: TypeAlias = tuple[Floats, Floats, Floats]
"""Longitude, latitude and metres to the farthest people, each (n,)."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Where an institution may be: the people-weighted middle of a village or zone.

    `error_m` is the distance from there to the farthest people of the same village or zone.
    """

    method: GuessMethod
    code: str
    name: str
    lon: float
    lat: float
    error_m: float


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One institution that a person has to place; the best guess first."""

    row: int
    facility_id: str
    name: str
    address: str
    division_name: str
    reason: Reason
    guesses: tuple[Guess, ...]


def worklist(dataset: Dataset) -> tuple[WorklistRow, ...]:
    """Return the institutions that have no place yet, in order of id."""
    facilities = dataset.facilities
    open_rows = np.flatnonzero(~facilities.has_position).tolist()
    if not open_rows:
        return ()
    units = _Units(dataset)
    rows = []
    for row in open_rows:
        address, division, code = (
            facilities.texts(name)[row] if name in facilities.columns else ""
            for name in ("address", "division_name", "division_code")
        )
        words = f"{facilities.name[row]} {address} {division}"
        rows.append(
            WorklistRow(
                row=row,
                facility_id=facilities.id[row],
                name=facilities.name[row],
                address=address,
                division_name=division,
                reason=_reason(dataset, code, division, words),
                guesses=units.guesses(code, words),
            )
        )
    return tuple(rows)


def _reason(dataset: Dataset, code: str, division: str, words: str) -> Reason:
    """Return why the reader could not place a row by its village."""
    villages = dataset.villages
    if villages is None:
        return "no_villages"
    if len(code) == 12 and code not in villages.code:
        return "code_unknown"
    named = [name for name in villages.name if name and (name == division or name in words)]
    return "name_repeated" if len(named) > 1 else "nothing_named"


class _Units:
    """Villages and zones with their middles, measured once for a whole list."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        demand = dataset.demand
        self._zones = self._middles(dataset.zones.geometry, demand.zone)
        self._villages = (
            None
            if dataset.villages is None
            else self._middles(dataset.villages.geometry, demand.village)
        )

    def guesses(self, code: str, words: str) -> tuple[Guess, ...]:
        """Return where an institution may be: villages in its words, else its zone."""
        zones, villages = self._dataset.zones, self._dataset.villages
        found: list[Guess] = []
        if villages is not None and self._villages is not None:
            named = _named(zip(villages.code, villages.name, strict=True), words)
            found += [_guess("village_in_words", self._villages, unit) for unit in named]
        if not found:
            by_code = [
                (index, known, zones.name[index])
                for index, known in enumerate(zones.code)
                if len(known) >= 9 and code[:9] == known[:9]
            ]
            found += [_guess("zone_code", self._zones, unit) for unit in by_code[:1]]
        if not found:
            named = _named(zip(zones.code, zones.name, strict=True), words)
            found += [_guess("zone_in_words", self._zones, unit) for unit in named]
        return tuple(found[:MOST_GUESSES])

    def _middles(self, geometry: Geometries, unit: np.ndarray) -> _Middles:
        centre, spread_m = settled_centres(geometry, unit, self._dataset.demand)
        lon, lat = to_lonlat(centre[:, 0], centre[:, 1], self._dataset.crs)
        return lon, lat, spread_m


def _guess(method: GuessMethod, middles: _Middles, unit: _Unit) -> Guess:
    index, code, name = unit
    lon, lat, error_m = (float(values[index]) for values in middles)
    return Guess(method, code, name, lon, lat, error_m)


def _named(units: Iterable[tuple[str, str]], words: str) -> list[_Unit]:
    """Return the units whose name stands in a text, the longest name first."""
    found = [
        (index, code, name)
        for index, (code, name) in enumerate(units)
        if len(name) > 1 and name in words
    ]
    return sorted(found, key=lambda unit: (-len(unit[2]), unit[1]))
