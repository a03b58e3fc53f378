"""The interactive map: files named by content, inline where there is no folder, no outside link."""

from __future__ import annotations

import hashlib
import re

import folium
import pytest

from benchmarks.map_spec import SMALL, county_map, edit_layers
from planning import maps


@pytest.fixture(scope="module")
def encoded() -> maps.EncodedMap:
    return maps.encode_map(county_map(SMALL))


def _html(board: folium.Map) -> str:
    return str(board.get_root().render())


def _without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{32}(?=\W)", "id", text)


class Kept(dict[str, bytes]):
    """What was handed out, by address; addresses are made from the content."""

    def put(self, content: bytes, suffix: str) -> str:
        address = f"/media/{hashlib.sha256(content).hexdigest()}{suffix}"
        self[address] = content
        return address


def test_no_link_leaves_the_machine(encoded: maps.EncodedMap) -> None:
    for put in (None, Kept().put):
        html = _html(maps.interactive_map(encoded, put=put))
        links = re.findall(r'(?:src|href)="([^"]*)"', html)
        assert len(links) == 4
        assert all(link.startswith(("/media/", "data:text/")) for link in links)
        assert "jquery" not in html.lower()


def test_what_is_handed_out_is_named_by_content(encoded: maps.EncodedMap) -> None:
    kept, again = Kept(), Kept()
    first = _html(maps.interactive_map(encoded, put=kept.put))
    second = _html(maps.interactive_map(county_map(SMALL), put=again.put))
    assert kept == again
    assert all(re.fullmatch(r"/media/[0-9a-f]{64}\.(js|css|bin|png)", name) for name in kept)
    assert set(re.findall(r"/media/[0-9a-f]{64}\.\w+", first)) == set(kept)
    # The component compares scripts: an unchanged map must not be drawn anew.
    assert _without_ids(first) == _without_ids(second)
    assert len(first) < 65_000


def test_what_cannot_be_handed_out_goes_into_the_page(encoded: maps.EncodedMap) -> None:
    def put(_content: bytes, _suffix: str) -> str:
        raise OSError

    html = _html(maps.interactive_map(encoded, put=put))
    assert "/media/" not in html
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


def test_an_edit_hides_what_it_lies_on() -> None:
    spec = county_map(SMALL)
    group = maps.edit_group(edit_layers(spec, 2), put=Kept().put)
    assert isinstance(group, folium.FeatureGroup)
    board = maps.interactive_map(spec, put=Kept().put)
    group.add_to(board)
    html = _html(board)
    assert "ServiceCircle.fill(feature_group" in html
    # Blue at the layer's 0.8 over bare land, drawn opaque.
    assert '"#4d84bb"' in html
