"""Population: the cells of a raster of counts, or the rows of a table, as weighted points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import shapely

from data.checks import repeated, row_finding
from data.places.positions import has_place, read_positions
from data.population.rasters import RasterCells, Window, read_counts
from data.study.tables import COLUMN_NAMES, GroupSource, PopulationTable
from data.tables.cells import number, parse, text
from data.tables.headers import find_columns, in_ones, missing_column, note_no_values
from data.tables.read import RASTER_ENDINGS, read_any
from data.tables.sheets import Table
from data.types import Floats, Ints
from geo.crs import LONLAT, is_on_earth, transform
from geo.errors import Finding, Progress
from geo.points import Grid, cell_centres

Places: TypeAlias = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """People at places, n of them, in the order of the source; only places where people are.

    Parameters
    ----------
    file
        File name, for findings.
    cell_id
        The source's id, or `r<row>c<column>` of the raster.
    lon, lat
        (n,) degrees, WGS 84.
    people
        (n,) people; the sum is the source's.
    groups
        Name of group -> (n,) people of the group.
    grid, row, column
        The raster and (n,) cells; None and empty for tables.
    has_own_places
        False where the rows of a table stand at the middle of the unit that their code names.
    division_code
        (n,) code of the unit of each row; () where the source has none.
    """

    file: str
    cell_id: tuple[str, ...]
    lon: Floats
    lat: Floats
    people: Floats
    groups: Mapping[str, Floats]
    grid: Grid | None
    row: Ints
    column: Ints
    has_own_places: bool = True
    division_code: tuple[str, ...] = ()


def read_population(
    source: PopulationTable,
    findings: list[Finding],
    *,
    window: Window | None = None,
    places: Places | None = None,
    progress: Progress | None = None,
) -> Population | None:
    """Return the people of a study; None when faults leave none.

    Parameters
    ----------
    source
        `[population]` of the study.
    findings
        Receives every fault and note.
    window
        West, south, east, north in degrees: raster cells outside are left out, and counted.
    places
        Division code -> longitude and latitude, for tables that state a code and no coordinates.
    progress
        Called with ("population", rows done, rows).

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    if source.source.path.suffix.lower() in RASTER_ENDINGS:
        population = _of_raster(source, window, findings, progress)
    else:
        population = _of_table(source, places or {}, findings)
    if population is None:
        return None
    if not population.people.any():
        findings.append(Finding("population_empty", file=population.file))
        return None
    _check_groups(population, findings)
    return population


def check_sum(read: float, kept: float, file: str, findings: list[Finding]) -> None:
    """Report people who were lost or invented between the source and the points."""
    if abs(kept - read) > 1e-9 * max(abs(read), 1.0):
        params = (("read", read), ("kept", kept))
        findings.append(Finding("people_not_conserved", params, file=file))


def _of_raster(
    source: PopulationTable,
    window: Window | None,
    findings: list[Finding],
    progress: Progress | None,
) -> Population | None:
    if source.column is not None:
        findings.append(Finding("raster_has_no_columns", file=source.source.path.name))
    if source.source.coordinates not in {None, "wgs84"}:
        findings.append(Finding("coordinates_ignored", file=source.source.path.name))

    def read(path: Path) -> RasterCells:
        return read_counts(
            path,
            crs=source.source.crs,
            nodata=source.nodata,
            window=window,
            findings=findings,
            progress=progress,
        )

    total = read(source.source.path)
    cells = {"": total}
    for group in source.groups:
        if group.path is None or group.path.suffix.lower() not in RASTER_ENDINGS:
            params = (("group", group.name), ("expected", "a raster"))
            findings.append(Finding("group_source", params, file=total.file))
        else:
            cells[group.name] = read(group.path)
    population = _joined_rasters(total, cells, findings)
    if not is_on_earth(population.lon, population.lat):
        crs = (("crs", total.grid.crs[:60]),)
        findings.append(Finding("crs_does_not_fit", crs, file=total.file))
        return None
    check_sum(float(total.people.sum()), float(population.people.sum()), total.file, findings)
    return population


