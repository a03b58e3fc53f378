"""The ledger of people (人口平衡表) as a table: one column a mode of travel."""

from __future__ import annotations

from planning.report.content import Source
from planning.report.disclosure import WHOLE
from planning.words.figures import mode_text
from planning.words.tables import Table, table_of

OF_STUDY = ("input", "outside")
BY_MODE = ("off_network", "unreachable", "beyond", "covered")


def ledger_table(source: Source, zone_code: str) -> Table:
    """Return the ledger of a zone, or of the whole study (""), in every mode of travel."""
    translate, tally = source.translate, source.tally
    modes = list(source.assessment.modes)
    fields = [*(OF_STUDY if zone_code == WHOLE else ()), "inside"]
    rows = [[tally.amount(zone_code, field)] * len(modes) for field in fields]
    is_known = all(tally.figures[zone_code, f"{mode}/unknown"].value == 0 for mode in modes)
    rows += [
        [tally.amount(zone_code, f"{mode}/{field}") for mode in modes]
        for field in (BY_MODE if is_known else (*BY_MODE, "unknown"))
    ]
    rows.append([tally.share(zone_code, mode) for mode in modes])
    return table_of(
        translate("Ledger of people"),
        (translate("People"), *(mode_text(mode, translate) for mode in modes)),
        [(row[0].name(source.language, ()), *row) for row in rows],
        key="ledger",
        widths=(44, *(13 for _ in modes)),
    )
