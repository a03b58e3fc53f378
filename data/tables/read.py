"""Any file that holds a table, by its ending."""

from __future__ import annotations

from collections.abc import Sequence

from data.errors import StudyError, unreadable
from data.study.tables import TableSource
from data.tables.content import content_of, refuse_no_table, refuse_unknown
from data.tables.delimited import read_delimited
from data.tables.layers.read import ARCHIVE_ENDINGS, LAYER_ENDINGS, read_layer, read_packed
from data.tables.parquet import read_parquet
from data.tables.sheets import Table
from data.tables.workbooks import read_workbook
from geo.errors import Finding

DELIMITED_ENDINGS = (".csv", ".tsv", ".txt")
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".et")
PARQUET_ENDINGS = (".parquet", ".geoparquet")
RASTER_ENDINGS = (".tif", ".tiff")


def read_any(source: TableSource, findings: list[Finding], *, others: Sequence[str] = ()) -> Table:
    """Return the table of a file: columns as they stand, geometry where it has one.

    Parameters
    ----------
    source
        Path, layer (or sheet) and encoding, as the study states them.
    findings
        Receives what is doubtful; faults that leave no table are raised.
    others
        Endings that the caller reads itself: named where the file's is not known.

    Raises
    ------
    StudyError
        When the file is not there, not readable or of an unknown kind.
    """
    path = source.path
    ending = path.suffix.lower()
    if not path.is_file():  # a pipe or device would never end
        raise StudyError(Finding("file_missing", file=path.name))
    try:
        if ending in DELIMITED_ENDINGS or ending in WORKBOOK_ENDINGS:
            return _read_sheet(source, ending, findings)
        if ending in PARQUET_ENDINGS:
            return read_parquet(path, findings=findings)
        if ending in (*LAYER_ENDINGS, *ARCHIVE_ENDINGS):
            read = read_layer if ending in LAYER_ENDINGS else read_packed
            return read(path, layer=source.layer, encoding=source.encoding, findings=findings)
    except OSError as error:
        raise unreadable(path, ending.lstrip(".").upper(), error) from error
    refuse_no_table(path)
    known = " ".join(
        (
            *DELIMITED_ENDINGS,
            *WORKBOOK_ENDINGS[:2],
            *LAYER_ENDINGS,
            *ARCHIVE_ENDINGS,
            *PARQUET_ENDINGS,
            *others,
        )
    )
    params = (("ending", ending or path.name), ("known", known))
    raise StudyError(Finding("file_kind_unknown", params, file=path.name))


def _read_sheet(source: TableSource, ending: str, findings: list[Finding]) -> Table:
    """Return the table of a text or a workbook, whichever of them the file holds."""
    path = source.path
    content = content_of(path)
    is_workbook = ending in WORKBOOK_ENDINGS
    if not is_workbook and content in {"unknown", ""}:
        content = "text"  # its reader says what is wrong with it
    if is_workbook and content == "unknown":
        raise refuse_unknown(path)
    is_as_named = content == "text" if not is_workbook else content != "text"
    if not is_as_named or (ending in {".xls", ".et"} and content == "workbook"):
        kind = "a text table" if content == "text" else "a workbook (.xlsx)"
        findings.append(
            Finding("content_other", (("kind", kind), ("ending", ending)), file=path.name)
        )
    if content == "text":
        return read_delimited(source, findings)
    return read_workbook(path, layer=source.layer, findings=findings)
