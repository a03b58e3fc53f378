"""What each finding of the road readers means: severity, sentence and fix, in English."""

from __future__ import annotations

from geo.errors import Message

ROAD_MESSAGES: dict[str, Message] = {
    "roads_none": Message(
        "error",
        "there is no road in it that any of the modes may use",
        "Give an OpenStreetMap extract with its roads, or a layer of roads.",
    ),
    "roads_format": Message(
        "error",
        "`{suffix}` is not a road format that can be read",
        "Give OSM PBF, OSMnx GraphML, or a line layer (GPKG, Shapefile, GeoParquet).",
    ),
    "roads_mode_empty": Message(
        "warning",
        "no road in it may be used by the mode `{mode}`",
        "All people are off the network by this mode; check the road classes or leave it out.",
    ),
    "roads_bad_coordinates": Message(
        "warning", "{count} segments have an end without usable coordinates and are left out"
    ),
    "roads_self_loops": Message("note", "{count} segments begin and end at one node; left out"),
    "roads_clipped": Message(
        "note",
        "{count} nodes of its ways are missing, as at the edge of an extract",
        "Roads stop there; give a larger extract when people live near its edge.",
    ),
    "roads_barriers": Message("note", "{count} barriers part a road for those whom they stop"),
    "roads_maxspeed_unread": Message(
        "note", "{count} posted limits were not understood, such as {examples}; not used"
    ),
    "roads_without_paths": Message(
        "note",
        "it has no paths, footways or steps: people on foot use its roads only",
        "Walking times may be too long; give an extract with paths.",
    ),
    "roads_parts": Message(
        "note",
        "for the mode `{mode}` the roads fall into {count} parts without a link; {nodes} of {total}"
        " nodes lie outside the largest",
    ),
    "ferry_without_time": Message(
        "warning",
        "{count} ferries have neither a duration nor a timetable and are not used",
        "Name a timetable at `ferries.path`.",
    ),
    "water_incomplete": Message(
        "note", "{count} areas of water are incomplete in the file and are not seen"
    ),
    "water_coast_open": Message(
        "note", "{count} stretches of coast do not close: the sea behind them is not seen"
    ),
}
