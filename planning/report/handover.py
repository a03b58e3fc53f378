"""What leaves the office in one folder: report, map and results for one audience."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.folder import output_folder, write_run
from data.study.files import named_files
from geo.errors import Progress, silent
from planning.assess.run import run_record
from planning.maps import to_html
from planning.report.audience import audience_map
from planning.report.compose import compose
from planning.report.content import Source
from planning.report.export import fill_folder
from planning.report.formats.write import USUAL, Format, write_formats
from planning.words.wording import msgid, translator

NO_MAPS_MADE = msgid(
    "This copy has no maps: they need a review number (审图号). Give --review-number, or make a"
    " copy for map review with --audience 送审."
)
RESULTS_FILE = "results.zip"
REPORT_FORMATS = frozenset({"html", "docx", "xlsx", "pdf"})
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Date of every file in the archive, so that the same results make the same archive."""


def hand_over(
    source: Source,
    target: Path,
    *,
    formats: Sequence[Format] = USUAL,
    command: str = "",
    started: float | None = None,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Write report, map and results for one audience, all or nothing.

    Parameters
    ----------
    source
        From `source_of`: result, audience, language, maker, review number and zones.
    target
        Output folder; earlier results of ours move to `<target>.previous`.
    formats
        What to write; a PDF that cannot be made is left out with a sentence.
    command, started
        As for `planning.report.export.write_results`.

    Returns
    -------
    tuple of str
        Sentences about what could not be made, in the language of the report.

    Raises
    ------
    StudyError
        When a zone that is asked for is not in the study.
    FolderRefusedError, FolderBusyError
        When the folder cannot be used.
    Cancelled
        When `progress` raises it.
    """
    report, options = progress or silent, source.options
    with output_folder(target, inputs=named_files(source.assessment.study)) as folder:
        notes: tuple[str, ...] = ()
        report(msgid("Writing the report"), 0, 1)
        if not REPORT_FORMATS.isdisjoint(formats):
            pages = compose(source, progress=progress)
            notes = write_formats(pages, folder, formats, progress=progress)
        if "map" in formats and not options.has_maps:
            notes = (*notes, translator(options.language)(NO_MAPS_MADE))
        if "map" in formats and options.has_maps:
            report(msgid("Drawing the map"), 0, 1)
            (folder / "map.html").write_text(to_html(audience_map(source)), encoding="utf-8")
        if "results" in formats:
            write_archive(source, folder / RESULTS_FILE, progress=progress)
        record = run_record(source.assessment, command, started)
        write_run(folder, {**record, "audience": options.audience})
    return notes


@dataclass(frozen=True, slots=True, eq=False)
class HandedOver:
    """Files by name, and sentences about what could not be made."""

    files: Mapping[str, bytes]
    notes: tuple[str, ...]


def hand_over_files(
    source: Source,
    *,
    formats: Sequence[Format] = USUAL,
    progress: Progress | None = None,
) -> HandedOver:
    """Return what `hand_over` writes as files in memory.

    Raises
    ------
    StudyError
        When a zone that is asked for is not in the study.
    Cancelled
        When `progress` raises it.
    """
    with tempfile.TemporaryDirectory(prefix="servicecircle-export-") as name:
        folder = Path(name) / "export"
        notes = hand_over(source, folder, formats=formats, progress=progress)
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
    return HandedOver(files, notes)


def archive(files: Mapping[str, bytes], folder: str) -> bytes:
    """Return files as one ZIP file with a folder in it; the same files make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            about = zipfile.ZipInfo(f"{folder}/{name}", FIRST_DAY)
            about.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(about, files[name])
    return buffer.getvalue()


def write_archive(source: Source, path: Path, *, progress: Progress | None = None) -> None:
    """Write the results for an audience as one ZIP file.

    Raises
    ------
    Cancelled
        When `progress` raises it.
    """
    with tempfile.TemporaryDirectory(prefix="servicecircle-results-") as name:
        folder = Path(name)
        fill_folder(source, folder, progress=progress)
        record = run_record(source.assessment, "", None)
        write_run(folder, {**record, "audience": source.options.audience})
        files = {file.name: file.read_bytes() for file in folder.iterdir()}
    path.write_bytes(archive(files, "results"))
