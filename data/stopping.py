"""Stopping a reader between two pieces of a file, however deep it was called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from geo.errors import Progress

READING = "reading files"
"""Stage that readers report."""

_progress: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def stoppable(progress: Progress | None) -> Iterator[None]:
    """Let every reader that is called within report to `progress`, which may raise `Cancelled`.

    Readers of tables take no progress of their own: how long a file takes is theirs to know, who
    asked for it is not.
    """
    token = _progress.set(progress)
    try:
        yield
    finally:
        _progress.reset(token)


def check_stop() -> None:
    """Report that reading goes on; called between the pieces of a file, at least every 0.5 s.

    Raises
    ------
    Cancelled
        When somebody has asked to stop.
    """
    progress = _progress.get()
    if progress is not None:
        progress(READING, 0, 0)
