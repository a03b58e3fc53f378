"""The cover problem that solvers see: merged rows, priced sites, and what is already decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.solver.pairs import (
    ByDemand,
    CoverInstance,
    Flags,
    Floats,
    Indices,
    SparseReach,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    read_only,
    times_covered,
)
from planning.solver.rules import RuleArrays, after_required, keeps_site_rules
from planning.solver.set import kernels as set_kernels

ONE_COVER = read_only([1.0, 0.0], np.float64)
"""Worth of the first, second, ... cover of a person: only the first counts."""


@dataclass(frozen=True, slots=True, eq=False)
class CoverCore:
    """Choose units of sites within a budget so that covers are worth most.

    Parameters
    ----------
    instance
        Merged rows and sites.
    rules
        Conflicts, zones and who may be built.
    cost
        (n_sites,) cost of one unit.
    budget
        What all units may cost; with unit costs their number.
    level_gain
        Worth per person of one more cover by the number of covers before it; falls and ends in 0.
    start
        (n_rows,) covers that are there already.
    need
        (n_rows,) covers that must come first and are worth nothing.
    copies
        Most units at one site.
    """

    instance: CoverInstance
    rules: RuleArrays
    cost: Floats
    budget: float
    level_gain: Floats
    start: Indices
    need: Indices
    copies: int = 1

    @property
    def has_unit_costs(self) -> bool:
        """True when the budget is a number of units."""
        return bool((self.cost == 1.0).all())


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Units per site and what they are worth."""

    units: Indices
    worth: float


def keeps_rules(core: CoverCore, units: Indices) -> bool:
    """Say whether a choice keeps the budget, the conflicts and the zone rules."""
    is_paid = core.cost @ units <= core.budget * (1 + 1e-12) + 1e-9
    return bool(is_paid) and keeps_site_rules(core.rules, np.repeat(np.arange(len(units)), units))


def worth_of(core: CoverCore, units: Indices) -> float:
    """Return what a choice adds; -inf when it breaks a rule or leaves a needed row bare."""
    if not keeps_rules(core, units):
        return -np.inf
    times = core.start + covers_of(core.instance, units) - core.need
    if (times < core.start).any():
        return -np.inf
    worth_by_times = np.concatenate([[0.0], np.cumsum(core.level_gain)])
    top = len(core.level_gain)
    gained = worth_by_times[np.minimum(times, top)] - worth_by_times[np.minimum(core.start, top)]
    return float(core.instance.people @ gained)


def covers_of(instance: CoverInstance, units: Indices) -> Indices:
    """Return how many units cover each row, (n_rows,)."""
    each = np.repeat(units, np.diff(instance.site_indptr))
    return np.bincount(instance.site_row, each, minlength=instance.n_rows).astype(np.int32)


def drop_contained_sites(core: CoverCore) -> CoverCore:
    """Drop sites whose rows all lie among another site's, where sites differ in nothing else.

    Exchanging a contained site for its container loses nobody, so some best plan has none
    (column dominance, Church and ReVelle 1974); it would not hold under rules or unequal costs.
    """
    if not core.rules.are_plain or core.copies > 1 or not core.has_unit_costs or core.need.any():
        return core
    if len(core.level_gain) > 2:
        return core
    instance, dropped = core.instance, ~core.rules.may_build
    set_kernels.mark_contained(
        instance.site_indptr, instance.site_row, instance.row_indptr, instance.row_site,
        False, dropped,
    )  # fmt: skip
    # The budget may be larger than what is left; then the dropped ones add nothing anyway.
    return reduce_cover(core, np.zeros(instance.n_sites, dtype=np.int32), ~dropped)


