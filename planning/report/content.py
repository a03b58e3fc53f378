"""What a report says, before any format: pages of sentences, figures, tables, a map and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planning.assess.workflow import Assessment
from planning.audit import Weighed
from planning.report.tally import Tally
from planning.standards.judgement import StandardsResult
from planning.standards.result import Result
from planning.words.audiences import Audience, shows_maps
from planning.words.tables import Cell, Table, cell_text
from planning.words.wording import Language, Translate, translator

Scope: TypeAlias = Literal["county", "zone", "annex"]


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is made.

    Parameters
    ----------
    audience
        `public` (公开) and `review` (送审) hide small counts; `internal` (内部) shows all.
    review_number
        审图号 of the maps; without it a public copy holds none.
    base_map_number
        审图号 of the base map that the study's borders come from.
    maker
        制表单位; empty takes that of the study, and without it leaves a line for the hand.
    zones
        Codes of the zones that get a page; empty gives one to all.
    """

    language: Language = "zh"
    audience: Audience = "public"
    review_number: str = ""
    base_map_number: str = ""
    maker: str = ""
    zones: tuple[str, ...] = ()

    @property
    def is_published(self) -> bool:
        """Whether the copy leaves the office, so that small counts are hidden."""
        return self.audience != "internal"

    @property
    def has_maps(self) -> bool:
        """Whether the copy holds maps."""
        return shows_maps(self.audience, self.review_number)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Everything that pages are made from."""

    result: Result
    tally: Tally
    options: ReportOptions
    findings: tuple[Weighed, ...] = ()

    @property
    def assessment(self) -> Assessment:
        """Coverage, ratios, gaps and sites."""
        return self.result.assessment

    @property
    def standards(self) -> StandardsResult:
        """All verdicts with their evidence."""
        return self.result.standards

    @property
    def translate(self) -> Translate:
        """Turns message ids into the language of the report."""
        return translator(self.options.language)

    @property
    def language(self) -> Language:
        """The language of the report."""
        return self.options.language


def joined(sentences: Sequence[str], language: Language) -> str:
    """Return sentences as one paragraph; Chinese ones stand without a space between them."""
    return ("" if language == "zh" else " ").join(sentences)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure in large print with its name."""

    label: str
    value: Cell


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as SVG text with its title; its figures also stand in a table of the page."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A small map as PNG with the words below it."""

    png: bytes
    title: str
    legend: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page, or a section that may run over several (`annex`)."""

    scope: Scope
    title: str
    lead: str
    alerts: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    picture: MapPicture | None = None
    lines: tuple[str, ...] = ()

    def table(self, key: str) -> Table | None:
        """Return the table of a key, None where the page has none."""
        return next((table for table in self.tables if table.key == key), None)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Parameters
    ----------
    labels
        Name and text of what stands at the foot of every page: who, when, how, which run.
    marks
        Short words in the head of every page: audience, synthetic data.
    notes
        Sentences below the tables of every page, such as what `*` means.
    """

    title: str
    subtitle: str
    language: Language
    audience: Audience
    marks: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    signatures: tuple[str, ...]
    pages: tuple[Page, ...]


def page_lines(page: Page, language: Language) -> list[str]:
    """Return a page as plain lines, as tests and screen readers take it."""
    lines = [page.title, page.lead, *page.alerts]
    lines += [f"{fact.label}: {cell_text(fact.value, language)}" for fact in page.facts]
    for table in page.tables:
        lines += [table.title, " | ".join(table.headers)]
        lines += [" | ".join(cell_text(cell, language) for cell in row) for row in table.rows]
        lines += [table.note] if table.note else []
    return [*lines, *page.lines]
