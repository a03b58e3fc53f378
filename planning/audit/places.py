"""Institutions whose place is missing, guessed or chosen: the worklist as rows and as a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from data.facilities.placement import CONFIDENCE
from data.facilities.worklist import GUESS_CONFIDENCE, Guess, worklist
from data.types import Dataset
from planning.words.headers import kind_name
from planning.words.tables import Table, table_of
from planning.words.wording import Language, msgid, translator

State: TypeAlias = Literal["unplaced", "guessed", "chosen"]

REASONS = {
    "no_villages": msgid("the study has no villages to place it by"),
    "code_unknown": msgid("its village code is none of the study's"),
    "name_repeated": msgid("several villages could be meant"),
    "nothing_named": msgid("no village is named"),
}
METHODS = {
    "side_file": msgid("chosen by hand"),
    "village_code": msgid("by its village code"),
    "village_name": msgid("by the name of its village"),
    "own_name": msgid("by the village in its own name"),
    "village_in_words": msgid("village in its name or address"),
    "zone_code": msgid("town by its code"),
    "zone_in_words": msgid("town in its name or address"),
}
SURE = {
    "high": msgid("high"),
    "medium": msgid("medium"),
    "low": msgid("low"),
    "very low": msgid("very low"),
}
STATES = {
    "unplaced": msgid("Without a place"),
    "guessed": msgid("Placed by its village"),
    "chosen": msgid("Chosen by hand"),
}


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One institution whose place a person may set; `guesses` are empty once it has a place."""

    row: int
    facility_id: str
    name: str
    kind: str
    address: str
    state: State
    why: str
    guesses: tuple[Guess, ...] = ()
    confidence: str = ""
    error_m: float | None = None


def place_rows(dataset: Dataset) -> tuple[PlaceRow, ...]:
    """Return institutions without a place, then those placed by a guess, then by hand."""
    facilities = dataset.facilities
    rows = []
    for todo in worklist(dataset):
        best = todo.guesses[0] if todo.guesses else None
        rows.append(
            PlaceRow(
                todo.row,
                todo.facility_id,
                todo.name,
                facilities.kind[todo.row],
                todo.address,
                "unplaced",
                REASONS[todo.reason],
                todo.guesses,
                GUESS_CONFIDENCE[best.method] if best else "",
                best.error_m if best else None,
            )
        )
    method_of = facilities.columns.get("placed_by", ())
    later: list[PlaceRow] = []
    for row, method in enumerate(method_of):
        if method in {"", "coordinates"}:
            continue
        error = facilities.columns["placed_error_m"][row]
        later.append(
            PlaceRow(
                row,
                facilities.id[row],
                facilities.name[row],
                facilities.kind[row],
                facilities.texts("address")[row],
                "chosen" if method == "side_file" else "guessed",
                METHODS[str(method)],
                (),
                CONFIDENCE[method],  # type: ignore[index]
                error if isinstance(error, float) else None,
            )
        )
    later.sort(key=lambda one: (one.state == "chosen", one.confidence != "low", one.facility_id))
    return (*rows, *later)


def places_sheet(dataset: Dataset, rows: tuple[PlaceRow, ...], language: Language) -> Table:
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
                translate(one.why),
                translate(METHODS[best.method]) if best else None,
                kind_name(one.kind, language) if one.kind else None,
                one.address or None,
                one.facility_id,
                round(spot[0], 6) if spot else None,
                round(spot[1], 6) if spot else None,
            )
        )
    return table_of(msgid("Places to settle"), headers, table, translate)


def spot_of(dataset: Dataset, one: PlaceRow) -> tuple[float, float] | None:
    """Return longitude and latitude of a row's place, else of its best guess."""
    facilities = dataset.facilities
    if facilities.has_position[one.row]:
        return float(facilities.lon[one.row]), float(facilities.lat[one.row])
    return (one.guesses[0].lon, one.guesses[0].lat) if one.guesses else None
