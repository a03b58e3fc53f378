"""Overrides of single ways: their car speed, or any tag that the rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from data.checks import ids_of, row_finding
from data.study.tables import COLUMN_NAMES, TableSource
from data.tables.cells import CellError, is_blank, number, text
from data.tables.headers import find_columns, missing_column
from data.tables.read import read_any
from data.tables.sheets import Table
from geo.access import RELEVANT_KEYS
from geo.errors import Finding
from geo.roads import RoadGraph, with_car_speeds

_FACTOR = "scale"
_SPEEDS = frozenset({"km/h", "kmh", "kph", "speed", "maxspeed", "max_speed"})
_REMOVED = "-"


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a study says of single ways.

    Parameters
    ----------
    file
        Name of the table.
    tags
        Way id -> tags that replace those of the way; an empty value removes the tag.
    car_kph, car_factor
        Way id -> car speed, or factor on the speed that the car has otherwise.
    """

    file: str = ""
    tags: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    car_kph: Mapping[int, float] = field(default_factory=dict)
    car_factor: Mapping[int, float] = field(default_factory=dict)

    def tags_of(self, way_id: int, tags: Mapping[str, str]) -> dict[str, str]:
        """Return the tags of a way as the study wants them."""
        merged = {**tags, **self.tags.get(way_id, {})}
        return {key: value for key, value in merged.items() if value}


def read_overrides(source: TableSource, findings: list[Finding]) -> Overrides:
    """Read the table of overrides.

    Parameters
    ----------
    source
        A table with `osm_id` (the way's id in the road file) and either `max_speed` with
        `speed_type` (`scale` for a factor, `km/h` for a speed), or columns named as tags, such as
        `access` or `oneway`, whose values replace the way's (`-` removes a tag, a blank keeps it).
    findings
        Receives faults of rows, which are left out.

    Returns
    -------
    Overrides
        A later row of the same way replaces an earlier one, with a finding.
    """
    table = read_any(source, findings)
    columns = find_columns(table, COLUMN_NAMES["overrides"], source.columns, findings)
    if "osm_id" not in columns:
        findings.append(missing_column(table, "osm_id"))
        return Overrides(table.file)
    tag_columns = [name for name in table.columns if name in RELEVANT_KEYS]
    read = Overrides(table.file, {}, {}, {})
    tags, kph, factor = dict(read.tags), dict(read.car_kph), dict(read.car_factor)
    faulty: list[int] = []
    repeated: list[int] = []
    for index in range(len(table)):
        try:
            way = _way(table, columns["osm_id"], index)
            speed = _speed(table, columns, index)
        except CellError:
            faulty.append(int(table.row[index]))
            continue
        if way in tags or way in kph or way in factor:
            repeated.append(int(table.row[index]))
            kph.pop(way, None)
            factor.pop(way, None)
        if speed is not None:
            (factor if speed[0] == _FACTOR else kph)[way] = speed[1]
        said = {name: text(table.columns[name][index]) for name in tag_columns}
        tags[way] = {
            name: "" if value == _REMOVED else value for name, value in said.items() if value
        }
    if faulty:
        findings.append(row_finding("override_row", faulty, file=table.file))
    if repeated:
        findings.append(row_finding("override_repeated", repeated, file=table.file))
    return Overrides(table.file, tags, kph, factor)


def _way(table: Table, column: str, index: int) -> int:
    """Return the id of a way, or raise."""
    value = number(table.columns[column][index])
    if value is None or not value.is_integer():
        raise CellError(column)
    return int(value)


def _speed(table: Table, columns: Mapping[str, str], index: int) -> tuple[str, float] | None:
    """Return (kind, value) of the car speed of a row; None where it states none; or raise."""
    if "max_speed" not in columns or is_blank(table.columns[columns["max_speed"]][index]):
        return None
    value = number(table.columns[columns["max_speed"]][index])
    kind = "km/h"
    if "speed_type" in columns:
        kind = text(table.columns[columns["speed_type"]][index]).lower() or kind
    if value is None or value <= 0 or (kind != _FACTOR and kind not in _SPEEDS):
        raise CellError(kind)
    return kind, value


def with_overrides(graph: RoadGraph, overrides: Overrides, findings: list[Finding]) -> RoadGraph:
    """Return the graph with the car speeds of the overrides; its networks are not made anew.

    Parameters
    ----------
    graph
        As built, without networks.
    overrides
        As read.
    findings
        Receives the ways that the graph does not have.
    """
    named = np.array(sorted({*overrides.tags, *overrides.car_kph, *overrides.car_factor}), np.int64)
    absent = named[~np.isin(named, graph.way_id)].tolist()
    if absent:
        said = (("count", len(absent)), ("total", len(named)))
        findings.append(
            Finding("override_unknown", said, file=overrides.file, rows=ids_of(absent[:10]))
        )
    if not overrides.car_kph and not overrides.car_factor:
        return graph
    return with_car_speeds(graph, kph=overrides.car_kph, factor=overrides.car_factor)
