"""未覆盖的村: the villages of the page's mode, minutes and fixed points, circuits aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from planning.assess.workflow import Assessment
from planning.reach.coverage import Status, ledger_by_village
from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.villages.members import members_of
from planning.reach.villages.uncovered import uncovered_villages
from planning.standards.judgement import StandardsResult


def test_every_village_with_uncovered_people_is_listed_whatever_circuits_do(
    make_villages: Callable[..., Any],
) -> None:
    # V1 belongs to V0; V2 has nobody outside the circle; V3 has most of them.
    villages = make_villages(("V0", 0), ("V1", 0, 0), ("V2", 0), ("V3", 0))
    people = np.array([10.0, 20.0, 30.0, 40.0, 5.0])
    village = np.array([0, 1, 2, 3, 3], dtype=np.int32)
    status = np.array([0, 1, 0, 3, Status.OUTSIDE], dtype=np.uint8)
    rows = uncovered_villages(
        villages, ledger_by_village(people, status, village, parent=villages.parent)
    )
    assert [(row.code, row.people, row.people_uncovered) for row in rows] == [
        ("V3", 40.0, 40.0),
        ("V0", 30.0, 20.0),
    ]


def test_nothing_is_listed_where_no_point_counts(make_villages: Callable[..., Any]) -> None:
    villages = make_villages(("V0", 0))
    status = np.array([Status.UNKNOWN], dtype=np.uint8)
    ledgers = ledger_by_village(
        np.ones(1), status, np.zeros(1, np.int32), parent=villages.parent, is_known=False
    )
    assert uncovered_villages(villages, ledgers) == ()
    assert uncovered_villages(None, ()) == ()


@pytest.mark.slow
def test_the_county_lists_its_worst_village_and_all_uncovered_people(
    county: Assessment, judged: StandardsResult
) -> None:
    dataset = county.dataset
    result = county.modes[county.analysis_mode]
    rows = uncovered_villages(dataset.villages, result.village_ledgers[ALL_PEOPLE])
    in_village = members_of(dataset.villages, dataset.demand) >= 0
    missed = np.isin(result.status, (Status.BEYOND, Status.UNREACHABLE, Status.OFF_NETWORK))
    expected = dataset.demand.people[missed & in_village].sum()
    assert sum(row.people_uncovered for row in rows) == pytest.approx(expected)
    # The list of the village standard, where circuits count, held neither the worst village nor
    # 122 others.
    short = {row.code for row in judged.evidence.cover.rows if not row.is_covered}
    absent = [row for row in rows if row.code not in short]
    assert absent[0] == rows[0]
    assert absent[0].people_uncovered == pytest.approx(3_439)
    assert (len(absent), sum(row.people_uncovered for row in absent)) == (123, 13_736)
