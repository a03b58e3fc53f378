"""Named scenarios as files: versioned JSON, checked by its schema, written in one step.

Two people may save at once: whoever saves second is told, and nothing is lost. A writer holds an
exclusive lock file for the moment of comparing the revision and replacing the file.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from data.errors import PlannerError, StudyError
from data.store import exclusive, read_json, write_json
from data.study.tables import Study
from geo.errors import Finding
from planning.whatif.edits import ACTIONS, ROAD_ACTIONS, Edit

KIND, VERSION = "scenario", 2
FOLDER_VARIABLE = "SERVICECIRCLE_DATA"
LONGEST_NAME = 60
MOST_EDITS = 500
_TEXTS = ("action", "facility_id", "name", "kind", "road_class")
_FLAGS = ("is_oneway",)
_LINK_KEYS = ("action", "facility_id", "kind", "lon", "lat", "to_lon", "to_lat", "speed_kph",
              "is_oneway", "capacity_people", "cost_wan_yuan")  # fmt: skip
_LINK_NUMBERS = tuple(key for key in _LINK_KEYS[3:] if key not in _FLAGS)


@dataclass(frozen=True, slots=True)
class SavedScenario:
    """A named scenario as saved.

    Parameters
    ----------
    name
        Name that people gave it.
    edits
        Its steps.
    revision
        1 for the first saving, one more with each; 0 before it is saved.
    study_name, dataset_fingerprint
        The study it was made for; another fingerprint means that the data have changed since.
    note
        A remark.
    """

    name: str
    edits: tuple[Edit, ...]
    revision: int = 0
    study_name: str = ""
    dataset_fingerprint: str = ""
    note: str = ""


def scenario_folder(study: Study, *, root: Path | None = None) -> Path:
    """Return the folder of a study's scenarios.

    It is `scenarios/` beside the study file, or, where that cannot be written, a folder of the
    study's own below `root`: by default `SERVICECIRCLE_DATA`, else `.servicecircle` in the home
    folder.
    """
    beside = study.path.parent
    if not study.is_synthetic and os.access(beside, os.W_OK):
        return beside / "scenarios"
    if root is None:
        root = Path(os.environ.get(FOLDER_VARIABLE) or Path.home() / ".servicecircle")
    own = hashlib.sha256(str(study.path).encode()).hexdigest()[:12]
    return root / "scenarios" / own


def scenario_file(folder: Path, name: str) -> Path:
    """Return the file of a scenario: its name as far as a file name may hold it, and a hash.

    Raises
    ------
    PlannerError
        When the name is empty, too long or has control characters.

    >>> scenario_file(Path("s"), "../东片 加二").name
    '东片_加二-1d2d16a2.json'
    """
    _check_name(name)
    plain = re.sub(r"[^\w-]+", "_", name).strip("_")[:40]
    return folder / f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.json"


def list_scenarios(folder: Path) -> tuple[SavedScenario, ...]:
    """Return the scenarios of a folder by name; files that cannot be read are left out."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(_read(path))
        except PlannerError:
            continue
    return tuple(sorted(found, key=lambda saved: saved.name))


def load_scenario(folder: Path, name: str) -> SavedScenario:
    """Read a scenario by name.

    Raises
    ------
    PlannerError
        When there is none, or its file is damaged, newer than this program or no scenario.
    """
    return _read(scenario_file(folder, name))


def save_scenario(folder: Path, scenario: SavedScenario) -> SavedScenario:
    """Save a scenario under its name and return it with its new revision.

    Raises
    ------
    PlannerError
        When the revision on disk is not the one this scenario was opened at (0: there is none).
    OSError
        When the disk is full or the folder cannot be written; the earlier file is whole.
    """
    path = scenario_file(folder, scenario.name)
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(path):
        actual = _read(path).revision if path.exists() else 0
        if actual != scenario.revision:
            params = (("name", scenario.name), ("actual", actual))
            raise PlannerError(Finding("scenario_changed", params, file=path.name))
        value = {**asdict(scenario), "revision": actual + 1}
        write_json(path, value, kind=KIND, version=VERSION)
    return _parsed(value, path.name)


def delete_scenario(folder: Path, name: str) -> None:
    """Remove a scenario; nothing happens where there is none."""
    path = scenario_file(folder, name)
    if path.exists():
        with exclusive(path):
            path.unlink(missing_ok=True)


def _read(path: Path) -> SavedScenario:
    value = read_json(
        path, kind=KIND, version=VERSION, migrations={0: _from_lists, 1: _before_roads}
    )
    return _parsed(value, path.name)


def _from_lists(value: dict[str, Any]) -> dict[str, Any]:
    """Bring version 0 up, which held the lists `opened` and `closed` of a study file."""
    steps = [("open", name) for name in value.get("opened", ())]
    steps += [("close", name) for name in value.get("closed", ())]
    edits = [{"action": action, "facility_id": name} for action, name in steps]
    return {"name": value.get("name", ""), "edits": edits, "revision": value.get("revision", 1)}


