"""Ready themes for cells: covered or not, time bands, people; in colours that stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.maps.layers import NO_CLASS, CellTheme, Floats, Ints, Swatch

COVERED = "#2166ac"
UNCOVERED = "#e08214"
NO_TIME = "#7f7f7f"
"""Off the network or unreachable: told apart from a long time."""

LAND = "#fbfaf6"
"""Background of the map, as in `assets/map/map.css`."""
PEOPLE = ("#f2f0e6", "#d9d0e3", "#b8a3cf", "#8f6bb0", "#66388f", "#3f0f66")

_SAMPLES = {
    "viridis": ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962",
                "#addc30", "#fde725"),
    "cividis": ("#00224e", "#1a386f", "#434e6c", "#61656f", "#7d7c78", "#9b9476", "#bcae6c",
                "#dec958", "#fee838"),
}  # fmt: skip
"""Nine evenly spaced colours of each map, from dark to light."""


def ramp(name: str, count: int) -> tuple[str, ...]:
    """Return `count` colours of `viridis` or `cividis`, dark to light, evenly spaced.

    >>> ramp("viridis", 3)
    ('#440154', '#21918c', '#fde725')
    """
    samples = np.array(
        [[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in _SAMPLES[name]], dtype=np.float64
    )
    places = np.linspace(0, len(samples) - 1, count) if count > 1 else np.array([0.0])
    mixed = np.column_stack(
        [np.interp(places, np.arange(len(samples)), channel) for channel in samples.T]
    )
    return tuple("#" + "".join(f"{round(float(v)):02x}" for v in row) for row in mixed)


def over_land(colour: str, opacity: float) -> str:
    """Return the colour as it looks over the bare land of the map.

    >>> over_land("#000000", 0.5)
    '#7e7d7b'
    """
    mixed = (
        opacity * int(colour[k : k + 2], 16) + (1 - opacity) * int(LAND[k : k + 2], 16)
        for k in (1, 3, 5)
    )
    return "#" + "".join(f"{round(channel):02x}" for channel in mixed)


def limit_classes(values: Floats, limits: Sequence[float]) -> NDArray[np.uint8]:
    """Return the class of each value: k where it is at most `limits[k]`, the last class above all.

    `NaN` stays blank.

    >>> limit_classes(np.array([5.0, 5.1, 99.0, np.nan]), [5, 10]).tolist()
    [0, 1, 2, 255]
    """
    classes = np.searchsorted(np.asarray(limits, dtype=np.float64), values, side="left")
    return np.where(np.isnan(values), NO_CLASS, classes).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class ThemeName:
    """What a theme is called: see `CellTheme`."""

    id: str
    label: str
    group: str = ""


def status_theme(
    name: ThemeName,
    status: NDArray[np.uint8],
    labels: tuple[str, str],
    *,
    people: Floats | None = None,
) -> CellTheme:
    """Return covered and not covered, where status 0 is covered and every other is not.

    Parameters
    ----------
    name
        What the theme is called.
    status
        (n,) uint8; `NO_CLASS` leaves a cell blank (outside, for example).
    labels
        Covered, not covered.
    people
        (n,) people, for the notes of the legend.
    """
    classes = np.where(status == NO_CLASS, NO_CLASS, (status > 0).astype(np.uint8)).astype(np.uint8)
    notes = people_notes(classes, 2, people)
    swatches = (
        Swatch(labels[0], COVERED, notes[0]),
        Swatch(labels[1], UNCOVERED, notes[1], is_hatched=True),
    )
    return CellTheme(name.id, name.label, name.group, classes, swatches)


def time_theme(
    name: ThemeName,
    tenths: Ints,
    limits_minutes: Sequence[float],
    labels: Sequence[str],
    *,
    people: Floats | None = None,
    is_blank: NDArray[np.bool_] | None = None,
) -> CellTheme:
    """Return time bands: near is dark, far is light, no time at all is grey.

    Parameters
    ----------
    name
        What the theme is called.
    tenths
        (n,) int32 tenths of a second; negative or 2**31 - 1 where there is no time.
    limits_minutes
        Upper limits of the bands, ascending; a time equal to a limit is within it.
    labels
        One per limit, one for what lies beyond the last, one for cells without a time.
    people
        (n,) people, for the notes of the legend.
    is_blank
        (n,) True where the cell stays blank.
    """
    limits = np.rint(np.asarray(limits_minutes, dtype=np.float64) * 600).astype(np.int64)
    bands = np.searchsorted(limits, tenths.astype(np.int64), side="left")
    bands = np.where((tenths < 0) | (tenths >= 2**31 - 1), len(limits) + 1, bands)
    if is_blank is not None:
        bands = np.where(is_blank, NO_CLASS, bands)
    classes = bands.astype(np.uint8)
    colours = (*ramp("viridis", len(limits) + 1), NO_TIME)
    notes = people_notes(classes, len(colours), people)
    swatches = tuple(
        Swatch(text, colour, note)
        for text, colour, note in zip(labels, colours, notes, strict=True)
    )
    return CellTheme(name.id, name.label, name.group, classes, swatches)


def people_theme(
    name: ThemeName, people: Floats, limits: Sequence[float], labels: Sequence[str]
) -> CellTheme:
    """Return people by class, few is light; cells without people stay blank.

    `labels` holds one text per limit and one for more than the last; at most six classes.
    """
    classes = limit_classes(np.where(people > 0, people, np.nan), limits)
    places = np.rint(np.linspace(0, len(PEOPLE) - 1, len(limits) + 1)).astype(int)
    swatches = tuple(
        Swatch(text, PEOPLE[place]) for text, place in zip(labels, places, strict=True)
    )
    return CellTheme(name.id, name.label, name.group, classes, swatches)


def people_notes(
    classes: NDArray[np.uint8], n_classes: int, people: Floats | None
) -> tuple[str, ...]:
    """Return the people of each class as text, or empty texts.

    >>> people_notes(np.array([0, 1, 1], dtype=np.uint8), 2, np.array([1.0, 1500.0, 2.0]))
    ('1', '1,502')
    """
    if people is None:
        return ("",) * n_classes
    sums = np.bincount(classes, weights=people, minlength=NO_CLASS + 1)[:n_classes]
    return tuple(f"{total:,.0f}" for total in sums)
