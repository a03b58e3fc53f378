"""What the cells of a raster mean: densities, units, and numbers that no census could hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.types import Floats

Places: TypeAlias = NDArray[np.int64]

_DENSITY = re.compile(
    r"densit|密度|per\s?(sq|square|km|hect|ha\b)|/\s?(sq|km|ha\b|公顷|平方)|(km|ha)\s?\^?-[12]|"
    r"人/平方|每(平方|公顷)",
    re.IGNORECASE,
)
_DENSITY_NAME = re.compile(
    r"(?<![a-z])(pd|pph|ppha|ppkm2?|dens|density|pop_?dens?|pop_?density|per_?(ha|sq_?km|km2))(?![a-z])"
    r"|密度",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"(?P<factor>10*|thousands?|hundreds?|millions?|[百千万])?\s*(of\s+)?"
    r"(people|persons?|inhabitants?|pop|population|residents?|heads?|counts?|number|ppp|人口数?|人数?|个)?"
    r"(\s*(per|/)\s*(cell|pixel|grid( cell)?|像元|格网|栅格|格))?",
    re.IGNORECASE,
)
_UNIT_IN_WORDS = re.compile(
    r"[(（\[](千人|万人|百人|thousands?|hundreds?|millions?)[)）\]]", re.IGNORECASE
)
_FACTORS = {"thousand": 1e3, "hundred": 1e2, "million": 1e6, "百": 1e2, "千": 1e3, "万": 1e4}
_NO_UNIT = frozenset({"", "1", "unknown", "none", "unitless", "dimensionless", "-"})

MOST_PER_HA = 20_000
MOST_PER_HA_OF_SQUARE_KM = 4_000
"""People per hectare `[I]` that no census could count in a cell of up to 10 ha, and in a larger
one: Kowloon's Walled City held 13,000 on 2.6 ha, and the densest square kilometres of the world
hold 2,000."""
_LARGE_CELL_HA = 10.0


def says_density(words: Iterable[object], name: str) -> bool:
    """Return True when a raster's own words, or its name, say people per area.

    >>> says_density(["people per km2"], "a"), says_density([], "CHN_pph_v2b_2010")
    (True, True)
    """
    is_said = any(_DENSITY.search(str(word)) for word in words if word)
    return is_said or _DENSITY_NAME.search(name) is not None


def stated_unit(raster: Any) -> str:
    """Return the unit of a raster's only band: its own, a tag's, or that in its description."""
    tags = {**raster.tags(), **raster.tags(1)}
    of_tag = next((v for key, v in tags.items() if key.lower() in {"unit", "units"}), "")
    in_words = _UNIT_IN_WORDS.search(raster.descriptions[0] or "")
    return (raster.units[0] or of_tag or (in_words[1] if in_words else "")).strip()


def stated_scale(raster: Any) -> tuple[float, float]:
    """Return scale and offset of a raster's only band: GDAL's, else those of its tags.

    Tags of that name come with rasters that were converted from netCDF.
    """
    if (raster.scales[0], raster.offsets[0]) != (1.0, 0.0):
        return raster.scales[0], raster.offsets[0]
    tags = {**raster.tags(), **raster.tags(1)}
    try:
        return float(tags.get("scale_factor", 1.0)), float(tags.get("add_offset", 0.0))
    except ValueError:
        return 1.0, 0.0


def people_per_unit(unit: str) -> float | None:
    """Return how many people one unit of a raster is; None where it does not count people.

    >>> people_per_unit("persons"), people_per_unit("千人"), people_per_unit("degC")
    (1.0, 1000.0, None)
    """
    written = unit.strip().lower()
    if written in _NO_UNIT:
        return 1.0
    found = _PEOPLE.fullmatch(written)
    if found is None:
        return None
    factor = (found["factor"] or "1").removesuffix("s")
    return _FACTORS[factor] if factor in _FACTORS else float(factor)


def most_per_ha(area_ha: float) -> int:
    """Return how many people per hectare a cell of this area may hold."""
    return MOST_PER_HA if area_ha <= _LARGE_CELL_HA else MOST_PER_HA_OF_SQUARE_KM


def crowded_cells(people: Floats, area_ha: Floats) -> Places:
    """Return the places of cells with more people than any census could count there."""
    limit = np.where(area_ha <= _LARGE_CELL_HA, MOST_PER_HA, MOST_PER_HA_OF_SQUARE_KM)
    return np.flatnonzero(people > limit * area_ha)
