"""The same layers as an interactive map for the app: a `folium.Map` without outside links.

Build the map anew on every run of a page (the component rewrites its names); keep the `EncodedMap`.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template

from planning.maps.assets import LEAFLET_CSS, LEAFLET_JS, MAP_CSS, asset, map_script
from planning.maps.layers import CellLayer, Layer, MapSpec
from planning.maps.pack.payload import EncodedMap, encode_layers, encode_map
from planning.maps.pack.sinks import Put, document_json, inline_blobs, put_blobs
from planning.maps.themes import over_land

_log = logging.getLogger(__name__)
_WORLD = (73.0, 18.0, 135.0, 54.0)


@dataclass(frozen=True, slots=True)
class MapOptions:
    """How an interactive map behaves.

    Parameters
    ----------
    has_panel
        Legend, layers, themes and search in the corner of the map.
    has_popups
        A click opens a popup; switch off where a click adds a site.
    has_readout
        Values under the pointer in the corner.
    view_key
        When given, the browser's tab remembers view, theme and layers under this name and returns
        to them after a change of page, without any message to the server.
    link_key
        When given, maps of one page with the same key move together.
    tile_url, tile_attribution
        Background tiles, only by the user's own setting: they need the network.
    """

    has_panel: bool = True
    has_popups: bool = True
    has_readout: bool = True
    view_key: str = ""
    link_key: str = ""
    tile_url: str = ""
    tile_attribution: str = ""


def interactive_map(
    spec: MapSpec | EncodedMap,
    *,
    put: Put | None = None,
    center: tuple[float, float] | None = None,
    zoom: float | None = None,
    options: MapOptions | None = None,
) -> folium.Map:
    """Return a new folium map for the app's map component.

    Parameters
    ----------
    spec
        The map, or the map encoded before.
    put
        Takes bytes and an ending and returns the address at which a browser finds them: scripts
        and data go there. None, or one that raises `OSError`, puts everything inline.
    center, zoom
        (latitude, longitude) and zoom to start from; None fits the bounds of the map.
    options
        How the map behaves.

    Returns
    -------
    folium.Map
        To be shown once and not kept; its clicks are those of any folium map.
    """
    encoded = spec if isinstance(spec, EncodedMap) else encode_map(spec)
    chosen = options or MapOptions()
    place = _Placed(encoded, put)
    west, south, east, north = encoded.document["bounds"] or _WORLD
    middle = center or ((south + north) / 2, (west + east) / 2)
    board = folium.Map(location=middle, tiles=None, font_size="12px", zoom_snap=0.25)
    board.options["zoom"] = 9 if zoom is None else zoom
    board.default_js = [
        ("leaflet", place.text(asset(LEAFLET_JS), "js")),
        ("servicecircle", place.text(map_script(), "js")),
    ]
    board.default_css = [
        ("leaflet_css", place.text(asset(LEAFLET_CSS), "css")),
        ("servicecircle_css", place.text(asset(MAP_CSS), "css")),
    ]
    behaviour = {
        "badge": True,
        "panel": chosen.has_panel,
        "popups": chosen.has_popups,
        "readout": chosen.has_readout,
        "viewKey": chosen.view_key,
        "linkKey": chosen.link_key,
        "tiles": [chosen.tile_url, chosen.tile_attribution] if chosen.tile_url else None,
        "fit": None if center or zoom else [[south, west], [north, east]],
    }
    board.add_child(_Script("attach", place.document(), document_json(behaviour, None)))
    return board


@dataclass(frozen=True, slots=True)
class Focus:
    """What the map moves to, without being drawn anew.

    Parameters
    ----------
    key
        Names the thing that is pointed at: the map moves once for each, and then stays with the
        reader.
    bounds
        (west, south, east, north) in degrees.
    """

    key: str
    bounds: tuple[float, float, float, float]


def encode_edit(layers: Sequence[Layer]) -> EncodedMap:
    """Encode what an edit changed, so that it can be kept; parameters as `edit_group`."""
    ready = tuple(_opaque(layer) if isinstance(layer, CellLayer) else layer for layer in layers)
    return encode_layers(ready)[0]


def edit_group(
    layers: Sequence[Layer] | EncodedMap,
    *,
    focus: Focus | None = None,
    link: str | None = None,
    put: Put | None = None,
    name: str = "edit",
) -> folium.FeatureGroup:
    """Return what an edit changed as a feature group laid over the map without drawing it anew.

    Parameters
    ----------
    layers
        Cells whose class changed (drawn right above the map's cells, in the theme that is shown, so
        give them the same theme ids), sites, routes and other layers (drawn above all); or the same
        by `encode_edit`.
    focus
        Where the map moves to, if anywhere.
    link
        Parameters (`lang=zh&edits=...`) that the browser's address takes, with the view of the map
        behind them: the address opens the same again, after a reload, too.
    put
        As in `interactive_map`.
    name
        Name of the group.
    """
    encoded = layers if isinstance(layers, EncodedMap) else encode_edit(layers)
    place = _Placed(encoded, put)
    group = folium.FeatureGroup(name=name, control=False)
    told: dict[str, Any] = {}
    if focus is not None:
        told["focus"] = {"key": focus.key, "bounds": focus.bounds}
    if link is not None:
        told["link"] = link
    group.add_child(_Script("fill", place.document(), document_json(told, None)))
    return group


def _opaque(layer: CellLayer) -> CellLayer:
    """Return cells that hide what lies below and look as if they lay on bare land."""
    mixed = tuple(
        replace(
            theme,
            swatches=tuple(
                replace(swatch, colour=over_land(swatch.colour, layer.opacity))
                for swatch in theme.swatches
            ),
        )
        for theme in layer.themes
    )
    return replace(layer, themes=mixed, opacity=1.0)


@dataclass(frozen=True, slots=True)
class _Placed:
    """An encoded map with the place its parts go to."""

    encoded: EncodedMap
    put: Put | None

    def text(self, content: str, kind: str) -> str:
        """Return the address of a script or style."""
        mime = {"js": "text/javascript", "css": "text/css"}[kind]
        data = content.encode()
        if self.put is not None:
            try:
                return self.put(data, f".{kind}")
            except OSError as error:
                _log.info("scripts go into the page: %s", error)
        return f"data:{mime};charset=utf-8;base64,{base64.b64encode(data).decode('ascii')}"

    def document(self) -> str:
        """Return the document with its blocks placed."""
        blobs: dict[str, dict[str, Any]] | None = None
        if self.put is not None:
            try:
                blobs = put_blobs(self.encoded, self.put)
            except OSError as error:
                _log.info("the map goes into the page: %s", error)
        if blobs is None:
            blobs = inline_blobs(self.encoded)
        return document_json(self.encoded.document, blobs)


class _Script(MacroElement):
    """One call of our script on the map or group it is added to."""

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "ServiceCircle.{{ this.verb }}({{ this._parent.get_name() }},"
        " {{ this.document }}, {{ this.behaviour }});\n"
        "{% endmacro %}"
    )

    def __init__(self, verb: str, document: str, behaviour: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ServiceCircle"
        self.verb = verb
        self.document = document
        self.behaviour = behaviour
