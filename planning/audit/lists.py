"""Checks of the list of institutions: copies, places, dates, staff, references, names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from scipy.spatial import KDTree

from geo.errors import Finding
from geo.zones import assign
from planning.audit.ground import Ground, facility_finding, file_of
from planning.centres.centres import government_run

SAME_NAME_M = 1_000.0
SAME_PLACE_M = 5.0
STACKED = 5
YEARS = (1950, 2100)
EXIT_AGES = (60, 65)
AGEING_YEARS = 5
FEWEST_COUNTED = 5
PRIVATE = re.compile("私|个体|外资|民营|股份合作")

MOST_BY_LEVEL: dict[str, dict[int, float]] = {
    "doctors": {1: 20, 2: 200, 3: 3000, 4: 6000},
    "gps": {1: 20, 2: 100, 3: 500, 4: 1000},
    "nurses": {1: 20, 2: 300, 3: 5000, 4: 10000},
    "village_doctors": {1: 20, 2: 300},
    "beds": {1: 20, 2: 300, 3: 3000, 4: 6000},
}
"""Figures beyond which a unit slip is likelier than the figure; generous on purpose."""


def same_name_near(ground: Ground) -> list[Finding]:
    """Find institutions that bear the name of another one close by: most are copies."""
    facilities = ground.dataset.facilities
    by_name: dict[str, list[int]] = defaultdict(list)
    for index in np.flatnonzero(facilities.has_position):
        by_name[_plain(facilities.name[index])].append(int(index))
    pairs = []
    for indices in by_name.values():
        for place, second in enumerate(indices):
            near = [i for i in indices[:place] if _distance_m(ground, i, second) <= SAME_NAME_M]
            pairs += [(near[0], second)] if near else []
    return facility_finding(
        ground,
        "same_name_near",
        [second for _, second in pairs],
        limit_m=round(SAME_NAME_M),
        names=_both_names(ground, pairs),
    )


def same_place(ground: Ground) -> list[Finding]:
    """Find institutions of another name at the place of one."""
    facilities = ground.dataset.facilities
    placed = np.flatnonzero(facilities.has_position)
    if len(placed) < 2:
        return []
    points = np.column_stack((facilities.x_m[placed], facilities.y_m[placed]))
    pairs = KDTree(points).query_pairs(SAME_PLACE_M, output_type="ndarray")
    of_two = sorted(
        (int(placed[max(pair)]), int(placed[min(pair)]))
        for pair in pairs
        if _plain(facilities.name[placed[pair[0]]]) != _plain(facilities.name[placed[pair[1]]])
    )
    names = _both_names(ground, [(first, second) for second, first in of_two])
    return facility_finding(ground, "same_place", [second for second, _ in of_two], names=names)


def _both_names(ground: Ground, pairs: Sequence[tuple[int, int]]) -> str:
    """Return the institutions of each pair with their ids: both can be wrong."""
    facilities = ground.dataset.facilities
    said = (
        f"{facilities.name[first]} ({facilities.id[first]}) / "
        f"{facilities.name[second]} ({facilities.id[second]})"
        for first, second in pairs[:20]
    )
    return ", ".join(dict.fromkeys(said))[:400]


def stacked_places(ground: Ground) -> list[Finding]:
    """Find points that hold five institutions or more."""
    facilities = ground.dataset.facilities
    placed = np.flatnonzero(facilities.has_position)
    keys = [(round(facilities.lon[i], 5), round(facilities.lat[i], 5)) for i in placed]
    counts = Counter(keys)
    stacked = [int(i) for i, key in zip(placed, keys, strict=True) if counts[key] >= STACKED]
    points = sum(1 for count in counts.values() if count >= STACKED)
    return facility_finding(ground, "stacked_places", stacked, points=points)


def coarse_places(ground: Ground) -> list[Finding]:
    """Find coordinates with so few decimals that they name a square of a kilometre."""
    facilities = ground.dataset.facilities
    lon, lat = facilities.lon * 100.0, facilities.lat * 100.0
    with np.errstate(invalid="ignore"):
        is_coarse = (np.abs(lon - np.round(lon)) < 1e-7) & (np.abs(lat - np.round(lat)) < 1e-7)
    return facility_finding(ground, "coarse_places", np.flatnonzero(is_coarse))


def facility_other_unit(ground: Ground) -> list[Finding]:
    """Find institutions outside the zone that their own division code names."""
    dataset = ground.dataset
    codes = dataset.facilities.columns.get("division_code", ())
    zone_of = {code[:9]: i for i, code in enumerate(dataset.zones.code) if len(code) >= 9}
    wrong = [
        index
        for index, code in enumerate(codes)
        if dataset.facilities.has_position[index]
        and str(code)[:9] in zone_of
        and dataset.facilities.zone[index] != zone_of[str(code)[:9]]
    ]
    return facility_finding(ground, "facility_other_unit", wrong, column="division_code")


def facility_on_water(ground: Ground) -> list[Finding]:
    """Find institutions in the water."""
    water, facilities = ground.dataset.water, ground.dataset.facilities
    if water is None or not len(water):
        return []
    is_wet = assign(facilities.x_m, facilities.y_m, water) >= 0
    return facility_finding(ground, "facility_on_water", np.flatnonzero(is_wet))


def facility_off_road(ground: Ground) -> list[Finding]:
    """Find placed institutions that no mode can reach from any road."""
    if not ground.facility_snaps:
        return []
    is_tied = np.any([snaps.segment >= 0 for snaps in ground.facility_snaps.values()], axis=0)
    is_off = ~is_tied & ground.dataset.facilities.has_position
    return facility_finding(
        ground, "facility_off_road", np.flatnonzero(is_off), limit_m=ground.max_access_m
    )


def facility_closed(ground: Ground) -> list[Finding]:
    """List institutions that are closed on the day of the study."""
    facilities = ground.dataset.facilities
    closed = [
        i
        for i, (status, date) in enumerate(
            zip(facilities.texts("status"), facilities.texts("close_date"), strict=True)
        )
        if status == "closed" or (date and date <= ground.as_of)
    ]
    return facility_finding(ground, "facility_closed", closed)


def facility_future(ground: Ground) -> list[Finding]:
    """List institutions that are not open yet."""
    facilities = ground.dataset.facilities
    future = [
        i
        for i, (status, date) in enumerate(
            zip(facilities.texts("status"), facilities.texts("open_date"), strict=True)
        )
        if status in {"construction", "planned"} or date > ground.as_of
    ]
    return facility_finding(ground, "facility_future", future, as_of=ground.as_of)


def facility_dates_contradict(ground: Ground) -> list[Finding]:
    """Find institutions whose status and dates cannot both be true."""
    facilities = ground.dataset.facilities
    wrong = []
    columns = (facilities.texts(name) for name in ("status", "open_date", "close_date"))
    for index, (status, opens, closes) in enumerate(zip(*columns, strict=True)):
        is_open_before = bool(opens) and opens <= ground.as_of
        is_closed_before = bool(closes) and closes <= ground.as_of
        if (
            (status in {"construction", "planned"} and is_open_before and not is_closed_before)
            or (status == "operating" and (is_closed_before or opens > ground.as_of))
            or (opens and closes and closes < opens)
        ):
            wrong.append(index)
    return facility_finding(ground, "facility_dates_contradict", wrong, column="status")


def staff_implausible(ground: Ground) -> list[Finding]:
    """Find staff and beds beyond what a kind can have."""
    facilities = ground.dataset.facilities
    found = []
    for column, most in MOST_BY_LEVEL.items():
        limit = np.array([most.get(int(level), np.inf) for level in facilities.level])
        with np.errstate(invalid="ignore"):
            wrong = np.flatnonzero(facilities.numbers(column) > limit)
        if len(wrong):
            found += facility_finding(
                ground,
                "staff_implausible",
                wrong,
                column=column,
                column_name=column,
                limit=float(limit[wrong].max()),
            )
    return found


def staff_fraction(ground: Ground) -> list[Finding]:
    """Find parts of persons and beds."""
    found = []
    for column in MOST_BY_LEVEL:
        values = ground.dataset.facilities.numbers(column)
        with np.errstate(invalid="ignore"):
            wrong = np.flatnonzero(np.isfinite(values) & (values != np.round(values)))
        found += facility_finding(
            ground, "staff_fraction", wrong, column=column, column_name=column
        )
    return found


def gps_above_doctors(ground: Ground) -> list[Finding]:
    """Find more general practitioners than doctors."""
    facilities = ground.dataset.facilities
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(facilities.numbers("gps") > facilities.numbers("doctors"))
    return facility_finding(ground, "gps_above_doctors", wrong, column="gps")


def village_doctors_ageing(ground: Ground) -> list[Finding]:
    """Count village doctors who turn 60 and 65 within the years ahead: sums only, no rows."""
    year = int(ground.as_of[:4])
    births = ground.dataset.doctor_birth_years
    if sum(map(len, births)) < FEWEST_COUNTED:
        return []  # a sum of few is the birth of one
    turning = [
        index
        for index, born in enumerate(births)
        if any(each + EXIT_AGES[0] <= year + AGEING_YEARS for each in born)
    ]
    if not turning:
        return []
    ages = [year + AGEING_YEARS - each for born in births for each in born]
    first, last = (sum(age >= limit for age in ages) for limit in EXIT_AGES)
    clinics = sum(len(births[index]) == 1 for index in turning)
    params = (
        ("known", len(ages)),
        ("sixty", first),
        ("sixty_five", last),
        ("year", year + AGEING_YEARS),
        ("alone", clinics),
    )
    people = float(ground.people_nearest[turning].sum())
    file = file_of(ground, "facilities")
    return [Finding("village_doctors_ageing", params, file=file, people=people)]


def owner_contradicts(ground: Ground) -> list[Finding]:
    """Find institutions that are run by the government by one column and private by another."""
    columns = ground.dataset.facilities.columns
    types = columns.get("economic_type", ("",) * len(ground.dataset.facilities))
    owners = ground.dataset.facilities.texts("owner")
    wrong = [
        index
        for index, (kind, owner) in enumerate(zip(types, owners, strict=True))
        if PRIVATE.search(str(kind)) and government_run(owner) == "yes"
    ]
    return facility_finding(ground, "owner_contradicts", wrong, column="owner")


def open_days_implausible(ground: Ground) -> list[Finding]:
    """Find weeks of more than seven days."""
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(ground.dataset.facilities.numbers("open_days") > 7)
    return facility_finding(ground, "open_days_implausible", wrong, column="open_days")


def year_implausible(ground: Ground) -> list[Finding]:
    """Find exit years of doctors that are no years."""
    years = ground.dataset.facilities.numbers("sole_doctor_exit_year")
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((years < YEARS[0]) | (years > YEARS[1]))
    return facility_finding(ground, "year_implausible", wrong, column="sole_doctor_exit_year")


def parent_missing(ground: Ground) -> list[Finding]:
    """Find parents and referral targets that are not in the list."""
    facilities = ground.dataset.facilities
    ids = set(facilities.id)
    found = []
    for column in ("parent_id", "refers_to"):
        values = facilities.texts(column)
        wrong = [i for i, value in enumerate(values) if value and not set(value.split(";")) <= ids]
        words = ", ".join(dict.fromkeys(values[i] for i in wrong[:20]))
        found += facility_finding(ground, "parent_missing", wrong, column=column, words=words[:200])
    return found


def names_strange(ground: Ground) -> list[Finding]:
    """Find names that look like markup, formulas or control characters."""
    names = ground.dataset.facilities.name
    wrong = [
        i
        for i, name in enumerate(names)
        if name.startswith(("=", "+", "-", "@"))
        or "<" in name
        or any(unicodedata.category(char) == "Cc" for char in name)
    ]
    return facility_finding(ground, "names_strange", wrong, column="name")


CHECKS = (
    same_name_near,
    same_place,
    stacked_places,
    coarse_places,
    facility_other_unit,
    facility_on_water,
    facility_off_road,
    facility_closed,
    facility_future,
    facility_dates_contradict,
    staff_implausible,
    staff_fraction,
    gps_above_doctors,
    village_doctors_ageing,
    owner_contradicts,
    open_days_implausible,
    year_implausible,
    parent_missing,
    names_strange,
)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()


def _distance_m(ground: Ground, first: int, second: int) -> float:
    facilities = ground.dataset.facilities
    return float(
        np.hypot(
            facilities.x_m[first] - facilities.x_m[second],
            facilities.y_m[first] - facilities.y_m[second],
        )
    )