def reduce_cover(core: CoverCore, fixed: Indices, is_open: Flags) -> CoverCore:
    """Return what is left to decide after some sites are fixed and others are out.

    Parameters
    ----------
    core
        The problem; the sites keep their numbers. A row that must be covered and has no open site
        left is dropped: `can_meet_needs` tells.
    fixed
        (n_sites,) units that are decided.
    is_open
        (n_sites,) True where more units may still be placed.
    """
    owner = np.repeat(fixed > 0, np.diff(core.rules.conflict_indptr))
    is_open = is_open & core.rules.may_build
    is_open[core.rules.conflict_site[owner]] = False
    covers = covers_of(core.instance, fixed)
    need = np.maximum(core.need - covers, 0)
    start = core.start + covers - (core.need - need)
    left = (need > 0) | (start < len(core.level_gain) - 1)
    instance = core.instance
    row = np.repeat(np.arange(instance.n_rows), np.diff(instance.row_indptr))
    keep = left[row] & is_open[instance.row_site]
    before = np.concatenate([[0], np.cumsum(keep)])
    rows = ByDemand(
        read_only(before[instance.row_indptr], np.int64),
        read_only(instance.row_site[keep], np.int32),
        read_only(np.zeros(int(keep.sum())), np.float64),
        instance.n_sites,
    )
    merged, people, merged_of = merge_rows(rows, instance.people, start * 2 + need)
    first = np.zeros(len(people), dtype=np.int64)
    first[merged_of[merged_of >= 0]] = np.flatnonzero(merged_of >= 0)
    zone_count = np.bincount(core.rules.zone, fixed, minlength=len(core.rules.zone_most))
    rules = replace(
        core.rules,
        may_build=is_open,
        zone_most=read_only(core.rules.zone_most - zone_count, np.int64),
        zone_least=read_only(np.maximum(core.rules.zone_least - zone_count, 0), np.int64),
    )
    return replace(
        core,
        instance=cover_instance(merged, people),
        rules=rules,
        budget=core.budget - float(core.cost @ fixed),
        start=read_only(start[first], np.int32),
        need=read_only(need[first], np.int32),
    )


def can_meet_needs(core: CoverCore, fixed: Indices, is_open: Flags) -> bool:
    """Say whether every row that must be covered still can be."""
    units = np.where(is_open & core.rules.may_build, core.copies, 0) + fixed
    return bool((covers_of(core.instance, units) >= core.need).all())


@dataclass(frozen=True, slots=True, eq=False)
class PreparedCover:
    """What is left to decide once the existing sites stand.

    Parameters
    ----------
    core
        Merged rows that no existing or required site covers; the sites keep their numbers.
    base
        People covered by existing and required sites.
    """

    core: CoverCore
    base: float


def prepare_cover(
    cover: SparseReach, people: Floats, rules: RuleArrays, left: int, *, is_merged: bool = True
) -> PreparedCover:
    """Drop rows that standing sites serve and merge equal rows; `left` sites are to be chosen.

    A curve over millions of pairs asks for rows as they are: merging would take longer than it
    saves. Its core has no pairs by row.
    """
    served = times_covered(cover, np.concatenate([rules.existing, rules.required])) > 0
    rest = after_required(rules)
    still_open = keep_pairs(cover, ~served[cover.demand] & rest.may_build[cover.site])
    if is_merged:
        merged, weight, _ = merge_rows(by_demand(still_open), people)
        instance = cover_instance(merged, weight)
    else:
        is_reached = np.zeros(cover.n_demand, dtype=bool)
        is_reached[still_open.demand] = True
        weight = read_only(np.where(is_reached, people, 0.0), np.float64)
        nothing = read_only([0], np.int64)
        instance = CoverInstance(
            still_open.indptr, still_open.demand, nothing, read_only([], np.int32), weight
        )
    none = read_only(np.zeros(len(weight)), np.int32)
    core = CoverCore(
        instance, rest, read_only(np.ones(cover.n_sites), np.float64),
        float(left), ONE_COVER, none, none,
    )  # fmt: skip
    return PreparedCover(core, float(people[served].sum()))
