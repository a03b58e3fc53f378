"""What a person has to place: institutions whose place is missing, guessed or chosen by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np

from data.places.placement import CONFIDENCE, Method, settled_centres
from data.types import Dataset, Floats, Geometries
from geo.crs import to_lonlat
from planning.words.headers import kind_name
from planning.words.tables import Table, table_of
from planning.words.wording import Language, msgid, translator

State: TypeAlias = Literal["unplaced", "guessed", "chosen"]
Reason: TypeAlias = Literal["no_villages", "code_unknown", "name_repeated", "nothing_named"]
GuessMethod: TypeAlias = Literal["village_in_words", "zone_code", "zone_in_words"]

MOST_GUESSES = 5
GUESS_CONFIDENCE: dict[GuessMethod, str] = {
    "village_in_words": "low",
    "zone_code": "very low",
    "zone_in_words": "very low",
}
REASONS: dict[str, str] = {
    "no_villages": msgid("the study has no villages to place it by"),
    "code_unknown": msgid("its village code is none of the study's"),
    "name_repeated": msgid("several villages could be meant"),
    "nothing_named": msgid("no village is named"),
}
METHODS: dict[str, str] = {
    "side_file": msgid("chosen by hand"),
    "village_code": msgid("by its village code"),
    "village_name": msgid("by the name of its village"),
    "own_name": msgid("by the village in its own name"),
    "village_in_words": msgid("village in its name or address"),
    "zone_code": msgid("town by its code"),
    "zone_in_words": msgid("town in its name or address"),
}
WHY: dict[str, str] = {**REASONS, **METHODS}
SURE = {
    "high": msgid("high"),
    "medium": msgid("medium"),
    "low": msgid("low"),
    "very low": msgid("very low"),
}
STATES: dict[State, str] = {
    "unplaced": msgid("Without a place"),
    "guessed": msgid("Placed by its village"),
    "chosen": msgid("Chosen by hand"),
}

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
    """One institution whose place a person may set.

    Parameters
    ----------
    row
        Index into the institutions of the dataset.
    state
        Without a place, placed by its village, or by a person.
    why
        Why it has no place, or how it got the one that it has.
    guesses
        Where one without a place may be, the best first.
    confidence, error_m
        How sure its place or best guess is, and how far it may be off.
    """

    row: int
    facility_id: str
    name: str
    kind: str
    address: str
    state: State
    why: Reason | Method
    guesses: tuple[Guess, ...] = ()
    confidence: str = ""
    error_m: float | None = None


def worklist(dataset: Dataset) -> tuple[WorklistRow, ...]:
    """Return institutions without a place, then those placed by a guess, then by hand."""
    placed = [
        _placed_row(dataset, row, cast("Method", method))
        for row, method in enumerate(dataset.facilities.columns.get("placed_by", ()))
        if method not in {"", "coordinates"}
    ]
    placed.sort(key=lambda one: (one.state == "chosen", one.confidence != "low", one.facility_id))
    return (*_unplaced_rows(dataset), *placed)


def worklist_sheet(dataset: Dataset, rows: tuple[WorklistRow, ...], language: Language) -> Table:
    """Return the worklist: why each stands there, the best guess, how sure, how far off at most."""
    translate = translator(language)
    headers = (
        msgid("Name"),
        msgid("State"),
        msgid("Best guess"),
        msgid("Confidence"),
        msgid("Possible error (m)"),
        msgid("Why or how"),
        msgid("Guessed from"),
        msgid("Kind"),
        msgid("Address"),
        msgid("Number"),
        msgid("Longitude"),
        msgid("Latitude"),
    )
    table = []
    for one in rows:
        best = one.guesses[0] if one.guesses else None
        spot = spot_of(dataset, one)
        table.append(
            (
                one.name,
                translate(STATES[one.state]),
                best.name if best else None,
                translate(SURE[one.confidence]) if one.confidence else None,
                None if one.error_m is None else round(one.error_m),
                translate(WHY[one.why]),
                translate(METHODS[best.method]) if best else None,
                kind_name(one.kind, language) if one.kind else None,
                one.address or None,
                one.facility_id,
                round(spot[0], 6) if spot else None,
                round(spot[1], 6) if spot else None,
            )
        )
    return table_of(msgid("Places to settle"), headers, table, translate)


def spot_of(dataset: Dataset, one: WorklistRow) -> tuple[float, float] | None:
    """Return longitude and latitude of a row's place, else of its best guess."""
    facilities = dataset.facilities
    if facilities.has_position[one.row]:
        return float(facilities.lon[one.row]), float(facilities.lat[one.row])
    return (one.guesses[0].lon, one.guesses[0].lat) if one.guesses else None


def _placed_row(dataset: Dataset, row: int, method: Method) -> WorklistRow:
    """Return a row that a village or a person has placed."""
    facilities = dataset.facilities
    error = facilities.columns["placed_error_m"][row]
    return WorklistRow(
        row=row,
        facility_id=facilities.id[row],
        name=facilities.name[row],
        kind=facilities.kind[row],
        address=facilities.texts("address")[row],
        state="chosen" if method == "side_file" else "guessed",
        why=method,
        confidence=CONFIDENCE[method],
        error_m=error if isinstance(error, float) else None,
    )


def _unplaced_rows(dataset: Dataset) -> list[WorklistRow]:
    """Return the institutions that have no place yet, in order of id."""
    facilities = dataset.facilities
    open_rows = np.flatnonzero(~facilities.has_position).tolist()
    if not open_rows:
        return []
    units = _Units(dataset)
    rows = []
    for row in open_rows:
        address, division, code = (
            facilities.texts(name)[row] if name in facilities.columns else ""
            for name in ("address", "division_name", "division_code")
        )
        words = f"{facilities.name[row]} {address} {division}"
        guesses = units.guesses(code, words)
        rows.append(
            WorklistRow(
                row=row,
                facility_id=facilities.id[row],
                name=facilities.name[row],
                kind=facilities.kind[row],
                address=address,
                state="unplaced",
                why=_reason(dataset, code, division, words),
                guesses=guesses,
                confidence=GUESS_CONFIDENCE[guesses[0].method] if guesses else "",
                error_m=guesses[0].error_m if guesses else None,
            )
        )
    return rows


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
