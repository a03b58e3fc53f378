"""People per zone brought to the census, and to another year; worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.calibration import calibrated, projected
from data.population.read import Population
from data.study.tables import CalibrationTable, ProjectionTable, TableSource
from data.types import Zones
from geo.errors import Finding

CENSUS = CalibrationTable(source="七普", year=2020)


def population() -> Population:
    empty = np.array([], dtype=np.int32)
    return Population(
        file="people.csv",
        cell_id=("a", "b", "c", "d"),
        lon=np.zeros(4),
        lat=np.zeros(4),
        people=np.array([10.0, 30.0, 50.0, 7.0]),
        groups={"65+": np.array([1.0, 3.0, 10.0, 2.0])},
        grid=None,
        row=empty,
        column=empty,
    )


ZONE = np.array([0, 0, 1, -1], dtype=np.int32)


def zones(*census: float) -> Zones:
    n = len(census)
    return Zones(
        code=tuple(f"33060400{i}000" for i in range(1, n + 1)),
        name=("",) * n,
        level=("other",) * n,
        urban=(None,) * n,
        urban_source="",
        census_people=np.array(census),
        geometry=np.array([None] * n, dtype=object),
    )


def test_every_zone_adds_up_to_its_census() -> None:
    findings: list[Finding] = []
    scaled, factors = calibrated(population(), ZONE, zones(60.0, 40.0), CENSUS, findings)
    assert scaled.people.tolist() == [15.0, 45.0, 40.0, 7.0]
    assert scaled.groups["65+"].tolist() == [1.5, 4.5, 8.0, 2.0]
    assert factors.factor.tolist() == [1.5, 0.8]
    assert (factors.before, factors.after) == (90.0, 100.0)
    assert [finding.code for finding in findings] == ["population_calibrated"]
    assert dict(findings[0].params)["factors"] == "330604001000 1.5000, 330604002000 0.8000"


def test_groups_may_stay() -> None:
    table = CalibrationTable(source="七普", year=2020, groups=False)
    scaled, _ = calibrated(population(), ZONE, zones(60.0, 40.0), table, [])
    assert scaled.groups["65+"].tolist() == [1.0, 3.0, 10.0, 2.0]


def test_unusual_unknown_and_empty_zones_are_named() -> None:
    findings: list[Finding] = []
    scaled, _ = calibrated(population(), ZONE, zones(100.0, np.nan, 5.0), CENSUS, findings)
    assert scaled.people.tolist() == [25.0, 75.0, 50.0, 7.0]
    assert [(f.code, f.rows) for f in findings] == [
        ("population_calibrated", ()),
        ("calibration_unknown", ("330604002000",)),
        ("calibration_empty", ("330604003000",)),
        ("calibration_unusual", ()),
    ]
    assert not any("330604002000" in str(dict(f.params).get("factors")) for f in findings[3:])


@pytest.mark.parametrize(("factor", "is_unusual"), [(0.5, False), (2.0, False), (2.01, True)])
def test_the_usual_range_includes_its_ends(factor: float, is_unusual: bool) -> None:
    findings: list[Finding] = []
    calibrated(population(), ZONE, zones(40 * factor, 50.0), CENSUS, findings)
    assert ("calibration_unusual" in [f.code for f in findings]) == is_unusual


def test_one_rate_for_all() -> None:
    findings: list[Finding] = []
    table = ProjectionTable(base_year=2020, year=2022, rate=0.1)
    later, factors = projected(population(), ZONE, zones(1.0, 1.0), table, findings)
    np.testing.assert_allclose(later.people, [12.1, 36.3, 60.5, 7.0])
    np.testing.assert_allclose(later.groups["65+"], [1.21, 3.63, 12.1, 2.0])
    assert factors.after == pytest.approx(90 * 1.21)
    assert [finding.code for finding in findings] == ["population_projected"]


def test_rates_by_zone_in_their_unit_and_backwards(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(
        "区划代码,年均增长率（‰）\n330604001000,-10\n330604009000,5\n330604002000,x\n",
        encoding="utf-8",
    )
    findings: list[Finding] = []
    table = ProjectionTable(base_year=2020, year=2019, rate=0.0, source=TableSource(path=path))
    later, _ = projected(population(), ZONE, zones(1.0, 1.0), table, findings)
    np.testing.assert_allclose(later.people, [10 / 0.99, 30 / 0.99, 50.0, 7.0])
    codes = [finding.code for finding in findings]
    assert codes == [
        "columns_recognised",
        "rate_not_number",
        "zone_unknown",
        "population_projected",
    ]


def test_a_percentage_taken_for_a_share_is_refused() -> None:
    findings: list[Finding] = []
    table = ProjectionTable(base_year=2020, year=2030, rate=1.2)
    later, _ = projected(population(), ZONE, zones(1.0, 1.0), table, findings)
    assert findings[0].code == "rate_implausible"
    assert later.people.tolist() == [10.0, 30.0, 50.0, 7.0]
