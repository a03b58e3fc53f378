"""Files after public bug reports: what other programs wrote, and a first version read wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from tests.data.broken.files import Broken, mutations
from tests.data.roads.osm_xml import node, relation, way

STREET = {"highway": "residential"}
ROAD = [node(1), node(2), node(3), node(4), node(5), way(10, [1, 2, 3, 4, 5], STREET)]


def osm(*objects: str) -> bytes:
    return ('<osm version="0.6">' + "".join(objects) + "</osm>").encode()


def reported_road_cases() -> Iterator[Broken]:
    """Yield map files of editors and queries, and drawings."""
    deleted = way(11, [1, 3], STREET, action="delete")
    square = relation(9, [12], {"type": "multipolygon", "highway": "pedestrian"})
    files = {
        "reversed": osm(*ROAD[::-1]),
        "negative": osm(*(node(-k) for k in (3, 1, 2)), way(-10, [-1, -2, -3], STREET)),
        "deleted": osm(*ROAD, deleted),
        "deleted-all": osm(*(each.replace(" ", ' action="delete" ', 1) for each in ROAD)),
        "twice": osm(*ROAD, *ROAD),
        "relation-of-nothing": osm(*ROAD, square),
        "relation-of-itself": osm(*ROAD, square.replace('type="way"', 'type="relation"')),
        "action-no-number": osm(*ROAD, deleted.replace('id="11"', 'id="x"')),
        "huge-ids": osm(*ROAD, node(2**62), way(12, [1, 2**62], STREET)),
    }
    for name, content in files.items():
        yield Broken(f"reported-{name}.osm", "roads", ".osm", content)
    for name, content in mutations(osm(*ROAD[::-1], deleted), 12, 21):
        yield Broken(f"reported-{name}.osm", "roads", ".osm", content)
    drawing = b"0\nSECTION\n2\nENTITIES\n0\nLINE\n8\nA\n10\n1\n20\n2\n11\n3\n21\n4\n0\nEOF\n"
    for name, content in mutations(drawing, 8, 22):
        yield Broken(f"reported-{name}.dxf", "roads", ".dxf", content)


def reported_table_cases() -> Iterator[Broken]:
    """Yield text tables with broken structure, and files under another ending."""
    row = "F{0},甲{0},C220,120.8{0},30.01,20\n"
    head = "id,name,kind,lon,lat,beds\n"
    rows = [row.format(k) for k in range(1, 6)]
    texts = {
        "quote-open": head + "".join(rows).replace("甲2", '"甲2'),
        "quotes-two": head + "".join(rows).replace("甲2", '"甲2').replace("甲4", '"甲4'),
        "quote-swallows": head + "".join(rows).replace("甲2", '"甲2').replace("甲3", '甲3"'),
        "decimal-comma": (head + "".join(rows)).replace(",", ";").replace(".", ","),
        "separator-line": "sep=;\n" + (head + "".join(rows)).replace(",", ";"),
        "cut-row": head + "".join(rows)[:-8],
        "broken-row": head + "".join(rows).replace("甲3", "甲\n3"),
        "magic": head + "".join(rows).replace(",20\n", ",99999\n", 1),
        "ditto": head + "".join(rows).replace("C220", "同上"),
    }
    for name, text in texts.items():
        yield Broken(f"reported-{name}.csv", "facilities", ".csv", text.encode())
    others = {
        "html.xls": b"<html><table><tr><td>id</td></tr></table></html>",
        "xml2003.xls": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:'
        b'spreadsheet"/>',
        "text.xls": (head + "".join(rows)).encode("gbk"),
        "locked.xlsx": b"\x62\x14\x23\x65" + bytes((7 * k * k + 11 * k) % 256 for k in range(3000)),
        "password.xlsx": b"\xd0\xcf\x11\xe0" + b"\0" * 508 + "EncryptedPackage".encode("utf-16-le"),
        "pdf.xlsx": b"%PDF-1.7\n",
        "dwg.csv": b"AC1032\0\0\0",
        "page.docx": b"PK\x03\x04",
    }
    for name, content in others.items():
        ending = "." + name.split(".")[1]
        yield Broken(f"reported-{name}", "facilities", ending, content)
