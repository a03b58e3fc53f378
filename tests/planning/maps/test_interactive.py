"""The interactive map: files named by content, inline where there is no folder, no outside link."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import folium
import pytest

from benchmarks.map_spec import SMALL, county_map, edit_layers
from planning import maps
from planning.maps.pack.sinks import StaticFolder, clear_static


@pytest.fixture(scope="module")
def encoded() -> maps.EncodedMap:
    return maps.encode_map(county_map(SMALL))


def _html(board: folium.Map) -> str:
    return str(board.get_root().render())


def _without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{32}(?=\W)", "id", text)


def test_no_link_leaves_the_machine(encoded: maps.EncodedMap, tmp_path: Path) -> None:
    for static_dir in (None, tmp_path / "static"):
        html = _html(maps.interactive_map(encoded, static_dir=static_dir))
        links = re.findall(r'(?:src|href)="([^"]*)"', html)
        assert len(links) == 4
        assert all(link.startswith(("/app/static/sc-", "data:text/")) for link in links)
        assert "jquery" not in html.lower()


def test_static_files_are_named_by_content_and_shared(
    encoded: maps.EncodedMap, tmp_path: Path
) -> None:
    first = _html(maps.interactive_map(encoded, static_dir=tmp_path))
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    second = _html(maps.interactive_map(county_map(SMALL), static_dir=tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == set(written)
    assert all(re.fullmatch(r"sc-[0-9a-f]{32}\.(js|css|bin|png)", name) for name in written)
    named = set(re.findall(r"/app/static/(sc-[0-9a-f]{32}\.\w+)", first))
    assert named == set(written)
    # The component compares scripts: an unchanged map must not be drawn anew.
    assert _without_ids(first) == _without_ids(second)
    assert len(first) < 60_000


def test_the_address_of_the_folder_is_the_servers(encoded: maps.EncodedMap, tmp_path: Path) -> None:
    html = _html(maps.interactive_map(encoded, static_dir=tmp_path, static_url="/base/app/static/"))
    assert "/base/app/static/sc-" in html


def test_a_folder_that_cannot_be_written_means_inline(
    encoded: maps.EncodedMap, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    html = _html(maps.interactive_map(encoded, static_dir=blocked / "static"))
    assert "/app/static" not in html
    assert '"data":"' in html


def test_every_map_is_a_new_object(encoded: maps.EncodedMap) -> None:
    assert maps.interactive_map(encoded) is not maps.interactive_map(encoded)


def test_centre_and_zoom_replace_the_fit(encoded: maps.EncodedMap) -> None:
    fitted = _html(maps.interactive_map(encoded))
    assert '"fit":[[' in fitted
    placed = _html(maps.interactive_map(encoded, center=(29.9, 121.1), zoom=12.25))
    assert '"fit":null' in placed
    assert "29.9" in placed
    assert "12.25" in placed


def test_tiles_only_when_the_user_asks(encoded: maps.EncodedMap) -> None:
    options = maps.MapOptions(
        tile_url="https://tiles.example/{z}/{x}/{y}.png", tile_attribution="T"
    )
    assert "tiles.example" in _html(maps.interactive_map(encoded, options=options))
    assert '"tiles":null' in _html(maps.interactive_map(encoded))


def test_names_from_uploads_cannot_reach_the_script(encoded: maps.EncodedMap) -> None:
    html = _html(maps.interactive_map(encoded))
    assert "<img" not in html
    assert html.count("</script>") == html.count("<script")
    # The component replaces {{ 'name' }}; a quote never appears as itself.
    document = html[html.index("ServiceCircle.attach") :]
    assert "{{ '" not in document
    assert "\\u0027=1+1" in document or "'=1+1" not in document


def test_an_edit_hides_what_it_lies_on(tmp_path: Path) -> None:
    spec = county_map(SMALL)
    group = maps.edit_group(edit_layers(spec, 2), static_dir=tmp_path)
    assert isinstance(group, folium.FeatureGroup)
    board = maps.interactive_map(spec, static_dir=tmp_path)
    group.add_to(board)
    html = _html(board)
    assert "ServiceCircle.fill(feature_group" in html
    # Blue at the layer's 0.8 over bare land, drawn opaque.
    assert '"#4d84bb"' in html


def test_old_files_are_cleared_and_others_left(tmp_path: Path) -> None:
    folder = StaticFolder(tmp_path)
    old, young = folder.put(b"old", ".bin"), folder.put(b"young", ".bin")
    (tmp_path / "logo.png").write_bytes(b"x")
    past = time.time() - 100_000
    for name in (old.rsplit("/", 1)[1], "logo.png"):
        os.utime(tmp_path / name, (past, past))
    assert clear_static(tmp_path, older_than_hours=24) == 1
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {young.rsplit("/", 1)[1], "logo.png"}
    assert clear_static(tmp_path / "none") == 0


def test_a_file_asked_for_again_is_kept_young(tmp_path: Path) -> None:
    folder = StaticFolder(tmp_path)
    address = folder.put(b"x", ".bin")
    past = time.time() - 100_000
    os.utime(tmp_path / address.rsplit("/", 1)[1], (past, past))
    assert folder.put(b"x", ".bin") == address
    assert clear_static(tmp_path, older_than_hours=24) == 0
