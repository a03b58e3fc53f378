"""Places that a person has chosen for institutions: a CSV beside the study, not the list."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from data.errors import StudyError, unreadable
from data.store import atomic_file, exclusive
from geo.errors import Finding

SIDE_COLUMNS = ("facility_id", "lon", "lat", "method", "note")

_Kept: TypeAlias = dict[str, "ChosenPlace"]


@dataclass(frozen=True, slots=True)
class ChosenPlace:
    """Where a person has put one institution, in degrees (WGS 84), and what they noted."""

    facility_id: str
    lon: float
    lat: float
    note: str = ""


def chosen_places(side_file: Path) -> dict[str, ChosenPlace]:
    """Return the places of a side file by institution; none where there is no file.

    Raises
    ------
    StudyError
        When the file is not one that this program wrote.
    """
    try:
        with side_file.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames is None or set(reader.fieldnames) != set(SIDE_COLUMNS):
                raise StudyError(Finding("placed_foreign", file=side_file.name))
            return {place.facility_id: place for place in map(_place, reader)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, csv.Error) as fault:
        if isinstance(fault, StudyError):
            raise
        raise unreadable(side_file, "CSV", fault) from fault


def save_place(
    side_file: Path, facility_id: str, lon: float, lat: float, *, note: str = ""
) -> ChosenPlace | None:
    """Write the place that a person has chosen for one institution; return the earlier one.

    Parameters
    ----------
    side_file
        CSV beside the study; made when it is not there. Two people may save at once.
    facility_id
        Id in the list.
    lon, lat
        Degrees, WGS 84.
    note
        Who chose it, and by what.

    Raises
    ------
    ValueError
        When the coordinates are not degrees.
    StudyError
        When the file is not one that this program wrote; it is left as it is.
    OSError
        When it cannot be written; the earlier file is whole.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"not degrees: {lon}, {lat}")
    place = ChosenPlace(facility_id, lon, lat, " ".join(note.split()))
    return _changed(side_file, facility_id, lambda kept: kept | {facility_id: place})


def remove_place(side_file: Path, facility_id: str) -> ChosenPlace | None:
    """Take the chosen place of one institution back; return it, or None where there was none.

    Errors as `save_place`.
    """
    return _changed(
        side_file,
        facility_id,
        lambda kept: {key: place for key, place in kept.items() if key != facility_id},
    )


def _changed(
    side_file: Path, facility_id: str, change: Callable[[_Kept], _Kept]
) -> ChosenPlace | None:
    with exclusive(side_file):
        kept = chosen_places(side_file)
        earlier = kept.get(facility_id)
        content = _csv(change(kept))
        with atomic_file(side_file) as target:
            target.write(content.encode("utf-8-sig"))
    return earlier


def _csv(kept: _Kept) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(SIDE_COLUMNS)
    for key in sorted(kept):
        place = kept[key]
        degrees = (f"{place.lon:.7f}", f"{place.lat:.7f}")
        writer.writerow([_as_text(key), *degrees, "chosen", _as_text(place.note)])
    return out.getvalue()


def _place(row: dict[str, str]) -> ChosenPlace:
    return ChosenPlace(
        _plain(row["facility_id"]), float(row["lon"]), float(row["lat"]), _plain(row["note"])
    )


def _as_text(value: str) -> str:
    """Return a text that no spreadsheet reads as a formula."""
    return f"'{value}" if _begins_a_formula(value) else value


def _plain(value: str) -> str:
    """Return what `_as_text` was given."""
    return value[1:] if value.startswith("'") and _begins_a_formula(value) else value


def _begins_a_formula(value: str) -> bool:
    return value.lstrip("'")[:1] in {"=", "+", "-", "@"}
