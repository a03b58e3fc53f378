"""Sentences about the output folder."""

from __future__ import annotations

from geo.errors import Message

FOLDER_MESSAGES: dict[str, Message] = {
    "out_is_file": Message("error", "{folder} is a file", "Name a folder."),
    "out_is_link": Message(
        "error", "{folder} is a symbolic link", "Name the folder that it leads to."
    ),
    "out_name_too_long": Message(
        "error", "the name of {folder} is too long", "Name a folder with a shorter name."
    ),
    "out_not_a_place": Message(
        "error",
        "{folder} is the folder in which the command runs, or one above it",
        "Name a folder of its own.",
    ),
    "out_holds_others": Message(
        "error",
        "{folder} holds {count} files or folders that are not results of this program: {names}",
        "Name a new or empty folder.",
    ),
    "out_changed": Message(
        "error",
        "{count} files in {folder} were changed since this program wrote them: {names}",
        "Keep them elsewhere, or name a new folder.",
    ),
    "out_holds_inputs": Message(
        "error", "{folder} holds files that the study reads: {names}", "Name another folder."
    ),
    "out_not_writable": Message(
        "error", "{folder} cannot be written: {reason}", "Free it or name another folder."
    ),
    "out_busy": Message(
        "error",
        "{folder} is in use (is a table open in Excel?) or was changed meanwhile; the new results"
        " are in {kept}",
        "Close the files and rerun, or read the results there.",
    ),
}
