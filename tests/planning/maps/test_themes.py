"""Themes: limits, blanks, colours and the people of each class."""

from __future__ import annotations

import numpy as np
import pytest

from planning.maps import NO_CLASS, themes
from planning.maps.themes import ThemeName


def test_a_time_equal_to_the_limit_is_within_it() -> None:
    tenths = np.array([2999, 3000, 3001, 12_000, 12_001, -1, 2**31 - 1], dtype=np.int32)
    theme = themes.time_theme(ThemeName("t", "T"), tenths, (5, 20), ("5", "20", ">20", "none"))
    assert theme.classes.tolist() == [0, 0, 1, 1, 2, 3, 3]
    assert theme.swatches[-1].colour == themes.NO_TIME


def test_blank_cells_stay_blank() -> None:
    tenths = np.array([1, 1], dtype=np.int32)
    blank = np.array([False, True])
    theme = themes.time_theme(
        ThemeName("t", "T"), tenths, (5,), ("a", "b", "c"), is_blank=blank, people=np.ones(2)
    )
    assert theme.classes.tolist() == [0, NO_CLASS]
    assert [swatch.note for swatch in theme.swatches] == ["1", "0", "0"]


def test_every_status_but_covered_is_uncovered() -> None:
    status = np.array([0, 1, 2, 3, NO_CLASS], dtype=np.uint8)
    people = np.array([1000.4, 1.0, 2.0, 3.0, 50.0])
    theme = themes.status_theme(ThemeName("s", "S"), status, ("in", "out"), people=people)
    assert theme.classes.tolist() == [0, 1, 1, 1, NO_CLASS]
    assert [swatch.note for swatch in theme.swatches] == ["1,000", "6"]
    assert [swatch.colour for swatch in theme.swatches] == ["#2166ac", "#e08214"]
    assert [swatch.is_hatched for swatch in theme.swatches] == [False, True]


def test_people_by_class_leaves_empty_cells_blank() -> None:
    people = np.array([0.0, 0.5, 2.0, 2.1, 99.0])
    theme = themes.people_theme(ThemeName("p", "P"), people, (2, 10), ("few", "some", "many"))
    assert theme.classes.tolist() == [NO_CLASS, 0, 0, 1, 2]
    assert len({swatch.colour for swatch in theme.swatches}) == 3


@pytest.mark.parametrize("name", ["viridis", "cividis"])
@pytest.mark.parametrize("count", [1, 2, 8, 9])
def test_ramps_run_from_dark_to_light(name: str, count: int) -> None:
    colours = themes.ramp(name, count)
    light = [sum(int(colour[k : k + 2], 16) for k in (1, 3, 5)) for colour in colours]
    assert len(colours) == count
    assert light == sorted(light)
