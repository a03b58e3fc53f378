"""Open data from the internet: places and map elements through osmnx, rasters by byte ranges."""

from __future__ import annotations

import hashlib
import io
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import shapely

from data.errors import PlannerError
from data.fetch.answers import (
    BusyError,
    body_of,
    check_status,
    host_of,
    json_guard,
    patiently,
    too_large,
    wrong_content,
)
from data.fetch.map_elements import MapElements, drop_broken, read_answers
from data.gdal import open_remote_raster
from data.store import atomic_file
from geo.errors import Finding, Progress

T = TypeVar("T")

MAX_RASTER_BYTES = 500_000_000
_BLOCK_BYTES = 512 * 1024
_CONNECT_S = 15
_USER_AGENT = "ServiceCircle (open data for one study)"


@dataclass(frozen=True, slots=True)
class Services:
    """Addresses of the services, and how long one answer may take.

    `population_url` is filled with `{iso3}`, `{ISO3}` (country, in small and capital letters) and
    `{year}`.
    """

    nominatim_url: str = "https://nominatim.openstreetmap.org/"
    overpass_url: str = "https://overpass-api.de/api"
    population_url: str = (
        "https://data.worldpop.org/GIS/Population/Global_2015_2030/R2025A/{year}/{ISO3}/v1/100m/"
        "constrained/{iso3}_pop_{year}_CN_100m_R2025A_v1.tif"
    )
    timeout_s: int = 180

    def __post_init__(self) -> None:
        for url in (self.nominatim_url, self.overpass_url, self.population_url):
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise PlannerError(Finding("fetch_address", (("url", url[:100]),)))


def fetch_place(
    place: str, *, services: Services, cache: Path, progress: Progress | None = None
) -> tuple[str, shapely.Geometry]:
    """Return the full name and the area (degrees, WGS 84) of a place.

    Parameters
    ----------
    place
        As one would type it into a search of OpenStreetMap.
    services, cache
        Where to ask, and the folder in which answers are kept.
    progress
        Called with ("boundary", bytes, 0) and while waiting.

    Raises
    ------
    PlannerError
        When there is no such area, or no whole answer.
    """

    def ask() -> Any:
        with _osmnx(services, cache / "place", "boundary", progress) as osmnx:
            try:
                return osmnx.geocoder.geocode_to_gdf(place)
            except (osmnx._errors.InsufficientResponseError, TypeError):
                return None

    found = patiently(ask, progress)
    if found is None or not len(found):
        raise PlannerError(Finding("fetch_place_unknown", (("place", place[:100]),)))
    return str(found["display_name"].iloc[0]), shapely.force_2d(found.geometry.iloc[0])


def fetch_elements(
    area: shapely.Geometry,
    *,
    stage: str,
    ways: Sequence[str] = (),
    tags: Mapping[str, bool | str | list[str]] | None = None,
    services: Services,
    cache: Path,
    progress: Progress | None = None,
) -> MapElements:
    """Return map elements (nodes, ways, relations) with all their tags, each once, in order.

    A large area is asked for in parts; the parts that have been answered are kept in the cache, so
    that a stopped run goes on where it was.

    Parameters
    ----------
    area
        Polygon in degrees.
    stage
        For progress.
    ways
        Filters of ways, each such as `["highway"]`; their nodes come with them.
    tags
        Instead: tags of nodes, ways and relations; what they consist of comes with them.
    services, cache, progress
        As `fetch_place`.

    Raises
    ------
    PlannerError
        When there is no whole answer.
    """
    asked = (shapely.to_wkb(area), services.overpass_url, tuple(ways), tags)
    folder = cache / f"{stage}-{hashlib.sha256(repr(asked).encode()).hexdigest()[:12]}"

    host = host_of(services.overpass_url)

    def ask() -> None:
        _knock(services)
        with _osmnx(services, folder, stage, progress) as osmnx:
            try:
                if tags is None:
                    osmnx.graph.graph_from_polygon(area, custom_filter=list(ways))
                else:
                    osmnx.features.features_from_polygon(area, dict(tags))
            except osmnx._errors.CacheOnlyInterruptError:
                return
            except osmnx._errors.InsufficientResponseError:
                raise BusyError(host, "the answer is not JSON") from None

    finished = folder / "finished"
    if not finished.is_file():
        patiently(ask, progress)
    found = read_answers(folder, services.overpass_url)
    with atomic_file(finished):
        return found


