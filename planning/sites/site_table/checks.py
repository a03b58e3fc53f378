"""Tables of ids checked at the door: every fault by file, column and row, then plain arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.errors import raise_errors
from geo.errors import Finding
from planning.sites.site_table.table_options import TableOptions, option_faults
from planning.solver.faults import LARGEST_NUMBER, SMALLEST_NUMBER
from planning.solver.pairs import (
    Flags,
    Floats,
    Indices,
    SparseReach,
    nearest_open,
    sparse_reach,
    times_covered,
    within,
)

MOST_ROWS_NAMED = 5

NEEDS_COST = ("budget", "cheapest")
COLUMNS_OF_COST = ("site_id", "build_cost")
COLUMNS_OF_VILLAGES = ("demand_id", "people", "village")

ROLES = ("", "open", "required", "forbidden")

TEXT_COLUMNS = ("village", "fixed", "from_site", "to_site")


@dataclass(frozen=True, slots=True, eq=False)
class TableInstance:
    """The tables as arrays; sites and demand rows are numbered in the order of their ids.

    Parameters
    ----------
    site_id, demand_id, centre_id, village_name
        Ids in order; centres and villages only where the tables have them.
    reach, people
        Pairs with their cost, and people by demand row.
    existing, required, forbidden
        Sites by their role.
    lower, upper
        Loads of each site.
    cost
        Cost of building and running each site; None where no table states one.
    village
        (n_demand,) village of each row, -1 none.
    referral
        (n_sites, n_centres) cost from site to centre, inf where not listed.
    """

    site_id: tuple[str, ...]
    demand_id: tuple[str, ...]
    reach: SparseReach
    people: Floats
    existing: tuple[int, ...]
    required: tuple[int, ...]
    forbidden: tuple[int, ...]
    lower: Floats
    upper: Floats
    cost: Floats | None
    village: Indices
    village_name: tuple[str, ...]
    centre_id: tuple[str, ...]
    referral: Floats


def table_instance(tables: Mapping[str, pd.DataFrame], options: TableOptions) -> TableInstance:
    """Check options and tables and return the tables as arrays in the order of their ids.

    Parameters
    ----------
    tables
        `times`, `demand` and those that the model needs, as in `site_table`; the index of each
        table numbers its rows in the file, from 1.
    options
        What is asked.

    Raises
    ------
    StudyError
        With every fault at once.
    """
    times, demand, names = tables["times"], tables["demand"], options.files
    roles = tables.get("sites")
    stands = roles is not None and "fixed" in roles and bool((roles["fixed"] == "open").any())
    findings = option_faults(options, has_existing=stands)
    for name, table in tables.items():
        findings += row_faults(table, names[name])
    cost, people = _numbers(times, "cost"), _numbers(demand, "people")
    demand_id, row_of_id = np.unique(demand["demand_id"].to_numpy(object), return_index=True)
    listed = times["site_id"].to_numpy(object)
    # A site of the list without any pair is a candidate that reaches nobody.
    further = listed[:0] if roles is None else roles["site_id"].to_numpy(object)
    site_id = np.unique(np.append(listed, further))
    sites = pd.Index(site_id)
    files = (names["demand"], names["times"])
    row = _positions(times["demand_id"], pd.Index(demand_id), *files, findings)
    existing = _existing(options.existing, sites, names["times"], findings)
    lower, upper = _loads(tables.get("capacity"), sites, names.get("capacity", ""), findings)
    price = _costs(roles, sites, options, findings)
    role = _roles(roles, sites)
    village, village_name = _villages(demand, row_of_id, options, findings)
    file = names.get("between", "")
    centre_id, referral = _referral(tables.get("between"), sites, file, findings)
    raise_errors(findings)
    reach = sparse_reach(
        sites.get_indexer(pd.Index(listed)), row, cost, n_sites=len(site_id),
        n_demand=len(demand_id),
    )  # fmt: skip
    existing = tuple(sorted({*existing, *_sites_of(role, "open")}))
    instance = TableInstance(
        tuple(site_id), tuple(demand_id), reach, people[row_of_id], existing,
        _sites_of(role, "required"), _sites_of(role, "forbidden"), lower, upper, price, village,
        village_name, centre_id, referral,
    )  # fmt: skip
    raise_errors(_faults_of_the_whole(instance, options))
    return instance


def _sites_of(role: Indices, name: str) -> tuple[int, ...]:
    return tuple(int(j) for j in np.flatnonzero(role == ROLES.index(name)))


def _roles(table: pd.DataFrame | None, sites: pd.Index) -> Indices:
    """Return the number in `ROLES` of each site."""
    role = np.zeros(len(sites), dtype=np.int64)
    if table is not None and "fixed" in table:
        number = pd.Index(ROLES).get_indexer(pd.Index(table["fixed"]))
        role[sites.get_indexer(pd.Index(table["site_id"]))] = np.maximum(number, 0)
    return role


def _costs(
    table: pd.DataFrame | None, sites: pd.Index, options: TableOptions, findings: list[Finding]
) -> Floats | None:
    """Return building and running cost of each site together; None where none is stated."""
    stated = [] if table is None else [n for n in ("build_cost", "running_cost") if n in table]
    if not stated or table is None:
        if options.model in NEEDS_COST and table is not None:
            params = (("found", ", ".join(table.columns)), ("expected", ", ".join(COLUMNS_OF_COST)))
            file = options.files["sites"]
            findings.append(Finding("siting_table_column", params, file=file, column="build_cost"))
        return None
    cost = np.full(len(sites), np.nan)
    cost[sites.get_indexer(pd.Index(table["site_id"]))] = sum(_numbers(table, n) for n in stated)
    without = np.flatnonzero(~np.isin(sites.to_numpy(object), table["site_id"].to_numpy(object)))
    if len(without):
        first = ", ".join(sites[without[:3]])
        lacking = (("count", len(without)), ("first", first))
        findings.append(Finding("siting_site_without_cost", lacking, options.files["sites"]))
    return cost


def _villages(
    demand: pd.DataFrame, row_of_id: Indices, options: TableOptions, findings: list[Finding]
) -> tuple[Indices, tuple[str, ...]]:
    """Return the village of each row, -1 where the cell is blank, and the names."""
    if options.model != "villages":
        return np.full(len(row_of_id), -1), ()
    if "village" not in demand:
        params = (
            ("found", ", ".join(demand.columns)),
            ("expected", ", ".join(COLUMNS_OF_VILLAGES)),
        )
        file = options.files["demand"]
        findings.append(Finding("siting_table_column", params, file=file, column="village"))
        return np.full(len(row_of_id), -1), ()
    text = demand["village"].to_numpy(object)[row_of_id]
    names = np.unique(text[text != ""])
    return np.asarray(pd.Index(names).get_indexer(pd.Index(text))), tuple(names)


def _referral(
    table: pd.DataFrame | None, sites: pd.Index, file: str, findings: list[Finding]
) -> tuple[tuple[str, ...], Floats]:
    """Return the centres and the cost from each site to each of them."""
    if table is None or "to_site" not in table:
        return (), np.zeros((len(sites), 0))
    centre_id = np.unique(table["to_site"].to_numpy(object))
    site = _positions(table["from_site"], sites, "the times", file, findings)
    referral = np.full((len(sites), len(centre_id)), np.inf)
    centre = pd.Index(centre_id).get_indexer(pd.Index(table["to_site"]))
    known = site >= 0
    referral[site[known], centre[known]] = _numbers(table, "cost")[known]
    return tuple(centre_id), referral


def row_faults(table: pd.DataFrame, file: str) -> list[Finding]:
    """Return what the rows of one table show: ids blank or repeated, numbers that are none.

    Parameters
    ----------
    table
        Any of the tables; columns whose name ends in `id` hold ids, most others numbers.
    file
        Its name.
    """
    ids = [name for name in table.columns if name.endswith("_id")] or [
        name for name in ("from_site", "to_site") if name in table
    ]
    findings = _id_faults(table, ids, file)
    if "fixed" in table:
        unknown = (~table["fixed"].isin(ROLES)).to_numpy()
        if unknown.any():
            said = ", ".join(sorted(set(table["fixed"][unknown]))[:3])
            params = (("count", int(unknown.sum())), ("first", said))
            rows = _rows(table, unknown)
            findings.append(Finding("siting_role_unknown", params, file, "fixed", rows))
    for column in table.columns.difference([*ids, *TEXT_COLUMNS], sort=False):
        findings += _number_faults(table, column, file)
    if {"lower", "upper"} <= set(table.columns):
        crossed = _numbers(table, "lower") > _numbers(table, "upper")
        if crossed.any():
            count = (("count", int(crossed.sum())),)
            rows = _rows(table, crossed)
            findings.append(Finding("siting_lower_above_upper", count, file, "lower", rows))
    return findings


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    """Return a column as numbers, NaN where a cell is none."""
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)


def _number_faults(table: pd.DataFrame, column: str, file: str) -> Iterator[Finding]:
    """Yield which cells are not numbers of 0 or more, or too large or small to add up."""
    values = _numbers(table, column)
    wrong = ~np.isfinite(values) | (values < 0)
    # Room without end may be written as any large number.
    most = np.inf if column == "upper" else LARGEST_NUMBER
    extreme = ~wrong & ((values > most) | ((values > 0) & (values < SMALLEST_NUMBER)))
    for code, bad in (("siting_number", wrong), ("siting_number_size", extreme)):
        if bad.any():
            params = (
                ("count", int(bad.sum())), ("least", SMALLEST_NUMBER), ("most", LARGEST_NUMBER),
            )  # fmt: skip
            yield Finding(code, params, file, column, _rows(table, bad))


def _rows(table: pd.DataFrame | pd.Series, wrong: Flags) -> tuple[int, ...]:
    """Return the numbers in the file of the first wrong rows."""
    return tuple(int(row) for row in table.index[wrong][:MOST_ROWS_NAMED])


def _id_faults(table: pd.DataFrame, columns: list[str], file: str) -> list[Finding]:
    """Return which ids are blank and which rows are repeated."""
    findings = []
    for column in columns:
        blank = (table[column] == "").to_numpy()
        if blank.any():
            count = (("count", int(blank.sum())),)
            findings.append(Finding("siting_id_blank", count, file, column, _rows(table, blank)))
    repeated = table.duplicated(columns).to_numpy()
    if repeated.any():
        code = "siting_id_duplicate" if len(columns) == 1 else "siting_pair_duplicate"
        count = (("count", int(repeated.sum())),)
        findings.append(Finding(code, count, file, columns[0], _rows(table, repeated)))
    return findings


def _positions(
    ids: pd.Series, known: pd.Index, where: str, file: str, findings: list[Finding]
) -> Indices:
    """Return the position of each id among the known ones, -1 and a finding for the others.

    Blank ids have their own finding.
    """
    position = known.get_indexer(pd.Index(ids))
    unknown = (position < 0) & (ids != "").to_numpy()
    if unknown.any():
        names = sorted(set(ids[unknown]))
        params = (("count", len(names)), ("where", where), ("first", ", ".join(names[:3])))
        findings.append(Finding("siting_id_unknown", params, file, rows=_rows(ids, unknown)))
    return np.asarray(position)


def _existing(
    names: tuple[str, ...], site_id: pd.Index, file: str, findings: list[Finding]
) -> tuple[int, ...]:
    """Return the numbers of existing sites; a name may also hold several ids with commas."""
    known = set(site_id)
    ids = [
        part.strip()
        for name in names
        for part in ([name] if name in known else name.split(","))
        if part.strip()
    ]
    series = pd.Series(ids, dtype=object, index=range(1, len(ids) + 1))
    position = _positions(series, site_id, file, "--existing", findings)
    return tuple(sorted({int(j) for j in position if j >= 0}))


def _loads(
    capacity: pd.DataFrame | None, site_id: pd.Index, file: str, findings: list[Finding]
) -> tuple[Floats, Floats]:
    """Return the lower and upper load of each site."""
    if capacity is None:
        return np.zeros(len(site_id)), np.full(len(site_id), np.inf)
    _positions(capacity["site_id"], site_id, "the times", file, findings)
    listed = capacity["site_id"].drop_duplicates()
    without = np.setdiff1d(site_id.to_numpy(object), listed.to_numpy(object))
    if len(without):
        params = (("count", len(without)), ("first", ", ".join(without[:3])))
        findings.append(Finding("siting_site_without_loads", params, file))
        return np.zeros(len(site_id)), np.zeros(len(site_id))
    row = capacity.index.get_indexer(listed.index)[pd.Index(listed).get_indexer(site_id)]
    return _numbers(capacity, "lower")[row], _numbers(capacity, "upper")[row]


def _faults_of_the_whole(instance: TableInstance, options: TableOptions) -> list[Finding]:
    """Return what single rows do not show: nobody there or in reach, too many sites, loads."""
    total = float(instance.people.sum())
    if total <= 0:
        return [Finding("siting_no_people", file=options.files["demand"], column="people")]
    findings = []
    has_people = instance.people[instance.reach.demand] > 0
    cost = instance.reach.cost[has_people]
    limit = np.inf if options.limit is None else options.limit
    if not (cost <= limit).any():
        cheapest = float(cost.min(initial=np.inf))
        code = "siting_nobody_in_reach" if np.isfinite(cheapest) else "siting_nobody_listed"
        params = (("limit", limit), ("cheapest", cheapest)) if np.isfinite(cheapest) else ()
        findings.append(Finding(code, params, file=options.files["times"]))
    candidates = len(instance.site_id) - len({*instance.existing, *instance.forbidden})
    needs_new = options.needs_count and not existing_suffice(instance, options)
    count = (options.count or 0) if needs_new and options.model != "mexclp" else 0
    if count > candidates:
        params = (("count", count), ("candidates", candidates))
        findings.append(Finding("siting_count_above_candidates", params))
    if options.model.startswith("capacitated") and (instance.lower > total).any():
        sites = np.flatnonzero(instance.lower > total)
        ids = tuple(instance.site_id[j] for j in sites[:MOST_ROWS_NAMED])
        low = (("lower", float(instance.lower[sites].min())), ("people", total))
        file = options.files["capacity"]
        findings.append(Finding("siting_lower_above_people", low, file, "lower", ids))
    return findings


def existing_suffice(instance: TableInstance, options: TableOptions) -> bool:
    """Say whether no new site could better what the existing sites do."""
    existing = np.array(instance.existing, dtype=np.int64)
    every = np.arange(len(instance.site_id))
    if instance.required or options.model in {"mexclp", "two-level"}:
        return False
    if len(existing) in {0, len(every)} or options.model.startswith("capacitated"):
        return 0 < len(existing) == len(every)
    reach = instance.reach if options.limit is None else within(instance.reach, options.limit)
    counted = (instance.people > 0) | (options.model not in {"mclp", "p-median"})
    if options.model in {"p-median", "p-centre"}:
        now, then = (nearest_open(reach, sites)[1][counted] for sites in (existing, every))
        if options.model == "p-centre":
            return bool(now.max() == then.max())
    else:
        enough = 2 if options.model == "backup" else 1
        times = (times_covered(reach, sites)[counted] for sites in (existing, every))
        now, then = (np.minimum(covered, enough) for covered in times)
    return bool((now == then).all())
