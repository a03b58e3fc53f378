"""The words of the page that makes reports: formats, what an audience may read, files."""

from __future__ import annotations

import mimetypes

from planning.report.formats.write import Format
from planning.words.audiences import Audience
from planning.words.wording import Translate, msgid

FORMAT_NAMES: dict[Format, str] = {
    "html": msgid("Report to print (HTML)"),
    "docx": msgid("Report in Word (DOCX)"),
    "xlsx": msgid("Tables of the report (XLSX)"),
    "pdf": msgid("Report as PDF"),
    "map": msgid("Offline map (HTML)"),
    "results": msgid("All results (ZIP)"),
}
FILE_NAMES: dict[str, str] = {
    "report.html": FORMAT_NAMES["html"],
    "report.docx": FORMAT_NAMES["docx"],
    "report.xlsx": FORMAT_NAMES["xlsx"],
    "report.pdf": FORMAT_NAMES["pdf"],
    "map.html": FORMAT_NAMES["map"],
    "results.zip": FORMAT_NAMES["results"],
    "run.json": msgid("Run record (JSON)"),
}
RULES: dict[Audience, tuple[str, ...]] = {
    "public": (
        msgid("Without a map review number it holds no maps: 公开稿（不含地图）, ready at once."),
        msgid("Every sheet and map is marked 公开."),
        msgid("Counts from 1 to 9 read <10; a count that would tell one of them reads *."),
        msgid("Groups such as 65+ only by village or larger; no cells, no institution tables."),
        msgid("No names of staff and no remarks."),
        msgid("All results then hold zones, listed villages, gaps and sites as printed."),
    ),
    "review": (
        msgid("Figures as in the copy for publication, with the maps that are to be reviewed."),
        msgid(
            "Every map says 送审稿，未取得审图号，不得公开发布 until its review number is given."
        ),
    ),
    "internal": (
        msgid("Every sheet is marked 内部, every map 内部使用，不得公开."),
        msgid("All figures are printed; cells and institutions are in the results."),
        msgid("It must not leave the office."),
    ),
}


def file_label(name: str, size_bytes: int, translate: Translate) -> str:
    """Return what a button says: what the file is and how large.

    >>> file_label("report.pdf", 4_883_649, lambda text: text)
    'Report as PDF · 4.9 MB'
    """
    what = translate(FILE_NAMES.get(name, msgid("Everything together (ZIP)")))
    size = f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 100_000 else f"{size_bytes / 1e3:.0f} kB"
    return f"{what} · {size}"


def media_type(name: str) -> str:
    """Return the media type of a file by its ending.

    >>> media_type("report.pdf")
    'application/pdf'
    """
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