@contextmanager
def remote_raster(
    url: str, *, timeout_s: int, cache: Path, progress: Progress | None = None
) -> Iterator[Any]:
    """Yield a GeoTIFF on a server, opened by rasterio; only the parts that are read are fetched.

    Parameters
    ----------
    url
        Of a server that answers range requests.
    timeout_s
        Longest silence.
    cache
        Folder in which the parts are kept.
    progress
        Called with ("population", bytes, 0).

    Raises
    ------
    PlannerError
        When the server does not send parts, or no whole answer.
    """
    from rasterio.errors import RasterioError

    parts = _Parts(url, timeout_s, cache, progress)

    def opener(path: str, _mode: str = "rb", **_: Any) -> io.RawIOBase:
        if not str(path).endswith("remote.tif"):
            raise FileNotFoundError(path)  # GDAL looks for files beside it
        return _RangeFile(parts)

    try:
        with open_remote_raster(opener) as raster:
            yield raster
    except (RasterioError, PlannerError) as error:
        if parts.fault is not None:
            raise parts.fault from None
        if isinstance(error, PlannerError):
            raise
        raise PlannerError(wrong_content(url, "something else", "a GeoTIFF")) from error
    if parts.fault is not None:  # GDAL may have read nothing where it should have failed
        raise parts.fault


class _Parts:
    """Aligned parts of a remote file, kept in a folder; one file is never mixed with another."""

    def __init__(self, url: str, timeout_s: int, cache: Path, progress: Progress | None) -> None:
        self._url, self._timeout_s, self._progress = url, timeout_s, progress
        self._folder = cache / f"raster-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
        self._blocks: dict[int, bytes] = {}
        self._fetched_bytes = 0
        self._identity: dict[str, Any] | None = None
        self.fault: BaseException | None = None

    @property
    def size(self) -> int:
        if self._identity is None:
            self._identity = self._known() or {}
            self.block(0)
        return int(self._identity["size"])

    def block(self, number: int) -> bytes:
        """Return one part, from memory, from the folder, or from the server."""
        if number in self._blocks:
            return self._blocks[number]
        path = self._folder / f"{number:08d}"
        if self._identity and path.is_file():
            content = path.read_bytes()
        else:
            content = patiently(lambda: self._ask(number), self._progress)
            with atomic_file(path) as file:
                file.write(content)
        self._blocks[number] = content
        return content

    def _known(self) -> dict[str, Any] | None:
        """Return size and version of the file that the folder holds parts of."""
        try:
            known = json.loads((self._folder / "file.json").read_text(encoding="utf-8"))
            return {"size": int(known["size"]), "version": str(known["version"])}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _ask(self, number: int) -> bytes:
        import requests

        first = number * _BLOCK_BYTES
        words = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
        words["Range"] = f"bytes={first}-{first + _BLOCK_BYTES - 1}"
        with requests.get(
            self._url,
            headers=words,
            timeout=(_CONNECT_S, self._timeout_s),
            stream=True,
            allow_redirects=False,
        ) as response:
            check_status(response)
            host, told = host_of(response.url), response.headers.get("Content-Range", "")
            span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", told)
            if response.status_code != 206 or span is None or int(span[1]) != first:
                if "html" in response.headers.get("Content-Type", ""):
                    raise PlannerError(wrong_content(self._url, "a web page", "a GeoTIFF"))
                raise PlannerError(Finding("fetch_no_ranges", (("host", host),)))
            self._check_identity(int(span[3]), response.headers.get("ETag", ""), host)
            content = body_of(response, _BLOCK_BYTES)
        if len(content) != int(span[2]) - first + 1:
            raise BusyError(host, "the answer was cut off")
        self._fetched_bytes += len(content)
        if self._fetched_bytes > MAX_RASTER_BYTES:
            raise PlannerError(too_large(self._url, MAX_RASTER_BYTES))
        if self._progress is not None:
            self._progress("population", self._fetched_bytes, 0)
        return content

    def _check_identity(self, size: int, version: str, host: str) -> None:
        found = {"size": size, "version": version}
        if self._identity == found:
            return
        if self._identity:
            for old in self._folder.glob("*"):
                old.unlink()
            self._identity, self._blocks = None, {}
            raise PlannerError(
                Finding(
                    "fetch_busy",
                    (("host", host), ("tries", 1), ("reason", "the file was replaced meanwhile")),
                )
            )
        self._identity = found
        with atomic_file(self._folder / "file.json") as file:
            file.write(json.dumps(found, sort_keys=True).encode())