def _before_roads(value: dict[str, Any]) -> dict[str, Any]:
    """Bring version 1 up, whose edits are of points only: it says nothing of roads."""
    return value


def _parsed(value: Mapping[str, Any], file: str) -> SavedScenario:
    """Return the scenario a JSON value describes.

    Raises
    ------
    StudyError
        With every key that is missing or of the wrong type.
    """
    faults: list[Finding] = []

    def fault(key: str, reason: str) -> None:
        faults.append(Finding("scenario_content", (("key", key), ("reason", reason)), file=file))

    for key, kind in (("name", str), ("revision", int), ("edits", (list, tuple))):
        if not isinstance(value.get(key), kind) or isinstance(value.get(key), bool):
            fault(key, "missing or of the wrong type")
    if not faults and len(value["edits"]) > MOST_EDITS:
        fault("edits", f"more than: {MOST_EDITS}")
    edits: list[Edit] = []
    for number, row in enumerate(() if faults else value["edits"], start=1):
        reason = _edit_fault(row)
        if reason:
            fault(f"edits[{number}]", reason)
        else:
            edits.append(Edit(**row))
    if faults:
        raise StudyError(*faults)
    _check_name(value["name"])
    texts = {key: str(value.get(key, "")) for key in ("study_name", "dataset_fingerprint", "note")}
    return SavedScenario(
        name=value["name"], edits=tuple(edits), revision=int(value["revision"]), **texts
    )


def _edit_fault(row: Any) -> str:
    """Return what is wrong with one edit of a file; empty where nothing is."""
    if not isinstance(row, Mapping):
        return "no table"
    known = [field.name for field in fields(Edit)]
    if unknown := sorted(set(row) - set(known)):
        return f"unknown key {unknown[0]}"
    if row.get("action") not in ACTIONS:
        return "no such action"
    return next(filter(None, (_value_fault(row, key) for key in known)), "")


def _value_fault(row: Mapping[str, Any], key: str) -> str:
    """Return what is wrong with one value of an edit."""
    if key in _TEXTS:
        is_text = isinstance(row.get(key, ""), str)
        is_missing = key == "facility_id" and not row.get(key)
        return "" if is_text and not is_missing else f"{key} is missing or no text"
    if key in _FLAGS:
        return "" if isinstance(row.get(key, False), bool) else f"{key} is neither true nor false"
    value = row.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or (is_number and math.isfinite(value)):
        return ""
    return f"{key} is no number"


def _check_name(name: str) -> None:
    is_plain = name.isprintable() and name.strip() == name
    if not (is_plain and 1 <= len(name) <= LONGEST_NAME):
        raise PlannerError(Finding("scenario_name", (("name", name[:LONGEST_NAME]),)))


def edits_text(edits: Sequence[Edit]) -> str:
    """Return edits as short text for a link: one line each, fields by commas, `;` between them.

    >>> edits_text((Edit("add", "NEW-001", "", "B200", 120.5, 30.25), Edit("close", "F1")))
    'add,NEW-001,B200,120.500000,30.250000;close,F1'
    """
    lines = []
    for edit in edits:
        parts = [
            edit.action,
            edit.facility_id,
            edit.kind or edit.road_class,
            *map(_degrees_text, (edit.lon, edit.lat, edit.to_lon, edit.to_lat)),
            "" if edit.speed_kph is None else f"{edit.speed_kph:g}",
            "1" if edit.is_oneway else "",
            *("" if n is None else f"{n:g}" for n in (edit.capacity_people, edit.cost_wan_yuan)),
        ]
        lines.append(",".join(parts).rstrip(","))
    return ";".join(lines)


def _degrees_text(degrees: float | None) -> str:
    return "" if degrees is None else f"{degrees:.6f}"


def edits_from_text(text: str) -> tuple[Edit, ...]:
    """Return the edits of a link. Names are not in a link.

    Raises
    ------
    StudyError
        When a part cannot be read.

    >>> edits_from_text("close,F1")[0].action
    'close'
    """
    edits = []
    for number, line in enumerate(filter(None, text[:20_000].split(";")), start=1):
        parts = [*line.split(","), *[""] * len(_LINK_KEYS)][: len(_LINK_KEYS)]
        said = dict(zip(_LINK_KEYS, parts, strict=True))
        row: dict[str, Any] = {key: said[key] for key in ("action", "facility_id")}
        row["road_class" if said["action"] in ROAD_ACTIONS else "kind"] = said["kind"]
        try:
            row |= {key: float(said[key]) for key in _LINK_NUMBERS if said[key]}
            row |= {"is_oneway": True} if said["is_oneway"] == "1" else {}
            reason = _edit_fault(row)
        except ValueError:
            reason = "a place or a speed is no number"
        if reason:
            params = (("key", f"edits[{number}]"), ("reason", reason))
            raise StudyError(Finding("scenario_content", params))
        edits.append(Edit(**row))
    return tuple(edits)
