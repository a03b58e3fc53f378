"""Read every surface of a result back: which figure stands where, and what it says there.

Each reader yields sightings; `assert_agree` compares them with the figures of the result.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import docx
import geopandas
import openpyxl
import pandas as pd

from planning.standards.result import Result
from planning.words.figure import Figure
from planning.words.units import rounded_amount
from planning.words.wording import Language

LEDGER_TERMS = {
    "input": "people_all",
    "outside": "people_outside",
    "off_network": "people_off_network",
    "unreachable": "people_unreachable",
    "beyond": "people_beyond",
    "covered": "people_covered",
    "unknown": "people_unknown",
}
OF_STUDY = {"people_all", "people_outside", "people_inside"}
UNGUARD = re.compile(r"^'(?='*[=+\-@])")
"""The sign that keeps spreadsheets from running a text as a formula."""
PLACED = re.compile(r"^(.+_[0-9a-f]{10})(_\d+)?$")


class Sighting(NamedTuple):
    """A figure on a surface: where, which, and what is written or stored there."""

    where: str
    figure: Figure
    found: object


class Known:
    """The figures of a result, found by identity, by anchor, by name or by what they stand on."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.by_identity: dict[str, Figure] = {}
        self.by_part: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
        for figure in result.figures():
            twin = self.by_identity.setdefault(figure.identity, figure)
            assert (twin.value, twin.above, twin.reason) == (
                figure.value,
                figure.above,
                figure.reason,
            ), f"two rooms make {figure.identity}: {twin.value} and {figure.value}"
        for figure in self.by_identity.values():
            base = figure.base
            self.by_part[figure.term, base.mode, base.group, base.place, base.detail].append(figure)
        self.by_anchor = {figure.anchor: figure for figure in self.by_identity.values()}
        assert len(self.by_anchor) == len(self.by_identity)

    def names(self, language: Language) -> dict[str, Figure]:
        """Return the figures by their printed names, which are unique."""
        named = {figure.name(language): figure for figure in self.by_identity.values()}
        assert len(named) == len(self.by_identity)
        return named

    def find(self, term: str, mode: str = "", **parts: Any) -> Figure:
        """Return the one figure of a term on a base; parts that are not given stand empty."""
        key = (term, mode, parts.get("group", ""), parts.get("place", ""), parts.get("detail", ""))
        found = [
            figure
            for figure in self.by_part[key]
            if all(
                parts.get(name) in (None, getattr(figure.base, name))
                for name in ("minutes", "state")
            )
        ]
        assert len(found) == 1, (key, parts, [figure.identity for figure in found])
        return found[0]

    def coverage(self, term: str, mode: str, **parts: Any) -> Figure:
        """Return a figure of today's coverage within the minutes of the study."""
        if term in OF_STUDY:
            return self.find(term, **parts)
        minutes = self.result.assessment.study.travel.minutes
        return self.find(term, mode, minutes=minutes, state="today", **parts)


def summary_sightings(path: Path, known: Known) -> Iterator[Sighting]:
    """Read summary.json."""
    summary = json.loads(path.read_text(encoding="utf-8"))
    coverage = known.coverage
    for mode, row in summary["coverage"].items():
        yield Sighting("coverage/share", coverage("coverage_share", mode), row["share"])
        yield Sighting("coverage/people", coverage("people_covered", mode), row["people"])
        for field, value in summary["ledger"][mode].items():
            yield Sighting(f"ledger/{field}", coverage(LEDGER_TERMS[field], mode), value)
        for group, part in summary["groups"][mode].items():
            share, people = (
                coverage(term, mode, group=group) for term in ("coverage_share", "people_covered")
            )
            yield Sighting("groups/share", share, part["share"])
            yield Sighting("groups/people", people, part["people"])
        for band in summary["bands"][mode]:
            figure = known.find("people_covered", mode, minutes=band["minutes"], state="today")
            yield Sighting("bands", figure, band["people"])
    mode = summary["analysis_mode"]
    yield Sighting("gaps/count", coverage("gap_count", mode), summary["gaps"]["count"])
    yield Sighting("gaps/people", coverage("gap_people", mode), summary["gaps"]["people"])
    yield Sighting("unplaced", known.find("unplaced_facilities"), summary["unplaced_facilities"])
    for row in summary["sensitivity"]:
        detail = "" if row["used"] else row["setting"]
        yield Sighting("sensitivity", coverage("coverage_share", mode, detail=detail), row["share"])
    yield from _ratio_sightings(summary["ratios"], known)
    yield from _siting_sightings(summary["siting"], known)


def _ratio_sightings(rows: list[dict[str, Any]], known: Known) -> Iterator[Sighting]:
    for row in rows:
        if row["row"] == "institution":
            place = row["facility_id"]
            figure = known.find("service_people", place=place, detail=row["view"])
            yield Sighting("ratios/institution", figure, row["service_people"])
            continue
        place = "+".join(row.get("zone_codes", ()))
        parts = {"place": place, "detail": row["view"]}
        where = f"ratios/{row['row']}"
        each = known.find("people_per_centre", **parts)
        yield Sighting(where, each, row["people_per_centre"])
        yield Sighting(where, known.find("centres", place=place), row["centres"])
        least, most = row["centres_needed"]
        yield Sighting(where, known.find("centres_needed_least", **parts), least)
        yield Sighting(where, known.find("centres_needed_most", **parts), most)
        if row["row"] == "zone":
            yield Sighting(where, known.find("service_people", **parts), row["service_people"])
            yield Sighting(where, known.find("centres_missing", **parts), row["centres_missing"])


