"""The page and the parts it is made of: complete, escaped, and without a link to the outside."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from markupsafe import escape

from benchmarks.map_spec import HOSTILE_NAME, SITE_NOTE, SMALL, county_map
from geo.points import Grid
from planning import maps
from planning.maps import assets
from planning.maps.assets import ExternalLinkError, asset, require_self_contained


@pytest.fixture(scope="module")
def spec() -> maps.MapSpec:
    words = maps.map_strings(lambda text: text)
    return replace(county_map(SMALL), strings=words, mark="For internal use, not for publication")


@pytest.fixture(scope="module")
def page(spec: maps.MapSpec) -> str:
    return maps.to_html(spec)


def _layer(spec: maps.MapSpec, kind: type) -> Any:
    return next(layer for layer in spec.layers if isinstance(layer, kind))


def _document(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="sc-data">(.*?)</script>', page, re.S)
    assert found is not None
    document: dict[str, Any] = json.loads(found.group(1))
    return document


def _unpacked(page: str, layer_id: str) -> dict[str, Any]:
    """Read the arrays and texts of one layer back."""
    document = _document(page)
    layer = next(one for one in document["layers"] if one["id"] == layer_id)
    blob = document["blobs"][layer["data"]["blob"]]
    data = base64.b64decode(blob["data"])
    data = gzip.decompress(data) if blob["gzip"] else data
    out: dict[str, Any] = {}
    at = 0
    for name, kind, count, is_delta in layer["data"]["entries"]:
        width = {"u8": 1, "u16": 2, "u32": 4}.get(kind, 1)
        part = data[at : at + count * width]
        at += count * width
        if kind == "json":
            out[name] = json.loads(part)
        elif kind == "varint":
            out[name] = part
        else:
            planes = np.frombuffer(part, dtype=np.uint8).reshape(width, count).astype(np.uint64)
            values = sum(planes[k] << np.uint64(8 * k) for k in range(width))
            total = np.cumsum(values) if is_delta else values
            out[name] = (total % np.uint64(256**width)).astype(np.int64)
    assert at == len(data)
    return out


def test_the_page_says_what_a_map_must_say(page: str, spec: maps.MapSpec) -> None:
    for text in (
        spec.title,
        spec.subtitle,
        spec.source,
        spec.data_date,
        spec.crs_text,
        spec.maker,
        "Boundaries are indicative only.",
        "Synthetic data",
        spec.mark,
        SITE_NOTE,
        "© OpenStreetMap contributors, ODbL",
        "BSD 2-Clause License",
    ):
        assert text in page


def test_review_numbers_and_warning_stand_in_the_head(spec: maps.MapSpec) -> None:
    told = replace(spec, mark="", is_synthetic=False, review_number="浙S12", base_map_number="GS1")
    page = maps.to_html(told)
    assert "Map review number: 浙S12" in page
    assert "Review number of the base map: GS1" in page
    assert 'class="banner"' not in page
    assert "Review number of the base map:" not in maps.to_html(spec)


def test_names_cannot_break_out_of_the_page(page: str, spec: maps.MapSpec) -> None:
    assert HOSTILE_NAME in _layer(spec, maps.FacilityLayer).name
    assert "<img" not in page
    assert page.count("</script>") == page.count("<script")
    names = _unpacked(page, "facilities")["name"]
    assert HOSTILE_NAME in names
    evil = replace(
        spec, title=HOSTILE_NAME, source=HOSTILE_NAME, notes=(HOSTILE_NAME,), maker="&lt;"
    )
    assert "<img" not in maps.to_html(evil)


def test_nothing_is_fetched(page: str) -> None:
    require_self_contained(page)
    assert not re.findall(r"""(?:src|href)\s*=\s*\\?["']?\s*(?:https?:)?//""", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    "link",
    [
        '<script src="https://example.org/a.js"></script>',
        '<link rel="stylesheet" href="//example.org/a.css">',
        '<img src="a.png">',
        '<a href="https://example.org">x</a>',
        "<style>@import 'a.css';</style>",
        "<style>p{background:url(a.png)}</style>",
        '<p style="background:url(https://example.org/a.png)">',
        '<svg><use xlink:href="a.svg#b"/></svg>',
        '<img srcset="a.png 2x">',
        '<form action="/x">',
    ],
)
def test_an_unknown_link_is_refused(link: str, page: str) -> None:
    with pytest.raises(ExternalLinkError):
        require_self_contained(page.replace("</body>", link + "</body>"))


def test_inner_links_are_allowed() -> None:
    require_self_contained('<a href="#x"></a><img src="data:image/png;base64,AA==">')


