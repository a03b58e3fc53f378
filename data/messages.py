"""What each finding of the readers means: severity, sentence and fix, in English."""

from __future__ import annotations

from geo.errors import Message

STUDY_MESSAGES: dict[str, Message] = {
    "study_missing": Message(
        "error",
        "there is no study file {path}",
        "`servicecircle new DIR` writes one to start from.",
    ),
    "study_encoding": Message(
        "error", "the study file is not UTF-8 text", "Save it as UTF-8 and rerun."
    ),
    "study_file_missing": Message(
        "error",
        "`{key}`: there is no file {path}",
        "Correct the path (it is relative to the study file).",
    ),
    "file_exists": Message(
        "error", "the file exists already and is left as it is", "Choose another folder."
    ),
    "file_not_writable": Message(
        "error", "the file cannot be written: {reason}", "Choose another folder."
    ),
}
