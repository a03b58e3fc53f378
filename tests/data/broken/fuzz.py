"""Fuzzing of every reader for a stated time: mutated good files, new ones in every round.

    python -m tests.data.broken.fuzz FOLDER --minutes 5

Prints JSON: files tried, refused, read, and every outcome that should not be.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.data.broken.corpus import GRAPHML, LIST, PEOPLE, ROADS, STUDY, run_one, workbook_bytes
from tests.data.broken.files import Broken, mutations
from tests.data.broken.layers import KML, SQUARE, geojson, layer_bytes, packed, raster_bytes


def seeds(folder: Path) -> list[Broken]:
    """Return one good file of every kind."""
    import numpy as np

    study = STUDY.format(population="people.csv", facilities="list.csv", roads="roads.osm")
    cells = raster_bytes(folder, np.arange(64, dtype=np.float32).reshape(8, 8), compress="lzw")
    zones = geojson({"type": "Polygon", "coordinates": SQUARE})
    roads = GRAPHML.format(doctype="", road="residential")
    old_workbook = (Path(__file__).parents[1] / "tables" / "files" / "list.xls").read_bytes()
    return [
        Broken("old-workbook", "facilities", ".xls", old_workbook),
        Broken("list", "facilities", ".csv", LIST.encode()),
        Broken("list-gbk", "facilities", ".csv", LIST.encode("gbk")),
        Broken("people", "population", ".csv", PEOPLE.encode()),
        Broken("workbook", "facilities", ".xlsx", workbook_bytes()),
        Broken("geojson", "zones", ".geojson", zones),
        Broken("gpkg", "zones", ".gpkg", layer_bytes(folder, ".gpkg")),
        Broken("fgb", "zones", ".fgb", layer_bytes(folder, ".fgb")),
        Broken("kml", "zones", ".kml", KML.format(doctype="").encode()),
        Broken("kmz", "zones", ".kmz", packed({"doc.kml": KML.format(doctype="").encode()})),
        Broken("raster", "population", ".tif", cells),
        Broken("graphml", "roads", ".graphml", roads.encode()),
        Broken("osm", "roads", ".osm", ROADS.encode()),
        Broken("study", "study", ".toml", study.encode()),
    ]


def endless(good: list[Broken]) -> Iterator[Broken]:
    """Yield mutated files of every kind in turn, without end."""
    seed = 0
    while True:
        for index, each in enumerate(good):
            for name, content in mutations(each.content, 4, 1_000_003 * seed + index):
                yield Broken(f"{each.name}-{seed}-{name}", each.table, each.ending, content)
        seed += 1


def main() -> None:
    """Fuzz for the stated minutes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=1.0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    work, scratch = options.folder / "study", options.folder / "scratch"
    for each in (work, scratch):
        each.mkdir(parents=True)
    os.environ["TMPDIR"] = str(scratch)
    for name, text in (("people.csv", PEOPLE), ("list.csv", LIST), ("roads.osm", ROADS)):
        (work / name).write_text(text, encoding="utf-8")
    counts: Counter[str] = Counter()
    wrong, slowest = [], 0.0
    end = time.monotonic() + 60 * options.minutes
    for broken in endless(seeds(scratch)):
        if time.monotonic() > end:
            break
        row = run_one(broken, work)
        counts[row["outcome"] if row["outcome"] in {"read", "refused"} else "wrong"] += 1
        slowest = max(slowest, row["seconds"])
        if row["outcome"] not in {"read", "refused"} or row["left_behind"] or row["shows_path"]:
            wrong.append({key: row[key] for key in ("name", "outcome", "left_behind")})
    answer = {
        **counts,
        "slowest_seconds": round(slowest, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "wrong_files": wrong[:50],
    }
    sys.stdout.write(json.dumps(answer, indent=1) + "\n")


if __name__ == "__main__":
    main()
