"""Indicators: figures, gaps in units, labels, slips of the unit, and the reference figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planning.standards.catalogue import Standard, load_preset
from planning.standards.indicators import (
    IndicatorFigure,
    People,
    figure_of,
    figure_of_list,
    growth_factor,
    indicator_names,
    indicator_rows,
    is_whole,
    pace_needed,
    target_count,
    unit_gap,
)
from planning.standards.measures.costs import clinic_subsidy, signing_fund_yuan, subsidy_yuan
from planning.standards.thresholds import Threshold

SHANGYU = load_preset("shangyu-2022")
PEOPLE = People(802_800, "常住", 2023, "Shaoxing statistics")


def standard(standard_id: str) -> Standard:
    return next(row for row in SHANGYU.standard if row.id == standard_id)


def target(row: Standard) -> Threshold:
    found = row.target
    assert found is not None
    return found


def row(**values: Any) -> dict[str, Any]:
    blank = dict.fromkeys(
        ("zone_code", "year", "numerator", "denominator", "value", "unit", "base", "source")
    )
    return {**blank, "indicator_id": "x", **values}


def figure(standard_id: str, **values: Any) -> IndicatorFigure:
    found = figure_of([row(**values)], standard(standard_id), last_year=2030)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("standard_id", "gap"),
    [("A07", 987), ("A08", 803), ("A09", 1_421), ("A10", 53), ("A12", 1_598)],
)
def test_gaps_of_shangyu_at_its_own_population(standard_id: str, gap: int) -> None:
    entry = standard(standard_id)
    found = unit_gap(
        entry, figure(standard_id, value=entry.baseline, year=2021), target(entry), PEOPLE
    )
    assert found is not None
    assert found.units == gap
    assert found.is_estimate  # 推算: a rate of 2021 on people of 2023
    assert (found.rate_year, found.people_year) == (2021, 2023)


@pytest.mark.parametrize(("standard_id", "count"), [("C5c", 442), ("A19", 401_400)])
def test_what_a_target_takes(standard_id: str, count: int) -> None:
    entry = standard(standard_id)
    assert round(target_count(entry, target(entry), PEOPLE) or 0) == count


def test_a_rate_on_another_base_gives_no_estimate() -> None:
    entry = standard("A02")  # mothers, not residents
    assert unit_gap(entry, figure("A02", value=96.15, year=2021), target(entry), PEOPLE) is None
    assert target_count(entry, target(entry), PEOPLE) is None


def test_counts_of_one_year_give_a_counted_gap() -> None:
    entry = standard("A08")
    found = figure("A08", numerator=2_304, denominator=802_800, year=2023)
    gap = unit_gap(entry, found, target(entry), PEOPLE)
    assert gap is not None
    assert gap.units == 803  # 3,106.836 less 2,304 is 802.836: 803 doctors, never 802
    assert not gap.is_estimate
    above = figure("A08", numerator=5_000, denominator=802_800, year=2023)
    met = unit_gap(entry, above, target(entry), PEOPLE)
    assert met is not None
    assert met.units == 0


def test_fewer_is_better() -> None:
    entry = standard("A03")
    found = figure("A03", numerator=2, denominator=10_000, year=2024)
    gap = unit_gap(entry, found, target(entry), PEOPLE)
    assert found.value == pytest.approx(20)
    assert gap is not None
    assert gap.units == 2  # 0.6 deaths are allowed, two are two too many


def test_on_an_open_boundary_one_unit_is_missing() -> None:
    entry = standard("A20")
    found = figure("A20", numerator=80, denominator=100, year=2024)
    gap = unit_gap(entry, found, target(entry), PEOPLE)
    assert found.value == 80  # > 80 asks for more
    assert gap is not None
    assert gap.units == 1


def test_two_sourced_targets_for_one_indicator_are_kept() -> None:
    rows = [entry for entry in SHANGYU.standard if entry.select == "record_opening"]
    assert sorted((entry.id, entry.threshold) for entry in rows) == [
        ("A20", ">80"),
        ("D15", "90%以上"),
    ]
    found = figure("A20", value=85, unit="%", year=2025)
    assert found.value is not None
    assert [target(entry).holds(found.value) for entry in rows] == [True, False]
    assert indicator_names([SHANGYU], rows[0]) >= {"SY-20", "record_opening", "shangyu-2022/D15"}


def test_the_21_rows_of_annex_2() -> None:
    rows = [
        entry for entry in SHANGYU.standard if entry.topic.startswith("A3-") and entry.id[0] == "A"
    ]
    assert [entry.topic for entry in rows] == [f"A3-{n}" for n in range(1, 22)]
    past = {entry.id: entry.baseline for entry in rows if entry.baseline is not None}
    for entry in rows:
        aim = target(entry)
        if entry.baseline is None:
            continue
        verdict = aim.holds(entry.baseline)
        # 83.07 is 83以上; a trend cannot be judged from one year; all else was below in 2021.
        assert verdict is (True if entry.id == "A01" else None if aim.is_trend else False)
    assert past["A09"] / past["A08"] == pytest.approx(0.948, abs=5e-4)
    ratio_2025 = target(standard("A09")).value / target(standard("A08")).value
    assert ratio_2025 == pytest.approx(1.160, abs=5e-4)
    assert 10_000 / past["A10"] == pytest.approx(2_304, abs=0.5)


@pytest.mark.parametrize(
    ("standard_id", "values", "problem"),
    [
        ("A15", {"value": 0.594, "unit": "%"}, "unit"),  # a share where per cent is asked
        ("A15", {"value": 594, "unit": "%"}, "unit"),
        ("A07", {"value": 4820, "unit": "张"}, "unit"),
        ("A15", {"numerator": 5, "denominator": 0}, "zero_denominator"),
        ("A15", {"numerator": 5, "denominator": 0, "value": 50}, "zero_denominator"),
        ("A15", {}, "no_value"),
        ("A15", {"value": float("nan")}, "no_value"),
        ("A15", {"value": 59.4, "unit": "%"}, ""),
    ],
)
def test_slips_and_holes_are_stated(standard_id: str, values: dict[str, Any], problem: str) -> None:
    found = figure(standard_id, year=2024, **values)
    assert found.problem == problem
    entry = standard(standard_id)
    if problem:
        assert unit_gap(entry, found, target(entry), PEOPLE) is None


def test_infant_mortality_of_1_63_percent_is_doubted() -> None:
    entry = next(r for r in load_preset("reference").standard if r.select == "infant_mortality")
    slip = figure_of([row(value=1.63, unit="%", year=2014)], entry, last_year=2020)
    right = figure_of([row(value=1.63, unit="‰", year=2014)], entry, last_year=2020)
    assert slip is not None
    assert right is not None
    assert (slip.value, slip.problem) == (pytest.approx(16.3), "unit")
    assert (right.value, right.problem) == (1.63, "")


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("人/千人", 0.434, 4.34),
        ("人/万人", 4.34, 4.34),
        ("", 4.34, 4.34),
        ("人/10万人", 43.4, 4.34),
    ],
)
def test_rows_in_another_unit_are_brought_to_the_standards(
    unit: str, value: float, expected: float
) -> None:
    assert figure("A10", value=value, unit=unit, year=2024).value == pytest.approx(expected)


def test_a_value_beside_other_counts_is_inconsistent_and_the_counts_are_used() -> None:
    found = figure("A15", numerator=594, denominator=1000, value=70, unit="%", year=2024)
    assert found.value == pytest.approx(59.4)
    assert found.is_inconsistent
    close = figure("A08", numerator=2_514, denominator=832_391, value=3.02, year=2024)
    assert not close.is_inconsistent


@pytest.mark.parametrize(
    ("computed", "printed", "within"),
    [
        (100 * 100_605 / 150_700, 66.75, 0.02),  # Jiande: key groups among those who signed
        (150_700 / 0.3387, 444_937, 0.5),  # residents
        (100_605 / 0.7926, 126_930, 1),  # key groups
        (67_500 / 0.6771, 99_690, 1),  # people of 60 and over
        (62_100 / 0.9958, 62_362, 0.5),  # minors
        (2_718 / 0.7155, 3_799, 0.5),  # newborns
        (208.3e6 / 246_573, 844.8, 0.05),  # yuan of credit per use
        (38_138 / 0.4807, 79_338, 1),  # Gongshu: people of 60 and over
        (164e6 / 525_989, 311.8, 0.05),  # Xiacheng: subsidy a head
        (525_989 / 85, 6_188, 0.5),  # people a team
        (43.1582e6 / 63_800, 676, 0.5),  # staff
        (100 * 9 / 15, 60, 1e-9),  # Jiande: centres with wards
        (100 * 126_930 / 444_937, 28.5, 0.05),
    ],
)
def test_reference_figures_of_the_documents(computed: float, printed: float, within: float) -> None:
    assert computed == pytest.approx(printed, abs=within)


def test_two_bases_of_one_figure_stay_two() -> None:
    rows = [
        row(indicator_id="C8", numerator=4638, denominator=6251, year=2019, base="应检"),
        row(indicator_id="C8", numerator=4638, denominator=5001, year=2019, base="任务"),
    ]
    found = indicator_rows(rows, names={"C8"}, zone_codes=["3301"])
    values = {
        base: figure_of(group, standard("C8"), last_year=2020) for (_, base), group in found.items()
    }
    assert {base: round(f.value or 0, 2) for base, f in values.items() if f} == {
        "应检": 74.2,
        "任务": 92.74,
    }


def test_the_latest_year_that_is_not_after_the_assessment() -> None:
    rows = [row(value=v, unit="%", year=y) for y, v in ((2021, 50.0), (2024, 60.0), (2027, 70.0))]
    found = figure_of(rows, standard("A15"), last_year=2025)
    assert found is not None
    assert (found.value, found.year, found.before) == (60.0, 2024, 50.0)
    assert found.change_per_year == pytest.approx(10 / 3)
    assert found.series == ((2021, 50.0), (2024, 60.0))
    assert figure_of(rows, standard("A15"), last_year=2020) is None
    assert pace_needed(found, target(standard("A15")), 2025) == pytest.approx(5.0)
    assert pace_needed(found, target(standard("A15")), 2024) is None


def test_which_code_is_the_whole_study() -> None:
    zones = ["339900001000", "339900002000"]
    assert is_whole("", zones)
    assert is_whole("339900000000", zones)
    assert not is_whole("339900001000", zones)
    assert not is_whole("330604000000", zones)


def test_a_figure_added_up_from_the_facility_list(make_facilities: Callable[..., Any]) -> None:
    facilities = make_facilities({"id": "A", "beds": 30}, {"id": "B"}, {"id": "C", "beds": 500})
    counted = np.array([True, True, False])
    found = figure_of_list(
        facilities, standard("A07"), is_counted=counted, population=People(10_000, "常住", 2024, "")
    )
    assert found is not None
    assert (found.value, found.blank_rows, found.source) == (3.0, 1, "facilities")
    nobody = figure_of_list(
        facilities, standard("A07"), is_counted=counted, population=People(0, "常住", 2024, "")
    )
    assert nobody is not None
    assert (nobody.value, nobody.problem) == (None, "zero_denominator")
    entry = replace(standard("A07"), column="")
    assert figure_of_list(facilities, entry, is_counted=counted, population=PEOPLE) is None
    blank = make_facilities({"id": "A"})
    none = figure_of_list(blank, standard("A07"), is_counted=np.ones(1, bool), population=PEOPLE)
    assert none is None


def test_subsidy_of_village_clinics(make_facilities: Callable[..., Any]) -> None:
    assert subsidy_yuan(60, 40) == 2_800_000
    assert subsidy_yuan(0, 1) == 40_000
    rows = [{"id": f"A{i}", "village_doctors": n} for i, n in enumerate((1, 2, 3, None, 0))]
    cost = clinic_subsidy(make_facilities(*rows), is_clinic=np.ones(5, dtype=bool))
    assert (cost.single, cost.several, cost.unknown) == (2, 2, 1)  # exactly two doctors are two
    assert cost.yuan == 3 * 20_000 + 2 * 40_000


def test_growth_and_funds() -> None:
    assert 164 / growth_factor(157.02) == pytest.approx(63.8, abs=0.05)
    assert signing_fund_yuan(525_989, 0.4) / 1e6 == pytest.approx(22.7, abs=0.05)


@pytest.mark.parametrize(
    ("standard_id", "growth_percent"), [("A07", 25.5), ("A08", 34.8), ("A09", 65.1)]
)
def test_shangyu_asks_for_so_much_more(standard_id: str, growth_percent: float) -> None:
    entry = standard(standard_id)
    assert entry.baseline is not None
    growth = (target(entry).value / entry.baseline - 1) * 100
    assert round(growth, 1) == growth_percent


def test_circuits_of_zhoushan_in_a_year() -> None:
    # 29 weekly and 18 monthly stops; 2,747 sessions were reported for three quarters.
    visits_per_month = [52 / 12] * 29 + [1.0] * 18
    year = sum(visits_per_month) * 12
    assert (round(year), round(year * 3 / 4)) == (1_724, 1_293)
    assert round(2_747 / (year * 3 / 4), 2) == 2.12
