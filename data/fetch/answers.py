"""Answers of servers: read within bounds, checked to be whole, else asked for again."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from data.errors import PlannerError
from data.messages.words import SERVER_SAYS
from geo.errors import Finding, Progress

T = TypeVar("T")

MAX_ANSWER_BYTES = 500_000_000
MAX_WAIT_S = 300
TRIES = 5
_CHUNK_BYTES = 256 * 1024
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_REMARK = re.compile(rb'\]\s*,\s*"remark"\s*:\s*"(.{0,200})', re.DOTALL)


class BusyError(Exception):
    """An answer that may be whole at the next try."""

    def __init__(self, host: str, reason: str, wait_s: float | None = None) -> None:
        self.host, self.reason, self.wait_s = host, reason, wait_s
        super().__init__(reason)


def json_guard(stage: str, progress: Progress | None) -> Callable[..., Any]:
    """Return a hook that reads each answer within bounds and lets only whole JSON pass."""

    def check(response: Any, *_: Any, **__: Any) -> Any:
        from urllib3 import HTTPResponse

        try:
            content = _checked(response, stage, progress)
        finally:
            response.close()
        # osmnx reads the answer again: from what was checked, not from the server.
        response.raw = HTTPResponse(body=io.BytesIO(content), preload_content=False)
        response.headers.pop("Content-Encoding", None)
        return response

    return check


def _checked(response: Any, stage: str, progress: Progress | None) -> bytes:
    """Return the content of an answer of osmnx's questions: JSON, or the state of the server."""
    is_status = urlsplit(response.url).path.endswith("/status")
    if is_status and response.status_code != 200:
        return b""  # a server without slots of its own: osmnx then waits as long as usual
    check_status(response)
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if not is_status and "json" not in kind:
        raise PlannerError(wrong_content(response.url, kind or "content without a type", "JSON"))
    content = body_of(response, MAX_ANSWER_BYTES, stage, progress)
    if not is_status:
        _check_json(response.url, content)
    return content


def check_status(response: Any) -> None:
    """Let an answer with content pass.

    Raises
    ------
    BusyError
        When the server may answer later.
    PlannerError
        When it refuses, or sends us elsewhere.
    """
    host, status = host_of(response.url), response.status_code
    if 300 <= status < 400:
        target = urlsplit(response.headers.get("Location", "")).hostname or "something else"
        raise PlannerError(Finding("fetch_redirect", (("host", host), ("target", target))))
    if status in _BUSY:
        raise BusyError(host, f"the state of the answer is: {status}", _retry_after_s(response))
    if status not in {200, 206}:
        raise PlannerError(Finding("fetch_status", (("host", host), ("status", status))))


def _retry_after_s(response: Any) -> float | None:
    """Return the seconds that a server asks to wait, as a number or as a date."""
    told = str(response.headers.get("Retry-After", "")).strip()
    if told.isdecimal():
        return float(told)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)


def body_of(
    response: Any, limit_bytes: int, stage: str = "", progress: Progress | None = None
) -> bytes:
    """Return an answer's content; one that is cut off may be whole at the next try."""
    from urllib3.exceptions import HTTPError

    content = bytearray()
    try:
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=True):
            content += chunk
            if len(content) > limit_bytes:
                raise PlannerError(too_large(response.url, limit_bytes))
            if progress is not None and stage:
                progress(stage, len(content), 0)
    except (HTTPError, OSError) as fault:
        raise BusyError(host_of(response.url), "the answer was cut off") from fault
    return bytes(content)


def _check_json(url: str, content: bytes) -> None:
    if not content.rstrip().endswith((b"}", b"]")):
        raise BusyError(host_of(url), "the answer was cut off")
    remark = _REMARK.search(content, max(len(content) - 2000, 0))
    if remark is not None:  # the server gave up half way and sends what it had
        said = remark[1].decode("utf-8", "replace").split('"')[0]
        raise BusyError(host_of(url), SERVER_SAYS + said[:100])


def patiently(ask: Callable[[], T], progress: Progress | None) -> T:
    """Return what `ask` returns; a busy server is asked again after the time that it wants."""
    import requests

    fault = BusyError("", "")
    for attempt in range(TRIES):
        try:
            return ask()
        except BusyError as busy:
            fault = busy
        except requests.ConnectionError as error:  # a time-out while connecting, too
            if attempt:
                offline = (("host", _asked_host(error)),)
                raise PlannerError(Finding("fetch_offline", offline)) from None
            fault = BusyError(_asked_host(error), "no connection", 1.0)
        except requests.Timeout as late:
            fault = BusyError(_asked_host(late), "time-out")
        except requests.RequestException as error:
            fault = BusyError(_asked_host(error), "the answer is not JSON")
        wait_s = 5.0 * 2**attempt if fault.wait_s is None else fault.wait_s
        if wait_s > MAX_WAIT_S:
            said = (("host", fault.host), ("seconds", round(wait_s)))
            raise PlannerError(Finding("fetch_wait", said))
        if attempt < TRIES - 1:
            _wait(wait_s, progress)
    reason = (("host", fault.host), ("tries", TRIES), ("reason", fault.reason))
    raise PlannerError(Finding("fetch_busy", reason))


def _wait(seconds: float, progress: Progress | None) -> None:
    """Wait in short steps, so that the run can be stopped."""
    for left in range(round(seconds * 4), 0, -1):
        if progress is not None:
            progress("waiting for the server", 0, left)
        time.sleep(0.25)


def host_of(url: str) -> str:
    """Return the host of an address, for sentences."""
    return urlsplit(url).hostname or url[:60]


def _asked_host(error: Any) -> str:
    request = getattr(error, "request", None)
    return host_of(str(request.url)) if request is not None and request.url else "the server"


def wrong_content(url: str, actual: str, expected: str) -> Finding:
    """Return the error for an answer of another kind than the question's."""
    said = (("host", host_of(url)), ("actual", actual[:60]), ("expected", expected))
    return Finding("fetch_content", said)


def too_large(url: str, limit_bytes: int) -> Finding:
    """Return the error for an answer that does not end."""
    said = (("host", host_of(url)), ("limit_mb", limit_bytes // 1_000_000))
    return Finding("fetch_too_large", said)
