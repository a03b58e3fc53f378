"""Files that people make beside a study while they work: chosen places, remarks."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from data.study.files import placed_file
from data.study.tables import Study

FOLDER_VARIABLE = "SERVICECIRCLE_DATA"


def side_folder(study: Study) -> Path:
    """Return where files of a study's own are kept.

    Beside the study file, or, where that cannot be written and for the built-in county, in a folder
    of the study's own below `SERVICECIRCLE_DATA` (by default `.servicecircle` in the home folder).
    """
    beside = study.path.parent
    if not study.is_synthetic and os.access(beside, os.W_OK):
        return beside
    root = os.environ.get(FOLDER_VARIABLE) or str(Path.home() / ".servicecircle")
    return Path(root) / "studies" / hashlib.sha256(str(study.path).encode()).hexdigest()[:12]


def with_side_files(study: Study) -> Study:
    """Return a study that reads chosen places from where the app can write them."""
    folder = side_folder(study)
    if folder == study.path.parent:
        return study
    known = placed_file(study)
    if known.is_file():
        return study  # places that came with a study that cannot be changed
    placed = str((folder / known.name).absolute())
    return replace(study, facilities=replace(study.facilities, placed=placed))


def remarks_file(study: Study) -> Path:
    """Return where the remarks on a study are kept."""
    return side_folder(study) / f"{study.path.stem}.remarks.json"
