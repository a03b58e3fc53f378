"""What stands behind the pages of the zones: all standards, method, sources, findings."""

from __future__ import annotations

from planning.report.content import Page, Source
from planning.report.pages.standard_rows import all_standards
from planning.words.figure import SPEED_WORDS
from planning.words.figures import minutes_text
from planning.words.tables import Table, table_of
from planning.words.wording import Translate, msgid

ROLE_WORDS: dict[str, str] = {
    "zones": msgid("Towns and subdistricts"),
    "villages": msgid("Village list"),
    "population": msgid("Population"),
    "facilities": msgid("Institution list"),
    "roads": msgid("Roads"),
    "water": msgid("Water"),
    "candidates": msgid("Candidate sites"),
    "circuits": msgid("Circuit stops"),
    "service_areas": msgid("Declared service areas"),
    "reported": msgid("Reported figures"),
    "indicators": msgid("Indicators"),
    "ferries": msgid("Ferries"),
}
"""Inputs as they are named; others keep the name of their table."""


def annex_pages(source: Source) -> tuple[Page, ...]:
    """Return what stands behind the pages of the zones: all standards, method, sources."""
    translate = source.translate
    standards = Page(
        scope="annex",
        title=translate("Annex 1: all standards"),
        lead=translate("Every computed standard for the whole study, with its document."),
        tables=(all_standards(source),),
    )
    return standards, method_page(source)


def method_page(source: Source) -> Page:
    """Return how the figures were made, from what, and what the readers found."""
    assessment, translate = source.assessment, source.translate
    travel = assessment.study.travel
    lines = [
        translate(
            "Times run from home to the point on a directed road network, the walk to the road"
            " included; a time equal to the limit counts as covered."
        ),
        translate(
            "Speeds: set {speed_set}; at most {metres:.0f} m to the road; limit {minutes} min."
        ).format(
            speed_set=translate(SPEED_WORDS.get(travel.speed_set, travel.speed_set)),
            metres=travel.max_access_m,
            minutes=minutes_text(travel.minutes),
        ),
        translate("Share covered = people covered / people inside the zones."),
        translate(
            "A village counts as covered when at least {share:.0%} of its people are served"
            " by a point in or near it, or by a circuit."
        ).format(share=source.standards.evidence.rules.share),
        translate("Basis of the mode of travel: {basis}").format(basis=travel.basis or "—"),
    ]
    grave = [one for one in source.findings if one.may_change_verdict]
    notes = len(source.findings) - len(grave)
    lines.append(
        translate("Findings that may change the result: {count}; notes beside: {notes}.").format(
            count=len(grave), notes=notes
        )
    )
    findings = [one.sentence(translate) for one in grave]
    return Page(
        scope="annex",
        title=translate("Annex 2: method and sources"),
        lead="",
        tables=(sources_table(source),),
        lines=(*lines, *findings),
    )


def sources_table(source: Source) -> Table:
    """Return the inputs with date, licence and the beginning of their hash."""
    translate = source.translate
    headers = (
        msgid("Input"),
        msgid("Source"),
        msgid("Date"),
        msgid("Licence"),
        msgid("SHA-256, first 12"),
    )
    return table_of(
        msgid("Inputs"),
        headers,
        [
            (
                role_text(entry.role, translate),
                entry.source,
                entry.date or "—",
                entry.licence or "—",
                entry.sha256[:12],
            )
            for entry in source.assessment.dataset.provenance
        ],
        translate,
        key="sources",
        widths=(16, 34, 14, 22, 20),
    )


def role_text(role: str, translate: Translate) -> str:
    """Return an input as it is named; a group layer with its group."""
    name, _, group = role.partition(" ")
    words = translate(ROLE_WORDS[name]) if name in ROLE_WORDS else name
    return f"{words} {group}".strip()
