"""The rules that keep the house in order: rooms, names, and what each library may be used by.

Rooms that do not keep a rule yet are named with a number. It may only fall.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLANNING = ROOT / "planning"
PACKAGES = ("geo", "data", "planning", "app_pages")
MOST_FILES = 14
DRAWERS = {"utils", "helpers", "common", "core", "manager"}
"""Names that say nothing: everything would go there."""
FAMILIES = {"cover", "set", "median", "loads"}
"""Sub-rooms of the solver that name their parts alike on purpose."""

CROWDED = {"app_pages/views": 16}
"""Room or sub-room -> files beside `__init__`, where there are more than may be."""
REPEATED_NAMES: dict[str, int] = {}
"""Room -> module names that stand twice within the reader's sight."""
WITHOUT_NAMES = {"whatif", "standards", "words"}
"""Rooms whose `__init__` does not say its public names."""

PLACES: dict[str, tuple[str, ...]] = {
    "folium": ("planning/maps/",),
    "branca": ("planning/maps/",),
    "streamlit": ("app.py", "app_pages/"),
    "streamlit_folium": ("app_pages/",),
    "osmnx": ("data/fetch/", "data/roads/"),
    "pyvrp": ("planning/circuits/",),
    "dask": ("planning/province/",),
    "distributed": ("planning/province/",),
}
"""Library -> the only places that may import it."""
NO_STREAMLIT = "app_pages/views/"


def path_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def modules(folder: Path, pattern: str = "**/*.py") -> list[Path]:
    """Return the modules of a folder without those that only open a package."""
    return sorted(file for file in folder.glob(pattern) if file.stem != "__init__")


@cache
def layers() -> tuple[tuple[str, ...], ...]:
    """Return the rooms of planning from high to low; those of one layer stand together."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    named = next(c["layers"] for c in contracts if c.get("containers") == ["planning"])
    rows = (tuple(name.strip(" ()") for name in re.split(r"[|:]", row)) for row in named)
    return tuple(row for row in rows if row != ("__main__",))


ROOMS = [room for row in layers() for room in row if (PLANNING / room).is_dir()]
SUB_ROOMS = sorted(
    path_of(init.parent)
    for package in PACKAGES
    for init in (ROOT / package).glob("**/__init__.py")
    if init.parent != ROOT / package
)


def test_planning_has_no_loose_module():
    assert [file.name for file in modules(PLANNING, "*.py")] == ["__main__.py"]


def test_every_room_is_in_the_contract():
    folders = {init.parent.name for init in PLANNING.glob("*/__init__.py")}
    assert folders == set(ROOMS)


@pytest.mark.parametrize("room", SUB_ROOMS)
def test_a_room_is_seen_at_a_glance(room):
    files = [path_of(file) for file in modules(ROOT / room, "*.py")]
    assert len(files) <= CROWDED.get(room, MOST_FILES), files


@pytest.mark.parametrize("room", ROOMS)
def test_no_name_stands_twice_within_sight(room):
    at = next(number for number, row in enumerate(layers()) if room in row)
    seen = [name for row in layers()[max(at - 1, 0) : at + 2] for name in row]
    counts = Counter(
        file.stem
        for name in seen
        for file in modules(PLANNING / name)
        if file.stem != "kernels" and not FAMILIES & set(file.parts)
    )
    own = {file.stem for file in modules(PLANNING / room)}
    twice = sorted(name for name, count in counts.items() if count > 1 and name in own)
    assert len(twice) <= REPEATED_NAMES.get(room, 0), twice


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_opens_with_one_sentence_and_its_public_names(room):
    tree = ast.parse((PLANNING / room / "__init__.py").read_text(encoding="utf-8"))
    sentence = ast.get_docstring(tree) or ""
    assert re.fullmatch(r"[^\n]+[.?]", sentence), sentence
    assert len(re.findall(r"[.?](?:\s|$)", sentence)) == 1, sentence
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert "__all__" in names or room in WITHOUT_NAMES


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_a_drawer_for_everything(package):
    names = [*modules(ROOT / package), *(i.parent for i in (ROOT / package).glob("**/__init__.py"))]
    assert [path_of(one) for one in names if one.stem.strip("_") in DRAWERS] == []


def walks() -> dict[str, list[str]]:
    """Return the walks of docs/architecture.md: title -> the places they pass."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    sections = re.split(r"^###? ", page, flags=re.M)
    found = {
        text.partition("\n")[0]: re.findall(r"^\d+\. `([^`]+)`", text, re.M) for text in sections
    }
    return {title: places for title, places in found.items() if places}


@pytest.mark.parametrize("title", walks())
def test_a_walk_through_the_house_is_short_and_does_not_climb_back(title):
    places = walks()[title]
    assert 2 <= len(places) <= 12
    assert len(places) == len(set(places))
    assert [place for place in places if not (ROOT / place).exists()] == []
    heights = [height(place) for place in places]
    assert heights in (sorted(heights), sorted(heights, reverse=True))


def height(place: str) -> tuple[int, int]:
    """Return how high a place stands: its package, then its room in the contract of the package."""
    package, room = place.split("/")[:2]
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    named = [c["layers"] for c in contracts if c.get("containers") == [package]]
    rows = [re.findall(r"\w+", row) for row in (named[0] if named else [])]
    at = next((number for number, row in enumerate(rows) if Path(room).stem in row), 0)
    return PACKAGES.index(package), -at


def imported(file: Path) -> set[str]:
    """Return the top-level names that a module imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_a_library_is_used_only_where_its_subject_is():
    files = [ROOT / "app.py", *(f for p in PACKAGES for f in sorted((ROOT / p).glob("**/*.py")))]
    wrong = [
        (path_of(file), library)
        for file in files
        for library in sorted(imported(file) & set(PLACES))
        if not path_of(file).startswith(PLACES[library])
        or (library.startswith("streamlit") and path_of(file).startswith(NO_STREAMLIT))
    ]
    assert wrong == []
