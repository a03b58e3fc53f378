"""Texts of the map itself: buttons, headings, what the pointer shows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from planning.words.wording import Translate


def map_strings(_: Translate) -> Mapping[str, str]:
    """Return every text of the map in the language of the translator.

    >>> map_strings(lambda text: text)["legend"]
    'Legend'
    """
    return MappingProxyType(
        {
            "back": _("Whole area"),
            "broken": _("The map could not be drawn: {reason}"),
            "base_map_number": _("Review number of the base map"),
            "boundaries": _("Boundaries are indicative only."),
            "close": _("Close"),
            "crs": _("Coordinate system"),
            "data_date": _("Data as of"),
            "figures": _("Key figures"),
            "hidden_roads": _("Too many roads for one map; left out: {names}."),
            "inspect": _("Press Enter to read the values at the centre of the map."),
            "legend": _("Legend"),
            "maker": _("Prepared by"),
            "minutes": _("min"),
            "no_compression": _(
                "This browser is too old to unpack the map data: values under the pointer, roads"
                " and places are missing. Open the file in a newer browser, or export it without"
                " compression."
            ),
            "no_data": _("No people here"),
            "no_script": _("This map needs JavaScript. Nothing is loaded from the internet."),
            "north": _("N"),
            "not_placed": _("{count} without coordinates, not on the map"),
            "notes": _("Notes"),
            "paper": _("Paper size"),
            "pointer": _("Under the pointer"),
            "print": _("Print"),
            "review_number": _("Map review number"),
            "search": _("Find a facility or zone"),
            "search_none": _("Nothing found"),
            "source": _("Source"),
            "synthetic": _("Synthetic data"),
            "tables": _("The map as tables"),
            "theme": _("Theme"),
            "zoom_in": _("Zoom in"),
            "zoom_out": _("Zoom out"),
        }
    )


ENGLISH: Mapping[str, str] = map_strings(lambda text: text)
"""The texts in English, for specs that pass none."""