def _joined_rasters(
    total: RasterCells, cells: Mapping[str, RasterCells], findings: list[Finding]
) -> Population:
    """Return one row per cell in which the total or a group has people, in order of the raster."""
    same = {name: part for name, part in cells.items() if _is_same_grid(part.grid, total.grid)}
    n_columns = total.grid.shape[1]
    keys = {n: part.row.astype(np.int64) * n_columns + part.column for n, part in same.items()}
    key = np.unique(np.concatenate(list(keys.values()))) if len(keys) > 1 else keys[""]
    people = {name: np.zeros(len(key)) for name in cells}
    for name, part in same.items():
        people[name][np.searchsorted(key, keys[name])] = part.people
    row = (key // n_columns).astype(np.int32)
    column = (key % n_columns).astype(np.int32)
    lon, lat = transform(*cell_centres(total.grid, row, column), source=total.crs, target=LONLAT)
    for name, part in cells.items():
        if name not in same:
            people[name] = _onto_nearest(part, lon, lat, findings)
    return Population(
        file=total.file,
        cell_id=tuple(f"r{r}c{c}" for r, c in zip(row.tolist(), column.tolist(), strict=True)),
        lon=lon,
        lat=lat,
        people=people[""],
        groups={name: group for name, group in people.items() if name},
        grid=total.grid,
        row=row,
        column=column,
    )


def _is_same_grid(first: Grid, second: Grid) -> bool:
    cell = abs(second.transform[0]) + abs(second.transform[1])
    near = np.allclose(first.transform, second.transform, rtol=0.0, atol=cell * 1e-3)
    return first.shape == second.shape and first.crs == second.crs and bool(near)


def _onto_nearest(part: RasterCells, lon: Floats, lat: Floats, findings: list[Finding]) -> Floats:
    """Return a group's people on the points nearest to its cells: nobody is lost."""
    from scipy.spatial import KDTree

    group_lon, group_lat = transform(
        *cell_centres(part.grid, part.row, part.column), source=part.crs, target=LONLAT
    )
    shrink = np.cos(np.radians(np.median(lat)))
    distance, nearest = KDTree(np.column_stack((lon * shrink, lat))).query(
        np.column_stack((group_lon * shrink, group_lat))
    )
    moved_m = float(distance.max(initial=0.0)) * 111_320
    params = (("moved_m", round(moved_m)),)
    findings.append(
        Finding("group_other_grid", params, file=part.file, people=float(part.people.sum()))
    )
    people = np.zeros(len(lon))
    np.add.at(people, nearest, part.people)
    return people


def _of_table(
    source: PopulationTable, places: Places, findings: list[Finding]
) -> Population | None:
    table = read_any(source.source, findings, others=RASTER_ENDINGS)
    names = [*COLUMN_NAMES["population"], "people"]
    mapping = list(source.source.columns)
    if source.column is not None:
        mapping.append(("people", source.column))
    columns = find_columns(table, names, mapping, findings)
    if "people" not in columns:
        if source.column is None:
            findings.append(missing_column(table, "people"))
        return None
    people = people_column(table, columns["people"], findings)
    groups = {}
    for group in source.groups:
        header = _group_header(table, group, findings)
        if header is not None:
            groups[group.name] = people_column(table, header, findings)
    lon, lat = _places_of(table, columns, source, places, findings)
    is_lost = ~np.isfinite(lon) & (people > 0)
    if is_lost.any():
        lost = float(people[is_lost].sum())
        findings.append(
            row_finding("people_nowhere", table.row[is_lost], file=table.file, people=lost)
        )
    cell_id = _ids(table, columns.get("id"), findings)
    found = _populated(table, cell_id, (lon, lat), people, groups)
    if "division_code" not in columns:
        return replace(found, has_own_places=has_place(table, columns))
    code_of = dict(zip(cell_id, map(text, table.columns[columns["division_code"]]), strict=True))
    return replace(
        found,
        has_own_places=has_place(table, columns),
        division_code=tuple(code_of[cell] for cell in found.cell_id),
    )


def _places_of(
    table: Table,
    columns: Mapping[str, str],
    source: PopulationTable,
    places: Places,
    findings: list[Finding],
) -> tuple[Floats, Floats]:
    """Return where the rows of a table are: by coordinates, geometry, or their division code."""
    if table.geometry is not None and (shapely.get_type_id(table.geometry) >= 3).any():
        findings.append(Finding("people_of_areas", file=table.file))
    if has_place(table, columns) or "division_code" not in columns:
        return read_positions(table, columns, source.source, findings)
    codes = [text(cell) for cell in table.columns[columns["division_code"]]]
    again = repeated(codes)
    if again:
        findings.append(row_finding("people_code_repeated", table.row[again], file=table.file))
    found = np.array([places.get(code, (np.nan, np.nan)) for code in codes]).reshape(-1, 2)
    findings.append(Finding("people_by_code", (("count", len(codes)),), file=table.file))
    return found[:, 0].copy(), found[:, 1].copy()


def people_column(table: Table, header: str, findings: list[Finding]) -> Floats:
    """Return a column of people; blanks, text and negative numbers are errors, as 0 here.

    A unit in the header, such as 万人, is applied and noted.
    """
    cells = table.columns[header]
    values, bad = parse(cells, number)
    note_no_values(table, header, values, findings)
    values = in_ones(values, header, file=table.file, findings=findings, otherwise=table.title_unit)
    people = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    is_bad = np.zeros(len(people), dtype=bool)
    is_bad[bad] = True
    faults = {
        "people_not_number": is_bad,
        "people_blank": np.isnan(people) & ~is_bad,
        "people_negative": people < 0,
    }
    for code, rows in faults.items():
        if rows.any():
            findings.append(row_finding(code, table.row[rows], file=table.file, column=header))
    return np.where(np.isnan(people) | (people < 0), 0.0, people)


def _group_header(table: Table, group: GroupSource, findings: list[Finding]) -> str | None:
    if group.column is None:
        params = (("group", group.name), ("expected", "a column"))
        findings.append(Finding("group_source", params, file=table.file))
    elif group.column not in table.columns:
        findings.append(missing_column(table, group.column))
    else:
        return group.column
    return None


def _ids(table: Table, header: str | None, findings: list[Finding]) -> tuple[str, ...]:
    if header is None:
        return tuple(f"p{row}" for row in table.row.tolist())
    ids = tuple(text(cell) for cell in table.columns[header])
    again = [index for index in repeated(ids) if ids[index]]
    if again:
        findings.append(
            row_finding("id_repeated", table.row[again], file=table.file, column=header)
        )
    return tuple(value or f"p{row}" for value, row in zip(ids, table.row.tolist(), strict=True))


def _populated(
    table: Table,
    cell_id: tuple[str, ...],
    lonlat: tuple[Floats, Floats],
    people: Floats,
    groups: Mapping[str, Floats],
) -> Population:
    """Return the rows in which somebody lives and that are somewhere."""
    somebody = people > 0
    for group in groups.values():
        somebody |= group > 0
    somebody &= np.isfinite(lonlat[0])
    empty = np.array([], dtype=np.int32)
    return Population(
        file=table.file,
        cell_id=tuple(cell_id[i] for i in np.flatnonzero(somebody)),
        lon=lonlat[0][somebody],
        lat=lonlat[1][somebody],
        people=people[somebody],
        groups={name: group[somebody] for name, group in groups.items()},
        grid=None,
        row=empty,
        column=empty,
    )


def _check_groups(population: Population, findings: list[Finding]) -> None:
    """Warn where a group has more people than there are."""
    for name, group in population.groups.items():
        excess = np.maximum(group - population.people, 0.0)
        # Rasters of groups are modelled apart: single cells differ, half of all people do not.
        if excess.sum() > 0.001 * max(group.sum(), 1.0):
            params = (("group", name), ("count", int((excess > 0).sum())))
            findings.append(
                Finding("group_exceeds", params, file=population.file, people=float(excess.sum()))
            )
