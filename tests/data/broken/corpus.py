"""Broken files of every kind, and what the program says of each: run as a program of its own.

    python -m tests.data.broken.corpus FOLDER

Every file takes the place of a good one in a small study, and the study is loaded. The answer is
JSON: one row a file with the outcome (`refused`, `read`, or the name of an exception that should
not be), seconds, and files left behind; and the peak of memory.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.data.broken.files import ENTITIES, Broken, bomb, mutations
from tests.data.broken.layers import geojson_cases, layer_cases, raster_cases
from tests.data.broken.reported import reported_road_cases, reported_table_cases

PEOPLE = "id,lon,lat,people\na,120.81,30.01,100\nb,120.85,30.01,200\nd,120.81,30.04,50\n"
LIST = (
    "id,name,kind,lon,lat,beds\nF1,甲卫生院,C220,120.81,30.01,20\nF2,乙卫生室,D600,120.85,30.02,\n"
)
ROADS = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="30.00" lon="120.80"/><node id="2" lat="30.00" lon="120.90"/>
 <node id="3" lat="30.05" lon="120.80"/><node id="4" lat="30.05" lon="120.90"/>
 <way id="1"><nd ref="1"/><nd ref="2"/><nd ref="4"/><nd ref="3"/><nd ref="1"/>
  <tag k="highway" v="residential"/></way>
</osm>
"""
STUDY = """format = 1
[study]
name = "x"
date = "2024-12-31"
[population]
path = "{population}"
[facilities]
path = "{facilities}"
[roads]
path = "{roads}"
"""


def csv_cases() -> Iterator[Broken]:
    """Yield broken lists and people tables."""
    good = LIST.encode()
    odd: dict[str, bytes] = {
        "empty": b"",
        "bom": b"\xef\xbb\xbf",
        "newlines": b"\n" * 100_000,
        "header": b"id,name,kind,lon,lat\n",
        "numbers": b"1,2,3\n4,5,6\n",
        "nul": b"id,name\x00,kind\n1,2,3\n",
        "utf16-odd": LIST.encode("utf-16")[:-1],
        "utf32": LIST.encode("utf-32"),
        "ebcdic": "id,name,kind".encode("cp500"),
        "big5": "編號,名稱\n1,衛生所\n".encode("big5"),
        "shift-jis": "番号,名前\n1,診療所ネゴ\n".encode("shift-jis"),
        "quote-open": b'id,name\n1,"never closed\n' + b"x,y\n" * 1000,
        "field-10mb": b"id,name\n1," + b"x" * 10_000_000 + b"\n",
        "columns-1e6": b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n",
        "cells-1e6": b"id,name\n" + b"," * 1_000_000 + b"\n",
        "cr-only": LIST.replace("\n", "\r").encode(),
        "html": b"<html><body><table><tr><td>id</td></tr></table></body></html>",
        "names-html": LIST.replace("甲卫生院", "<script>alert(1)</script>").encode(),
        "names-formula": LIST.replace("甲卫生院", '"=HYPERLINK(""http://x"")"').encode(),
        "names-quotes": LIST.replace("甲卫生院", '"甲""\n,院"').encode(),
        "names-control": LIST.replace("甲卫生院", "甲\x07\x1b[31m院").encode(),
        "names-rtl": LIST.replace("甲卫生院", "甲\u202egnp.exe").encode(),
        "names-long": LIST.replace("甲卫生院", "甲" * 40_000).encode(),
        "lon-inf": LIST.replace("120.81", "inf").encode(),
        "lon-huge": LIST.replace("120.81", "1e308").encode(),
        "lon-text": LIST.replace("120.81", "东边").encode(),
        "beds-huge": LIST.replace(",20\n", ",1e300\n").encode(),
        "same-ids": LIST.replace("F2", "F1").encode(),
        "same-headers": LIST.replace("name", "id").encode(),
        "no-kind": LIST.replace("kind", "art").encode(),
        "braces": LIST.replace("kind", "{kind}").replace("甲卫生院", "{0}{x!r}").encode(),
        "percent": LIST.replace("甲卫生院", "%s%n%(x)s").encode(),
        "totals": LIST.encode() + "合计,,,,,20\n".encode(),
        "only-totals": "id,name,kind,lon,lat\n合计,,,,\n".encode(),
        "wide-rows": LIST.encode() + b"a," * 500 + b"\n",
        "tabs": LIST.replace(",", "\t").encode(),
    }
    for name, content in odd.items():
        yield Broken(f"list-{name}", "facilities", ".csv", content)
    people: dict[str, str] = {
        "nan": PEOPLE.replace("100", "nan"),
        "inf": PEOPLE.replace("100", "inf"),
        "minus-inf": PEOPLE.replace("100", "-inf"),
        "negative": PEOPLE.replace("100", "-1"),
        "blank": PEOPLE.replace("100", ""),
        "overflow": PEOPLE.replace("100", "1e400"),
        "zero": PEOPLE.replace("100", "0").replace("200", "0").replace("50\n", "0\n"),
        "text": PEOPLE.replace("100", "一百"),
        "nowhere": PEOPLE.replace("120.81", ""),
        "pole": PEOPLE.replace("30.01", "90"),
        "beyond": PEOPLE.replace("30.01", "91"),
        "antipode": PEOPLE.replace("120.81,30.01", "-59.19,-30.01"),
        "huge": PEOPLE.replace("100", "1e30"),
    }
    for name, text in people.items():
        yield Broken(f"people-{name}", "population", ".csv", text.encode())
    for name, content in mutations(good, 12, 1):
        yield Broken(f"list-{name}", "facilities", ".csv", content)
    for seed in range(8):
        junk = np.random.default_rng(seed).bytes(3000)
        yield Broken(f"junk-{seed}", "facilities", ".csv", junk)


