"""Opening a study: a known one or an upload; what is wrong is said and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app_pages.session.choices import Key
from app_pages.session.state import (
    data_folder,
    get,
    open_study,
    own_folder,
    put,
    study_path,
    words,
)
from app_pages.session.uploads import keep_upload, remember_study, remove_upload, require_inside
from data.errors import PlannerError
from data.study.file import SAMPLE_STUDY, read_study
from planning.words.wording import finding_sentence


def open_known(path: Path) -> None:
    """Open a study after its file has been read."""
    read_study(path)
    remember_study(own_folder(), path)
    open_study(path)


def open_upload() -> None:
    """Keep what was uploaded, check that it stays inside its folder, and open it."""
    files = [(file.name, file.getvalue()) for file in get(Key.UPLOAD) or ()]
    kept = keep_upload(own_folder(), files, root=data_folder())
    require_inside(read_study(kept, is_confined=True))
    open_known(kept)


def remove(path: Path) -> None:
    """Delete an upload of this person; the built-in county takes its place where it is open."""
    if path == study_path():
        open_study(SAMPLE_STUDY)
    remove_upload(own_folder(), path)


def attempt(step: Callable[..., None], *arguments: Any) -> None:
    """Do a step; what is wrong is said, and the open study stays open."""
    _ = words()
    try:
        step(*arguments)
    except PlannerError as error:
        put(Key.MESSAGE, "\n".join(finding_sentence(f, _) for f in error.findings[:10]))
    except OSError as error:
        text = _("It could not be opened or kept ({reason}); the open study stays open.")
        put(Key.MESSAGE, text.format(reason=error.strerror))