def test_assets_hold_no_link_and_their_licence() -> None:
    for name in (assets.LEAFLET_CSS, assets.MAP_CSS, assets.PAGE_CSS):
        require_self_contained(f"<style>{asset(name)}</style>")
    script = asset(assets.LEAFLET_JS) + assets.map_script()
    assert not re.findall(r"""(?:href|src)=\W{0,3}(?:https?:)?//""", script)
    assert "sourceMappingURL" not in script
    assert "</script" not in script
    assert "Vladimir Agafonkin" in asset(assets.LEAFLET_LICENCE)


def test_equal_specs_make_equal_pages(page: str, spec: maps.MapSpec) -> None:
    assert maps.to_html(spec) == page
    words = maps.map_strings(lambda text: text)
    again = replace(county_map(SMALL), strings=words, mark=spec.mark)
    assert maps.to_html(again) == page
    assert maps.to_html(maps.encode_map(again)) == page


def test_without_compression_every_block_is_plain(spec: maps.MapSpec, page: str) -> None:
    plain = maps.to_html(spec, compress=False)
    assert not any(blob["gzip"] for blob in _document(plain)["blobs"].values())
    assert len(plain) > len(page)
    packed, unpacked = _unpacked(page, "cells"), _unpacked(plain, "cells")
    assert packed.keys() == unpacked.keys()
    np.testing.assert_array_equal(packed["h0"], unpacked["h0"])


def test_write_html_writes_what_to_html_returns(
    tmp_path: Path, spec: maps.MapSpec, page: str
) -> None:
    maps.write_html(spec, tmp_path / "地图.html")
    assert (tmp_path / "地图.html").read_bytes() == page.encode()


def _tiny(**changes: Any) -> maps.CellLayer:
    """Return 2 x 2 cells, row by row, with one theme."""
    theme = maps.CellTheme(
        "t", "T", "", np.array([0, 1, 0, 1], dtype=np.uint8),
        (maps.Swatch("a", "#2166ac"), maps.Swatch("b", "#e08214")),
    )  # fmt: skip
    layer = maps.CellLayer(
        "cells", "Cells", np.array([120.5, 121.5] * 2), np.array([30.5, 30.5, 29.5, 29.5]),
        (theme,),
        grid=Grid("EPSG:4326", (1.0, 0, 120, 0, -1.0, 31), (2, 2)),
        row=np.array([0, 0, 1, 1], dtype=np.int32), column=np.array([0, 1, 0, 1], dtype=np.int32),
    )  # fmt: skip
    return replace(layer, **changes)


def test_hover_values_keep_their_limits() -> None:
    tenths = np.array([11_999, 12_000, 12_001, 2**31 - 1], dtype=np.int32)
    people = np.array([0.0, 3.0, 12.34, np.nan])
    layer = _tiny(
        hover=(
            maps.HoverNumber("people", people, "", 1, hide_below=10),
            maps.HoverTime(
                "walk", tenths, np.array([0, 0, 1, 2], dtype=np.uint8), ("in", "late", "none"),
                np.array([0, 0, 1, -1], dtype=np.int32),
            ),
            maps.HoverChoice("zone", np.array([0, 1, -1, 0], dtype=np.int32), ("A", "B")),
        ),
        facility_names=("x", "y"),
    )  # fmt: skip
    data = _unpacked(maps.to_html(maps.MapSpec("t", (layer,))), "cells")
    # 0 none, 1 hidden, else tenths of a person + 2: the 3 people are nowhere in the file.
    assert data["h0"].tolist() == [2, 1, 125, 0]
    # Tenths of a minute + 1, rounded up: 1,200.1 s is 20.1 min, beyond 20.
    assert data["h1"].tolist() == [201, 201, 202, 0]
    assert data["h1f"].tolist() == [1, 1, 2, 0]
    assert data["h2"].tolist() == [1, 2, 0, 1]


def test_hover_values_follow_the_cells_whatever_their_order() -> None:
    order = np.array([3, 1, 0, 2])
    straight = _tiny(hover=(maps.HoverNumber("n", np.arange(4.0), "", 0),))
    turned = replace(
        straight,
        row=straight.row[order],
        column=straight.column[order],
        lon=straight.lon[order],
        lat=straight.lat[order],
        themes=(replace(straight.themes[0], classes=straight.themes[0].classes[order]),),
        hover=(maps.HoverNumber("n", np.arange(4.0)[order], "", 0),),
    )
    first, second = (maps.to_html(maps.MapSpec("t", (layer,))) for layer in (straight, turned))
    assert first == second


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"row": np.zeros(4, dtype=np.int32)}, "stands twice"),
        ({"row": np.zeros(3, dtype=np.int32)}, "row has 3 values, expected 4"),
        ({"themes": ()}, "at least one theme"),
        ({"hover": (maps.HoverNumber("n", np.full(4, -1.0)),)}, "negative"),
        ({"hover": (maps.HoverNumber("n", np.zeros(3)),)}, "3 values, expected 4"),
    ],
)
def test_contradictions_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        maps.encode_map(maps.MapSpec("t", (_tiny(**changes),)))


