"""Colours stay apart for colour-blind readers and in grey, and words can be read on them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from app_pages.views.dashboard import COLOURS
from planning.maps import themes
from planning.maps.scene import POINT_STYLES
from planning.report.pages import charts

SIGHTS = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
}  # fmt: skip
"""Machado, Oliveira and Fernandes (2009), severity 1; grey by luminance."""
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
TEXT = "#31333f"
"""Of the app's light theme."""


def linear(colour):
    rgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour, sight):
    seen = np.clip(np.asarray(SIGHTS[sight]) @ linear(colour), 0, 1)
    xyz = TO_XYZ @ seen / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(first, second, sight):
    """Return the distance of two colours as dE76."""
    return float(np.linalg.norm(lab(first, sight) - lab(second, sight)))


def contrast(first, second):
    """Return the contrast of two colours as WCAG 2 has it."""
    light, dark = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (first, second))[::-1]
    return (light + 0.05) / (dark + 0.05)


def test_the_formulas_give_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert distance("#000000", "#ffffff", "normal") == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("sight", SIGHTS)
def test_covered_and_not_covered_stay_apart(sight):
    assert distance(themes.COVERED, themes.UNCOVERED, sight) > 20


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(("name", "count"), [("viridis", 4), ("viridis", 7), ("cividis", 4)])
def test_neighbouring_bands_stay_apart(name, count, sight):
    colours = themes.ramp(name, count)
    least = min(distance(a, b, sight) for a, b in pairwise(colours))
    assert least > (20 if count <= 4 else 9)


@pytest.mark.parametrize("sight", SIGHTS)
def test_classes_of_people_grow_darker_step_by_step(sight):
    light = [lab(colour, sight)[0] for colour in themes.PEOPLE]
    assert all(a - b > 5 for a, b in pairwise(light))


def test_institutions_are_told_apart_by_shape_and_not_by_colour_alone():
    shapes = [style.shape for _, _, style in POINT_STYLES]
    assert len(set(shapes)) == len(shapes)


def test_lines_of_a_chart_are_told_apart_by_dashes_and_their_names_can_be_read():
    colours, dashes = zip(*charts.LINES, strict=True)
    assert len(set(dashes)) == len(dashes)
    assert min(contrast(colour, "#ffffff") for colour in (*colours, charts.INK)) > 4.5
    assert min(distance(a, b, "normal") for a, b in combinations(colours, 2)) > 20


@pytest.mark.parametrize("colour", COLOURS.values())
def test_words_can_be_read_on_the_cells_of_the_overview(colour):
    assert contrast(TEXT, colour) > 7
