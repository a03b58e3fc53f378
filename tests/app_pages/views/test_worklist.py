"""The worklist of places: why, the best guess, how sure, how far off; what the map shows of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app_pages.views.places import place_text, search_places, study_area
from app_pages.views.worklist import pasted_text, place_bounds, place_layers
from data.places.pasted import read_pasted
from geo.crs import to_metric
from planning.audit.worklist import worklist, worklist_sheet
from planning.words.wording import translator

EN = translator("en")


@pytest.fixture(scope="module")
def dataset(county):
    return county.dataset


@pytest.fixture(scope="module")
def rows(dataset):
    return worklist(dataset)


def test_the_county_has_one_row_whose_town_is_the_best_guess(dataset, rows):
    (row,) = [one for one in rows if one.state == "unplaced"]
    (guess,) = row.guesses
    zone = dataset.zones.code.index(guess.code)
    assert row.address.startswith(guess.name)
    assert (guess.method, row.confidence) == ("zone_in_words", "very low")
    # The guess is the middle of the town's people; nobody of the town lives farther than the error.
    demand = dataset.demand
    inside = demand.zone == zone
    x_m, y_m = (float(v[0]) for v in to_metric([guess.lon], [guess.lat], dataset.crs))
    assert x_m == pytest.approx(np.average(demand.x_m[inside], weights=demand.people[inside]))
    away_m = np.hypot(demand.x_m[inside] - x_m, demand.y_m[inside] - y_m)
    assert guess.error_m == pytest.approx(away_m.max(), abs=0.01)


def test_the_sheet_says_state_guess_and_error(dataset, rows):
    sheet = worklist_sheet(dataset, rows, "en")
    first = dict(zip(sheet.headers, sheet.rows[0], strict=True))
    assert first["State"] == "Without a place"
    assert first["Possible error (m)"] == round(rows[0].guesses[0].error_m)
    assert first["Confidence"] == "very low"
    assert first["Why or how"] == "no village is named"


def test_the_map_shows_guess_error_and_what_was_pasted(dataset, rows):
    row = rows[0]
    found = read_pasted("30.14 120.85", area=study_area(dataset))
    circle, points = place_layers(dataset, row, found, EN)
    assert points.lon.tolist() == [row.guesses[0].lon, 120.85]
    west, south, east, north = place_bounds(dataset, row)
    inside = circle.polygons[0].bounds
    assert inside == pytest.approx((west, south, east, north), abs=2e-3)
    said = pasted_text(dataset, found, EN)
    assert said.startswith("Read as latitude, longitude (by the size of the numbers): 120.850000")
    assert place_text(dataset, 120.85, 30.14, EN) in said
    assert place_text(dataset, 119.0, 30.0, EN) == "outside all zones"


def test_rows_placed_by_village_and_by_hand_follow(dataset):
    facilities = dataset.facilities
    by = ["coordinates"] * len(facilities)
    by[0], by[1] = "side_file", "own_name"
    errors = [0.0, 900.0, *[None] * (len(facilities) - 2)]
    columns = {**facilities.columns, "placed_by": tuple(by), "placed_error_m": tuple(errors)}
    changed = replace(dataset, facilities=replace(facilities, columns=columns))
    states = [(one.row, one.state, one.error_m) for one in worklist(changed)]
    assert [state for _, state, _ in states] == ["unplaced", "guessed", "chosen"]
    assert states[1:] == [(1, "guessed", 900.0), (0, "chosen", 0.0)]


def test_a_search_takes_coordinates_in_any_notation(dataset):
    for text in ("120.85,30.14", "30.14 120.85", "北纬30.14，东经120.85"):
        (found,) = search_places(dataset, text)
        assert (found.place.lon, found.place.lat) == pytest.approx((120.85, 30.14))
    assert search_places(dataset, "116.4,39.9") == []