def _siting_sightings(row: dict[str, Any], known: Known) -> Iterator[Sighting]:
    def plan(term: str, detail: str = "") -> Figure:
        return known.find(term, row["mode"], state="proposed", detail=detail)

    yield Sighting("siting/count", plan("plan_sites"), row["count"])
    yield Sighting("siting/objective", plan("plan_objective"), row["objective"])
    yield Sighting("siting/bound", plan("plan_bound"), row["bound"])
    yield Sighting("siting/gap", plan("plan_solver_gap"), row["gap"])
    people, minutes = row["people"], row["minutes"]
    has_loads = people["in_reach"] is not None
    counted = (
        {"people": "people_served", "shares": "served_share"}
        if has_loads
        else {"people": "people_covered", "shares": "coverage_share"}
    )
    for state, name in (("today", "today"), ("committed", "committed"), ("proposed", "with_plan")):
        parts = {"minutes": minutes, "state": state}
        yield Sighting(
            "siting/people", known.find(counted["people"], row["mode"], **parts), people[name]
        )
        share = known.find(counted["shares"], row["mode"], **parts)
        yield Sighting("siting/shares", share, people["shares"][name])
        if has_loads:
            reached = known.find("people_covered", row["mode"], **parts)
            yield Sighting("siting/in_reach", reached, people["in_reach"][name])
    yield Sighting("siting/newly", plan("plan_newly_covered"), people["newly"])
    yield Sighting("siting/lost", plan("plan_lost"), people["lost"])
    for point in row["curve"]:
        number = str(point["sites"])
        yield Sighting("siting/curve", plan("curve_people", number), point["people"])
        yield Sighting("siting/curve", plan("curve_bound", number), point["bound"])


def csv_sightings(folder: Path, known: Known) -> Iterator[Sighting]:
    """Read zones, villages, gaps and sites as CSV; a number is compared as it is printed there."""
    for name in ("zones", "villages", "facilities", "gaps", "sites"):
        text = (folder / f"{name}.csv").read_text(encoding="utf-8-sig")
        rows = [
            {column: UNGUARD.sub("", value) for column, value in row.items()}
            for row in csv.DictReader(io.StringIO(text))
        ]
        yield from _row_sightings(f"{name}.csv", rows, known)


def geopackage_sightings(path: Path, known: Known) -> Iterator[Sighting]:
    """Read the layers of results.gpkg that hold figures."""
    for layer in ("zones", "facilities", "gaps", "sites"):
        frame = geopandas.read_file(path, layer=layer, ignore_geometry=True)
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
        yield from _row_sightings(f"{layer}.gpkg", rows, known)


def _row_sightings(name: str, rows: list[dict[str, Any]], known: Known) -> Iterator[Sighting]:
    kind = name.partition(".")[0]
    groups = tuple(known.result.assessment.dataset.demand.groups)
    for row in rows:
        for column, value in row.items():
            figure = _figure_of(kind, row, column, groups, known)
            if figure is not None:
                yield Sighting(f"{name} {column}", figure, value)


def _figure_of(
    kind: str, row: dict[str, Any], column: str, groups: tuple[str, ...], known: Known
) -> Figure | None:
    """Return the figure that a column of a row must hold; None for columns of other things."""
    modes = known.result.assessment.modes
    if kind == "gaps":
        terms = {
            "people": "gap_people",
            "nearest_people": "gap_nearest_people",
            "median_minutes": "gap_median_minutes",
            "worst_minutes": "gap_worst_minutes",
            "beyond_horizon_people": "gap_beyond_horizon",
            "no_path_people": "gap_no_path",
        }
        group = column.removeprefix("people_") if column.startswith("people_") else ""
        term = terms.get(column) or (terms["people"] if group in groups else None)
        place = f"gap:{row['gap_id']}"
        return term and known.find(term, row["mode"], place=place, group=group)
    if kind == "sites":
        terms = {
            "people_in_reach": "site_people_in_reach",
            "people_without_cover_in_reach": "site_people_reached",
            "people_only_by_this_site": "site_people_only",
        }
        term = terms.get(column)
        return term and known.find(term, row["mode"], place=f"site:{row['site_id']}")
    if kind == "facilities":
        mode = column.removesuffix("_nearest_people")
        return known.coverage("nearest_people", mode, place=row["id"]) if mode in modes else None
    place = row["code"] if kind == "zones" else f"village:{row['code']}"
    if column == "people" or column.removeprefix("people_") in groups:
        group = "" if column == "people" else column.removeprefix("people_")
        return known.find("people_all", place=place, group=group)
    mode = max((m for m in modes if column.startswith(f"{m}_")), key=len, default="")
    field = column.removeprefix(f"{mode}_")
    group = next((g for g in groups if field.endswith(f"_{g}")), "")
    field = field.removesuffix(f"_{group}")
    terms = {**LEDGER_TERMS, "share": "coverage_share", "median_minutes": "village_median_minutes"}
    if not mode or field not in terms:
        return None
    return known.coverage(terms[field], mode, place=place, group=group)


