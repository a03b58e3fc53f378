"""Errors and findings: a code with parameters; the sentence is made where it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "note"]

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with (stage, done, total) at least every 0.5 s; raises `Cancelled` to stop the work."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Report nothing: the progress of a caller who gave none."""


class Cancelled(Exception):  # noqa: N818 - an answer to the caller, not a fault
    """Raised by a progress callback to stop a long function."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one code means: its severity, its sentence and the fix, both with {named} parameters."""

    severity: Severity
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful, with where it is and how many people it touches.

    Parameters
    ----------
    code
        Key of the message table.
    params
        Pairs (name, value) that fill the message.
    file, column
        Where; empty when it does not apply.
    rows
        Row numbers (1 = first data row) or ids, the first ones when there are many.
    people
        People touched; None when it cannot be counted.
    """

    code: str
    params: tuple[tuple[str, str | int | float], ...] = ()
    file: str = ""
    column: str = ""
    rows: tuple[str | int, ...] = ()
    people: float | None = None


MESSAGES: dict[str, Message] = {
    "crs_degrees": Message(
        "error",
        "coordinates are in degrees ({crs}); lengths need a metric coordinate system",
        "Reproject to a metric system such as EPSG:4549 and rerun.",
    ),
    "crs_web_mercator": Message(
        "error",
        "Web Mercator ({crs}) stretches lengths by {stretch_percent} % here; refused for measuring",
        "Reproject to EPSG:4549 or another local system and rerun.",
    ),
    "crs_unknown": Message(
        "error", "`{crs}` is not a known coordinate system", "Write it as EPSG:4326 or EPSG:4549."
    ),
    "crs_unusable": Message(
        "error",
        "coordinates cannot be brought from {source} to {target}",
        "State the coordinate system in the study file.",
    ),
    "crs_not_metres": Message(
        "error",
        "lengths in {crs} are not in metres",
        "Reproject to a metric system such as EPSG:4549.",
    ),
    "array_shape": Message(
        "error", "{name}: expected {expected} values, got {actual}", "Pass arrays of equal length."
    ),
    "array_not_finite": Message(
        "error", "{name}: {count} values are not finite numbers", "Remove or fill them."
    ),
    "array_negative": Message(
        "error", "{name}: {count} values are negative", "Use values of zero or more."
    ),
    "array_index": Message(
        "error",
        "{name}: {count} values are outside 0..{last}",
        "Pass indices of existing rows.",
    ),
    "speed_set_unknown": Message("error", "there is no speed set `{name}`", "Use one of: {known}."),
    "speed_not_positive": Message(
        "error", "the speed or factor of `{name}` is {value}", "Use a number above zero."
    ),
    "class_without_speed": Message(
        "error",
        "{count} segments of class `{name}` are open to cars but have no speed",
        "Give the class a speed in `travel.class_speeds_kph`.",
    ),
    "mode_unknown": Message("error", "there is no mode `{name}`", "Use one of: {known}."),
    "node_missing": Message(
        "error", "{count} segments end at a node that does not exist", "Use indices below {nodes}."
    ),
    "limit_out_of_range": Message(
        "error",
        "a limit of {minutes} minutes is not between 0 and {longest}",
        "Use minutes such as 20.",
    ),
    "arc_tenths_out_of_range": Message(
        "error",
        "{count} road directions take a negative time or more than {longest_hours} hours",
        "Check the lengths and speeds of the roads.",
    ),
    "arcs_broken": Message(
        "error",
        "the road graph of a mode points outside its {count} nodes",
        "Build it again from the road file.",
    ),
    "edit_not_latest": Message(
        "error",
        "the edit of facility {facility} is not the latest one",
        "Undo the edits after it first.",
    ),
    "facility_unknown": Message(
        "error", "there is no facility {facility} among {count}", "Use an index from 0."
    ),
    "cell_not_positive": Message(
        "error", "cells of {cell_m} m cannot cover an area", "Use a side such as 100 m."
    ),
    "bands_not_ascending": Message(
        "error", "the limits {minutes} do not ascend", "Write them such as 5, 10, 20."
    ),
}


class GeoError(ValueError):
    """A fault in what was handed to the geo package.

    Parameters
    ----------
    findings
        All faults that were found, not only the first.
    """

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__(sentences(findings, MESSAGES))


def sentences(findings: Sequence[Finding], messages: dict[str, Message]) -> str:
    """Return the findings in English, one a line."""
    return "\n".join(sentence(finding, messages) for finding in findings)


def rows_or_ids(finding: Finding) -> str:
    """Return what the rows of a finding are called: rows by their number, anything else by its id.

    >>> rows_or_ids(Finding("x", rows=(3, 9))), rows_or_ids(Finding("x", rows=("r0c5",)))
    ('rows', 'ids')
    """
    return "ids" if any(isinstance(row, str) for row in finding.rows) else "rows"


def sentence(finding: Finding, messages: dict[str, Message]) -> str:
    """Return one finding in English: where, what, how to mend it.

    >>> where = (3, 9)
    >>> params = (("name", "people"), ("count", 2))
    >>> sentence(Finding("array_negative", params, rows=where), MESSAGES)
    'rows 3, 9: people: 2 values are negative. Use values of zero or more.'
    """
    message = messages[finding.code]
    params = dict(finding.params)
    where = [part for part in (finding.file, finding.column and f"column {finding.column}") if part]
    if finding.rows:
        where.append(f"{rows_or_ids(finding)} " + ", ".join(map(str, finding.rows)))
    text = message.text.format(**params).rstrip(".") + "."
    fix = message.fix.format(**params)
    return ": ".join([*where, text]) + (f" {fix}" if fix else "")