def workbook_bytes(fill: Callable[[Any], None] | None = None) -> bytes:
    """Return a workbook with the list, changed by `fill`."""
    import openpyxl

    book = openpyxl.Workbook()
    for line in LIST.strip().split("\n"):
        book.active.append(line.split(","))
    if fill is not None:
        fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return an archive with the content of its entries changed; None removes an entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = change(entry.filename, old.read(entry))
            if data is not None:
                new.writestr(entry.filename, data)
    return out.getvalue()


def workbook_cases() -> Iterator[Broken]:
    """Yield broken workbooks."""
    good = workbook_bytes()

    def with_entities(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return data
        return data.replace(b"<worksheet", ENTITIES.encode() + b"<worksheet", 1).replace(
            b"<sheetData>", b"<sheetData><row><c><v>&i;</v></c></row>"
        )

    def far_cell(book: Any) -> None:
        book.active["XFD1048576"] = "x"

    def no_cells(book: Any) -> None:
        book.active.delete_rows(1, 10)

    def formulas(book: Any) -> None:
        book.active["B2"] = "=1+1"

    odd: dict[str, bytes] = {
        "empty": b"",
        "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
        "csv": LIST.encode(),
        "html": b"<html><table><tr><td>1</td></tr></table></html>",
        "no-sheet": rezipped(good, lambda n, d: None if "sheet1" in n else d),
        "no-workbook": rezipped(good, lambda n, d: None if n == "xl/workbook.xml" else d),
        "no-types": rezipped(good, lambda n, d: None if "Content_Types" in n else d),
        "empty-sheet": rezipped(good, lambda n, d: b"" if "sheet1" in n else d),
        "not-xml": rezipped(good, lambda n, d: b"{}" if "sheet1" in n else d),
        "entities": rezipped(good, with_entities),
        "bomb": bomb("xl/worksheets/sheet1.xml", 700_000_000),
        "far-cell": workbook_bytes(far_cell),
        "no-cells": workbook_bytes(no_cells),
        "formulas": workbook_bytes(formulas),
        "slip": good.replace(b"docProps", b"../../xx"),
    }
    for name, content in odd.items():
        yield Broken(f"book-{name}", "facilities", ".xlsx", content)
    for name, content in mutations(good, 20, 2):
        yield Broken(f"book-{name}", "facilities", ".xlsx", content)
    old = (Path(__file__).parents[1] / "tables" / "files" / "list.xls").read_bytes()
    for name, content in mutations(old, 20, 15):
        yield Broken(f"old-book-{name}", "facilities", ".xls", content)


GRAPHML = """<?xml version='1.0' encoding='utf-8'?>{doctype}
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="graph" attr.name="crs" attr.type="string"/>
<key id="d1" for="node" attr.name="y" attr.type="string"/>
<key id="d2" for="node" attr.name="x" attr.type="string"/>
<key id="d3" for="edge" attr.name="osmid" attr.type="string"/>
<key id="d4" for="edge" attr.name="highway" attr.type="string"/>
<graph edgedefault="directed"><data key="d0">epsg:4326</data>
<node id="1"><data key="d1">30.0</data><data key="d2">120.8</data></node>
<node id="2"><data key="d1">30.05</data><data key="d2">120.9</data></node>
<edge source="1" target="2"><data key="d3">7</data><data key="d4">{road}</data></edge>
<edge source="2" target="1"><data key="d3">7</data><data key="d4">residential</data></edge>
</graph></graphml>"""


def road_cases() -> Iterator[Broken]:
    """Yield broken road files."""
    good = GRAPHML.format(doctype="", road="residential").encode()
    bombed = GRAPHML.format(doctype=ENTITIES.replace("DOCTYPE x", "DOCTYPE graphml"), road="&i;")
    external = GRAPHML.format(
        doctype='<!DOCTYPE graphml [<!ENTITY a SYSTEM "file:///etc/passwd">]>', road="&a;"
    )
    yield Broken("entities.graphml", "roads", ".graphml", bombed.encode())
    yield Broken("external.graphml", "roads", ".graphml", external.encode())
    for name, content in mutations(good, 14, 12):
        yield Broken(f"{name}.graphml", "roads", ".graphml", content)
    osm = ROADS.encode()
    yield Broken("empty.osm", "roads", ".osm", b"<osm version='0.6'></osm>")
    bombed = ROADS.replace("<osm", ENTITIES.replace("DOCTYPE x", "DOCTYPE osm") + "<osm")
    bombed = bombed.replace('v="residential"', 'v="&i;"')
    yield Broken("entities.osm", "roads", ".osm", bombed.encode())
    for name, content in mutations(osm, 14, 13):
        yield Broken(f"{name}.osm", "roads", ".osm", content)
    for seed in range(6):
        yield Broken(
            f"junk-{seed}.osm.pbf", "roads", ".osm.pbf", np.random.default_rng(seed).bytes(2000)
        )


def study_cases() -> Iterator[Broken]:
    """Yield broken study files."""
    good = STUDY.format(population="people.csv", facilities="list.csv", roads="roads.osm").encode()
    for name, content in mutations(good, 24, 14):
        yield Broken(f"study-{name}", "study", ".toml", content)
    for name, content in {
        "deep": b"a = " + b"[" * 100_000,
        "dots": b".".join([b"a"] * 5_000) + b" = 1",
        "gbk": "name = '上虞'".encode("gbk"),
        "nul": b"a = '\x00'",
        "path-long": good.replace(b"list.csv", b"x" * 10_000),
        "path-nul": good.replace(b"list.csv", b"x\\u0000y"),
        "path-folder": good.replace(b"list.csv", b"."),
        "path-device": good.replace(b"list.csv", b"/dev/zero"),
        "path-up": good.replace(b"list.csv", b"../../../../etc/passwd"),
        "huge-number": good + b"[siting]\ncount = 99999999999999999999999999\n",
        "inf": good + b"[travel]\nminutes = inf\n",
    }.items():
        yield Broken(f"study-{name}", "study", ".toml", content)


def corpus(folder: Path) -> Iterator[Broken]:
    """Yield every broken file."""
    yield from csv_cases()
    yield from workbook_cases()
    yield from geojson_cases()
    yield from layer_cases(folder)
    yield from raster_cases(folder)
    yield from road_cases()
    yield from study_cases()
    yield from reported_road_cases()
    yield from reported_table_cases()


def run_one(broken: Broken, folder: Path) -> dict[str, Any]:
    """Load the study with one broken file in it."""
    from data.dataset import load_dataset
    from data.errors import PlannerError
    from data.study.file import read_study
    from geo.errors import GeoError

    names = {"population": "people.csv", "facilities": "list.csv", "roads": "roads.osm"}
    path = folder / f"broken{broken.ending}"
    path.write_bytes(broken.content)
    text = STUDY.format(**{**names, broken.table: path.name})
    if broken.table == "zones":
        text += f'[zones]\npath = "{path.name}"\n'
    study = folder / "study.toml"
    study.write_text(text, encoding="utf-8")
    if broken.table == "study":
        study = path
    before = sorted(p.name for p in folder.rglob("*"))
    started = time.process_time()
    outcome, said = "read", ""
    try:
        dataset = load_dataset(read_study(study))
        if not np.isfinite(dataset.demand.people).all() or (dataset.demand.people < 0).any():
            outcome = "wrong people"
    except (PlannerError, GeoError) as error:
        outcome, said = "refused", str(error)
    except BaseException as error:  # noqa: BLE001 - that is what is looked for
        outcome = f"{type(error).__name__}: {error}"[:300]
    seconds = time.process_time() - started
    left = sorted({p.name for p in folder.rglob("*")} - set(before))
    path.unlink()
    return {
        "name": broken.name,
        "table": broken.table,
        "outcome": outcome,
        "said": said[:500],
        "shows_path": str(folder) in said,
        "seconds": seconds,
        "left_behind": left,
    }


def main(folder: Path) -> None:
    """Run the corpus and print JSON."""
    warnings.simplefilter("ignore")
    work, scratch = folder / "study", folder / "scratch"
    for each in (work, scratch):
        each.mkdir(parents=True)
    os.environ["TMPDIR"] = str(scratch)
    for name, text in (("people.csv", PEOPLE), ("list.csv", LIST), ("roads.osm", ROADS)):
        (work / name).write_text(text, encoding="utf-8")
    rows = [run_one(broken, work) for broken in corpus(scratch)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    scratch_left = sorted(p.name for p in scratch.iterdir())
    answer = {"rows": rows, "peak_mb": peak_mb, "scratch_left": scratch_left}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
