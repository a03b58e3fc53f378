"""Checks of figures, codes and dates: slips of unit, two values for one thing, old codes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from data.checks import shown_rows
from data.successions import successors
from geo.errors import Finding
from planning.audit.ground import Ground, file_of
from planning.standards.indicators import UNIT_SCALES
from planning.standards.reported import figure_key

PER_MILLE = re.compile(
    r"婴儿死亡率|5岁以下儿童死亡率|新生儿死亡率|自然增长率|出生率|infant mortality", re.I
)
PER_100K = re.compile(r"孕产妇死亡率|maternal mortality", re.I)
SLIPS = (10.0, 100.0, 1000.0)
STALE_YEARS = {"roads": 3, "facilities": 2, "population": 6, "zones": 6}
YEARS_APART = 2
SHARES = frozenset(
    {"circle_coverage", "village_coverage", "clinics_standardised", "insurance_share"}
)
"""Reported figures that are shares, in ones."""


def value_slip(ground: Ground) -> list[Finding]:
    """Find values that are ten, hundred or a thousand times what their parts give."""
    wrong = [
        row
        for row, row_ratio in _ratios(ground)
        if any(abs(row_ratio / s - 1) < 0.02 or abs(row_ratio * s - 1) < 0.02 for s in SLIPS)
    ]
    return _indicator_finding(ground, "value_slip", wrong)


def value_differs(ground: Ground) -> list[Finding]:
    """Find values that are not what their parts give, and no slip of unit either."""
    slips = {row for finding in value_slip(ground) for row in finding.rows}
    wrong = [row for row, ratio in _ratios(ground) if abs(ratio - 1) > 0.05 and row not in slips]
    return _indicator_finding(ground, "value_differs", wrong)


def unit_slip(ground: Ground) -> list[Finding]:
    """Find death and birth rates in percent: 1.63 % of infants would be a catastrophe."""
    found = []
    for pattern, usual in ((PER_MILLE, "‰"), (PER_100K, "/10万")):
        for role, rows in _figures(ground).items():
            wrong = [
                (row, name) for row, name, unit in rows if pattern.search(name) and unit == "%"
            ]
            if wrong:
                words = ", ".join(dict.fromkeys(name for _, name in wrong))[:200]
                params = (("count", len(wrong)), ("usual", usual), ("words", words))
                file = file_of(ground, role)
                shown = shown_rows(row for row, _ in wrong)
                found.append(Finding("unit_slip", params, file=file, rows=shown))
    return found


def share_above_one(ground: Ground) -> list[Finding]:
    """Find shares of more than everything."""
    wrong = [
        row
        for row, indicator in enumerate(ground.dataset.indicators, start=1)
        if indicator.get("unit") == "%"
        and indicator.get("value") is not None
        and indicator["value"] > 100
        and indicator.get("numerator") is not None
    ]
    told = [
        row
        for row, entry in enumerate(ground.dataset.reported, start=1)
        if entry.value > 1 and (entry.unit or figure_key(entry.figure) in SHARES)
    ]
    found = _indicator_finding(ground, "share_above_one", wrong)
    if told:
        file, shown = file_of(ground, "reported"), shown_rows(told)
        found.append(Finding("share_above_one", (("count", len(told)),), file=file, rows=shown))
    return found


def two_values(ground: Ground) -> list[Finding]:
    """Find figures that are stated twice with different values."""
    indicators = _by_key(
        ((i["indicator_id"], i["zone_code"], i["year"]), i["value"], row)
        for row, i in enumerate(ground.dataset.indicators, start=1)
    )
    reported = _by_key(
        ((r.figure, r.year), r.value, row) for row, r in enumerate(ground.dataset.reported, start=1)
    )
    found = []
    for role, groups in (("indicators", indicators), ("reported", reported)):
        twice = {key: rows for key, rows in groups.items() if len({v for v, _ in rows}) > 1}
        if twice:
            words = ", ".join(" ".join(str(p) for p in key if p) for key in list(twice)[:10])
            rows = shown_rows(row for rows in twice.values() for _, row in rows)
            params = (("count", len(twice)), ("words", words[:200]))
            found.append(Finding("two_values", params, file=file_of(ground, role), rows=rows))
    return found


def code_old(ground: Ground) -> list[Finding]:
    """Find division codes that have been replaced."""
    dataset = ground.dataset
    villages = () if dataset.villages is None else dataset.villages.code
    codes = {
        "zones": dataset.zones.code,
        "villages": villages,
        "service_areas": tuple(area.area_code for area in dataset.service_areas),
        "indicators": tuple(str(row["zone_code"]) for row in dataset.indicators),
    }
    found = []
    for role, values in codes.items():
        old = [code for code in dict.fromkeys(values) if successors(code, dataset.successions)]
        if old:
            params = (("count", len(old)), ("words", _replaced(ground, old)))
            people = _people_of_zones(ground, old) if role == "zones" else None
            found.append(
                Finding(
                    "code_old",
                    params,
                    file=file_of(ground, role),
                    rows=shown_rows(old),
                    people=people,
                )
            )
    return found


def years_apart(ground: Ground) -> list[Finding]:
    """Compare the year of the boundaries with the year of the people."""
    year = {entry.role: entry.date[:4] for entry in ground.dataset.provenance if entry.date[:4]}
    first, second = year.get("zones"), year.get("population")
    if not first or not second or abs(_number(first) - _number(second)) < YEARS_APART:
        return []
    params = (
        ("first", file_of(ground, "zones")),
        ("first_year", first),
        ("second", file_of(ground, "population")),
        ("second_year", second),
    )
    people = float(ground.dataset.demand.people.sum())
    return [Finding("years_apart", params, file=file_of(ground, "zones"), people=people)]


def data_stale(ground: Ground) -> list[Finding]:
    """Find files much older than the study."""
    today = _number(ground.as_of[:4])
    found = []
    for entry in ground.dataset.provenance:
        limit = STALE_YEARS.get(entry.role)
        age = today - _number(entry.date[:4]) if entry.date else 0
        if limit is not None and age > limit:
            params = (("role", entry.role), ("date", entry.date), ("years", age))
            found.append(Finding("data_stale", params, file=entry.source))
    return found


CHECKS = (
    value_slip,
    value_differs,
    unit_slip,
    share_above_one,
    two_values,
    code_old,
    years_apart,
    data_stale,
)


def _ratios(ground: Ground) -> Iterator[tuple[int, float]]:
    """Yield row and stated value over computed value of the indicators that have all parts."""
    for row, indicator in enumerate(ground.dataset.indicators, start=1):
        value, above, below = (indicator.get(n) for n in ("value", "numerator", "denominator"))
        if value and above and below:
            unit = str(indicator.get("unit") or "")
            scale = next((scale for word, scale in UNIT_SCALES if word in unit), 1.0)
            yield row, value / (above / below * scale)


def _figures(ground: Ground) -> dict[str, list[tuple[int, str, str]]]:
    """Return row, name and unit of indicators and reported figures."""
    reported = []
    for row, entry in enumerate(ground.dataset.reported, start=1):
        unit = "%" if re.search(r"[（(]\s*%\s*[)）]", entry.figure) else entry.unit
        reported.append((row, entry.figure, unit))
    indicators = [
        (row, str(entry["indicator_id"]), str(entry.get("unit") or "").strip())
        for row, entry in enumerate(ground.dataset.indicators, start=1)
    ]
    return {"indicators": indicators, "reported": reported}


def _by_key(
    rows: Iterable[tuple[tuple[Any, ...], Any, int]],
) -> Mapping[tuple[Any, ...], list[tuple[Any, int]]]:
    groups: dict[tuple[Any, ...], list[tuple[Any, int]]] = defaultdict(list)
    for key, value, row in rows:
        if value is not None:
            groups[key].append((value, row))
    return groups


def _indicator_finding(ground: Ground, code: str, rows: list[int]) -> list[Finding]:
    if not rows:
        return []
    file = file_of(ground, "indicators")
    return [Finding(code, (("count", len(rows)),), file=file, rows=shown_rows(rows))]


def _replaced(ground: Ground, codes: list[str]) -> str:
    words = []
    for code in codes[:10]:
        rows = successors(code, ground.dataset.successions)
        now = "/".join(f"{row.new_name} {row.new_code}".strip() for row in rows)
        words.append(f"{code} -> {now} ({rows[0].date})")
    return ", ".join(words)


def _people_of_zones(ground: Ground, codes: list[str]) -> float:
    demand, zones = ground.dataset.demand, ground.dataset.zones
    wanted = {index for index, code in enumerate(zones.code) if code in set(codes)}
    return float(sum(p for p, z in zip(demand.people, demand.zone, strict=True) if z in wanted))


def _number(year: str) -> int:
    return int(year) if year.isdigit() else 0
