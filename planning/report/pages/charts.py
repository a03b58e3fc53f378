"""Charts as SVG text: bands of minutes, the cover curve with its bound, bars, steps of projects.

A unit of a picture is a quarter of a millimetre on A4, so that words are as large as those of the
tables: `HALF` is the width of a column of the page, `FULL` that of the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from planning.words.wording import Translate

HALF, FULL = 360, 736
COVERED = "#2166ac"
UNCOVERED = "#e08214"
BAND, KNEE = "#9ecae1", "#d6006c"
INK = "#222222"
GRID = "#d5d5d5"
FONTS = "Noto Sans CJK SC,Microsoft YaHei,PingFang SC,sans-serif"
LINES = (("#2166ac", ""), ("#5e3c99", "6 3"), ("#b35806", "2 3"), ("#1b7837", "8 3 2 3"))
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
    frame = _Frame(HALF, 190, right=92)
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
    parts.append(_text((frame.left + frame.right) / 2, 186, unit, anchor="middle"))
    return _svg(HALF, 190, parts)


@dataclass(frozen=True, slots=True)
class CurveWords:
    """What is written on the cover curve; `knee` is filled with the number of sites."""

    covered: str
    bound: str
    sites: str
    knee: str


def curve_words(translate: Translate) -> CurveWords:
    """Return the words of the cover curve in a language."""
    return CurveWords(
        translate("People newly covered"),
        translate("At most possible"),
        translate("Number of new sites"),
        translate("knee: {count}"),
    )


def curve_chart(
    covered: Sequence[float],
    bound: Sequence[float],
    *,
    chosen: int,
    knee: int,
    words: CurveWords,
) -> str:
    """Return people newly covered by 0, 1, 2, ... sites with the bound that none can pass.

    Parameters
    ----------
    covered, bound
        As many as numbers of sites; the room between them is shaded.
    chosen, knee
        Sites of the plan, marked by a ring, and of the knee, marked by a line; either is left out
        where the curve does not hold it, a knee at no site too.
    """
    frame = _Frame(HALF, 190, right=92, left=50)
    most, top = max(len(covered) - 1, 1), max([*bound, *covered, 1.0])
    line, above = (
        [frame.spot(k / most, value / top) for k, value in enumerate(values)]
        for values in (covered, bound)
    )
    parts = [frame.grid([(f"{top * k / 4:,.0f}", k / 4) for k in range(5)], "")]
    parts += [frame.tick(k / most, str(k)) for k in range(0, most + 1, -(-most // 10))]
    rim = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*above, *reversed(line)])
    parts.append(f'<polygon points="{rim}" fill="{BAND}" fill-opacity="0.5"/>')
    ends: list[float] = []
    for name, spots, colour, dash in (
        (words.bound, above, "#5f5f5f", "3 3"),
        (words.covered, line, COVERED, ""),
    ):
        parts.append(_line(spots, colour, dash))
        parts.append(_text(frame.right + 6, _free(spots[-1][1], ends) + 4, name, colour=colour))
    if 0 < knee < len(covered):
        x, low = line[knee][0], frame.bottom
        parts.append(_line([(x, low), (x, frame.top)], KNEE, "4 4"))
        parts.append(_text(x + 5, low - 5, words.knee.format(count=knee), colour=KNEE))
    if 0 <= chosen < len(covered):
        x, y = line[chosen]
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="none" stroke="{INK}"/>')
    parts.append(_text((frame.left + frame.right) / 2, 186, words.sites, anchor="middle"))
    return _svg(HALF, 190, parts)


def bar_chart(rows: Sequence[tuple[str, float | None, str]]) -> str:
    """Return one bar a zone in two columns: the covered share blue, the rest orange and hatched.

    Parameters
    ----------
    rows
        Name, share (None: no bar) and the text behind the bar.
    """
    height, left, width, column = 13, 74, 210, FULL // 2
    per_column = -(-len(rows) // 2)
    parts = [HATCH]
    for number, (name, share, text) in enumerate(rows):
        x = left + column * (number // per_column)
        y = 4 + (number % per_column) * height
        parts.append(_text(x - 6, y + 9, name, anchor="end", size=10))
        if share is not None:
            done = width * share
            parts.append(_bar(x, y, done, COVERED))
            parts.append(_bar(x + done, y, width - done, UNCOVERED))
            parts.append(_bar(x + done, y, width - done, "url(#hatch)"))
        parts.append(_text(x + width + 6, y + 9, text, size=10))
    return _svg(FULL, 8 + per_column * height, parts)


def step_chart(labels: Sequence[str], shares: Sequence[float], *, axis: str) -> str:
    """Return a share after each of several steps as a staircase; the first step is the present.

    The vertical axis begins near the lowest share, not at zero, and its labels say so.

    Parameters
    ----------
    labels
        A few signs below each step; empty ones stay empty.
    shares
        0 to 1, as many as labels.
    axis
        Words below the horizontal axis.
    """
    frame = _Frame(FULL, 210, right=56, left=52)
    low = math.floor(min(shares) * 100) / 100
    high = max(math.ceil(max(shares) * 100) / 100, low + 0.01)
    levels = [(f"{100 * (low + k * (high - low) / 4):.2f} %", k / 4) for k in range(5)]
    parts = [frame.grid(levels, "")]
    width = 1 / len(shares)
    spots: list[tuple[float, float]] = []
    for step, (label, share) in enumerate(zip(labels, shares, strict=True)):
        up = (share - low) / (high - low)
        spots += [frame.spot(step * width, up), frame.spot((step + 1) * width, up)]
        parts.append(frame.tick((step + 0.5) * width, str(step)))
        is_new = step == 0 or label != labels[step - 1]
        if label and is_new and len(shares) <= MOST_LABELS:
            x, y = frame.spot((step + 0.5) * width, 0)
            parts.append(_text(x, y + 26, label, anchor="middle", size=9))
    parts.append(_line(spots, COVERED, ""))
    x, y = spots[-1]
    parts.append(_text(x + 4, y + 4, f"{100 * shares[-1]:.2f} %", colour=COVERED))
    parts.append(_text((frame.left + frame.right) / 2, 206, axis, anchor="middle"))
    return _svg(FULL, 210, parts)


MOST_LABELS = 16
"""Steps under which a day still has room."""


HATCH = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="5" stroke="#5a2d00"'
    ' stroke-width="1.6"/></pattern></defs>'
)


def as_picture(svg: str) -> str:
    """Return a chart as a picture of its own, outside a page: it then names its language."""
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


class _Frame:
    """The plotting area of a chart in its own pixels."""

    def __init__(self, width: int, height: int, *, left: int = 42, right: int = 20) -> None:
        self.left, self.right = left, width - right
        self.top, self.bottom = 12, height - (46 if width == FULL else 34)

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
    return f'<rect x="{x:.1f}" y="{y}" width="{max(width, 0):.1f}" height="10" fill="{fill}"/>'


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", colour: str = INK, size: int = 11
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
        f' font-size="{size}">{escape(text)}</text>'
    )


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    inner = "".join(parts)
    return (
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true" class="chart"'
        f' font-family="{FONTS}">{inner}</svg>'
    )
