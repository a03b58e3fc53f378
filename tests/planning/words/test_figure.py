"""A figure: its identity, its one text, its printed name."""

from dataclasses import fields, replace

import pytest

from planning.words.figure import FEW, NOBODY, WITHHELD, Base, Figure, page_names
from planning.words.glossary import GLOSSARY
from planning.words.units import amount_text
from planning.words.wording import LOCALE_FOLDER, Language

WALK = Base(
    mode="walk",
    minutes=20.0,
    speed_set="default",
    level="primary_care_point",
    group="65+",
    place="330604001",
    state="today",
    date="2025-06-30",
    people="population.tif 2025-06-30",
    detail="declared",
)
OTHERS = {
    "mode": "car",
    "minutes": 15.0,
    "speed_set": "low",
    "level": "centre",
    "group": "0-6",
    "place": "330604002",
    "state": "proposed",
    "date": "2026-06-30",
    "people": "census 2020",
    "detail": "nearest",
}


@pytest.mark.parametrize("field", [field.name for field in fields(Base)])
def test_every_part_of_the_base_is_part_of_identity_and_name(field: str) -> None:
    one = Figure("people_covered", WALK, 6.0, place_name="红桥镇")
    other = replace(one, base=replace(WALK, **{field: OTHERS[field]}))  # type: ignore[arg-type]
    assert one.identity != other.identity
    for language in ("zh", "en"):
        assert one.name(language) != other.name(language)
        names = page_names([one, other], language)
        assert len(set(names.values())) == 2


def test_an_identity_cannot_be_forged_by_the_text_of_another_field() -> None:
    plain = Figure("gap_people", Base(group="a;detail=b"), 1.0)
    split = Figure("gap_people", Base(group="a", detail="b"), 1.0)
    assert plain.identity != split.identity


def test_names_of_a_page_leave_out_what_all_figures_share() -> None:
    one = Figure("coverage_share", replace(WALK, mode="walk"), 0.5)
    other = Figure("coverage_share", replace(WALK, mode="car"), 0.9)
    names = page_names([one, other], "en")
    assert names[other.identity] == "Share within 20 min of a point (Car)"
    assert page_names([one], "zh") == {one.identity: "固定网点20分钟人口覆盖率"}


@pytest.mark.parametrize(
    ("figure", "zh", "en"),
    [
        (Figure("people_covered", Base(minutes=20.0), 812934.6), "812,935", "812,935"),
        (Figure("coverage_share", Base(minutes=20.0), 0.999999), "99.99 %", "99.99 %"),
        (Figure("plan_cost", Base(), 4_146_667.0), "414.67 万元", "414.67 (10,000 yuan)"),
        (Figure("gap_median_minutes", Base(), None, above=120.0), "> 120", "> 120"),
        (Figure("people_covered", Base(minutes=20.0), None, reason=FEW), "<10", "<10"),
        (Figure("coverage_share", Base(minutes=20.0), None, reason=WITHHELD), "*", "*"),
        (Figure("coverage_share", Base(minutes=20.0), None, reason=NOBODY), "—", "—"),
        (
            Figure("coverage_share", Base(minutes=20.0), None, reason="no point counts"),
            "无法判定",
            "cannot be determined",
        ),
    ],
)
def test_text_in_both_languages(figure: Figure, zh: str, en: str) -> None:
    assert (figure.text("zh"), figure.text("en")) == (zh, en)


def test_a_figure_has_exactly_one_of_value_bound_and_reason() -> None:
    with pytest.raises(ValueError, match="a value, a bound, or a reason"):
        Figure("people_covered", Base(minutes=20.0), None)
    with pytest.raises(ValueError, match="a value, a bound, or a reason"):
        Figure("people_covered", Base(minutes=20.0), 1.0, reason=NOBODY)


def test_the_unit_is_that_of_the_term() -> None:
    assert Figure("people_covered", Base(minutes=20.0), 1.0).unit == "people"
    with pytest.raises(ValueError, match="unit of people_covered is people"):
        Figure("people_covered", Base(minutes=20.0), 1.0, "minutes")
    with pytest.raises(ValueError, match="unit of plan_objective is to be given"):
        Figure("plan_objective", Base(), 1.0)
    with pytest.raises(ValueError, match="not a term"):
        Figure("people_inside_somewhere", Base(), 1.0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_terms_print_one_name(language: Language) -> None:
    assert LOCALE_FOLDER.is_dir()
    names = [
        Figure(term, Base(minutes=20.0), 1.0, entry.unit or "people")
        for term, entry in GLOSSARY.items()
    ]
    printed = [figure.name(language) for figure in names]
    assert len(set(printed)) == len(printed)


def test_rates_of_documents_drop_trailing_zeros_and_name_their_unit() -> None:
    assert amount_text(3.504, "per_1000", str) == "3.5 per 1,000"
    assert amount_text(80.0, "life_years", str) == "80 years of life"
    assert amount_text(41_940.55, "people_per_centre", str) == "41,941 people a centre"