class _RangeFile(io.RawIOBase):
    """A read-only file whose content is fetched where it is read."""

    def __init__(self, parts: _Parts) -> None:
        self._parts, self._at = parts, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = (0, self._at, self._size() if whence == io.SEEK_END else 0)[whence]
        self._at = max(start + offset, 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        whole = self._size()
        end = whole if size < 0 else min(self._at + size, whole)
        found = bytearray()
        while self._at < end:
            number, skip = divmod(self._at, _BLOCK_BYTES)
            piece = self._noted(partial(self._parts.block, number), b"")
            piece = piece[skip : skip + end - self._at]
            if not piece:
                break
            found += piece
            self._at += len(piece)
        return bytes(found)

    def _size(self) -> int:
        return self._noted(lambda: self._parts.size, 0)

    def _noted(self, ask: Callable[[], T], otherwise: T) -> T:
        """Return an answer; keep a fault for later, because GDAL cannot pass it on."""
        if self._parts.fault is not None:
            return otherwise
        try:
            return ask()
        except BaseException as fault:  # noqa: BLE001 - raised again by `remote_raster`
            self._parts.fault = fault
            return otherwise


def _knock(services: Services) -> None:
    """Raise a connection error at once: osmnx would first wait a minute for the status."""
    import requests

    url = services.overpass_url.rstrip("/") + "/status"
    words = {"User-Agent": _USER_AGENT}
    requests.get(url, headers=words, timeout=_CONNECT_S, stream=True, allow_redirects=False).close()


@contextmanager
def _osmnx(
    services: Services, folder: Path, stage: str, progress: Progress | None
) -> Iterator[Any]:
    """Yield osmnx with its settings for this run; they are as before afterwards."""
    import osmnx

    drop_broken(folder)
    guard = json_guard(stage, progress)
    kwargs = {"allow_redirects": False, "stream": True, "hooks": {"response": guard}}
    wanted = {
        "nominatim_url": services.nominatim_url,
        "overpass_url": services.overpass_url,
        "overpass_rate_limit": True,
        "requests_timeout": (min(_CONNECT_S, services.timeout_s), services.timeout_s),
        "overpass_settings": f"[out:json][timeout:{services.timeout_s}]{{maxsize}}",
        "requests_kwargs": kwargs,
        "cache_folder": str(folder),
        "use_cache": True,
        "cache_only_mode": stage != "boundary",
        "doh_url_template": None,
        "http_user_agent": _USER_AGENT,
        "http_accept_language": "zh",
        "log_file": False,
        "log_console": False,
    }
    before = {name: getattr(osmnx.settings, name) for name in wanted}
    resolve = socket.getaddrinfo  # osmnx pins the server's address there for good
    try:
        for name, value in wanted.items():
            setattr(osmnx.settings, name, value)
        yield osmnx
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = resolve
