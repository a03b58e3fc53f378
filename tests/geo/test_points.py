"""Raster cells as weighted points: nobody is dropped, nodata is nobody."""

from __future__ import annotations

import numpy as np
import pytest

from geo.points import Grid, cell_centres, frozen_array, populated_cells


def test_cells_by_hand() -> None:
    values = np.array(
        [[1.0, 0.0, np.nan], [-9.0, 2.5, np.inf], [0.0, -3.4e38, 4.0]], dtype=np.float32
    )
    row, column, people = populated_cells(values, nodata=-9.0)
    assert list(zip(row, column, people, strict=True)) == [(0, 0, 1.0), (1, 1, 2.5), (2, 2, 4.0)]


@pytest.mark.parametrize("nodata", [-3.4028234663852886e38, -3.4e38, float("nan"), None])
def test_the_lowest_single_precision_number_is_nodata_in_every_notation(
    nodata: float | None,
) -> None:
    values = np.array([[np.float32(-3.4e38), np.float32(-3.4028235e38), 7.0]], dtype=np.float32)
    _, _, people = populated_cells(values, nodata=nodata)
    assert people.tolist() == [7.0]


def test_a_nodata_value_that_the_type_cannot_hold_hides_nothing() -> None:
    values = np.array([[1, 200, 0]], dtype=np.uint8)
    _, _, people = populated_cells(values, nodata=-200.0)
    assert people.tolist() == [1.0, 200.0]


def test_negative_cells_are_returned_for_the_caller_to_refuse() -> None:
    _, _, people = populated_cells(np.array([[-1.0, 2.0]]), nodata=None)
    assert people.tolist() == [-1.0, 2.0]


def test_centres_of_a_turned_grid() -> None:
    grid = Grid("EPSG:4549", (0.0, 10.0, 100.0, 20.0, 0.0, 200.0), (3, 3))
    x, y = cell_centres(grid, np.array([2], dtype=np.int32), np.array([0], dtype=np.int32))
    assert (x[0], y[0]) == (125.0, 210.0)


def test_frozen_arrays_are_copies_that_cannot_change() -> None:
    source = np.arange(3.0)
    frozen = frozen_array(source, np.float64)
    source[0] = 9.0
    assert frozen[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        frozen[0] = 1.0
