"""Remarks on results (有疑问): who doubts what at which place, kept as JSON beside the study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from data.errors import PlannerError, StudyError
from data.store import exclusive, read_json, write_json
from geo.errors import Finding
from planning.words.figures import mode_text
from planning.words.tables import Table, table_of
from planning.words.wording import Translate, msgid

KIND, VERSION = "remarks", 1
LONGEST_TEXT = 1000
LONGEST_NAME = 60
MOST_REMARKS = 5000


@dataclass(frozen=True, slots=True)
class Remark:
    """One doubt about one place.

    Parameters
    ----------
    place
        Name of the place, as the page showed it.
    lon, lat
        Where it is, in degrees (WGS 84).
    mode
        Mode of travel that is doubted; empty when it is none in particular.
    text
        What is doubted.
    who
        Who says so; may be empty.
    time
        When, ISO 8601 with its time zone.
    result
        The figure that stood on the page, in words.
    number
        1 for the first remark of a study; 0 before it is saved.
    is_settled
        Whether somebody has dealt with it.
    """

    place: str
    lon: float
    lat: float
    mode: str
    text: str
    who: str = ""
    time: str = ""
    result: str = ""
    number: int = 0
    is_settled: bool = False


def now() -> str:
    """Return the present moment as a remark states it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def list_remarks(path: Path) -> tuple[Remark, ...]:
    """Return the remarks of a file in the order of their numbers; none where there is no file.

    Raises
    ------
    StudyError
        When the file is damaged, newer than this program, or no file of remarks.
    """
    if not path.is_file():
        return ()
    value = read_json(path, kind=KIND, version=VERSION)
    rows = value.get("remarks")
    if not isinstance(rows, list) or len(rows) > MOST_REMARKS:
        _broken(path, "remarks")
    return tuple(sorted((_parsed(row, path) for row in rows), key=lambda remark: remark.number))


def add_remark(path: Path, remark: Remark) -> Remark:
    """Add a remark and return it with its number; two people may write at once.

    Raises
    ------
    PlannerError
        When it says nothing or too much, or the file is damaged; the file is left as it is.
    OSError
        When the file cannot be written.
    """
    text, who = remark.text.strip(), " ".join(remark.who.split())
    if not 1 <= len(text) <= LONGEST_TEXT or len(who) > LONGEST_NAME:
        params = (("most", LONGEST_TEXT), ("most_name", LONGEST_NAME))
        raise PlannerError(Finding("remark_text", params))

    def add(known: tuple[Remark, ...]) -> tuple[Remark, ...]:
        number = 1 + max((one.number for one in known), default=0)
        return (*known, replace(remark, text=text, who=who, number=number))

    return _changed(path, add)[-1]


def settle_remark(path: Path, number: int, *, is_settled: bool) -> None:
    """Mark a remark as dealt with, or open again. Errors as `add_remark`."""
    _changed(
        path,
        lambda known: tuple(
            replace(one, is_settled=is_settled) if one.number == number else one for one in known
        ),
    )


def remarks_sheet(remarks: tuple[Remark, ...], translate: Translate) -> Table:
    """Return remarks as a sheet, the open ones first."""
    headers = (
        msgid("No."),
        msgid("State"),
        msgid("Place"),
        msgid("Mode"),
        msgid("Remark"),
        msgid("Result on the page"),
        msgid("Who"),
        msgid("Time"),
        msgid("Longitude"),
        msgid("Latitude"),
    )
    rows = [
        (
            one.number,
            translate("settled") if one.is_settled else translate("not settled"),
            one.place,
            mode_text(one.mode, translate) if one.mode else None,
            one.text,
            one.result or None,
            one.who or None,
            one.time,
            one.lon,
            one.lat,
        )
        for one in in_order(remarks)
    ]
    return table_of(msgid("Remarks"), headers, rows, translate)


def in_order(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """Return remarks as lists show them: open ones first, the latest at the top."""
    return tuple(sorted(remarks, key=lambda one: (one.is_settled, -one.number)))


def remarks_json(remarks: tuple[Remark, ...]) -> list[dict[str, Any]]:
    """Return remarks as JSON values."""
    return [asdict(one) for one in remarks]


def _changed(
    path: Path, change: Callable[[tuple[Remark, ...]], tuple[Remark, ...]]
) -> tuple[Remark, ...]:
    with exclusive(path):
        after = change(list_remarks(path))
        write_json(path, {"remarks": remarks_json(after)}, kind=KIND, version=VERSION)
    return after


def _parsed(row: Any, path: Path) -> Remark:
    """Return the remark that a JSON value describes."""
    known = {item.name: item for item in fields(Remark)}
    if not isinstance(row, Mapping) or set(row) != set(known):
        _broken(path, "remarks")
    kinds: dict[str, tuple[type, ...]] = {
        **dict.fromkeys(("lon", "lat"), (int, float)),
        "number": (int,),
        "is_settled": (bool,),
    }
    for name, value in row.items():
        is_flag = isinstance(value, bool)
        if not isinstance(value, kinds.get(name, (str,))) or (is_flag and name != "is_settled"):
            _broken(path, name)
    return Remark(**row)


def _broken(path: Path, key: str) -> NoReturn:
    said = (("expected", "servicecircle.remarks"), ("reason", f"the wrong kind of value at: {key}"))
    raise StudyError(Finding("file_unreadable", said, file=path.name))
