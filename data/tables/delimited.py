"""CSV and TSV files in the encodings that offices use."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

from data.errors import StudyError, unreadable
from data.tables.sheets import Table, table_of
from geo.errors import Finding

MAX_BYTES = 500_000_000
_DELIMITERS = (",", "\t", ";", "|")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_delimited(path: Path, *, encoding: str | None = None, findings: list[Finding]) -> Table:
    """Return the table of a CSV or TSV file.

    Parameters
    ----------
    path
        The file.
    encoding
        As the study states it; else UTF-8, UTF-16, then GB18030 (which holds GBK) are tried.
    findings
        Receives a note when the text is not UTF-8, a warning when the guess is doubtful.

    Raises
    ------
    StudyError
        When the file is too large, not text or without a header.
    """
    size_bytes = path.stat().st_size
    if size_bytes > MAX_BYTES:
        params = (("size_mb", size_bytes // 1_000_000), ("limit_mb", MAX_BYTES // 1_000_000))
        raise StudyError(Finding("file_too_large", params, file=path.name))
    text = decoded(path.read_bytes(), file=path.name, encoding=encoding, findings=findings)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise unreadable(path, "CSV", error) from error
    return table_of(rows, file=path.name, findings=findings)


def decoded(content: bytes, *, file: str, encoding: str | None, findings: list[Finding]) -> str:
    """Return bytes as text.

    Raises
    ------
    StudyError
        With `encoding_unknown` when no encoding fits.
    """
    tried = [encoding] if encoding else _likely_encodings(content)
    for name in tried:
        try:
            text = content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if _CONTROL.search(text):
            continue  # no text of a table has control characters
        if not name.startswith("utf-8"):
            findings.append(Finding("encoding_read_as", (("encoding", name.upper()),), file=file))
            if name == "gb18030" and not _looks_chinese(text):
                findings.append(Finding("encoding_doubtful", file=file))
        return text
    raise StudyError(Finding("encoding_unknown", (("tried", ", ".join(tried)),), file=file))


def _likely_encodings(content: bytes) -> list[str]:
    for bom, name in _BOMS:
        if content.startswith(bom):
            return [name]
    head = content[:4000]
    if head and head.count(0) > len(head) // 8:
        return ["utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"]
    return ["utf-8", "gb18030"]


def _looks_chinese(text: str) -> bool:
    """Return False when most other characters are ones that no list of names would have."""
    others = [char for char in text[:200_000] if char > "\x7f"]
    common = sum(1 for char in others if _is_common(char))
    return common >= 0.9 * len(others)


def _is_common(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _delimiter(text: str) -> str:
    """Return the delimiter that is most frequent in the first lines; a comma when none is."""
    head = "\n".join(text.split("\n", 5)[:5])
    return max(_DELIMITERS, key=head.count)
