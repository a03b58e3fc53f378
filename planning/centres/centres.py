"""Which institutions N1 counts, who runs them, and what counts under each.

The unit of counting is the licensed institution; `parent_id` marks branches and stations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from data.types import Facilities, Ints
from planning.reach.scenario import Mask, is_of_county

GovernmentRun: TypeAlias = Literal["yes", "no", "unknown"]

COUNTING_UNIT = "医疗机构执业许可证"
CENTRE_LEVEL = 2


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One row of the table that tells who runs an institution: words of `owner`, the answer."""

    label: str
    words: tuple[str, ...]
    government_run: GovernmentRun


OWNER_RULES: tuple[OwnerRule, ...] = (
    OwnerRule("公建民营", ("公建民营", "privately run"), "no"),
    OwnerRule("非公立", ("非公", "非政府", "non-public", "nonpublic", "non-gov", "nongov"), "no"),
    OwnerRule("社会办", ("社会办", "社会资本", "社会力量", "ngo", "charit"), "no"),
    OwnerRule("民营", ("民营", "民办", "私立", "私营", "私人", "privat"), "no"),
    OwnerRule("个人", ("个人", "个体", "individual"), "no"),
    OwnerRule(
        "卫健部门",
        ("卫健", "卫生健康", "卫生局", "卫计", "health bureau", "health commission"),
        "yes",
    ),
    OwnerRule("公立医院/医共体领办", ("公立", "医共体", "public"), "yes"),
    OwnerRule("街道/乡镇政府", ("街道", "政府", "government"), "yes"),
)
"""Read from the top, the first row with a word in `owner` decides; no row means 待核实 `[K]`."""


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """The centre-level institutions that are counted, m of them, in order of facility id.

    Parameters
    ----------
    index
        (m,) index into `Facilities` of each institution.
    government_run
        (m,) `yes` or `unknown` (待核实); those run privately are in `private`, not here.
    stands_for
        (n_facilities,) row of the institution that a facility counts under: itself, the centre of a
        branch or the centre of a station; -1 for all others.
    points
        (n_facilities,) True for the centres and branches that people may go to in the nearest view.
    branches
        (m,) operating branches (分中心) of each; not centres themselves unless the study says so.
    private
        Ids of operating centre-level institutions that are not government-run.
    branches_counted
        True when branches are institutions of their own.
    """

    index: Ints
    government_run: tuple[GovernmentRun, ...]
    stands_for: Ints
    points: Mask
    branches: Ints
    private: tuple[str, ...]
    branches_counted: bool

    def __len__(self) -> int:
        return len(self.index)


def owner_rule(owner: str) -> OwnerRule | None:
    """Return the row of the owner table that decides, None where no row fits (待核实)."""
    text = owner.strip().casefold()
    return next((rule for rule in OWNER_RULES if any(word in text for word in rule.words)), None)


def government_run(owner: str) -> GovernmentRun:
    """Return whether an institution with this 举办主体 is run by government, by `OWNER_RULES`.

    >>> [government_run(owner) for owner in ("某区卫生健康局", "公建民营", "")]
    ['yes', 'no', 'unknown']
    """
    rule = owner_rule(owner)
    return "unknown" if rule is None else rule.government_run


def counted_centres(
    facilities: Facilities,
    *,
    is_operating: Mask,
    count_branches: bool = False,
    only_in_zones: bool = True,
) -> Centres:
    """Return the centre-level institutions of N1 and what counts under each.

    Parameters
    ----------
    facilities
        All institutions; those of level 2 are centres.
    is_operating
        (n_facilities,) True for those open at the study's date; 在建 never is.
    count_branches
        True when the study counts 分中心 as centres of their own.
    only_in_zones
        Leave out facilities outside all zones: a neighbour's centres never enter this county's
        ratios. Rows without position are kept, because they count in totals and rates.
    """
    owners = [government_run(owner) for owner in facilities.texts("owner")]
    usable = (np.asarray(facilities.level) == CENTRE_LEVEL) & is_operating
    if only_in_zones:
        usable &= is_of_county(facilities)
    public = usable & np.array([owner != "no" for owner in owners], dtype=np.bool_)
    parent = _parents(facilities)
    is_branch = branches_of(facilities, public) & (not count_branches)
    index = np.flatnonzero(public & ~is_branch).astype(np.int32)
    stands_for = np.full(len(facilities), -1, dtype=np.int32)
    stands_for[index] = np.arange(len(index), dtype=np.int32)
    _inherit(stands_for, parent)
    points = public & (stands_for >= 0)
    under = stands_for[is_branch & points]
    return Centres(
        index=index,
        government_run=tuple(owners[i] for i in index),
        stands_for=stands_for,
        points=points,
        branches=np.bincount(under, minlength=len(index)).astype(np.int32),
        private=tuple(facilities.id[i] for i in np.flatnonzero(usable & ~public)),
        branches_counted=count_branches,
    )


def _parents(facilities: Facilities) -> Ints:
    row_of = {facility_id: i for i, facility_id in enumerate(facilities.id)}
    rows = [row_of.get(parent, -1) for parent in facilities.texts("parent_id")]
    return np.array([-1 if row == i else row for i, row in enumerate(rows)], dtype=np.int32)


def branches_of(facilities: Facilities, is_centre: Mask) -> Mask:
    """Return (n_facilities,) True for centres under another centre (分中心).

    In a circle of parents each is its own.
    """
    parent = _parents(facilities)
    is_branch = is_centre & (parent >= 0) & is_centre[parent]
    top = np.arange(len(parent))
    for _ in range(len(parent)):
        above = np.where(is_branch[top], parent[top], top)
        if (above == top).all():
            break
        top = above
    return is_branch & ~is_branch[top]


def _inherit(stands_for: Ints, parent: Ints) -> None:
    """Give every facility without an institution that of its parent; changes `stands_for`."""
    # Station -> branch -> branch -> centre is three steps; a circle of parents ends here too.
    for _ in range(4):
        orphan = (stands_for < 0) & (parent >= 0)
        stands_for[orphan] = stands_for[parent[orphan]]
