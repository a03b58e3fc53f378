"""What each finding of databases and of the internet means: severity, sentence and fix."""

from __future__ import annotations

from geo.errors import Message

DATABASE_MESSAGES: dict[str, Message] = {
    "study_query_of_file": Message(
        "error",
        "`{key}` belongs to a database, `path` names a file",
        "Write the address of the database at `path`, or remove the query.",
    ),
    "study_database_layer": Message(
        "error",
        "`[{key}]` reads a database and needs either `layer` or `query`",
        'Write `layer = "schema.table"` or `query = "select ..."`, not both.',
    ),
    "database_not_installed": Message(
        "error",
        "reading a database needs the extra `postgis`, which is not installed",
        'Install it: pip install "psycopg[binary]".',
    ),
    "database_failed": Message(
        "error",
        "the database does not answer the question: {reason}",
        "Check address, rights, `layer` and `query`; a plain `select` is allowed, nothing else.",
    ),
    "database_too_large": Message(
        "error",
        "the layer holds more than {rows} rows or {size_mb} MB",
        "Select the county with `query`.",
    ),
    "database_geometries": Message(
        "error",
        "the layer has {count} columns of geometry: {columns}",
        "Name one of them in a `query`.",
    ),
    "database_curves": Message(
        "error",
        "the layer has curved geometries, which are not read",
        "Make lines of them with ST_CurveToLine in a `query`.",
    ),
    "database_systems": Message(
        "error",
        "the geometries of the layer are in {count} coordinate systems",
        "Bring them into one with ST_Transform in a `query`.",
    ),
}

FETCH_MESSAGES: dict[str, Message] = {
    "fetch_offline": Message(
        "error",
        "{host} cannot be reached: is this computer connected to the internet?",
        "Connect it or set the proxy, then run the command again; what was fetched is kept.",
    ),
    "fetch_busy": Message(
        "error",
        "{host} did not give a whole answer after {tries} tries (last: {reason})",
        "Run the command again later; what was fetched is kept.",
    ),
    "fetch_wait": Message(
        "error",
        "{host} asks to wait {seconds} seconds",
        "Run the command again after that; what was fetched is kept.",
    ),
    "fetch_status": Message(
        "error", "{host} refuses the question (status {status})", "Check the address and the place."
    ),
    "fetch_redirect": Message(
        "error",
        "{host} sends us on to {target}, which was not asked for",
        "Give the address of the service itself.",
    ),
    "fetch_content": Message(
        "error",
        "{host} answers with {actual} instead of {expected}",
        "Is there a log-in page of the network between? Check the address of the service.",
    ),
    "fetch_too_large": Message(
        "error",
        "the answer of {host} is larger than {limit_mb} MB",
        "Name a smaller place, such as one county.",
    ),
    "fetch_no_ranges": Message(
        "error",
        "{host} only sends the whole raster, not a part of it",
        "Give the address of a server that answers range requests.",
    ),
    "fetch_place_unknown": Message(
        "error",
        "no area is found for the place `{place}`",
        "Write it as OpenStreetMap does, such as 上虞区, 绍兴市, 浙江省.",
    ),
    "fetch_place_too_large": Message(
        "error",
        "`{place}` covers {area_km2} km2, more than {limit_km2}",
        "Name one county or city.",
    ),
    "fetch_address": Message(
        "error", "`{url}` is not an http(s) address", "Correct the address of the service."
    ),
    "fetch_no_roads": Message(
        "error", "there are no roads in `{place}`", "Check the place and the service."
    ),
    "fetch_not_there": Message(
        "error",
        "the raster of {host} does not reach `{place}`",
        "Check --country and --population-url.",
    ),
    "fetch_no_facilities": Message(
        "warning",
        "OpenStreetMap knows no health facilities in `{place}`",
        "Fill facilities.csv before assessing.",
    ),
    "fetch_no_towns": Message(
        "note",
        "the towns of `{place}` are not drawn in OpenStreetMap: the study has one zone",
        "Put the bureau's own zones at `zones.path`.",
    ),
    "fetch_kinds_guessed": Message(
        "note",
        "the kinds of {count} facilities were taken from their names and tags",
        "Compare facilities.csv with the bureau's own list; OpenStreetMap lacks many points.",
    ),
}
