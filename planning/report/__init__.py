"""The result for people: lines for terminal and pages, printed reports for officials."""

from planning.report.lines import (
    LEDGER_LABELS,
    SITE_NOTE,
    bounds_text,
    coverage_lines,
    figure_name,
    gap_lines,
    gap_place,
    ledger_lines,
    padded,
    ratio_lines,
    result_lines,
    sensitivity_lines,
    site_lines,
    urban_verdicts,
    warning_lines,
)

__all__ = [
    "LEDGER_LABELS",
    "SITE_NOTE",
    "bounds_text",
    "coverage_lines",
    "figure_name",
    "gap_lines",
    "gap_place",
    "ledger_lines",
    "padded",
    "ratio_lines",
    "result_lines",
    "sensitivity_lines",
    "site_lines",
    "urban_verdicts",
    "warning_lines",
]
