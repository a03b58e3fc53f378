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
        "Give OSM PBF, OSMnx GraphML, or a line layer (GPKG, Shapefile, GeoParquet, DXF).",
    ),
    "roads_dwg": Message(
        "error",
        "a DWG drawing can be read by its own program only",
        "Save it there as DXF (text), with the middle lines of the roads on layers of their own.",
    ),
    "drawing_layers": Message(
        "note",
        "lines of the drawing by layer: {layers}",
        "`classes` in [roads] says which class of road a layer is.",
    ),
    "roads_double_lines": Message(
        "warning",
        "most lines have another line running beside them: streets seem to be drawn by their two"
        " edges, which do not meet at crossings",
        "Draw or ask for the middle lines of the roads (道路中心线).",
    ),
    "roads_mode_empty": Message(
        "warning",
        "no road in it may be used by the mode `{mode}`",
        "All people are off the network by this mode; check the road classes or leave it out.",
    ),
    "roads_bad_coordinates": Message(
        "warning",
        "{count} segments have an end without usable coordinates and are left out",
        "Save the roads again with all their nodes.",
    ),
    "roads_self_loops": Message("note", "{count} segments begin and end at one node; left out"),
    "roads_clipped": Message(
        "note",
        "{count} nodes of its ways are missing, as at the edge of an extract",
        "Roads stop there; give a larger extract when people live near its edge.",
    ),
    "roads_graph_undirected": Message(
        "error",
        "{count} one-way streets of an undirected graph do not say (`from`, `to`) which way they"
        " go",
        "Save the directed graph of OSMnx, before `to_undirected`.",
    ),
    "roads_without_direction": Message(
        "note",
        "no column says which streets are one-way: cars and e-bikes go both ways everywhere",
        "Times by car may be too short where there are one-way streets; add the column.",
    ),
    "roads_deleted": Message(
        "note",
        "{count} objects are marked as deleted and were left out with all that hangs on them",
    ),
    "roads_members_missing": Message(
        "note",
        "{count} ways of squares, piers or ferries are not in it, as at the edge of an extract",
        "Give a larger extract when people live near its edge.",
    ),
    "ferry_ends_nowhere": Message(
        "warning",
        "{count} ferries end where no road, path or pier begins: nobody can go on from there",
        "Draw the way from the landing to the road in the road file.",
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
    "ferry_row": Message(
        "error", "a row of the timetable cannot be read: {reason}", "Correct the cell and rerun."
    ),
    "ferry_unknown": Message(
        "warning",
        "{count} ferries of the timetable have no way in the road file",
        "Correct the way ids; a ferry is never drawn as a guessed line.",
    ),
    "ferry_scheduled": Message(
        "note",
        "{count} ferries sail less than {sailings} times a day or {days} days a week: people go by"
        " the timetable, and what lies behind is outside every circle",
    ),
    "override_row": Message(
        "error",
        "{count} rows have no way id, or a speed that is not above zero, or an unknown kind",
        "`speed_type` is `scale` or `km/h`.",
    ),
    "override_repeated": Message(
        "warning", "{count} rows name a way again; the last one counts", "Keep one row for each."
    ),
    "override_unknown": Message(
        "warning", "{count} of {total} ways are not among the roads", "Correct the way ids."
    ),
    "road_class_unknown": Message(
        "warning",
        "{count} rows have a road class that is not known ({examples}) and are left out",
        "Write highway values or classes such as 国道, 县道, 村道, or say in [roads] what the words"
        ' mean: `classes = {{ "DLZX" = "residential" }}`.',
    ),
    "road_direction_unknown": Message(
        "warning",
        "{count} rows have a direction that is not known ({examples}) and are open both ways",
        "Write both, forward or backward.",
    ),
    "road_row_no_line": Message(
        "warning", "{count} rows hold no line and are left out", "Remove them or draw their lines."
    ),
    "road_loose_ends": Message(
        "note", "{count} line ends meet no other end within {join_m} m (dead ends among them)"
    ),
    "road_ends_on_lines": Message(
        "warning",
        "{count} lines end on the middle of another line and are not joined to it",
        "Split the other line where a road really meets it.",
    ),
    "elevation_gaps": Message(
        "warning",
        "{percent} % of the road length has no height and counts as flat",
        "Give a raster of heights that covers the roads.",
    ),
}
