"""Reading and starting study files: every fault is reported at once, by key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

from data.errors import StudyError, unreadable
from data.messages.words import READER_SAYS
from data.study.schema import Context, core_type, read_table
from data.study.siting_faults import siting_faults
from data.study.tables import COLUMN_NAMES, Study, TableSource, TravelTable
from geo.errors import Finding

FORMAT = 1
RESERVED_TABLES = ("referral", "coordinates")
"""Names kept for later: refused with "not yet supported" so that no study relies on silence."""

SAMPLE_STUDY = Path(__file__).parents[1] / "samples" / "county.toml"
"""The built-in county: synthetic, read in place, never written to."""

TEMPLATE = Path(__file__).parents[1] / "study_template.toml"
"""A study file in which every table and key is explained."""

LIST_TEMPLATE = Path(__file__).parents[1] / "list_template.csv"
"""The columns of a list of institutions, without rows."""
LIST_NAME = "机构名单模板.csv"

_MAX_STUDY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Heading:
    """`[study]`: what the study is called and the day its figures hold for."""

    name: str
    date: str
    synthetic: bool = False
    maker: str = ""


def read_study(path: Path | str, *, is_confined: bool = False) -> Study:
    """Return the study file, checked; nothing but the study file itself is opened.

    Parameters
    ----------
    path
        The TOML file. Paths in it are relative to its folder.
    is_confined
        Whether the study is somebody's upload: it may name files of its own folder only, and learns
        nothing of others.

    Raises
    ------
    StudyError
        With every fault: syntax, unknown keys, wrong types, missing keys and files.
    """
    path = Path(path).absolute()
    values = _toml(path)
    if values.get("format", FORMAT) != FORMAT:
        _refuse_format(path, values["format"])
    context = Context(path.name, path.parent, findings=[], is_confined=is_confined)
    if "format" not in values:
        context.report("study_key_missing", key="format")
    tables = {name: values[name] for name in values if name != "format"}
    study = _study(path, tables, context)
    if context.findings or study is None:
        raise StudyError(*context.findings)
    return study


def write_template(folder: Path) -> Path:
    """Write a commented study file into a folder, which is made when it is not there.

    A table with the columns of a list of institutions is put beside it: what programs cannot take
    over (printed pages, text documents) is typed or copied into it.

    Returns
    -------
    Path
        The new `study.toml`.

    Raises
    ------
    StudyError
        When the folder already has one, or cannot be written.
    """
    target = folder / "study.toml"
    text = TEMPLATE.read_text(encoding="utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        rows = LIST_TEMPLATE.read_text(encoding="utf-8")
        # Spreadsheet programs take a text without the mark in front for GBK.
        (folder / LIST_NAME).write_text(rows, encoding="utf-8-sig", newline="\n")
    except FileExistsError as error:
        raise StudyError(Finding("file_exists", file=str(target))) from error
    except OSError as error:
        reason = (("reason", error.strerror or "no reason given"),)
        raise StudyError(Finding("file_not_writable", reason, file=str(target))) from error
    return target


def _toml(path: Path) -> dict[str, Any]:
    """Return the parsed file; every way of not being TOML is one `StudyError`."""
    try:
        size_bytes = path.stat().st_size
        if size_bytes > _MAX_STUDY_BYTES:
            reason = f"more bytes than a study file may have: {size_bytes:,} > {_MAX_STUDY_BYTES:,}"
            raise StudyError(Finding("study_syntax", (("reason", reason),), file=path.name))
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError as error:
        raise StudyError(Finding("study_missing", (("path", str(path)),))) from error
    except OSError as error:
        raise unreadable(path, "TOML", error) from error
    except UnicodeDecodeError as error:
        raise StudyError(Finding("study_encoding", file=path.name)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        is_syntax = isinstance(error, tomllib.TOMLDecodeError)
        reason = READER_SAYS + str(error) if is_syntax else "it is nested too deeply"
        raise StudyError(Finding("study_syntax", (("reason", reason),), file=path.name)) from error


def _refuse_format(path: Path, value: object) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value > FORMAT:
        params: tuple[tuple[str, str | int], ...] = (("actual", value), ("supported", FORMAT))
        raise StudyError(Finding("study_format", params, file=path.name))
    params = (("key", "format"), ("expected", str(FORMAT)), ("actual", str(value)[:60]))
    raise StudyError(Finding("study_key_type", params, file=path.name))


def _study(path: Path, tables: Mapping[str, Any], context: Context) -> Study | None:
    hints = {item.name: core_type(get_type_hints(Study)[item.name]) for item in fields(Study)}
    kinds = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    for name in tables:
        if name in RESERVED_TABLES:
            context.report("study_table_reserved", table=name)
        elif name not in kinds and name != "study":
            known = ", ".join(["format", "study", *kinds])
            context.report("study_key_unknown", key=name, known=known)
    heading = read_table(_Heading, tables.get("study", {}), key="study", context=context)
    values: dict[str, Any] = {}
    for name, cls in kinds.items():
        if name in tables:
            values[name] = read_table(cls, tables[name], key=name, context=context)  # type: ignore[arg-type]
    for item in fields(Study):
        if item.name in kinds and _is_required(item.name) and item.name not in tables:
            context.report("study_key_missing", key=f"[{item.name}]")
    _check_column_names(tables, context)
    values = {name: value for name, value in values.items() if value is not None}
    _check_values(heading, values, context)
    _check_travel(values, context)
    _check_siting(values, context)
    _check_databases(values, context)
    if heading is None or any(_is_required(n) and n not in values for n in kinds):
        return None
    return Study(
        path=path,
        name=heading.name,
        date=heading.date,
        is_synthetic=heading.synthetic,
        maker=heading.maker,
        **values,
    )


def _is_required(name: str) -> bool:
    return name in {"population", "facilities", "roads"}


def _check_column_names(tables: Mapping[str, Any], context: Context) -> None:
    """Report keys of `columns` (and `defaults`) that are not columns of ours."""
    for table, known in COLUMN_NAMES.items():
        values = tables.get(table)
        if not isinstance(values, Mapping):
            continue
        for key in ("columns", "defaults"):
            names = values.get(key, {})
            for name in names if isinstance(names, Mapping) else ():
                if name not in known:
                    context.report(
                        "study_key_unknown",
                        key=f"{table}.{key}.{name}",
                        known=", ".join(known),
                    )


def _check_values(heading: _Heading | None, values: Mapping[str, Any], context: Context) -> None:
    """Report values of the right type that make no sense."""
    tables: dict[str, Any] = {"study": heading, **values}
    for key, expected, is_right in _VALUE_RULES:
        table_name, _, name = key.partition(".")
        table = tables.get(table_name)
        value = getattr(table, name) if table is not None else None
        if value is not None and not is_right(value):
            context.report("study_key_type", key=key, expected=expected, actual=str(value)[:60])


def _check_travel(values: Mapping[str, Any], context: Context) -> None:
    """Report modes that the study does not travel by, and a horizon short of the limit."""
    travel, siting = values.get("travel", TravelTable()), values.get("siting")
    named = {"travel.headline_mode": travel.headline_mode}
    if siting is not None:
        named["siting.mode"] = siting.mode
    for key, mode in named.items():
        if mode is not None and mode not in travel.modes:
            expected = "one of travel.modes: " + ", ".join(travel.modes)
            context.report("study_key_type", key=key, expected=expected, actual=str(mode)[:60])
    if travel.horizon_minutes < travel.minutes:
        context.report(
            "study_key_type",
            key="travel.horizon_minutes",
            expected=f"not less than travel.minutes: {travel.minutes:g}",
            actual=f"{travel.horizon_minutes:g}",
        )


def _check_siting(values: Mapping[str, Any], context: Context) -> None:
    """Report what makes no sense in `[siting]`, and exclusions without what they measure."""
    siting, travel = values.get("siting"), values.get("travel", TravelTable())
    for key, expected, actual in () if siting is None else siting_faults(siting):
        context.report("study_key_type", key=key, expected=expected, actual=actual[:60])
    if siting is not None and (siting.minutes or 0.0) > travel.horizon_minutes:
        context.report(
            "study_key_type",
            key="siting.minutes",
            expected=f"not more than travel.horizon_minutes: {travel.horizon_minutes:g}",
            actual=f"{siting.minutes:g}",
        )
    exclusions = values.get("exclusions")
    limit = None if exclusions is None else exclusions.max_slope_percent
    if limit is not None and values.get("elevation") is None:
        context.report(
            "study_key_type",
            key="exclusions.max_slope_percent",
            expected="a table [elevation] to measure slope by",
            actual="none",
        )


def _check_databases(values: Mapping[str, Any], context: Context) -> None:
    """Report a database without a layer or query, and a query without a database."""
    for name, table in values.items():
        source = table if isinstance(table, TableSource) else getattr(table, "source", None)
        if not isinstance(source, TableSource):
            continue
        if source.database is None and source.query is not None:
            context.report("study_query_of_file", key=f"{name}.query")
        if source.database is not None and (source.layer is None) == (source.query is None):
            context.report("study_database_layer", key=name)


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_year(value: int) -> bool:
    return 1900 <= value <= 2100


def _is_positive(value: float) -> bool:
    return value > 0


_VALUE_RULES: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("study.name", "a name", lambda v: bool(v.strip())),
    ("study.date", "a date such as 2024-12-31", _is_date),
    ("scenario.as_of", "a date such as 2024-12-31", _is_date),
    ("calibration.year", "a year such as 2020", _is_year),
    ("projection.base_year", "a year such as 2020", _is_year),
    ("projection.year", "a year such as 2030", _is_year),
    ("population.window_km", "0 or more", lambda v: v >= 0),
    ("travel.modes", "at least one mode, each once", lambda v: 0 < len(v) == len(set(v))),
    ("travel.minutes", "more than 0", _is_positive),
    ("roads.join_m", "0 or more", lambda v: v >= 0),
    ("travel.speeds_kph", "speeds above 0", lambda v: all(kph > 0 for _, kph in v)),
    ("travel.class_factors", "factors above 0", lambda v: all(factor > 0 for _, factor in v)),
    ("travel.max_access_m", "0 or more", lambda v: v >= 0),
    ("travel.horizon_minutes", "more than 0", _is_positive),
    ("travel.class_speeds_kph", "speeds above 0", lambda v: all(s > 0 for _, s in v)),
    ("standards.ratio_bounds", "two numbers, the lower first", lambda v: 0 < v[0] < v[1]),
    ("candidates.spacing_m", "more than 0", _is_positive),
    ("candidates.suitability", "weights of 0 or more", lambda v: all(w >= 0 for _, w in v)),
    ("candidates.min_suitability", "from 0 to 1", lambda v: 0 <= v <= 1),
    ("exclusions.max_road_m", "0 or more", lambda v: v >= 0),
    ("exclusions.max_slope_percent", "more than 0", _is_positive),
    ("exclusions.layers", "margins of 0 or more", lambda v: all(x.margin_m >= 0 for x in v)),
)
