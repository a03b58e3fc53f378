"""Charts as SVG text: bands of minutes, the cover curve with its bound, bars of zones."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

COVERED = "#2166ac"
UNCOVERED = "#e08214"
INK = "#222222"
GRID = "#d5d5d5"
LINES = (("#2166ac", ""), ("#5e3c99", "6 3"), ("#e08214", "2 3"), ("#1b7837", "8 3 2 3"))
"""Colour and dash of each line: told apart in grey print by the dash."""


def band_chart(
    minutes: Sequence[int],
    series: Sequence[tuple[str, Sequence[float | None]]],
    *,
    unit: str,
    axis: str,
) -> str:
    """Return the share of people within so many minutes, a line a mode.

    Parameters
    ----------
    minutes
        Ascending minutes of the horizontal axis.
    series
        Name and shares (0 to 1; None is left out) of each line.
    unit, axis
        Words below the horizontal and beside the vertical axis.
    """
    frame = _Frame(560, 230, right=110)
    longest = max(minutes)
    parts = [frame.grid([(f"{tick} %", tick / 100) for tick in range(0, 101, 25)], axis)]
    parts += [frame.tick(value / longest, str(value)) for value in minutes]
    ends: list[float] = []
    for (name, shares), (colour, dash) in zip(series, LINES, strict=False):
        spots = [
            frame.spot(value / longest, share)
            for value, share in zip(minutes, shares, strict=True)
            if share is not None
        ]
        if spots:
            parts.append(_line([frame.spot(0, 0), *spots], colour, dash))
            y = _free(spots[-1][1], ends)
            parts.append(_text(frame.right + 6, y + 4, name, colour=colour))
    parts.append(_text((frame.left + frame.right) / 2, 226, unit, anchor="middle"))
    return _svg(560, 230, parts)


def curve_chart(
    covered: Sequence[float],
    bound: Sequence[float],
    chosen: int,
    *,
    words: tuple[str, str, str],
) -> str:
    """Return people newly covered by 0, 1, 2, ... sites with the bound that none can pass.

    Parameters
    ----------
    chosen
        Sites of the plan, marked by a ring.
    words
        Names of the curve, of the bound and of the horizontal axis.
    """
    frame = _Frame(560, 230, right=110, left=70)
    most, top = max(len(covered) - 1, 1), max([*bound, *covered, 1.0])
    levels = [(f"{top * k / 4:,.0f}", k / 4) for k in range(5)]
    parts = [frame.grid(levels, "")]
    step = max(1, most // 10)
    parts += [frame.tick(k / most, str(k)) for k in range(0, most + 1, step)]
    ends: list[float] = []
    for name, values, colour, dash in (
        (words[1], bound, "#777777", "3 3"),
        (words[0], covered, COVERED, ""),
    ):
        spots = [frame.spot(k / most, value / top) for k, value in enumerate(values)]
        parts.append(_line(spots, colour, dash))
        parts.append(_text(frame.right + 6, _free(spots[-1][1], ends) + 4, name, colour=colour))
    if 0 <= chosen < len(covered):
        x, y = frame.spot(chosen / most, covered[chosen] / top)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="none" stroke="{INK}"/>')
    parts.append(_text((frame.left + frame.right) / 2, 226, words[2], anchor="middle"))
    return _svg(560, 230, parts)


def bar_chart(rows: Sequence[tuple[str, float | None, str]]) -> str:
    """Return one bar a zone in two columns: the covered share blue, the rest orange and hatched.

    Parameters
    ----------
    rows
        Name, share (None: no bar) and the text behind the bar.
    """
    height, left, width, column = 16, 120, 320, 560
    per_column = -(-len(rows) // 2)
    parts = [HATCH]
    for number, (name, share, text) in enumerate(rows):
        x = left + column * (number // per_column)
        y = 4 + (number % per_column) * height
        parts.append(_text(x - 8, y + 11, name, anchor="end", size=13))
        if share is not None:
            done = width * share
            parts.append(_bar(x, y, done, COVERED))
            parts.append(_bar(x + done, y, width - done, UNCOVERED))
            parts.append(_bar(x + done, y, width - done, "url(#hatch)"))
        parts.append(_text(x + width + 8, y + 11, text, size=13))
    return _svg(2 * column, 8 + per_column * height, parts)


HATCH = (
    '<defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="4" stroke="#5a2d00"'
    ' stroke-width="1"/></pattern></defs>'
)


class _Frame:
    """The plotting area of a chart in its own pixels."""

    def __init__(self, width: int, height: int, *, left: int = 48, right: int = 20) -> None:
        self.left, self.right = left, width - right
        self.top, self.bottom = 14, height - 36

    def spot(self, across: float, up: float) -> tuple[float, float]:
        """Return the pixel of a place given in parts of the area."""
        x = self.left + across * (self.right - self.left)
        return x, self.bottom - up * (self.bottom - self.top)

    def grid(self, levels: Sequence[tuple[str, float]], axis: str) -> str:
        """Return horizontal lines with their labels."""
        parts = []
        for label, up in levels:
            y = self.spot(0, up)[1]
            parts.append(
                f'<line x1="{self.left}" y1="{y:.1f}" x2="{self.right}" y2="{y:.1f}"'
                f' stroke="{GRID}"/>'
            )
            parts.append(_text(self.left - 5, y + 4, label, anchor="end"))
        if axis:
            parts.append(_text(self.left, 8, axis))
        return "".join(parts)

    def tick(self, across: float, label: str) -> str:
        """Return a label below the horizontal axis."""
        return _text(self.spot(across, 0)[0], self.bottom + 14, label, anchor="middle")


def _free(y: float, taken: list[float], *, apart: float = 13.0) -> float:
    """Return the nearest height at or below `y` where a label touches none of those before it."""
    found = y
    while any(abs(found - other) < apart for other in taken):
        found += 1.0
    taken.append(found)
    return found


def _line(spots: Sequence[tuple[float, float]], colour: str, dash: str) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'


def _bar(x: float, y: float, width: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y}" width="{max(width, 0):.1f}" height="12" fill="{fill}"/>'


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", colour: str = INK, size: int = 11
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
        f' font-size="{size}">{escape(text)}</text>'
    )


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    inner = "".join(parts)
    return f'<svg viewBox="0 0 {width} {height}" role="img" class="chart">{inner}</svg>'
