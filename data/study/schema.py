"""TOML tables into frozen dataclasses: the dataclass is the schema, faults are findings by key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from data.addresses import AddressError, DatabaseAddress, is_address, redacted
from geo.errors import Finding

T = TypeVar("T")

_FLAT, _ADDRESS = "flat", "address"
FLAT = {_FLAT: True}
"""Metadata of a dataclass field whose own keys stand beside those of the table that holds it."""
ADDRESS_IN_PATH = {_ADDRESS: True}
"""Metadata of a field that takes the address of a database which the study writes at `path`."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where values come from and where faults go.

    Parameters
    ----------
    file
        Name of the study file, for findings.
    folder
        Paths in the file are relative to it.
    findings
        Faults are appended here; reading goes on after each.
    is_confined
        Whether paths that lead out of the folder are faults, told alike whether a file is there.
    """

    file: str
    folder: Path
    findings: list[Finding]
    is_confined: bool = False

    def report(self, code: str, **params: str | float) -> None:
        """Append a finding about the study file."""
        self.findings.append(Finding(code, tuple(params.items()), file=self.file))


class _WrongTypeError(ValueError):
    """A value is not of the expected kind; the argument says what is expected."""


def read_table(cls: type[T], values: Any, *, key: str, context: Context) -> T | None:
    """Return a dataclass filled from a TOML table; None when a key it needs is missing or wrong.

    Parameters
    ----------
    cls
        Frozen dataclass; its type hints and defaults are the schema.
    values
        The TOML table.
    key
        Dotted name of the table, for findings.
    context
        Receives `study_key_unknown`, `study_key_missing`, `study_key_type` and
        `study_file_missing`.
    """
    if not isinstance(values, Mapping):
        context.report("study_key_type", key=key, expected="a table", actual=_shown(values))
        return None
    known = _known_keys(cls)
    for name in values:
        if name not in known:
            context.report(
                "study_key_unknown", key=_join(key, str(name)), known=", ".join(sorted(known))
            )
    return _build(cls, values, key, context)


def flat_values(table: Any) -> dict[str, Any]:
    """Return the values of a table under the keys that the study file has for them."""
    found: dict[str, Any] = {}
    for item in fields(table):
        value = getattr(table, item.name)
        if item.metadata.get(_FLAT) and is_dataclass(value):
            found |= flat_values(value)
        else:
            found[item.name] = asdict(value) if is_dataclass(value) else value  # type: ignore[arg-type]
    return found


def core_type(hint: Any) -> Any:
    """Return X of `X | None`, any other hint as it is."""
    if get_origin(hint) in (Union, UnionType):
        return next(part for part in get_args(hint) if part is not NoneType)
    return hint


def _known_keys(cls: Any) -> set[str]:
    hints = get_type_hints(cls)
    known: set[str] = set()
    for item in fields(cls):
        if item.metadata.get(_FLAT):
            known |= _known_keys(core_type(hints[item.name]))
        elif not item.metadata.get(_ADDRESS):
            known.add(item.name)
    return known


def _build(cls: type[T], values: Mapping[str, Any], key: str, context: Context) -> T | None:
    hints = get_type_hints(cls)
    arguments: dict[str, Any] = _read_address(cls, values, key, context)
    is_complete = True
    for item in fields(cls):  # type: ignore[arg-type]
        if item.name in arguments or item.metadata.get(_ADDRESS):
            continue
        hint = hints[item.name]
        is_optional = item.default is not MISSING or item.default_factory is not MISSING
        if item.metadata.get(_FLAT):
            found = _read_flat(core_type(hint), values, key, context, is_optional=is_optional)
        elif item.name in values:
            found = _read_value(hint, values[item.name], _join(key, item.name), context)
        elif is_optional:
            continue
        else:
            context.report("study_key_missing", key=_join(key, item.name))
            found = None
        if found is not None:
            arguments[item.name] = found
        elif not is_optional:
            is_complete = False
    return cls(**arguments) if is_complete else None


def _read_address(
    cls: Any, values: Mapping[str, Any], key: str, context: Context
) -> dict[str, Any]:
    """Return the fields that a database address at `path` fills; none where there is none."""
    path = values.get("path")
    name = next((item.name for item in fields(cls) if item.metadata.get(_ADDRESS)), None)
    if name is None or not isinstance(path, str) or not is_address(path):
        return {}
    try:
        address = DatabaseAddress(path.strip())
    except AddressError as fault:
        context.report(
            "study_key_type", key=_join(key, "path"), expected=str(fault), actual="this address"
        )
        return {"path": Path("address")}
    return {"path": Path(address.database), name: address}


def _read_flat(
    cls: Any, values: Mapping[str, Any], key: str, context: Context, *, is_optional: bool
) -> Any:
    if is_optional and not any(name in values for name in _known_keys(cls)):
        return None
    return _build(cls, values, key, context)


def _read_value(hint: Any, value: Any, key: str, context: Context) -> Any:
    """Return a value of the hinted type; None after a fault has been reported."""
    hint = core_type(hint)
    if is_dataclass(hint):
        return read_table(hint, value, key=key, context=context)  # type: ignore[arg-type]
    if hint is Path:
        return _read_path(value, key, context)
    items = get_args(hint)
    if get_origin(hint) is tuple and len(items) == 2 and is_dataclass(items[0]):
        return _read_array_of_tables(items[0], value, key, context)
    try:
        return _convert(hint, value)
    except _WrongTypeError as fault:
        context.report("study_key_type", key=key, expected=str(fault), actual=_shown(value))
        return None


def _read_array_of_tables(cls: Any, value: Any, key: str, context: Context) -> Any:
    if not isinstance(value, list):
        context.report("study_key_type", key=key, expected="a list of tables", actual=_shown(value))
        return None
    rows = [
        read_table(cls, row, key=f"{key}[{index}]", context=context)
        for index, row in enumerate(value, start=1)
    ]
    return tuple(row for row in rows if row is not None)


def _read_path(value: Any, key: str, context: Context) -> Path | None:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        context.report("study_key_type", key=key, expected="a file path", actual=_shown(value))
        return None
    if is_address(value):
        context.report("study_key_type", key=key, expected="a file path", actual=_shown(value))
        return None
    path = context.folder / value
    if context.is_confined and not path.resolve().is_relative_to(context.folder.resolve()):
        context.report("upload_outside", name=Path(value).name[:80])
        return None
    try:
        is_there = path.is_file()
    except OSError:  # a name longer than the file system allows
        is_there = False
    if not is_there:
        context.report("study_file_missing", key=key, path=redacted(value)[:200])
        return None
    return path


def _convert(hint: Any, value: Any) -> Any:
    """Return a value of a plain, `Literal` or tuple type, or raise with what is expected."""
    origin, items = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in items:
            raise _WrongTypeError("one of: " + ", ".join(map(str, items)))
        return value
    if origin is tuple:
        return _convert_tuple(items, value)
    return _PLAIN[hint](value)


def _convert_tuple(items: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    is_open = len(items) == 2 and items[1] is Ellipsis
    if is_open and get_origin(items[0]) is tuple and get_args(items[0])[1] is not Ellipsis:
        return _convert_pairs(get_args(items[0])[1], value)
    if not isinstance(value, list):
        raise _WrongTypeError("a list")
    if is_open:
        return tuple(_convert(items[0], item) for item in value)
    if len(value) != len(items):
        raise _WrongTypeError(f"a list with this many values: {len(items)}")
    return tuple(_convert(item, part) for item, part in zip(items, value, strict=True))


def _convert_pairs(hint: Any, value: Any) -> tuple[tuple[str, Any], ...]:
    if not isinstance(value, Mapping):
        raise _WrongTypeError("a table such as { name = ... }")
    return tuple((str(name), _convert(hint, part)) for name, part in value.items())


def _text(value: Any) -> str:
    if isinstance(value, date):  # a bare TOML date
        return value.isoformat()
    if not isinstance(value, str):
        raise _WrongTypeError("text in quotes")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _WrongTypeError("a number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _WrongTypeError("a whole number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongTypeError("true or false")
    return value


def _cell(value: Any) -> str | float | bool:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return _number(value)


_PLAIN: dict[Any, Any] = {
    str: _text,
    float: _number,
    int: _whole,
    bool: _flag,
    str | float | bool: _cell,
}


def _shown(value: Any) -> str:
    text = redacted(repr(value) if isinstance(value, str) else str(value))
    return text if len(text) <= 60 else text[:57] + "..."


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
