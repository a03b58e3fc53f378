"""Shapefiles: the text of those that do not say its encoding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.errors import StudyError, unreadable
from data.types import CellValue
from geo.errors import Finding

RAW_ENCODING = "ISO-8859-1"
"""Read with it, every byte is one character: nothing is lost before the encoding is known."""


_NEEDED = (".shx", ".dbf")


def check_parts(path: Path) -> None:
    """Refuse a Shapefile that lacks the index of its shapes or the table of its attributes.

    Raises
    ------
    StudyError
        Naming what is missing.
    """
    lacking = [e for e in _NEEDED if not any(map(Path.is_file, _named(path, e)))]
    if lacking:
        raise unreadable(
            path, path.suffix[1:].upper(), "files are missing beside it: " + " ".join(lacking)
        )


def _named(path: Path, ending: str) -> list[Path]:
    return [path.with_suffix(ending), path.with_suffix(ending.upper())]


def recoded(
    names: Sequence[str],
    columns: Sequence[tuple[CellValue, ...]],
    encoding: str | None,
    *,
    file: str,
    findings: list[Finding],
) -> tuple[list[str], list[tuple[CellValue, ...]]]:
    """Return field names and cells that were read as `RAW_ENCODING` in their true encoding.

    Parameters
    ----------
    names, columns
        As read.
    encoding
        As the study states it; else UTF-8 where everything is UTF-8, else GB18030.
    file
        For findings.
    findings
        Receives a note on an encoding other than UTF-8.

    Raises
    ------
    StudyError
        With `encoding_unknown`.
    """
    texts = [*names, *(cell for cells in columns for cell in cells if isinstance(cell, str))]
    raw = [text.encode(RAW_ENCODING) for text in texts if not text.isascii()]
    tried = [encoding] if encoding else ["utf-8", "gb18030"]
    chosen = next((name for name in tried if _fits(raw, name)), None)
    if chosen is None:
        raise StudyError(Finding("encoding_unknown", (("tried", ", ".join(tried)),), file=file))
    if raw and chosen != "utf-8":
        findings.append(Finding("encoding_read_as", (("encoding", chosen.upper()),), file=file))

    def change(cell: CellValue) -> CellValue:
        if not isinstance(cell, str) or cell.isascii():
            return cell
        # A field that is too short may cut the last character in two.
        return cell.encode(RAW_ENCODING).decode(chosen, errors="ignore")

    return (
        [str(change(name)) for name in names],
        [tuple(change(cell) for cell in cells) for cells in columns],
    )


def _fits(raw: Sequence[bytes], encoding: str) -> bool:
    """Return True when every text decodes, but for a last character that was cut off."""
    try:
        for content in raw:
            try:
                content.decode(encoding)
            except UnicodeDecodeError as fault:
                if fault.end < len(content) or len(content) - fault.start > 3:
                    return False
    except LookupError:
        return False
    return True
