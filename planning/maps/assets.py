"""Scripts, styles and templates of pages, and the check that nothing is fetched from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

LEAFLET_JS = "leaflet/leaflet.js"
LEAFLET_CSS = "leaflet/leaflet.css"
LEAFLET_LICENCE = "leaflet/LICENSE"
MAP_JS = (
    "map/data.js",
    "map/draw.js",
    "map/layers.js",
    "map/panel.js",
    "map/main.js",
    "map/print.js",
)
MAP_CSS = "map/map.css"
PAGE_CSS = "map/page.css"

_FETCHING = frozenset(
    {"action", "background", "data", "formaction", "href", "ping", "poster", "src", "srcset"}
)
_LOCAL = ("data:", "#")


class ExternalLinkError(ValueError):
    """A page was about to leave with a link that needs the network."""


@cache
def asset(name: str) -> str:
    """Return the text of a file in `planning/assets`."""
    return (files("planning") / "assets" / name).read_text(encoding="utf-8")


def map_script() -> str:
    """Return our own scripts as one text, in the order they build on each other."""
    return "\n".join(asset(name) for name in MAP_JS)


@cache
def _templates() -> Environment:
    """Return the templates in `planning/templates`: what is put into them is text, never HTML."""
    return Environment(
        loader=PackageLoader("planning"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, **values: object) -> str:
    """Return a page made from a template in `planning/templates`."""
    return _templates().get_template(template).render(**values)


def require_self_contained(page: str) -> str:
    """Return the page unchanged when it links to nothing outside itself.

    Parameters
    ----------
    page
        HTML text.

    Raises
    ------
    ExternalLinkError
        Naming every attribute, style import or style address that is neither a data URI nor a
        fragment.

    >>> require_self_contained('<p>https://example.org as text</p>')[:3]
    '<p>'
    >>> require_self_contained('<script src="//example.org/a.js"></script>')
    Traceback (most recent call last):
    planning.maps.assets.ExternalLinkError: link to the outside: <script src="//example.org/a.js">
    """
    finder = _LinkFinder()
    finder.feed(page)
    finder.close()
    if finder.links:
        raise ExternalLinkError("link to the outside: " + ", ".join(finder.links[:5]))
    return page


class _LinkFinder(HTMLParser):
    """Collects what a browser would fetch."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"
        for name, value in attrs:
            text = (value or "").strip()
            # SVG spells it xlink:href.
            if name.split(":")[-1] in _FETCHING and not text.startswith(_LOCAL):
                self.links.append(f'<{tag} {name}="{text}">')
            if name == "style":
                self._check_style(text)

    def handle_endtag(self, tag: str) -> None:
        self._is_style = self._is_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._is_style:
            self._check_style(data)

    def _check_style(self, text: str) -> None:
        self.links += re.findall(r"@import[^;]*", text)
        for address in re.findall(r"url\(\s*['\"]?([^)'\"]*)", text):
            if not address.strip().startswith(_LOCAL):
                self.links.append(f"url({address})")
