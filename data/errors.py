"""Errors of the readers: every fault at once, each with file, column, rows and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.messages.audit import AUDIT_MESSAGES
from data.messages.circuits import CIRCUIT_MESSAGES
from data.messages.folders import FOLDER_MESSAGES
from data.messages.network import DATABASE_MESSAGES, FETCH_MESSAGES
from data.messages.roads import ROAD_MESSAGES
from data.messages.siting import SITING_MESSAGES
from data.messages.study import PLACE_MESSAGES, POSITION_MESSAGES, STUDY_MESSAGES
from data.messages.tables import TABLE_MESSAGES
from data.messages.words import READER_SAYS
from geo.errors import MESSAGES as GEO_MESSAGES
from geo.errors import Finding, Message, Severity, sentences

CAVEATS = frozenset(
    {
        *("coordinates_undetermined", "coordinates_undetermined_people"),
        *("coordinates_suspected", "coordinates_suspected_people"),
        *("coordinates_mixed", "coordinates_mixed_people"),
        "people_unlike_census",
    }
)
"""Findings that may change who is covered: every surface says them beside its figures."""

MESSAGES: dict[str, Message] = {
    **GEO_MESSAGES,
    **CIRCUIT_MESSAGES,
    **STUDY_MESSAGES,
    **TABLE_MESSAGES,
    **POSITION_MESSAGES,
    **PLACE_MESSAGES,
    **AUDIT_MESSAGES,
    **ROAD_MESSAGES,
    **DATABASE_MESSAGES,
    **FETCH_MESSAGES,
    **FOLDER_MESSAGES,
    "report_zone": Message(
        "error",
        "the study has no zone {names}",
        "Name zones by their code or name: {known}.",
    ),
    "report_format": Message(
        "error", "the report has no format `{names}`", "Choose among: {known}."
    ),
    "file_missing": Message(
        "error", "the file does not exist", "Correct `path` (it is relative to the study file)."
    ),
    "file_unreadable": Message(
        "error", "the file cannot be read as {expected}: {reason}", "Save it again and rerun."
    ),
    "scenario_unknown_ids": Message(
        "error",
        "`scenario.{key}` names institutions that are not in the list: {ids}",
        "Correct the ids.",
    ),
    "water_unknown": Message(
        "note",
        "nothing is known of water: straight legs to the road may cross it",
        "Give a layer of water as `water.path`.",
    ),
    "no_point_counts": Message(
        "warning",
        "no institution counts as a point of the circle, so nothing is known of who is covered:"
        " of {rows} rows {of_kind} are of a kind that counts",
        "Fill in the column `kind` (or `[facilities] kinds`). By their names alone these would be"
        " {proposed}; check them, nothing is taken over unasked.",
    ),
    "people_by_outside": Message(
        "note",
        "{mode}: people are covered only by points outside the zones",
        "They count for access and never for ratios; `travel.outside_facilities` decides.",
    ),
    "people_left_scraps": Message(
        "note",
        "{mode}: {count} places were tied to a larger network a little further away, not to the"
        " isolated scrap of road beside them",
        "Link the scraps in the road file, or set `travel.avoid_islands = false`.",
    ),
    "people_on_parts": Message(
        "warning",
        "{mode}: people live by roads without a link to the main network: {places}",
        "Link the roads, or give the ferry in the study; islands.csv lists the parts.",
    ),
    "people_one_way_in": Message(
        "warning",
        "{mode}: one-way streets let people in and not out again (only in): {places}",
        "They are not cut off: check the direction of these streets in the road file.",
    ),
    "people_one_way_out": Message(
        "warning",
        "{mode}: one-way streets let people out and not back in (only out): {places}",
        "Their way to a point is counted; check the direction of these streets in the road file.",
    ),
    "place_unknown": Message(
        "error",
        "`{place}` names {count} places; it must name one",
        "Give lon,lat, a cell id or a village code.",
    ),
    "study_syntax": Message("error", "not valid TOML: {reason}", "Correct the line and rerun."),
    "study_key_unknown": Message(
        "error", "unknown key `{key}`", "Remove it or correct its spelling; known: {known}."
    ),
    "study_key_missing": Message(
        "error", "key `{key}` is missing", "Add it; `servicecircle new` writes a template."
    ),
    "study_key_type": Message(
        "error", "`{key}` must be {expected}, not {actual}", "Correct the value."
    ),
    "study_table_reserved": Message(
        "error", "table `[{table}]` is not yet supported", "Remove it and rerun."
    ),
    "study_format": Message(
        "error",
        "format {actual} is newer than this program reads ({supported})",
        "Update ServiceCircle.",
    ),
    "capacity_bounds": Message(
        "error",
        "least load {lower} is above the capacity {capacity}",
        "Lower the least load or raise the capacity.",
    ),
    **SITING_MESSAGES,
    "threshold_unread": Message(
        "error",
        "the threshold `{text}` cannot be read",
        "Write it like 3-10万, 30-100k, 83以上, ≥2.5, >80, 6.0以下 or 稳步提升.",
    ),
    "threshold_ambiguous": Message(
        "error",
        "the range `{text}` can be read in several ways",
        "Write 3-10万 or 30-100k for 30,000 to 100,000, 3k-100k for 3,000 to 100,000.",
    ),
    "hours_unread": Message(
        "warning",
        "the opening hours `{text}` cannot be read at `{part}`",
        "Write them like `Mo-Fr 08:00-17:00; Sa 08:00-12:00; PH off` or 周一至周五 8:00-17:00.",
    ),
    "preset_missing": Message(
        "error",
        "there is no standards preset `{name}`",
        "Name shangyu-2022, zhoushan-2020, reference, gb50180-2018 or the path of a TOML file.",
    ),
    "preset_reference": Message(
        "error",
        "`{key}` is `{value}`, which does not fit",
        "Name a document of the same file and a measure of docs/standards.md; only computed "
        "standards have a measure.",
    ),
    "preset_id_twice": Message("error", "two standards have the id `{id}`", "Rename one."),
    "scenario_edit": Message(
        "error",
        "the edit `{action}` of `{id}` cannot be made: {reason}",
        "Undo it or correct the scenario.",
    ),
    "scenario_changed": Message(
        "error",
        "somebody else has saved the scenario `{name}` meanwhile (revision {actual})",
        "Open it again, or save under another name.",
    ),
    "scenario_name": Message(
        "error",
        "the scenario name `{name}` cannot be used",
        "Use 1 to 60 characters without line breaks.",
    ),
    "upload_studies": Message(
        "error",
        "an upload holds one study file (.toml); this one holds {count}",
        "Put the study file and the files it names into one ZIP.",
    ),
    "upload_size": Message(
        "error",
        "an upload may hold {files} files and {megabytes} MB at most",
        "Cut the data to the study's area, or put them into the data folder of the server.",
    ),
    "upload_room": Message(
        "error",
        "the uploads kept hold {kept_mb} MB; this one would lead beyond the {limit_mb} MB allowed",
        "Remove uploads that are no longer needed, or ask whoever looks after the server.",
    ),
    "server_busy": Message(
        "error",
        "{count} pieces of work are under way already, which is as many as may be",
        "Wait until one has ended and try again.",
    ),
    "server_full": Message(
        "error",
        "the server holds as much memory as it may ({limit_mb} MB)",
        "Close pages that are no longer needed and try again in some minutes.",
    ),
    "upload_outside": Message(
        "error",
        "`{name}` lies outside the folder of the study",
        "Put every file into the folder of the study and name it by a relative path.",
    ),
    "scenario_content": Message(
        "error", "the scenario cannot be read at `{key}`: {reason}", "Correct it or save it again."
    ),
    "declared_none": Message(
        "warning",
        "{count} villages are in no declared service area",
        "Add them to the service areas; until then they are served by no centre in that view.",
    ),
    "declared_several": Message(
        "warning",
        "{count} areas are declared to more than one institution; their people are shared equally",
        "Leave one institution for each, or state the people of each row.",
    ),
    "declared_unknown_area": Message(
        "warning",
        "{count} declared areas are neither a village nor a zone of the study",
        "Correct the codes.",
    ),
    "declared_not_a_centre": Message(
        "warning",
        "{count} areas are declared to institutions that are no operating government-run centre",
        "Correct the institution, its status or its owner.",
    ),
    "declared_overlap": Message(
        "warning",
        "{count} areas hold people who are declared twice, by their village and by their zone",
        "Leave the village or the zone.",
    ),
    "owner_unverified": Message(
        "warning",
        "{count} centres do not say who runs them, or in words that are not known",
        "Fill the owner; docs/standards.md lists the words.",
    ),
}


class PlannerError(Exception):
    """Faults in what the user gave us.

    Parameters
    ----------
    findings
        All faults that were found, in the order they were met.
    """

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__(sentences(findings, MESSAGES))


class StudyError(PlannerError, ValueError):
    """The study file or a file it names cannot be used as it is."""


def unreadable(path: Path, expected: str, reason: str | Exception) -> StudyError:
    """Return the error for a file that is not what it should be.

    Parameters
    ----------
    path
        The file; only its name is shown, also where an error of others quotes the whole path.
    expected
        What was expected, such as GeoTIFF.
    reason
        A closed word, or the error of the program that reads such files.
    """
    if isinstance(reason, str):
        said = reason
    else:
        words = str(reason).strip() or type(reason).__name__
        said = READER_SAYS + words.replace(str(path), path.name).replace(str(path.parent), "")
    params = (("expected", expected), ("reason", said[:240]))
    return StudyError(Finding("file_unreadable", params, file=path.name))


def severity(finding: Finding) -> Severity:
    """Return the severity of a finding from the one message table."""
    return MESSAGES[finding.code].severity


def raise_errors(findings: Sequence[Finding]) -> None:
    """Raise one `StudyError` with every finding of severity error; do nothing when there is none.

    Raises
    ------
    StudyError
        With all errors among `findings`.
    """
    errors = [finding for finding in findings if severity(finding) == "error"]
    if errors:
        raise StudyError(*errors)
