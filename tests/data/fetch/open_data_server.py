"""A server on loopback that answers as Nominatim, Overpass and a raster store do, with faults."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import rasterio
from rasterio.transform import Affine

from data.fetch.download import Services

WEST, SOUTH, EAST, NORTH = 120.80, 30.00, 120.86, 30.04
STATUS = (
    "Connected as: 1\nCurrent time: 2026-01-01T00:00:00Z\nRate limit: 2\n\n2 slots available now.\n"
)


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


PLACE = {
    "place_id": 1, "licence": "© OpenStreetMap contributors, ODbL", "osm_type": "relation",
    "osm_id": 4, "lat": "30.02", "lon": "120.83", "class": "boundary", "type": "administrative",
    "place_rank": 12, "importance": 0.5, "addresstype": "county", "name": "试验区",
    "display_name": "试验区, 某市, 浙江省, 中国",
    "boundingbox": [str(SOUTH), str(NORTH), str(WEST), str(EAST)],
    "geojson": {"type": "Polygon", "coordinates": [_ring(WEST, SOUTH, EAST, NORTH)]},
}  # fmt: skip


def node(number: int, lon: float, lat: float, **tags: str) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "node", "id": number, "lat": lat, "lon": lon}
    return {**made, "tags": tags} if tags else made


def way(number: int, nodes: list[int], **tags: str) -> dict[str, Any]:
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


def _corners(first: int, box: tuple[float, float, float, float]) -> list[dict[str, Any]]:
    return [node(first + i, *xy) for i, xy in enumerate(_ring(*box)[:4])]


def _loop(first: int) -> list[int]:
    return [first, first + 1, first + 2, first + 3, first]


def _streets() -> list[dict[str, Any]]:
    """Return seven streets each way, some with tags that only the raw answer holds."""
    made = [
        node(100 + 7 * row + column, WEST + column / 100, SOUTH + row / 150)
        for row in range(7)
        for column in range(7)
    ]
    for k in range(7):
        along = [100 + 7 * k + column for column in range(7)]
        across = [100 + 7 * row + k for row in range(7)]
        tags = {"name": f"=第{k}路"} if k else {"oneway": "-1", "oneway:bicycle": "no"}
        made += [way(1000 + k, along, highway="residential", **tags)]
        made += [way(2000 + k, across, highway="tertiary")]
    return made


def _towns() -> list[dict[str, Any]]:
    middle = (WEST + EAST) / 2
    made = _corners(10, (WEST - 0.001, SOUTH, middle, NORTH)) + _corners(
        20, (middle, SOUTH, EAST, NORTH)
    )
    for relation, first, name in ((31, 10, "甲街道"), (32, 20, "乙镇")):
        ring = _loop(first)
        tags = {"boundary": "administrative", "admin_level": "8", "name": name}
        members = [
            {"type": "way", "ref": relation * 10, "role": "outer"},
            {"type": "way", "ref": relation * 10 + 1, "role": "outer"},
        ]
        made += [way(relation * 10, ring[:3]), way(relation * 10 + 1, ring[2:])]
        made += [{"type": "relation", "id": relation, "members": members, "tags": tags}]
    return made


LAYERS: dict[str, list[dict[str, Any]]] = {
    "highway": _streets(),
    "ferry": [],
    "natural": [
        *_corners(60, (120.801, 30.0005, 120.803, 30.0015)),
        way(600, _loop(60), natural="water"),
    ],
    "amenity": [
        node(1, 120.81, 30.01, amenity="clinic", name="甲社区卫生服务站"),
        node(2, 120.85, 30.03, amenity="hospital", name="乙镇中心卫生院", operator="=cmd|x"),
        *_corners(70, (120.83, 30.02, 120.8305, 30.0205)),
        way(700, _loop(70), amenity="hospital", name="试验区人民医院"),
        node(3, 120.82, 30.01, amenity="pharmacy", name="某药店"),
        node(4, 121.5, 30.01, amenity="clinic", name="远方诊所"),
        node(5, 120.84, 30.01, healthcare="centre"),
    ],
    "admin_level": _towns(),
}


def make_raster(path: Path) -> Path:
    """Write people per cell over a much larger area than the place, in tiles that do not shrink."""
    rng = np.random.default_rng(7)
    values = rng.random((1500, 1500), dtype=np.float32)
    values[:, ::7] = -99999.0
    profile = {
        **{"driver": "GTiff", "width": 1500, "height": 1500, "count": 1, "dtype": "float32"},
        **{"crs": "EPSG:4326", "transform": Affine(1 / 1200, 0, 120.0, 0, -1 / 1200, 30.8)},
        **{"nodata": -99999.0, "tiled": True, "blockxsize": 256, "blockysize": 256},
    }
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(values, 1)
    return path


REMARK = b', "remark": "runtime error: Query timed out"}'
WRONG = {
    "html": b"<html>please log in</html>",
    "html as json": b"<html>please log in</html>",
    "not json": b"{nonsense}",
    "other json": b'{"error": "no"}',
    "odd elements": b'{"elements": [{"type": "node", "id": 1}, {"type": "way", "id": 2}]}',
    "off the globe": b'{"elements": [{"type": "node", "id": 1, "lat": 1e9, "lon": 1e9}]}',
    "odd tags": b'{"elements": [{"type": "node", "id": 1, "lat": 1, "lon": 1, "tags": ["x"]}]}',
    "huge": b'{"elements": [' + b" " * 2_000_000 + b"]}",
}


@dataclass
class World:
    """What the server knows and was asked; `faults` of a layer are taken one a request."""

    raster: bytes
    etag: str = '"1"'
    port: int = 0
    asked: list[str] = field(default_factory=list)
    raster_bytes: int = 0
    faults: dict[str, list[str]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    def services(self, **changes: Any) -> Services:
        root = f"http://127.0.0.1:{self.port}"
        urls = {
            "nominatim_url": f"{root}/nominatim/",
            "overpass_url": f"{root}/api",
            "population_url": f"{root}/{{year}}/{{ISO3}}/{{iso3}}.tif",
        }
        return Services(**{**urls, "timeout_s": 1, **changes})

    def count(self, layer: str) -> int:
        return self.asked.count(layer)


@contextmanager
def serving(raster: Path) -> Iterator[World]:
    """Yield a running server."""
    world = World(raster.read_bytes())

    class Handler(_Handler):
        pass

    Handler.world = world
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    world.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield world
    finally:
        world.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    world: World

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/api/status":
            self._answer(STATUS.encode(), "text/plain")
        elif path == "/nominatim/search":
            place = parse_qs(urlsplit(self.path).query)["q"][0]
            found = [PLACE] if place == "试验区" else []
            self._layer("place", json.dumps(found).encode())
        elif path.endswith(".tif"):
            self._raster()
        else:
            self._answer(b"no", "text/plain", status=404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(body)["data"][0]
        layer = next(name for name in LAYERS if f'"{name}"' in query or f"'{name}'" in query)
        answer = {
            "version": 0.6,
            "generator": "Overpass API",
            "osm3s": {"timestamp_osm_base": "2025-11-20T00:00:00Z", "copyright": "ODbL"},
            "elements": LAYERS[layer],
        }
        self._layer(layer, json.dumps(answer).encode())

    def _layer(self, layer: str, content: bytes) -> None:
        self.world.asked.append(layer)
        queue = self.world.faults.get(layer, [])
        if queue:
            self._fail(queue.pop(0), content)
        else:
            self._answer(content, "application/json; charset=utf-8")

    def _fail(self, fault: str, content: bytes) -> None:
        status, _, after = fault.partition(" ")
        if fault in {"silent", "reset"}:
            self.world.closing.wait(3 if fault == "silent" else 0)
            self.close_connection = True
        elif status.isdecimal():
            extra = {"Retry-After": after} if after else {}
            self._answer(b"busy", "text/html", status=int(status), extra=extra)
        elif fault == "redirect":
            place = {"Location": "http://elsewhere.example/api"}
            self._answer(b"", "text/html", status=302, extra=place)
        elif fault.startswith("cut"):
            length = None if fault == "cut without length" else len(content)
            self._answer(content[: len(content) // 2], "application/json", told_length=length)
        elif fault == "remark":
            self._answer(content[:-1] + REMARK, "application/json")
        else:
            self._answer(WRONG[fault], "text/html" if fault == "html" else "application/json")

    def _raster(self) -> None:
        world = self.world
        world.asked.append("raster")
        queue = world.faults.get("raster", [])
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        assert span is not None
        first, last = int(span[1]), min(int(span[2]), len(world.raster) - 1)
        part = world.raster[first : last + 1]
        told = {"Content-Range": f"bytes {first}-{last}/{len(world.raster)}", "ETag": world.etag}
        fault = queue.pop(0) if queue else ""
        if fault == "whole":
            self._answer(world.raster, "image/tiff")
        elif fault == "short":
            self._answer(part[:100], "image/tiff", status=206, extra=told)
        elif fault == "cut":
            self._answer(part[:100], "image/tiff", 206, extra=told, told_length=len(part))
        elif fault == "other":
            told = {"Content-Range": "bytes 0-9/10", "ETag": world.etag}
            self._answer(b"not a tiff", "image/tiff", status=206, extra=told)
        elif fault:
            self._fail(fault, part)
        else:
            world.raster_bytes += len(part)
            self._answer(part, "image/tiff", status=206, extra=told)

    def _answer(
        self,
        content: bytes,
        kind: str,
        status: int = 200,
        *,
        extra: dict[str, str] | None = None,
        told_length: int | None = -1,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if told_length is not None:
            self.send_header(
                "Content-Length", str(len(content) if told_length < 0 else told_length)
            )
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(content)
        self.close_connection = True