def test_a_class_without_a_swatch_is_refused() -> None:
    theme = replace(_tiny().themes[0], classes=np.array([0, 1, 2, 255], dtype=np.uint8))
    with pytest.raises(ValueError, match="class 2 of only 2"):
        maps.encode_map(maps.MapSpec("t", (_tiny(themes=(theme,)),)))


def test_layer_ids_are_unique() -> None:
    with pytest.raises(ValueError, match="unique"):
        maps.encode_map(maps.MapSpec("t", (_tiny(), _tiny())))


def test_a_map_of_nothing_is_still_a_map() -> None:
    empty = np.zeros(0)
    none = np.zeros(0, dtype=np.int32)
    cells = _tiny(
        lon=empty, lat=empty, row=none, column=none,
        themes=(replace(_tiny().themes[0], classes=np.zeros(0, dtype=np.uint8)),),
    )  # fmt: skip
    points = maps.FacilityLayer("p", "P", empty, empty, (), np.zeros(0, dtype=np.uint8), ())
    areas = maps.PolygonLayer(
        "a", "A", np.array([None, shapely.Polygon()], dtype=object), np.zeros(2, dtype=np.uint8),
        (maps.AreaStyle("A"),),
    )  # fmt: skip
    lines = maps.LineLayer(
        "l", "L", (), np.zeros(0, dtype=np.uint8), (maps.LineStyle("L", "#000"),)
    )
    roads = maps.RoadLayer("r", "R", empty, empty, none, none, np.zeros(0, np.uint8), ())
    encoded = maps.encode_map(maps.MapSpec("t", (cells, points, areas, lines, roads)))
    assert encoded.document["bounds"] is None
    maps.to_html(maps.MapSpec("t", (cells, points, areas, lines, roads)))


def test_minor_roads_are_left_out_of_crowded_maps() -> None:
    roads = next(one for one in county_map(SMALL).layers if isinstance(one, maps.RoadLayer))
    sizes = np.bincount(roads.group, minlength=3)
    crowded = replace(roads, max_segments=int(sizes[0] + sizes[1]))
    document = maps.encode_map(maps.MapSpec("t", (crowded,))).document
    assert document["layers"][0]["leftOut"] == ["村道及其他"]
    assert len(document["layers"][0]["styles"]) == 2
    whole = maps.encode_map(maps.MapSpec("t", (roads,))).document
    assert whole["layers"][0]["leftOut"] == []


def test_unplaced_facilities_are_counted_not_drawn(page: str) -> None:
    layer = next(one for one in _document(page)["layers"] if one["id"] == "facilities")
    assert layer["notPlaced"] == 1
    assert sum(layer["counts"]) == SMALL.facilities - 1
    assert len(_unpacked(page, "facilities")["name"]) == SMALL.facilities - 1


def test_holes_and_parts_of_areas_are_kept() -> None:
    hole = shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2))
    two = shapely.union_all([shapely.box(6, 0, 7, 1), shapely.box(8, 0, 9, 1)])
    layer = maps.PolygonLayer(
        "a", "A", np.array([hole, None, two], dtype=object), np.zeros(3, dtype=np.uint8),
        (maps.AreaStyle("A", "#ff0000"),), name=("ring", "none", "pair"),
    )  # fmt: skip
    data = _unpacked(maps.to_html(maps.MapSpec("t", (layer,))), "a")
    assert data["area"].tolist() == [0, 0, 1, 1]
    assert data["name"] == ["ring", "pair"]


def test_every_text_is_used_and_every_used_text_exists() -> None:
    script = assets.map_script()
    planning = Path(maps.__file__).parents[1]
    page = (planning / "maps" / "page.py").read_text(encoding="utf-8")
    template = (planning / "templates" / "map.html").read_text(encoding="utf-8")
    used = set(re.findall(r"\bwords\.(\w+)", script + template))
    used |= set(re.findall(r"""words\[['"](\w+)['"]\]""", page))
    assert used == set(maps.map_strings(lambda text: text))


def test_named_layers_stand_in_tables_that_need_no_script():
    spec = county_map(SMALL)
    page = maps.to_html(spec)
    tables = page[page.index('<details class="tables">') : page.index("</details>")]
    shown = [
        layer
        for layer in spec.layers
        if isinstance(layer, maps.PolygonLayer | maps.SiteLayer) and layer.name and layer.fields
    ]
    assert tables.count("<table>") == len(shown) > 0
    for layer in shown:
        for name, *texts in zip(layer.name, *(texts for _, texts in layer.fields), strict=True):
            row = f'<tr><th scope="row">{escape(name)}</th>'
            assert row + "".join(f"<td>{escape(text)}</td>" for text in texts) in tables