class _Marked(HTMLParser):
    """Collects the texts of elements with `data-figure`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._inside = ""
        self._text = ""

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        identity = dict(attrs).get("data-figure")
        if identity:
            self._inside, self._text = identity, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, _tag: str) -> None:
        if self._inside:
            self.found.append((self._inside, self._text))
            self._inside = ""


def html_sightings(text: str, known: Known) -> Iterator[Sighting]:
    """Read a report or map as HTML."""
    reader = _Marked()
    reader.feed(text)
    assert reader.found
    for identity, said in reader.found:
        assert identity in known.by_identity, identity
        yield Sighting(f"html {identity}", known.by_identity[identity], said)


def workbook_sightings(path: Path, known: Known) -> Iterator[Sighting]:
    """Read a workbook by its defined names."""
    book = openpyxl.load_workbook(path)
    for name, defined in book.defined_names.items():
        ((sheet, spot),) = defined.destinations
        yield Sighting(f"{path.name} {name}", _anchored(name, known), book[sheet][spot].value)


def word_sightings(path: Path, known: Known) -> Iterator[Sighting]:
    """Read a Word document by its bookmarks."""
    space = docx.oxml.ns.qn
    body = docx.Document(str(path)).element.body
    for start in body.iter(space("w:bookmarkStart")):
        name = start.get(space("w:name"))
        text = "".join(part.text or "" for part in start.getparent().iter(space("w:t")))
        yield Sighting(f"docx {name}", _anchored(name, known), text)


def _anchored(name: str, known: Known) -> Figure:
    anchor = PLACED.match(name).group(1)  # type: ignore[union-attr]
    assert anchor in known.by_anchor, name
    return known.by_anchor[anchor]


def line_sightings(lines: Iterable[str], known: Known, language: Language) -> Iterator[Sighting]:
    """Read what the command line prints: coverage of all modes and groups, the ledger, gaps."""
    shown = list(lines)
    assessment = known.result.assessment
    for mode, result in assessment.modes.items():
        for row in result.coverage:
            group = "" if row.group == "all" else row.group
            share = known.coverage("coverage_share", mode, group=group)
            people = known.coverage("people_covered", mode, group=group)
            name = share.name(language, ("mode", "group", "speed_set"))
            (line,) = [line for line in shown if line.endswith(f"  {name}")]
            texts = re.split(r"\s{2,}", line.removeprefix("*").strip())
            yield Sighting(f"cli {name}", share, texts[0])
            yield Sighting(f"cli {name}", people, texts[1])
    for term in LEDGER_TERMS.values():
        row = [known.coverage(term, mode) for mode in assessment.modes]
        name = row[0].name(language, ())
        if term == "people_unknown" and all(figure.value == 0 for figure in row):
            continue
        (line,) = [line for line in shown if line.endswith(f"  {name}") and "%" not in line]
        texts = re.split(r"\s{2,}", line.strip())
        for figure, text in zip(row, texts, strict=False):
            yield Sighting(f"cli {name}", figure, text)


def frame_sightings(frame: pd.DataFrame, known: Known, language: Language) -> Iterator[Sighting]:
    """Read a table of a page by the identities that it remembers."""
    for header, identities in frame.attrs.get("figures", {}).items():
        for identity, value in zip(identities, frame[header].tolist(), strict=True):
            if identity:
                assert identity in known.by_identity, identity
                figure = known.by_identity[identity]
                shown = value if isinstance(value, str) else _page_text(figure, value)
                yield Sighting(f"page table {header}", figure, shown)


def _page_text(figure: Figure, value: Any) -> object:
    """Return a number of a page as its figure would be rounded; nothing is nothing."""
    if figure.value is None:
        return "" if pd.isna(value) else value
    return figure.value if value == rounded_amount(figure.value, figure.unit) else value


def assert_agree(sightings: Iterable[Sighting], language: Language) -> int:
    """Assert that every sighting says what its figure says; return how many there were."""
    count, wrong = 0, []
    for where, figure, found in sightings:
        count += 1
        if not _agrees(figure, found, language):
            wrong.append((where, figure.identity, figure.value, figure.text(language), found))
    assert not wrong, wrong[:10]
    return count


def _agrees(figure: Figure, found: object, language: Language) -> bool:
    if found is None or found == "":
        return figure.value is None
    if isinstance(found, str) and found != figure.text(language):
        # A file prints unrounded values with so many decimals.
        try:
            number = float(found)
        except ValueError:
            return False
        decimals = len(found.partition(".")[2])
        return figure.value is not None and found == f"{figure.value:.{decimals}f}" and number >= 0
    if isinstance(found, str):
        return True
    # A workbook keeps sixteen digits of a number.
    return figure.value is not None and math.isclose(float(found), figure.value, rel_tol=1e-14)  # type: ignore[arg-type]
