"""What a file holds, by its first bytes: the ending of its name may say something else."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal, TypeAlias

from data.errors import StudyError
from geo.errors import Finding

Content: TypeAlias = Literal["workbook", "old workbook", "archive", "text", "unknown", ""]
"""What readers can take; "" for an empty file, "unknown" for bytes that are no text."""

_HEAD_BYTES = 4_096
_OLE_BYTES = 50_000_000
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"
_ZIP_MAGIC = b"PK\x03\x04"
_BOMS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(b"[\x00-\x08\x0e-\x1f]")
_WEB_PAGE = re.compile(
    rb"\s*(<!doctype html|<html|<head|<meta|<table|<style|<div|<body|mime-version:)", re.IGNORECASE
)
_OTHERS: tuple[tuple[str, bytes], ...] = (
    ("a PDF", b"%PDF"),
    ("a picture", b"\x89PNG"),
    ("a picture", b"\xff\xd8\xff"),
    ("a picture", b"GIF8"),
    ("a drawing (DWG)", b"AC10"),
    ("a packed archive", b"Rar!"),
    ("a packed archive", b"7z\xbc\xaf"),
    ("a database of Access", b"\x00\x01\x00\x00Standard"),
)
_OLD_TABLES = ("a web page", "an XML spreadsheet of 2003")
"""What spreadsheet programs open as a table, whatever its ending."""
_NO_TABLES: dict[str, str] = {
    **dict.fromkeys((".doc", ".docx", ".wps", ".rtf"), "a text document"),
    **dict.fromkeys((".pdf", ".ofd", ".caj"), "a printed document"),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".bmp", ".gif", ".heic"), "a picture"),
    **dict.fromkeys((".dwg", ".dgn"), "a drawing (DWG)"),
    **dict.fromkeys((".rar", ".7z"), "a packed archive"),
    **dict.fromkeys((".mdb", ".accdb"), "a database of Access"),
    **dict.fromkeys((".ppt", ".pptx", ".dps"), "a presentation"),
}
"""Endings of office files that hold no table which a program could take over safely."""


def content_of(path: Path) -> Content:
    """Return what a file holds where a table was named.

    Raises
    ------
    StudyError
        When it is a kind of file that is known and holds no table, or cannot be opened by anybody
        without a password; each with its way out.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_ZIP_MAGIC):
        return _content_of_zip(path)
    if head.startswith(_OLE_MAGIC):
        return _content_of_ole(path)
    for kind, magic in _OTHERS:
        if head.startswith(magic):
            raise _is_other(path, kind)
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if _WEB_PAGE.match(plain):
        raise _is_other(path, "a web page")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain:
        raise _is_other(path, "an XML spreadsheet of 2003")
    if not head:
        return ""
    is_text = head.startswith(_BOMS) or not _CONTROL.search(head) or _is_wide(head)
    return "text" if is_text else "unknown"


def refuse_no_table(path: Path) -> None:
    """Raise where the ending is that of an office file that holds no table.

    Raises
    ------
    StudyError
        With the way out.
    """
    kind = _NO_TABLES.get(path.suffix.lower())
    if kind is not None:
        raise StudyError(Finding("file_kind_no_table", (("kind", kind),), file=path.name))


def refuse_unknown(path: Path) -> StudyError:
    """Return the error for a workbook whose bytes are those of no format at all."""
    return StudyError(Finding("workbook_encrypted", file=path.name))


def _is_wide(head: bytes) -> bool:
    """Return True for text of two bytes a letter without a mark in front (UTF-16)."""
    return head.count(0) > len(head) // 8 and not _CONTROL.search(head.replace(b"\0", b""))


def _content_of_zip(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return "workbook"  # a broken one: its reader says what is broken
    if any(name.startswith("word/") for name in names):
        raise _is_other(path, "a text document")
    return "workbook" if any(name.startswith("xl/") for name in names) else "archive"


def _content_of_ole(path: Path) -> Content:
    """Tell a password and a text document apart by the streams of a compound file."""
    with path.open("rb") as file:
        content = file.read(_OLE_BYTES)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise StudyError(Finding("workbook_password", file=path.name))
    if "WordDocument".encode("utf-16-le") in content:
        raise _is_other(path, "a text document")
    return "old workbook"


def _is_other(path: Path, kind: str) -> StudyError:
    params = (("kind", kind), ("ending", path.suffix.lower()))
    code = "content_is_old_table" if kind in _OLD_TABLES else "content_is"
    return StudyError(Finding(code, params, file=path.name))
