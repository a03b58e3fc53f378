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
    "database_systems": Message(
        "error",
        "the geometries of the layer are in {count} coordinate systems",
        "Bring them into one with ST_Transform in a `query`.",
    ),
}
