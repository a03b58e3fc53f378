"""The ledger of people (人口平衡表) as a table: one column a mode of travel."""

from __future__ import annotations

from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.names import LEDGER_LABELS
from planning.report.content import Source, Table
from planning.report.disclosure import WHOLE
from planning.report.entries import Entry
from planning.words.figures import mode_text
from planning.words.wording import msgid

OF_STUDY = ("input", "outside")
BY_MODE = ("off_network", "unreachable", "beyond", "covered")


def ledger_table(source: Source, zone_code: str) -> Table:
    """Return the ledger of a zone, or of the whole study (""), in every mode of travel."""
    translate, tally = source.translate, source.tally
    modes = list(source.assessment.modes)
    labels = dict(LEDGER_LABELS)
    rows: list[tuple[Entry, ...]] = []
    if zone_code == WHOLE:
        for field in OF_STUDY:
            amounts = [tally.amount(WHOLE, field) for _ in modes]
            rows.append((translate(labels[field]), *amounts))
    inside = [tally.amount(zone_code, "inside") for _ in modes]
    rows.append((translate(INSIDE), *inside))
    for field in BY_MODE:
        amounts = [tally.amount(zone_code, f"{mode}/{field}") for mode in modes]
        rows.append((translate(labels[field]), *amounts))
    shares = [
        tally.share(
            zone_code, f"{mode}/covered", f"{mode}/uncovered", _share(source, mode, zone_code)
        )
        for mode in modes
    ]
    rows.append((translate("Share covered"), *shares))
    return Table(
        key="ledger",
        title=translate("Ledger of people"),
        headers=(translate("People"), *(mode_text(mode, translate) for mode in modes)),
        rows=tuple(rows),
        widths=(24, *(16 for _ in modes)),
    )


def _share(source: Source, mode: str, zone_code: str) -> float | None:
    result = source.assessment.modes[mode]
    if zone_code == WHOLE:
        return result.coverage[0].share
    zone = source.assessment.dataset.zones.code.index(zone_code)
    return result.zone_ledgers[ALL_PEOPLE][zone].share


INSIDE = msgid("Inside the zones")
